"""Pages say who may enter, exist only where they are meant, and commit what ended well and nothing else."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.area import ANYONE, SIGNED_IN, Area
from app.core.numbering import Counter
from app.merchants.models import Merchant
from tenants.bases import uuid7
from tenants.database import db
from tests.browser import Browser
from tests.town import CITY, EAST, MARKET, Town


def test_a_route_without_a_permission_cannot_be_declared() -> None:
    area = Area("loose", __name__)
    with pytest.raises(TypeError, match="who may enter"):
        area.route("/loose")
    with pytest.raises(TypeError, match="allow"):
        area.page("/loose")  # type: ignore[call-arg]  # that it is missing is the point


def test_a_page_exists_only_in_its_kinds_of_organisation(app: Any, town: Town) -> None:
    """Elsewhere it is not forbidden, it is not there: before anybody is asked who they are."""
    assert Browser(app, EAST).open("GET", "/desk/today").status_code in (302, 303)
    for slug in (CITY, MARKET):
        assert Browser(app, slug).open("GET", "/desk/today").status_code == 404


def test_outside_of_organisations_only_what_is_meant_for_it_is_served(app: Any, town: Town) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "GET" in rule.methods and not rule.arguments and rule.endpoint != "static":
            answer = Browser(app).open("GET", rule.rule)
            assert (answer.status_code == 404) is not view.area.outside, rule.rule


def test_what_a_refusal_had_written_is_not_committed(app: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that answers with an error keeps nothing, whether it raises or returns it."""
    for status, kept in ((200, True), (204, True), (303, True), (404, False), (409, False), (422, False)):
        _page_that_writes(app, monkeypatch, f"answer-{status}", status)
        assert town.client(EAST, "handler").open("GET", "/account").status_code == status
        with town.at(EAST):
            found = db.session.scalars(select(Counter).where(Counter.kind == f"answer-{status}")).all()
        assert bool(found) is kept, status


def _page_that_writes(app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str, status: int) -> None:
    def view() -> Any:
        db.session.add(Counter(id=uuid7(), kind=kind, year=2026, last=1))
        return "", status

    area = Area("writing", __name__)
    made = area.page("/writing", allow=SIGNED_IN)(view)
    monkeypatch.setitem(app.view_functions, "accounts.account", made)


def test_a_closed_door_is_noted_by_whoever_wants_to_know(town: Town, root: Any) -> None:
    """Of the many doors one is enough: the audit has the permission that was missing (AL7)."""
    assert town.client(EAST, "handler").get("/people").status_code == 403
    with root.connect() as connection:
        query = "select facts ->> 'permission' from audit_entry where event = 'access.denied' and tenant_id = 2"
        assert connection.exec_driver_sql(query).scalars().all() == ["person.keep"]


def test_the_two_doors_without_a_permission_are_words_like_the_others() -> None:
    assert isinstance(ANYONE, StrEnum)
    assert {str(ANYONE), str(SIGNED_IN)} == {"anyone", "signed in"}


def test_two_people_of_two_kinds_meet_the_same_404(town: Town) -> None:
    """A page that is not there and a merchant that is not there look alike."""
    with town.at(EAST):
        assert db.session.scalars(select(Merchant)).all() == []
    browser = town.client(EAST, "handler")
    assert browser.get("/merchants/M2026-000001").status_code == browser.get("/counties/east").status_code == 404
