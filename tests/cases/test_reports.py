"""A report (举报): its clue is checked within a limit of its own; what is decided is whether to open a case file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import Entry
from app.cases.papers.queries import asked_for
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.facts.tally import contributions
from app.workflow import Approval
from tenants.database import db
from tests.town import EAST


@pytest.fixture
def reported(lodged: Any) -> Any:
    """Lodge a report on a day, at ten in the morning; its number."""

    def make(on: date | None = None, **facts: Any) -> str:
        at = {} if on is None else {"received_at": clock.at(on, 10)}
        return str(lodged(nature="R", problem="R07", **at, **facts))

    return make


def limits(look: Any, number: str) -> dict[str, tuple[str, date]]:
    return {one.code: (one.state, one.due_on) for one in look(number).clocks}


@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [
        # Spring Festival 2026: 15-23 February off, Saturdays 14 and 28 worked. Order 20 art. 31.
        # Thursday 02-12: Fr 13, Sa 14 (2) | 24-27 (6), Sa 28 (7), 2-6 March (12), 9, 10, We 11 (15)
        # and 15 more: 12, 13 (2), 16-20 (7), 23-27 (12), 30, 31, We 1 April (15)
        (date(2026, 2, 12), date(2026, 3, 11), date(2026, 4, 1)),
        # Saturday 02-14, a day that is worked, is the day of receipt and not counted:
        # | 24-27 (4), Sa 28 (5), 2-6 March (10), 9-13 (15); 16-20 (5), 23-27 (10), 30-3 April (15)
        (date(2026, 2, 14), date(2026, 3, 13), date(2026, 4, 3)),
        # In the holiday itself, Wednesday 02-18: as on the 14th
        (date(2026, 2, 18), date(2026, 3, 13), date(2026, 4, 3)),
        # The last day of Order 20, Tuesday 04-14: 15-17 (3), 20-24 (8), 27-30 (12) | 6, 7, Fr 8 May (15)
        # and 15 more: Sa 9 (1), 11-15 (6), 18-22 (11), 25-28 (15)
        (date(2026, 4, 14), date(2026, 5, 8), date(2026, 5, 28)),
        # The first of Order 121, Wednesday 04-15: 16, 17 (2), 20-24 (7), 27-30 (11) | 6-8 (14), Sa 9 May (15)
        # and 15 more: 11-15 (5), 18-22 (10), 25-29 (15)
        (date(2026, 4, 15), date(2026, 5, 9), date(2026, 5, 29)),
        # National Day 2026, Friday 09-18: Su 20, 21-24 (5) | 28-30 (8) | 8, 9, Sa 10 (11), 12-15 (15)
        # and 15 more: 16 (1), 19-23 (6), 26-30 (11), 2-5 November (15)
        (date(2026, 9, 18), date(2026, 10, 15), date(2026, 11, 5)),
    ],
)
def test_the_clue_is_checked_by_the_day_worked_out_by_hand(reported, take, look, received, due, extended):
    number = reported(received)
    assert limits(look, number) == {"clue_check": ("running", due)}
    with clock.freeze(clock.at(received, 11)):
        take(number, "extend", clock="clue_check", amount=15, evidence="YQ-1", text="需要异地取证")
    assert limits(look, number) == {"clue_check": ("running", extended)}
    assert look(number).due_on == extended


def test_it_is_extended_once_by_fifteen_days_and_with_approval(reported, take):
    number = reported()
    taken = take(number, "extend", login="handler", clock="clue_check", amount=15, evidence="YQ-1", text="复杂")
    assert isinstance(taken, Approval)
    other = reported(phone="13900000009")
    with pytest.raises(Invalid):
        take(other, "extend", clock="clue_check", amount=16, evidence="YQ-1", text="复杂")
    take(other, "extend", clock="clue_check", amount=15, evidence="YQ-1", text="复杂")
    with pytest.raises(WrongMoment):
        take(other, "extend", clock="clue_check", amount=1, evidence="YQ-2", text="再延")


def test_opening_a_case_file_meets_it_and_nothing_is_mediated(reported, take, look, town):
    number = reported()
    for step in ("accept", "settle", "end"):
        with pytest.raises(WrongMoment):
            take(number, step)
    take(number, "file", category="S0401", problem="R07", nature="R", title="无照经营", summary="无照经营")
    case = look(number)
    states = {"clue_check": "met", "case_decision": "running"}
    assert (case.status, {one.code: one.state for one in case.clocks}) == ("accepted", states)
    words = (
        town.client(EAST, "handler")
        .open("GET", f"/cases/{number}?lang=en", follow_redirects=True)
        .get_data(as_text=True)
    )
    assert "Case file opened</span>" in words, "a report is not accepted, as a complaint is"
    assert "Accepted</span>" not in words
    with pytest.raises(WrongMoment):
        take(number, "mediate")
    with town.at(EAST):
        offered = {step.name for step in CASE.open_to(town.director, by_number(number))}
    assert offered & {"accept", "mediate", "settle", "end", "not_file"} == set()
    take(number, "dealt_with", text="已移送市场监管部门立案")
    case = look(number)
    assert (case.status, case.outcome) == ("closed", "filed")
    assert limits(look, number)["case_decision"][0] == "met"
    take(number, "reopen")
    assert [(one.code, one.state) for one in look(number).clocks] == [
        ("clue_check", "met"),
        ("case_decision", "met"),
        ("case_decision", "running"),
    ]


@pytest.mark.parametrize(
    ("filed", "due", "extended"),
    [
        # 90 calendar days after the day of filing (Provisions on Procedures for Administrative Penalties, art. 64).
        # Monday 06-01: 2-30 June (29), July (60), 1-30 August (90), a Sunday: Monday the 31st.
        # And 30 more, counted from the 30th: 31 August (1), 1-29 September (30), a Tuesday.
        (date(2026, 6, 1), date(2026, 8, 31), date(2026, 9, 29)),
        # Friday 07-03: 4-31 July (28), August (59), September (89), 1 October (90): National Day, worked again on the
        # 8th. And 30 more: 2-31 October (30), a Saturday: Monday 2 November.
        (date(2026, 7, 3), date(2026, 10, 8), date(2026, 11, 2)),
    ],
)
def test_the_case_that_was_opened_is_decided_by_the_day_worked_out_by_hand(reported, take, look, filed, due, extended):
    number = reported(filed - timedelta(days=7))
    with clock.freeze(clock.at(filed, 15)):
        take(number, "file")
        assert limits(look, number)["case_decision"] == ("running", due)
        assert (look(number).due_on, look(number).due_code) == (due, "case_decision")
        with pytest.raises(Invalid):
            take(number, "extend", clock="case_decision", amount=31, evidence="YQ-1", text="复杂")
        take(number, "extend", clock="case_decision", amount=30, evidence="YQ-1", text="复杂")
    assert look(number).due_on == extended
    with clock.freeze(clock.at(extended, 15)):
        take(number, "dealt_with")
    assert [one.met_on for one in look(number).clocks if one.code == "case_decision"] == [extended]


def test_where_the_rule_knows_no_decision_none_runs_and_the_slip_keeps_quiet(town, lodged, reported, take, look):
    from app.cases.queries import slip_of
    from app.deadlines import load_rules

    with town.at(EAST):
        profile = load_rules().profile("zhejiang-association")
    number = lodged(nature="R", problem="R07", profile=profile)
    take(number, "file")
    assert limits(look, number).keys() == {"acceptance"}
    take(number := reported(phone="13900000009"), "file")
    with town.at(EAST):
        slip = slip_of(by_number(number))
        assert (slip.first, slip.besides) == (None, []), "that a case file was opened is told with its result only"


def test_opening_none_meets_it_too_and_is_approved(reported, take, look):
    number = reported()
    with pytest.raises(Invalid):
        take(number, "not_file", text="")
    assert isinstance(take(number, "not_file", login="handler", text="查无实据"), Approval)
    number = reported(phone="13900000009")
    take(number, "not_file", text="查无实据")
    case = look(number)
    assert (case.status, case.outcome, case.clocks[0].state) == ("closed", "not_filed", "met")
    take(number, "reconsider")
    states = [(one.code, one.state) for one in look(number).clocks]
    assert states == [("clue_check", "met"), ("clue_check", "running")]


def test_of_one_that_is_not_ours_its_sender_is_told_where_to_go(reported, take, look):
    """Grounds of refusal are of complaints; who has no power over a report says who has (令20 art. 29)."""
    number = reported()
    with pytest.raises(WrongMoment):
        take(number, "refuse", ground="NA1", text="属于公安机关职责")
    take(number, "guide", text="属于公安机关职责，请向公安机关反映。")
    assert limits(look, number)["clue_check"][0] == "met"
    assert look(number).outcome == "guided"


def test_its_steps_are_not_told_to_whoever_asks_by_the_code(reported, take, town):
    """Only results that the law asks for are told to who reported (Order 121 art. 34)."""
    number = reported()
    take(number, "file", category="S0401", problem="R07", nature="R", title="无照经营", summary="无照经营")
    with town.at(EAST):
        query = select(Entry.public).where(Entry.event == "case.file", Entry.subject_number == number)
        assert db.session.scalars(query).all() == [False]


def test_a_complaint_that_turns_out_to_be_a_report_is_counted_as_one(lodged, take, look):
    number = lodged()
    told = {"category": "S0401", "problem": "R07", "title": "无照经营", "summary": "无照经营"}
    take(number, "describe", nature="R", **told)
    running = [(one.code, one.state, one.started_on) for one in look(number).clocks]
    today = clock.today()
    assert running == [("acceptance", "void", today), ("clue_check", "running", today)]
    take(number, "describe", nature="C", **told)
    assert [one.code for one in look(number).clocks if one.is_open] == ["acceptance"]


def test_where_the_rule_knows_no_check_of_clues_the_decision_is_on_acceptance(lodged, look, town):
    from app.deadlines import load_rules

    with town.at(EAST):
        profile = load_rules().profile("zhejiang-association")
    assert limits(look, lodged(nature="R", problem="R07", profile=profile)).keys() == {"acceptance"}


def test_its_papers_are_those_of_a_report(reported, take, town):
    number = reported()

    def asked() -> list[str]:
        with town.at(EAST):
            return [form.code for form in asked_for(by_number(number), [])]

    assert asked() == ["report-registration"]
    take(number, "file", category="S0401", problem="R07", nature="R", title="无照经营", summary="无照经营")
    assert asked() == []
    take(number, "dealt_with", text="已移送")
    assert "report-result" in asked()


def test_a_check_in_time_counts_as_one_and_a_report_is_no_failed_mediation(reported, take, look):
    number = reported()
    take(number, "not_file", text="查无实据")
    case = look(number)
    counted = {part[0] for part in contributions(case, case.clocks)}
    assert {"checked", "checked_on_time", "not_filed"} <= counted
    assert not counted & {"closed", "closed_settled", "closed_days"}


def test_the_page_of_a_report_tells_its_own_life(reported, take, town):
    number = reported()
    browser = town.client(EAST, "director")
    page = browser.get(f"/cases/{number}").get_data(as_text=True)
    assert "/steps/file" in page
    assert "/steps/accept" not in page
    take(number, "file", category="S0401", problem="R07", nature="R", title="无照经营", summary="无照经营")
    assert "/steps/dealt_with" in browser.get(f"/cases/{number}").get_data(as_text=True)
