"""The bureau says by which limits the city and each center work; the centers read it and count by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app import deadlines, jobs
from app.audit.models import Entry
from app.cases.models import Case
from app.cases.services import Complaint, lodge
from app.core import clock
from tenants.database import db
from tests.town import CITY, EAST, MARKET, WEST

TOLD = {
    "organisation": "2",
    "effective_from": "2026-01-01",
    "family": "zhejiang",
    "in_flight": "old",
    "on_transfer": "carry",
    "supplement": "y",
    "channel_hotline": "hotline",
    "reason": "东县由消保委调解",
}


@pytest.fixture(autouse=True)
def read_afresh() -> Iterator[None]:
    deadlines.forget()
    yield
    deadlines.forget()


def lodged(town: Any, slug: str, **facts: Any) -> Case:
    with town.at(slug):
        case = lodge(Complaint(facts="健身房闭店，卡里还有余额", **facts), town.person(slug, "handler")).case
        db.session.commit()
        assert case.clocks is not None
        db.session.expunge_all()
        return case


def test_a_center_works_by_what_the_bureau_set_for_it_and_its_neighbour_does_not(town: Any) -> None:
    browser = town.client(CITY, "admin")
    assert browser.get("/rules/new?organisation=2").status_code == 200
    assert browser.post("/rules/new", TOLD).status_code == 303
    browser.get("/rules")
    for said in ("东县中心", "浙江 消保委", "东县由消保委调解", "12345 转办", "市管理"):
        assert said in browser.page.words, said
    deadlines.forget()
    east, west = lodged(town, EAST, channel="hotline"), lodged(town, WEST, channel="hotline")
    assert (east.profile_code, west.profile_code) == ("zhejiang-association", "order-121")
    assert {one.code for one in east.clocks} == {"acceptance", "hotline_answer"}
    assert {one.code for one in west.clocks} == {"acceptance"}


def test_every_organisation_has_it_in_its_own_trail(town: Any) -> None:
    town.client(CITY, "admin").post("/rules/new", TOLD)
    jobs.drain()
    for slug in (EAST, WEST, MARKET):
        with town.at(slug):
            assert "regime.reached" in {entry.event for entry in db.session.query(Entry).all()}, slug
    with town.at(CITY):
        facts = next(entry.facts for entry in db.session.query(Entry).all() if entry.event == "regime.set")
    assert (facts["organisation"], facts["family"], facts["channel_hotline"]) == (2, "zhejiang", "hotline")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": ""}, 422),
        ({"family": "exchange"}, 422),
        ({"organisation": "5"}, 422),  # a department counts no cases
        ({"organisation": "1", "family": ""}, 422),  # the city cannot go by the city
        ({"channel_hotline": "exchange"}, 422),
        ({"in_flight": "both"}, 422),
    ],
)
def test_what_cannot_be_a_rule_is_refused(town: Any, change: dict[str, str], said: int) -> None:
    assert town.client(CITY, "admin").post("/rules/new", {**TOLD, **change}).status_code == said


def test_the_form_begins_with_how_it_is_now(town: Any) -> None:
    browser = town.client(CITY, "admin")
    browser.post("/rules/new", {**TOLD, "organisation": "1", "family": "shanghai"})
    deadlines.forget()
    browser.get("/rules")
    assert browser.page.words.count("上海 消保委") == 4  # the city and its three centers
    browser.get("/rules/new?organisation=3")
    assert browser.get("/rules/new?organisation=999").status_code == 200


def test_only_the_administrator_of_the_bureau_sets_rules(town: Any) -> None:
    for login in ("supervisor", "analyst"):
        browser = town.client(CITY, login)
        assert browser.get("/rules", checked=False).status_code == 403
        assert browser.post("/rules/new", TOLD, checked=False).status_code == 403
    assert town.client(EAST, "admin").get("/rules", checked=False).status_code == 404
    assert clock.today()
