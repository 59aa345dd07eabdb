"""Lists: what an address narrows, where pages begin and end, what is not taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy.dialects import postgresql

from app.cases.models import Case
from app.core.listing import Filter, Listing, Order

KEY = UUID("01930000-0000-7000-8000-000000000001")
LIST = Listing(
    filters=[
        Filter("status", "Status", lambda value: Case.status == value, choices=lambda: [("lodged", "待受理")]),
        Filter("since", "Since", lambda day: Case.received_at >= day, parse=date.fromisoformat),
        Filter("name", "Name", lambda value: Case.merchant_name == value),
    ],
    orders=[
        Order("due", "Due", (Case.queue_on, Case.id)),
        Order("newest", "Newest", (Case.received_at, Case.id), descending=True),
    ],
)


def test_an_address_narrows_by_what_is_declared_and_by_nothing_else():
    view = LIST.read({"status": "lodged", "since": "2026-09-16", "tenant_id": "3", "name": "  "})
    assert view.values == {"status": "lodged", "since": date(2026, 9, 16)}


@pytest.mark.parametrize("typed", ["closed'--", "待受理", "x" * 500])
def test_what_is_not_a_choice_narrows_nothing(typed):
    assert LIST.read({"status": typed}).values == {}


def test_what_does_not_parse_narrows_nothing():
    assert LIST.read({"since": "yesterday"}).values == {}


def test_a_pill_says_the_choice_and_leads_to_the_list_without_it():
    view = LIST.read({"status": "lodged", "name": "惠民", "sort": "newest", "after": "x"})
    first, second = view.pills
    assert (first.label, first.value, first.without) == ("Status", "待受理", "?name=%E6%83%A0%E6%B0%91&sort=newest")
    assert second.value == "惠民"
    assert view.clear == "?sort=newest"


def test_the_usual_order_is_not_in_the_address():
    assert LIST.read({"sort": "due"}).url() == "?"
    assert LIST.read({"sort": "nonsense"}).order is LIST.orders[0]


def test_a_heading_says_how_the_list_is_ordered():
    assert LIST.read({}).head("due", "Due") == {"title": "Due", "url": "?sort=due", "sort": "ascending", "num": False}
    assert LIST.read({}).head("newest", "New")["sort"] is None
    assert LIST.read({"sort": "newest"}).head("newest", "New")["sort"] == "descending"


def test_a_cursor_is_read_back_as_it_was_written():
    due, newest = LIST.orders
    row = Case(tenant_id=1, id=KEY, received_at=datetime(2026, 9, 16, 8, tzinfo=UTC))
    assert newest.place(newest.cursor(row)) == (row.received_at, KEY)
    assert due.place(f"2026-09-16~{KEY}") == (date(2026, 9, 16), KEY)


@pytest.mark.parametrize("made_up", ["", "~", "2026-09-16", f"never~{KEY}", "2026-09-16~nobody", f"1~2~{KEY}"])
def test_a_made_up_cursor_is_the_first_page(made_up):
    assert LIST.orders[0].place(made_up) is None


def test_a_moment_without_a_zone_is_no_cursor():
    assert LIST.orders[1].place(f"2026-09-16T08:00:00~{KEY}") is None


def test_conditions_are_values_never_words_of_the_statement():
    from sqlalchemy import select

    query = LIST.read({"name": "'; drop table case_record; --"}).narrow(select(Case.id))
    assert "drop table" not in str(query.compile(dialect=postgresql.dialect()))
