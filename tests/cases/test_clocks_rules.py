"""Which rule counts a case, and what happens to its clocks: by regime, by channel, by decision, and on a transfer."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import date

import pytest

from app import audit, deadlines, jobs
from app.cases import services
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.deadlines.profiles import BUREAU, Regime
from app.deadlines.services import set_regime
from app.files.accept import accept
from tenants.bases import uuid7
from tenants.database import db
from tests.files import specimens as papers
from tests.town import CITY, EAST

EASTS = 2


def at(month, day, hour=10, year=2026):
    return clock.freeze(clock.at(date(year, month, day), hour))


@pytest.fixture
def regime(town):
    """The city says how it is worked: regime(supplement=True); the rules are read afresh afterwards."""

    def say(organisation=BUREAU, since=date(2020, 1, 1), **facts):
        with town.at(CITY):
            chosen = Regime(organisation, since, **{"reason": "市局会议纪要", **facts})
            set_regime(chosen, town.person(CITY, "admin"))
            db.session.commit()
        deadlines.forget()
        jobs.drain()

    yield say
    deadlines.forget()


def dues(case):
    return {one.code: (one.state, one.due_on) for one in case.clocks if one.state != "void"}


@contextmanager
def on_its_case(town, number, login="director"):
    with town.at(EAST):
        yield by_number(number), town.person(EAST, login)
        db.session.commit()


def test_what_the_hotline_passed_on_has_two_limits_and_the_earlier_one_binds(regime, lodged, take, look):
    # Received on Wednesday 2026-09-16. Five working days: 17, 18, Su 20, 21, Tu 22. Seven: Th 24.
    regime(channels={"hotline": "hotline"})
    with at(9, 16):
        number = lodged(channel="hotline")
        assert dues(look(number)) == {
            "acceptance": ("running", date(2026, 9, 24)),
            "hotline_answer": ("running", date(2026, 9, 22)),
        }
        assert (look(number).due_on, look(number).due_code) == (date(2026, 9, 22), "hotline_answer")
    with at(9, 21):
        take(number, "meet_limit", clock="hotline_answer")
        assert (look(number).due_on, look(number).due_code) == (date(2026, 9, 24), "acceptance")


def test_the_result_answers_the_hotline_and_a_withdrawal_drops_the_question(regime, lodged, take, look):
    regime(channels={"hotline": "hotline"})
    refused, withdrawn = lodged(channel="hotline"), lodged(channel="hotline", phone="13900000002")
    take(refused, "refuse")
    take(withdrawn, "withdraw")
    assert {one.code: one.state for one in look(refused).clocks} == {"acceptance": "met", "hotline_answer": "met"}
    assert {one.code: one.state for one in look(withdrawn).clocks} == {"acceptance": "void", "hotline_answer": "void"}
    assert look(refused).due_on is None


def test_a_center_that_works_by_zhejiangs_limits_decides_in_five_and_mediates_in_ten(regime, lodged, take, look):
    regime(EASTS, family="zhejiang")
    with at(9, 16):
        number = lodged()
        # 17, 18, Su 20, 21, Tu 22
        assert (look(number).profile_code, look(number).due_on) == ("zhejiang-association", date(2026, 9, 22))
    with at(9, 24):
        take(number, "accept")
        # 28, 29, 30 (3) | 8, 9, Sa 10 (6), 12, 13, 14, Th 15 (10)
        assert look(number).due_on == date(2026, 10, 15)
        take(number, "mediate")
        take(number, "end")
        # Zhejiang knows no notice of termination: nothing is due, and it can be closed.
        assert look(number).due_on is None
        take(number, "close")


def test_shanghai_sets_no_day_for_the_decision(regime, lodged, take, look):
    regime(EASTS, family="shanghai")
    number = lodged()
    assert (look(number).due_on, look(number).clocks) == (None, [])
    take(number, "accept")
    assert look(number).due_code == "mediation"


def test_thirty_days_more_in_shanghai_are_approved_by_the_director_and_agreed_by_both(regime, town, lodged, take, look):
    # Accepted on 2026-09-18: 60 days are 11-17, 30 more are 12-17.
    regime(EASTS, family="shanghai")
    with at(9, 18):
        number = lodged()
        take(number, "accept")
    with at(11, 16):
        with pytest.raises(Invalid) as refused:
            take(number, "extend")
        assert refused.value.field == "needs_met"
        take(number, "extend", login="handler", needs_met=True, evidence="TY-2026-8")
        assert look(number).due_on == date(2026, 11, 17)
        with on_its_case(town, number) as (case, director):
            CASE.approve(CASE.waiting(case), case, by=director)
        assert look(number).due_on == date(2026, 12, 17)
    with at(11, 17), pytest.raises(WrongMoment):
        take(number, "extend", needs_met=True)  # all thirty are used


def test_waiting_for_papers_stops_the_decision_where_the_city_says_so(regime, town, lodged, take, look):
    with at(9, 16):
        number = lodged()
    with at(9, 18), pytest.raises(WrongMoment):
        take(number, "pause", reason="supplement")
    regime(supplement=True)
    with at(9, 18), town.at(EAST):
        letter = accept(io.BytesIO(papers.picture()), "补正通知.jpg")
        (file,) = services.attach(by_number(number), town.person(EAST, "clerk"), [letter])
        paper = str(file.id)
        db.session.commit()
    with at(9, 18):
        with pytest.raises(Invalid) as refused:
            take(number, "pause", reason="supplement", evidence="BZ-2026-4", file=str(uuid7()))
        assert refused.value.field == "file"
        take(number, "pause", reason="supplement", evidence="BZ-2026-4", file=paper)
    assert look(number).due_on is None
    with at(9, 22):
        take(number, "resume")
    # Two of seven days used by Friday 18; 23, 24, 28, 29, We 30 are the other five.
    assert look(number).due_on == date(2026, 9, 30)
    assert look(number).clocks[0].spans[0]["file"] == paper


# In flight when the rule changes -------------------------------------------------------------------------------------


def test_open_cases_keep_the_old_rule_unless_the_city_takes_them_under_the_new_one(regime, town, lodged, take, look):
    # Received on Monday 2026-04-13 and accepted that day under Order 20; on the 20th the city decides for the new rule:
    # 60 days from 04-13 are 06-12, a Friday.
    with at(4, 13):
        number = lodged()
        take(number, "accept")
    old = look(number)
    assert (old.profile_code, old.clock("mediation").unit) == ("order-20", "working")
    with at(4, 20):
        regime(in_flight="new")
        case = look(number)
    assert (case.profile_code, case.due_on) == ("order-121", date(2026, 6, 12))
    assert [one.state for one in case.clocks if one.code == "mediation"] == ["void", "running"]
    with town.at(EAST):
        entry = next(line.entry for line in audit.trail(case.id) if line.entry.event == "case.rebased")
        facts = entry.facts
    assert (facts["from"], facts["to"]) == ("order-20/1", "order-121/1")
    assert (facts["was"], facts["due"]) == (str(old.due_on), "2026-06-12")


def test_what_the_city_took_under_the_new_rule_goes_back_when_the_city_does(regime, lodged, take, look):
    with at(4, 13):
        number = lodged()
        take(number, "accept")
    with at(4, 16):
        later = lodged(phone="13900000003")
    old = look(number).due_on
    with at(4, 20):
        regime(in_flight="new")
        assert look(number).profile_code == "order-121"
        regime(in_flight="old")
        case = look(number)
        assert (case.profile_code, case.due_on) == ("order-20", old)
        assert look(later).profile_code == "order-121"


def test_nothing_is_counted_anew_twice(regime, lodged, take, look):
    with at(4, 13):
        number = lodged()
        take(number, "accept")
    with at(4, 20):
        regime(in_flight="new")
        before = look(number).version
        regime(in_flight="new")
        assert look(number).version == before


def test_one_case_may_go_by_another_rule_with_a_reason_and_the_directors_approval(regime, town, lodged, take, look):
    # Received on 2026-04-15, so by Order 121; the director lets it be counted by Order 20: 45 working days from
    # 04-15 end on Monday 06-22 (see the table of limits).
    with at(4, 15):
        number = lodged()
        take(number, "accept")
        assert look(number).due_on == date(2026, 6, 15)
        with pytest.raises(Invalid) as refused:
            take(number, "rule", text="")
        assert refused.value.field == "text"
        take(number, "rule", login="handler")
        assert look(number).profile_code == "order-121"
        with on_its_case(town, number) as (case, director):
            CASE.approve(CASE.waiting(case), case, by=director)
        case = look(number)
        assert (case.profile_code, case.due_on) == ("order-20", date(2026, 6, 22))
        with town.at(EAST):
            line = next(line for line in audit.trail(case.id) if line.entry.event == "case.rule")
            assert line.changes["due_on"] == ["2026-06-15", "2026-06-22"]
            assert line.words
    # It stays so, whatever the city decides for the others.
    with at(4, 20):
        regime(in_flight="new")
        assert look(number).profile_code == "order-20"


def test_a_case_is_not_counted_by_the_rule_it_has_or_by_one_that_runs_beside(lodged, take):
    number = lodged()
    for profile in ("order-121/1", "hotline-12345/1", "nonsense", "order-121/9"):
        with pytest.raises(Invalid) as refused:
            take(number, "rule", profile=profile)
        assert refused.value.field == "profile"


def test_a_further_limit_is_counted_beside_and_ends_with_the_case(standing, take, look):
    with at(9, 18):
        number = standing("mediating")
        take(number, "add_limit", limit="odr/1/reconciliation")
        # 20, 21, 22, 23, 24 (5) | 28, 29, 30 (8) | 8, Fr 9 October (10)
        assert (look(number).due_on, look(number).due_code) == (date(2026, 10, 9), "reconciliation")
        with pytest.raises(Invalid):
            take(number, "add_limit", limit="odr/1/reconciliation")  # it runs already
        take(number, "add_limit", limit="order-121/1/judicial_confirmation")
        take(number, "settle")
        take(number, "close")
    assert {one.code: one.state for one in look(number).clocks} == {
        "acceptance": "met",
        "mediation": "met",
        "reconciliation": "met",
        "judicial_confirmation": "void",
    }
    assert look(number).due_on is None
