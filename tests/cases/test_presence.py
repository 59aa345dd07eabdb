"""Who is on a case, and what somebody has not sent yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.cases.queries import by_number
from app.cases.worklist import presence
from app.cases.worklist.models import NoteDraft, Presence
from app.core import clock
from tenants.database import db
from tests.town import EAST, WEST


def here(browser: Any, number: str, text: str = "") -> str:
    answer = browser.post(f"/cases/{number}/here", {"text": text}, checked=False)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_each_learns_of_the_other_and_nobody_of_oneself(town, lodged):
    number, other = lodged(), lodged(phone="13900000003")
    first, second = town.client(EAST, "handler"), town.client(EAST, "second")
    assert "东" not in here(first, number)
    assert "东承办" in here(second, number, "正在写")
    assert "东同事" in here(first, number)
    assert "东" not in here(first, other)


def test_who_has_left_is_no_longer_there(town, lodged):
    number = lodged()
    with town.at(EAST):
        case = by_number(number)
        with clock.freeze(clock.now() - timedelta(seconds=90)):
            presence.arrive(case, town.person(EAST, "second"))
        assert presence.arrive(case, town.handler) == []
        presence.arrive(case, town.person(EAST, "second"), writes=True)
        assert presence.arrive(case, town.handler) == [presence.Here("东同事", True)]
        with clock.freeze(clock.now() + timedelta(days=2)):
            presence.forget()
        assert db.session.scalar(select(Presence.id)) is None


def test_a_draft_is_there_on_the_next_device_and_nobody_else_s(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert browser.post(f"/cases/{number}/draft", {"text": "已联系商家，"}, checked=False).status_code == 200
    browser.post(f"/cases/{number}/draft", {"text": "已联系商家，约明天"}, checked=False)
    assert town.client(EAST, "handler").open("GET", f"/cases/{number}/draft").json["text"] == "已联系商家，约明天"
    for place, login, code in ((EAST, "second", 200), (EAST, "director", 200), (WEST, "handler", 404)):
        answer = town.client(place, login).open("GET", f"/cases/{number}/draft")
        assert answer.status_code == code
        assert "约明天" not in answer.get_data(as_text=True)


def test_a_note_that_was_sent_leaves_no_draft_and_nothing_written_is_none(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    browser.post(f"/cases/{number}/draft", {"text": "约明天"}, checked=False)
    assert browser.post(f"/cases/{number}/notes", {"text": "约明天上午"}).status_code == 303
    with town.at(EAST):
        assert db.session.scalar(select(NoteDraft.id)) is None
    browser.post(f"/cases/{number}/draft", {"text": "再打电话"}, checked=False)
    browser.post(f"/cases/{number}/draft", {"text": "  "}, checked=False)
    assert browser.open("GET", f"/cases/{number}/draft").json == {"text": ""}


def test_a_draft_that_nobody_came_back_to_is_forgotten(town, lodged):
    number = lodged()
    with town.at(EAST):
        presence.keep_draft(by_number(number), town.handler, "约明天")
        with clock.freeze(clock.now() + presence.KEPT + timedelta(minutes=1)):
            presence.forget()
        assert db.session.scalar(select(NoteDraft.id)) is None
