"""Support of a lawsuit and exposure through media: asked for, approved, done, each step on record."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.advocacy import services
from app.advocacy.models import Exposure, LitigationSupport
from app.advocacy.workflow import WORKFLOWS, ask
from app.audit.models import Entry
from app.cases.papers.facts import WITHHELD, facts_of
from app.cases.queries import by_number
from app.cases.services import lodge
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.documents.kinds import kinds
from app.jobs import drain
from app.notifications.models import Notice
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import EAST

MODELS: dict[str, Any] = {"litigation": LitigationSupport, "exposure": Exposure}
CHOSEN = {"litigation": {"means": "letter"}, "exposure": {"medium": "press"}}


@pytest.fixture
def asked(town: Any) -> Any:
    """Ask for one of the two in a new case; the number of the case."""

    def make(kind: str) -> str:
        with town.at(EAST):
            case = lodge(TOLD, town.person(EAST, "handler")).case
            db.session.flush()
            ask(case, town.person(EAST, "handler"), kind, text="多家门店闭店不退款", **CHOSEN[kind])
            db.session.commit()
            return str(case.number)

    return make


@pytest.fixture
def take(town: Any) -> Any:
    def go(number: str, kind: str, step: str, *, login: str = "handler", **told: Any) -> Any:
        with town.at(EAST):
            one = services.of_case(MODELS[kind], by_number(number))
            WORKFLOWS[kind].take(step, one, by=town.person(EAST, login), **told)
            db.session.commit()
            db.session.refresh(one)
            db.session.expunge_all()
            return one

    return go


def noticed(town: Any, event: str) -> list[Any]:
    drain()
    with town.at(EAST):
        return list(db.session.scalars(select(Notice.person_id).where(Notice.event == event)))


def test_a_lawsuit_is_approved_filed_heard_and_decided(town, asked, take):
    number, today = asked("litigation"), clock.today()
    assert noticed(town, "litigation.ask") == [town.director.id]
    with pytest.raises(WrongMoment):
        take(number, "litigation", "file", filed_on=today, said={"court": "东县人民法院", "court_number": "1"})
    with pytest.raises(NotAllowed):
        take(number, "litigation", "approve")
    take(number, "litigation", "approve", login="director")
    assert noticed(town, "litigation.approve") == [town.handler.id]
    court = {"court": "东县人民法院", "court_number": "（2026）江0102民初123号"}
    with pytest.raises(Invalid):
        take(number, "litigation", "file", filed_on=today + timedelta(days=1), said=court)
    take(number, "litigation", "file", filed_on=today, said=court)
    with pytest.raises(Invalid):
        take(number, "litigation", "hearing", hearing_at=clock.at(today - timedelta(days=1), 9))
    take(number, "litigation", "hearing", hearing_at=clock.at(today + timedelta(days=30), 9, 30))
    told = {"judgment": "won", "text": "判决退还余额"}
    with pytest.raises(Invalid):
        take(number, "litigation", "judge", judged_on=today - timedelta(days=1), **told)
    one = take(number, "litigation", "judge", judged_on=today, **told)
    assert (one.status, one.judgment, one.court_number) == ("decided", "won", court["court_number"])


def test_nothing_is_exposed_before_facts_are_checked_the_merchant_heard_and_it_is_approved(town, asked, take):
    number, today = asked("exposure"), clock.today()
    publish = {"published_on": today, "said": {"published_in": "江州日报第3版"}}
    with pytest.raises(WrongMoment):
        take(number, "exposure", "approve", login="director")
    take(number, "exposure", "check", checked_on=today, text="已核对合同")
    with pytest.raises(WrongMoment):
        take(number, "exposure", "approve", login="director")
    take(number, "exposure", "hear", heard_on=today, text="书面告知，未答复")
    with pytest.raises(WrongMoment):
        take(number, "exposure", "publish", **publish)
    with pytest.raises(NotAllowed):
        take(number, "exposure", "approve")
    take(number, "exposure", "approve", login="director")
    with pytest.raises(Invalid):
        take(number, "exposure", "publish", **{**publish, "published_on": today - timedelta(days=1)})
    one = take(number, "exposure", "publish", **publish)
    assert (one.status, one.published_in) == ("published", "江州日报第3版")
    with pytest.raises(NotAllowed):
        take(number, "exposure", "retract", text="金额有误")
    assert take(number, "exposure", "retract", login="director", text="金额有误").status == "retracted"


@pytest.mark.parametrize("kind", MODELS)
def test_there_is_one_of_each_and_all_of_it_stands_in_the_story_of_the_case(town, asked, take, kind):
    number = asked(kind)
    take(number, kind, "decline", login="director", text="先调解")
    with town.at(EAST):
        case = by_number(number)
        with pytest.raises(WrongMoment):
            ask(case, town.person(EAST, "handler"), kind, text="再提一次", **CHOSEN[kind])
        db.session.rollback()
        query = select(Entry.event).where(Entry.subject_id == by_number(number).id).order_by(Entry.seq)
        events = list(db.session.scalars(query))
    assert events[-2:] == [f"case.{kind}_ask", f"case.{kind}_decline"]


def test_who_reported_does_not_stand_in_what_is_published(town):
    with town.at(EAST):
        from dataclasses import replace

        case = lodge(replace(TOLD, nature="R"), town.person(EAST, "handler")).case
        db.session.flush()
        said = facts_of(case, kinds()["exposure"])
        assert (said["consumer"], said["consumer_phone"], said["story"]) == (WITHHELD, WITHHELD, WITHHELD)


def test_the_pages_ask_show_and_take_steps(town):
    with town.at(EAST):
        number = lodge(TOLD, town.person(EAST, "handler")).case.number
        db.session.commit()
    browser, where = town.client(EAST, "handler"), f"/cases/{number}/advocacy/exposure"
    assert f"{where}/new" in browser.get(f"/cases/{number}").get_data(as_text=True)
    assert browser.post(f"{where}/new", {"medium": "press"}).status_code == 422
    assert browser.post(f"{where}/new", {"medium": "press", "text": "闭店不退款"}).status_code == 303
    step = {"version": 1, "checked_on": "2099-01-01", "text": "已核对"}
    assert browser.post(f"{where}/steps/check", step).status_code == 422
    assert browser.post(f"{where}/steps/check", {**step, "checked_on": f"{date(2026, 1, 5)}"}).status_code == 303
    assert "已核对" in browser.get(where).get_data(as_text=True)
    assert browser.open("GET", f"/cases/{number}/advocacy/litigation").status_code == 404
    assert browser.open("GET", f"/cases/{number}/advocacy/else").status_code == 404
