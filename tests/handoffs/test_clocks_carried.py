"""What becomes of the time limits of a case that another county takes over: anew, or carried over, as the city says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app import deadlines
from app.cases.models import Case
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.deadlines.profiles import BUREAU, Regime
from app.deadlines.services import set_regime
from tenants.database import db
from tests.handoffs.conftest import REFERRAL, Exchange
from tests.town import CITY, EAST, WEST, Town


def at(month: int, day: int) -> Any:
    return clock.freeze(clock.at(date(2026, month, day), 10))


@pytest.fixture
def says(town: Town) -> Iterator[Callable[[str], None]]:
    """says("carry"): what the city has decided about transfers."""

    def say(on_transfer: str) -> None:
        with town.at(CITY):
            chosen = Regime(BUREAU, date(2020, 1, 1), on_transfer=on_transfer, reason="市局会议纪要")
            set_regime(chosen, town.person(CITY, "admin"))
            db.session.commit()
        deadlines.forget()

    yield say
    deadlines.forget()


def taken_over(exchange: Exchange, reference: str) -> Case:
    exchange.do(WEST, "handler", reference, "sign")
    exchange.do(WEST, "handler", reference, "accept")
    exchange.tell()
    with exchange.town.at(WEST):
        case = db.session.scalars(select(Case)).one()
        assert case.clocks is not None
        db.session.expunge_all()
        return case


# Received in East on Monday 2026-06-01, taken over by West on Friday the 5th. Anew: 8, 9, 10, 11, 12, 15, Tu 16.
# Carried over: 2, 3, 4, 5, 8, 9, We 10.
@pytest.mark.parametrize(("on_transfer", "due"), [("anew", date(2026, 6, 16)), ("carry", date(2026, 6, 10))])
def test_the_time_for_the_decision_begins_anew_or_goes_on(
    exchange: Exchange, says: Any, on_transfer: str, due: date, app: Any
) -> None:
    says(on_transfer)
    with at(6, 1):
        reference = exchange.send(exchange.lodge(), REFERRAL)
    with at(6, 5):
        case = taken_over(exchange, reference)
    assert (case.due_on, case.clocks[0].state) == (due, "running")
    with app.test_request_context(), force_locale("en"), exchange.town.at(WEST):
        said = str(deadlines.explain(case.clocks[0]))
    assert ("the time used there counts" in said) == (on_transfer == "carry")
    assert ("taken over from 2026-000001 on 2026-06-05" in said) == (on_transfer == "carry")


def test_a_mediation_that_had_begun_goes_on_with_what_it_had_left_out(exchange: Exchange, says: Any) -> None:
    # Accepted in East on Tuesday 2026-06-02: 60 days are Saturday 08-01. Stopped for testing from the 3rd to the 10th,
    # seven days: 08-08 is a Saturday too, so Monday 08-10. West decides for itself, seven working days from signing,
    # and accepts on the 16th; its mediation goes on from June 2nd.
    says("carry")
    with at(6, 1):
        number = exchange.lodge()
    town = exchange.town
    for day, step, facts in (
        (2, "accept", {}),
        (3, "pause", {"reason": "testing", "evidence": "JC-1", "on": date(2026, 6, 3)}),
        (10, "resume", {"on": date(2026, 6, 10)}),
    ):
        with at(6, day), town.at(EAST):
            CASE.take(step, by_number(number), by=town.person(EAST, "director"), **facts)
            db.session.commit()
    with at(6, 11):
        reference = exchange.send(number, REFERRAL)
    with at(6, 12):
        case = taken_over(exchange, reference)
    # 15, 16, 17, 18 (4) | Dragon Boat 19-21 | 22, 23, 24
    assert (case.due_code, case.due_on) == ("acceptance", date(2026, 6, 24))
    with at(6, 16), town.at(WEST):
        CASE.take("accept", by_number(case.number), by=town.person(WEST, "director"))
        db.session.commit()
    case = exchange.case_at(WEST, case.number)
    with town.at(WEST):
        mediation = by_number(case.number).clock("mediation")
        assert mediation is not None
        assert (mediation.started_on, mediation.paused_days) == (date(2026, 6, 2), 7)
        assert mediation.due_on == date(2026, 8, 10)
