"""The queue narrowed: every declared filter finds what it says, keeps the rest out, and stays within its statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import ColumnClause, select, text
from sqlalchemy.sql import visitors

from app.cases.models import Case
from app.cases.queries import by_number
from app.cases.queries.filters import filters
from app.cases.queries.queue import queue
from app.cases.services import lodge, note
from app.cases.services.intake import Complainant, lodge_many
from app.core import clock
from app.handoffs import services as handoffs
from tenants.database import db
from tenants.registry import registry
from tests.cases.conftest import TOLD
from tests.forms import forms_of
from tests.town import EAST, MARKET, WEST

CASE_TABLE = Case.__table__
# What narrows to the one case, and what does not: filter -> (facts of the case, steps, value, another value).
OWN: dict[str, tuple[dict[str, Any], tuple[str, ...], str, str]] = {
    "status": ({}, ("accept",), "accepted", "mediating"),
    "stage": ({}, ("accept",), "handling", "closing"),
    "category": ({}, (), "S04", "S01"),
    "problem": ({}, (), "P02", "P01"),
    "channel": ({"channel": "hotline"}, (), "hotline", "letter"),
    "nature": ({"nature": "R"}, (), "R", "M"),
    "place": ({"place": "live"}, (), "live", "shop"),
    "trait": ({"elderly": True}, (), "elderly", "minor"),
    "flag": ({"traits": ("urgent",)}, (), "urgent", "media"),
    "merchant": ({"merchant_name": "悦动健身"}, (), "悦动健身", "悦动"),
    "least": ({"amount": Decimal(4680)}, (), "4,680", "4680.01"),
    "most": ({"amount": Decimal(4680)}, (), "¥4680", "4679"),
    "clock": ({}, ("accept", "mediate", "pause"), "paused", "extended"),
    "letter": ({"nature": "M"}, (), "mixed", "divided"),
    "who": ({}, (), "nobody", "me"),
    "due": ({}, ("accept", "mediate", "pause"), "never", "late"),
    "within": ({}, (), "10", "1"),
    "paper": ({}, (), "none", "waiting"),
    "scope": ({}, ("refuse",), "closed", ""),
}


def shown(browser: Any, **asked: str) -> list[str]:
    """The numbers on the queue's page; a row leads to its case more than once."""
    address = "&".join(f"{name}={value}" for name, value in asked.items())
    assert browser.get(f"/cases?{address}").status_code == 200
    ends = (link.partition("#")[0].rpartition("/")[2] for link in browser.page.links)
    return list(dict.fromkeys(end for end in ends if end.startswith("20")))


@pytest.mark.parametrize("name", OWN)
def test_a_filter_finds_what_it_says_and_nothing_else(town, take, name):
    facts, steps, value, other = OWN[name]
    with town.at(EAST):
        number = lodge(replace(TOLD, **facts), town.person(EAST, "handler")).case.number
        db.session.commit()
    for step in steps:
        take(number, step)
    browser = town.client(EAST, "director")
    assert number in shown(browser, **{name: value})
    assert number not in shown(browser, **{name: other})


def test_there_are_more_than_twenty_and_each_has_a_label_a_place_and_a_field(town, lodged):
    lodged()
    browser = town.client(EAST, "handler")
    page = browser.open("GET", "/cases").get_data(as_text=True)
    (form,) = [form for form in forms_of(page) if form.action.endswith("/narrow") and "status" in form.controls]
    with town.at(EAST):
        declared = filters(town.handler)
    assert len(declared) >= 20
    assert {one.name for one in declared} <= form.controls.keys()
    assert all(str(one.label) and str(one.group) for one in declared)


def test_a_reopened_case_is_found_again(town, standing, take):
    number, fresh = standing("closed"), standing("accepted")
    browser = town.client(EAST, "director")
    assert shown(browser, again="once", scope="all") == []
    take(number, "reopen")
    assert shown(browser, again="once") == [number]
    assert shown(browser, again="often") == []
    assert fresh in shown(browser)


def test_a_case_that_nobody_touched_is_found_until_somebody_writes_a_word(town, lodged):
    now = clock.now()
    with clock.freeze(now - timedelta(days=9)):
        left, touched = lodged(), lodged(phone="13900000003")
    with clock.freeze(now - timedelta(days=2)), town.at(EAST):
        note(by_number(touched), town.person(EAST, "handler"), text="打过电话")
        db.session.commit()
    browser = town.client(EAST, "handler")
    assert shown(browser, idle="5") == [left]
    assert shown(browser, idle="1") == [left, touched]
    assert shown(browser, idle="10") == []


def test_the_other_cases_of_a_consumer_are_found_by_one_of_them(town, lodged, take):
    first, second, other, nobody = lodged(), lodged(), lodged(phone="13900000003"), lodged(phone=None)
    take(second, "withdraw")
    browser = town.client(EAST, "handler")
    assert shown(browser, scope="all", same=first) == [second]
    assert shown(browser, scope="all", same=other) == []
    assert shown(browser, scope="all", same=nobody) == [], "who left no number is like nobody"
    browser.get(f"/cases/{first}")
    assert any(f"same={first}" in link for link in browser.page.links)
    assert shown(town.client(WEST, "handler"), scope="all", same=first) == []


def test_a_request_under_way_is_found_by_its_exchange(town, lodged, exchanged):
    asked, other = exchanged(), lodged()
    browser = town.client(EAST, "handler")
    assert shown(browser, exchange="out") == [asked]
    assert shown(browser, exchange="returned") == []
    assert other in shown(browser)


