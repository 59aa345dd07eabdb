"""What the city and other counties read of a case tells of nobody: the portal knows whom it must not name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.cases.services import timing, triage
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid
from app.groups import services as groups
from app.handoffs.models import Handoff, HandoffStep
from app.merchants import services as register
from tenants.database import db
from tests.handoffs.conftest import REFERRAL, TOLD, Exchange, case
from tests.town import CITY, EAST, WEST, Town

OF_HER = ("林晓梅", "柳荫路12号", "13812346027", "8888 1234", "110101199003078478")


def test_a_letter_names_nobody_to_the_city_and_can_be_taken_over(exchange: Exchange, town: Town) -> None:
    told = {
        **REFERRAL,
        "fields": {**REFERRAL["fields"], "address": "full"},
        "subject": "核查林晓梅卡8888 1234",
        "ask": "林晓梅住柳荫路12号，电话138 1234 6027，请接手。",
    }
    reference = exchange.send(exchange.lodge(), told)
    exchange.do(WEST, "director", reference, "return", reason="other", text="林晓梅（柳荫路12号）未留合同。")
    with town.at(CITY):
        (handoff,) = db.session.scalars(select(Handoff))
        steps = db.session.scalars(select(HandoffStep).order_by(HandoffStep.id)).all()
        read = " ".join([handoff.subject, handoff.ask, handoff.wanted, handoff.summary, *(one.text for one in steps)])
    assert not [word for word in OF_HER if word in read]
    assert "核查林**卡" in read
    with town.at(WEST):
        (handoff,) = db.session.scalars(select(Handoff))
        assert handoff.subject == "核查林**卡88****34"


def test_what_was_masked_on_its_way_opens_a_case_over_there(exchange: Exchange, town: Town) -> None:
    reference = exchange.send(exchange.lodge(), {**REFERRAL, "subject": "核查8888 1234号卡"})
    exchange.do(WEST, "director", reference, "sign")
    exchange.do(WEST, "director", reference, "accept")
    assert exchange.see(WEST, reference).status == "accepted"


@pytest.mark.parametrize("field", ["title", "summary"])
@pytest.mark.parametrize("said", ["林晓梅退费", "住柳荫路12号的消费者退费", "退费，电话8888 1234"])
def test_a_case_is_not_described_by_whose_it_is(exchange: Exchange, town: Town, field: str, said: str) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        told = {"category": "S0401", "problem": "P02", "title": "健身卡退费", "summary": "健身卡退费", field: said}
        with pytest.raises(Invalid) as refused:
            triage.describe(case(number), town.person(EAST, "handler"), **told)
        assert refused.value.field == field
        db.session.rollback()


def test_intake_refuses_a_title_with_the_name_in_it(exchange: Exchange) -> None:
    with pytest.raises(Invalid) as refused:
        exchange.lodge(replace(TOLD, title="林晓梅的健身卡"))
    assert refused.value.field == "title"


@pytest.mark.parametrize("said", ["林晓梅的身份证明", "110101199003078478", "电话13812346027", "柳荫路12号的通知"])
def test_the_paper_of_a_pause_is_a_number_of_a_paper(exchange: Exchange, town: Town, said: str) -> None:
    """The city reads clocks, and a referral carries them over."""
    number = exchange.lodge()
    with town.at(EAST):
        told: dict[str, Any] = {"reason": "testing", "on": clock.today(), "clock": "mediation"}
        with pytest.raises(Invalid) as refused:
            timing.pause(case(number), town.person(EAST, "handler"), evidence=said, **told)
        assert refused.value.field == "evidence"
        db.session.rollback()


def test_of_a_pause_the_days_go_over_and_not_the_paper(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        by = town.person(EAST, "handler")
        for step, told in (("accept", {"category": "S0401", "problem": "P02"}), ("mediate", {})):
            CASE.take(step, case(number), by=by, **told)
        timing.pause(case(number), by, reason="testing", evidence="JC-2026-7", on=clock.today(), clock="mediation")
        db.session.commit()
    with clock.freeze(clock.at(date(2026, 6, 4), 9)):
        reference = exchange.send(number, REFERRAL)
    (pause,) = exchange.see(WEST, reference).facts["clocks"]["mediation"]["pauses"]
    assert pause == {"kind": "pause", "reason": "testing", "on": "2026-06-01", "until": "2026-06-04"}


def test_a_group_is_not_called_after_somebody(exchange: Exchange, town: Town) -> None:
    numbers = [exchange.lodge(), exchange.lodge(replace(TOLD, name="方晓", phone="13900000002"))]
    with town.at(EAST), pytest.raises(Invalid) as refused:
        groups.open_group(town.person(EAST, "director"), title="方晓等人退费", cases=[case(one) for one in numbers])
    assert refused.value.field == "title"


@pytest.mark.parametrize("field", ["name", "sign", "trade", "address"])
def test_an_entry_of_the_register_tells_of_a_business_only(town: Town, field: str) -> None:
    with town.at(EAST):
        by = town.person(EAST, "director")
        with pytest.raises(Invalid) as refused:
            register.add(by, **{"name": "星河公司", field: "临河路1号 13812346027"})
        assert refused.value.field == field
        one = register.add(by, name="星河公司", address="临河路1号")
        with pytest.raises(Invalid) as refused:
            register.change(one, by, **{"name": "星河公司", field: "临河路1号 13812346027"})
        assert refused.value.field == field
        db.session.rollback()
