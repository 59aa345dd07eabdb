"""Statements per page: few, and the same with many rows as with few; pages in one order through all counties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from app.bureau import queries
from app.cases.services import Complaint, lodge_many
from tenants.database import db
from tests.facts.small_town import TODAY, Builder
from tests.town import CITY, EAST, NORTH, WEST

MOST = 12  # of a request, signing in, notices and menu counted


def more(made: Builder, count: int) -> None:
    """`count` cases in each county, an hour apart, so that the three are interleaved."""
    for offset, slug in enumerate((EAST, WEST, NORTH)):
        with made.town.at(slug):
            told = Complaint(facts="冰箱不制冷。", category="G0201", problem="P03", merchant_name="星河家电")
            batch = [
                (f"more-{n}", replace(told, received_at=TODAY - timedelta(hours=3 * n + offset))) for n in range(count)
            ]
            lodge_many(batch, made.town.person(slug, "handler"))
            db.session.commit()


@pytest.mark.parametrize(
    "path",
    ["/overview", "/counties/east", "/counties/cases", "/counties/cases?due=late&sort=due", "/exchange", "/measures"],
)
def test_a_page_sends_few_statements(small_town: Builder, statements: Callable[[], Any], path: str) -> None:
    browser = small_town.town.client(CITY, "supervisor")
    browser.get(path)
    with statements() as sent:
        browser.get(path)
    assert len(sent) <= MOST, sent


def test_one_case_sends_few_statements(small_town: Builder, statements: Callable[[], Any]) -> None:
    browser = small_town.town.client(CITY, "supervisor")
    path = f"/counties/east/cases/{small_town.numbers['E7']}"
    browser.get(path)
    with statements() as sent:
        browser.get(path)
    assert len(sent) <= MOST, sent


def test_more_cases_do_not_mean_more_statements(fresh_town: Builder, statements: Callable[[], Any]) -> None:
    browser = fresh_town.town.client(CITY, "supervisor")
    paths = ("/overview", "/counties/east", "/counties/cases", "/counties/cases?due=late&sort=due")

    def count() -> list[int]:
        found = []
        for path in paths:
            browser.get(path)
            with statements() as sent:
                browser.get(path)
            found.append(len(sent))
        return found

    few = count()
    more(fresh_town, 100)
    assert count() == few


@pytest.mark.parametrize("sort", ["newest", "due"])
def test_pages_run_through_all_counties_in_one_order(fresh_town: Builder, sort: str) -> None:
    more(fresh_town, 40)
    with fresh_town.town.at(CITY):
        args, turned, shown = {"sort": sort}, [], []
        while True:
            page = queries.listed(queries.CASES.read(args))
            turned.append([case.id for case in page.rows])
            shown += page.rows
            if page.older is None:
                break
            args = {"sort": sort, "after": _cursor(page.older, "after")}
        assert len(shown) == 9 + 120
        key = (
            (lambda case: (case.received_at, case.id)) if sort == "newest" else (lambda case: (case.queue_on, case.id))
        )
        assert shown == sorted(shown, key=key, reverse=sort == "newest")
        assert {case.tenant_id for case in shown[:20]} >= {2, 3}, "the counties stand among each other"
        back = queries.listed(queries.CASES.read({"sort": sort, "before": _cursor(page.newer, "before")}))
        assert [case.id for case in back.rows] == turned[-2], "and backwards the same pages"


def _cursor(url: str | None, name: str) -> str:
    return parse_qs((url or "").lstrip("?"))[name][0]


def test_a_long_list_is_counted_only_so_far(small_town: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 4)
    with small_town.town.at(CITY):
        assert queries.counted(queries.CASES.read({})) == 5
        assert queries.counted(queries.CASES.read({"received": "2025"})) == 1