@pytest.fixture
def exchanged(town, lodged):
    """A case of East of which the market department was asked something."""

    def make() -> str:
        number = lodged(phone="13900000009")
        with town.at(EAST):
            by = town.person(EAST, "director")
            handoffs.send(
                by_number(number),
                by,
                kind="request",
                receiver=registry.find(MARKET).id,
                subject="超范围经营核查",
                ask="请核查。",
                legal_basis="第十二条",
                fields={"demand": "full"},
            )
            db.session.commit()
        return number

    return make


def test_two_people_who_complain_together_are_told_from_one(town, lodged):
    joint = lodged(others=(Complainant(name="王建国", phone="13900000004"),))
    alone = lodged(phone="13900000005")
    browser = town.client(EAST, "handler")
    assert shown(browser, together="joint") == [joint]
    assert alone in shown(browser)


@pytest.mark.parametrize("value", ["-1", "0", "367", "3.5", "昨天", "1e3"])
def test_what_is_no_number_of_days_narrows_nothing(town, value):
    with town.at(EAST):
        assert queue(town.handler).read({"idle": value, "within": value}).values == {}


@pytest.mark.parametrize("value", ["-1", "NaN", "Infinity", "1e12", "一百"])
def test_what_is_no_amount_narrows_nothing(town, value):
    with town.at(EAST):
        assert queue(town.handler).read({"least": value, "most": value}).values == {}


def test_pills_say_the_words_and_one_is_taken_away_at_a_time(town, lodged):
    lodged()
    browser = town.client(EAST, "handler")
    browser.get("/cases?category=S0401&problem=P02&least=4680&idle=3")
    assert "¥4,680" in browser.page.words
    assert "?problem=P02&least=4680&idle=3" in browser.page.links or any(
        "category" not in link and "problem=P02" in link and "idle=3" in link for link in browser.page.links
    )
    assert "/east/cases?scope=open" in browser.page.links


def test_a_number_of_somebody_narrows_nothing_wherever_it_is_typed(town):
    with town.at(EAST):
        for one in filters(town.handler):
            if one.listed() is None:
                assert one.read("13812346027") is None, one.name


def test_no_filter_reaches_over_the_wall(town, lodged):
    lodged(WEST)
    browser = town.client(EAST, "director")
    for name, (_facts, _steps, value, _other) in OWN.items():
        assert shown(browser, scope="all", **({name: value} if name != "scope" else {})) == []


# What it costs ---------------------------------------------------------------------------------------------------


def many(town: Any, count: int) -> None:
    with town.at(EAST):
        told = [(f"f-{n}", replace(TOLD, phone=f"139{n:08d}", amount=Decimal(n))) for n in range(count)]
        lodge_many(told, town.person(EAST, "handler"))
        db.session.commit()


EVERY = {
    **{name: value for name, (_facts, _steps, value, _other) in OWN.items() if name != "scope"},
    "again": "once",
    "claim": "C04",
    "idle": "3",
    "since": "2026-01-01",
    "until": "2036-01-01",
    "together": "joint",
    "exchange": "out",
    "draft": "waiting",
    "same": "2026-000001",
}


def test_a_page_with_every_filter_stays_within_its_statements(town, statements):
    many(town, 60)
    browser = town.client(EAST, "director")
    for path in ("/cases?scope=all", "/cases?" + "&".join(f"{name}={value}" for name, value in EVERY.items())):
        counted = []
        for _look in range(2):
            with statements() as sent:
                assert browser.get(path).status_code == 200
            counted.append(len(sent))
        assert min(counted) <= 12, path


def test_what_a_case_carries_itself_is_read_from_the_index_alone(town):
    """A column that a filter asks for and an index of the queue does not hold would cost a look at every row."""
    held = {
        index.name: {column.name for column in index.columns} | set(index.dialect_options["postgresql"]["include"])
        for index in CASE_TABLE.indexes
        if index.name in ("ix_case_open", "ix_case_received")
    }
    every: set[str] = set()
    with town.at(EAST):
        view = queue(town.handler).read({**EVERY, "scope": "closed"})
        assert len(view.values) >= 20
        for one in view.listing.filters:
            condition = one.where(view.values[one.name])
            columns = (each for each in visitors.iterate(condition) if isinstance(each, ColumnClause))
            asked = {each.name for each in columns if getattr(each.table, "name", "") == CASE_TABLE.name}
            for index, names in held.items():
                assert asked <= names | {"merchant_name"}, (one.name, index)
            every |= asked
    assert every >= {"category", "amount", "people", "traits"}


def test_no_filter_reads_the_table_from_end_to_end(town):
    """Of the keys of a page, as the application's role asks for them, behind the walls."""
    many(town, 400)
    with town.at(EAST):
        view = queue(town.person(EAST, "handler")).read(EVERY)
        # Of few rows, once they are counted, a planner rightly reads them all: whether it could do without is asked.
        db.session.execute(text("set local enable_seqscan = off"))
        for one in view.listing.filters:
            for order in view.listing.orders:
                query = select(Case.id).where(one.where(view.values[one.name])) if one.name in view.values else None
                if query is not None:
                    plan = explained(query.order_by(*order.columns).limit(51))
                    assert "Seq Scan on case_record" not in plan, (one.name, plan)


def explained(query: Any) -> str:
    said = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    return "\n".join(db.session.execute(text(f"explain {said}".replace(":", "\\:").replace("\\:\\:", "::"))).scalars())
