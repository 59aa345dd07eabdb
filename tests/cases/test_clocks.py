"""The legal time limits that follow the steps, with days worked out by hand."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from app.cases.models import Case, CaseClock
from app.cases.queries import by_number
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.errors import Invalid, WrongMoment
from app.deadlines.models import LegalLimit, LegalProfile
from tenants.database import db
from tests.town import CITY, EAST


def at(year, month, day, hour=10):
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def dues(case):
    return {one.code: (one.state, one.due_on) for one in case.clocks}


def test_acceptance_counts_working_days_and_mediation_calendar_days(lodged, take, look):
    # Received on Wednesday 16 September 2026. Sunday the 20th is worked for the National Day holiday,
    # Friday the 25th is Mid-Autumn: 17, 18, 20, 21, 22, 23, 24 are the seven working days.
    with clock.freeze(at(2026, 9, 16)):
        number = lodged()
    assert look(number).due_on == date(2026, 9, 24)
    with clock.freeze(at(2026, 9, 18)):
        take(number, "accept")
    case = look(number)
    # 18 September + 60 days is Tuesday 17 November, a working day.
    assert dues(case) == {"acceptance": ("met", date(2026, 9, 24)), "mediation": ("running", date(2026, 11, 17))}
    assert (case.due_on, case.due_code) == (date(2026, 11, 17), "mediation")


def test_what_came_in_before_the_change_of_law_is_counted_by_order_20(lodged, take, look):
    with clock.freeze(at(2026, 4, 14)):
        number = lodged()
    with clock.freeze(at(2026, 4, 16)):
        take(number, "accept")
    case = look(number)
    mediation = case.clock("mediation")
    assert (case.profile_code, mediation.unit, mediation.amount) == ("order-20", "working", 45)
    with clock.freeze(at(2026, 4, 15)):
        number = lodged(phone="13900000002")
    assert look(number).profile_code == "order-121"


def test_testing_stops_the_mediation_clock_and_gives_the_days_back(lodged, take, look):
    with clock.freeze(at(2026, 9, 18)):
        number = lodged()
        take(number, "accept")
    with clock.freeze(at(2026, 10, 12)):
        take(number, "pause")
    assert (look(number).due_on, look(number).due_code) == (None, None)
    with clock.freeze(at(2026, 10, 15)):
        take(number, "resume")
    # 17 November and the three days of testing.
    assert look(number).due_on == date(2026, 11, 20)


def test_an_ended_mediation_starts_the_notice_and_is_closed_only_after_it(lodged, take, look):
    with clock.freeze(at(2026, 9, 18)):
        number = lodged()
        take(number, "accept")
        take(number, "mediate")
    with clock.freeze(at(2026, 11, 16)):
        take(number, "end")
        case = look(number)
        # Seven working days after Monday 16 November.
        assert (case.due_on, case.due_code) == (date(2026, 11, 25), "termination_notice")
        with pytest.raises(WrongMoment, match=r"(?i)parties|双方"):
            take(number, "close")
    with clock.freeze(at(2026, 11, 20)):
        take(number, "notify")
        take(number, "close")
    case = look(number)
    assert (case.status, case.due_on) == ("closed", None)
    assert {one.state for one in case.clocks} == {"met"}


def test_a_refusal_meets_the_clock_on_the_day_it_is_approved(town, lodged, take, look):
    from app.cases.workflow import CASE

    with clock.freeze(at(2026, 9, 16)):
        number = lodged()
        take(number, "refuse", login="handler")
    with clock.freeze(at(2026, 9, 21)), town.at(EAST):
        case = by_number(number)
        CASE.approve(CASE.waiting(case), case, by=town.person(EAST, "director"))
        db.session.commit()
    assert look(number).clocks[0].met_on == date(2026, 9, 21)


def test_a_withdrawn_complaint_owes_no_decision(lodged, take, look):
    number = lodged()
    take(number, "withdraw", login="clerk")
    case = look(number)
    assert (case.outcome, case.clocks[0].state, case.due_on) == ("withdrawn", "void", None)


def test_reopening_begins_a_new_mediation_and_keeps_the_old_clock(standing, take, look):
    number = standing("closed")
    take(number, "reopen")
    case = look(number)
    assert (case.status, case.outcome, case.recovered, case.closed_at) == ("accepted", None, None, None)
    assert sorted(one.state for one in case.clocks if one.code == "mediation") == ["met", "running"]


def test_a_refused_complaint_may_be_considered_again(standing, take, look):
    number = standing("refused")
    take(number, "reconsider")
    case = look(number)
    assert (case.status, case.ground, case.due_code) == ("lodged", None, "acceptance")


def test_no_day_ahead_and_none_before_the_case(standing, take):
    number = standing("mediating")
    for day in (date(2099, 1, 1), date(2001, 1, 1)):
        with pytest.raises(Invalid) as refusal:
            take(number, "session", on=day)
        assert refusal.value.field == "on"


def test_the_limits_of_the_orders_cannot_be_extended(standing, take):
    with pytest.raises(WrongMoment):
        take(standing("mediating"), "extend")


def test_where_the_law_allows_it_an_extension_needs_the_director(town, app, standing, take, look):
    """A local rule such as Shanghai's: sixty days, and thirty more if both agree."""
    from app.deadlines import queries
    from tenants import realm
    from tenants.registry import registry

    with realm.enter(registry.realm(CITY), db.leave):
        copied = db.session.scalars(select(LegalProfile).where(LegalProfile.code == "order-121")).one()
        facts = {column.key: getattr(copied, column.key) for column in LegalProfile.__table__.columns}
        limits = [
            {column.key: getattr(limit, column.key) for column in LegalLimit.__table__.columns}
            for limit in copied.limits
        ]
        db.session.add(LegalProfile(**{**facts, "version": 2}))
        db.session.flush()
        for limit in limits:
            more = {"extends_by": 30} if limit["code"] == "mediation" else {}
            db.session.add(LegalLimit(**{**limit, "profile_version": 2, **more}))
        db.session.commit()
    queries.forget()
    try:
        number = standing("mediating")
        before = look(number).due_on
        take(number, "extend", login="handler")
        assert look(number).due_on == before
        with town.at(EAST):
            from app.cases.workflow import CASE

            case = by_number(number)
            CASE.approve(CASE.waiting(case), case, by=town.person(EAST, "director"))
            db.session.commit()
        assert (look(number).due_on - before).days >= 28
    finally:
        queries.forget()


def test_a_changed_calendar_reaches_the_queue(town, lodged):
    from app import jobs
    from app.deadlines.counting import recount_open

    number = lodged()
    with town.at(EAST):
        one = db.session.scalars(select(CaseClock)).one()
        right = one.due_on
        one.due_on, one.calendar_version = date(2030, 1, 1), 0
        db.session.scalars(select(Case)).one().due_on = date(2030, 1, 1)
        db.session.commit()
    with town.at(EAST):
        assert recount_open() == 1
        db.session.commit()
    jobs.drain()
    with town.at(EAST):
        assert by_number(number).due_on == right
