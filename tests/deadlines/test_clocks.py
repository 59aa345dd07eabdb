"""The life of a clock, on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.schema import CreateTable

from app.core.errors import Invalid, WrongMoment
from app.deadlines import clock as clocks
from app.deadlines import explain
from app.deadlines.profiles import NoRule, Rules

Start = Callable[..., Any]


def test_a_clock_keeps_what_the_limit_said_when_it_started(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    assert (clock.profile_code, clock.profile_version, clock.amount, clock.unit) == ("order-121", 1, 60, "calendar")
    assert (clock.started_on, clock.due_on) == (date(2026, 9, 18), date(2026, 11, 17))
    assert (clock.state, clock.is_open, clock.calendar_version) == ("running", True, rules.calendar.version)


def test_a_letter_may_name_another_number_of_days(running: Start) -> None:
    # Friday 2026-11-20: 23, 24, 25
    clock = running("assignment_answer", date(2026, 11, 20), profile="exchange", amount=3)
    assert clock.due_on == date(2026, 11, 25)
    with pytest.raises(Invalid):
        running("assignment_answer", date(2026, 11, 20), profile="exchange", amount=0)


def test_a_limit_that_the_profile_does_not_know_cannot_start(running: Start) -> None:
    with pytest.raises(NoRule):
        running("reporter_notice", date(2026, 9, 18))


def test_three_days_of_testing_move_mediation_by_three_days(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 10, 12), "testing", "JC-2026-0031", rules=rules)
    assert (clock.state, clock.paused_on, clock.paused_reason) == ("paused", date(2026, 10, 12), "testing")
    clocks.resume(clock, date(2026, 10, 15), rules=rules)
    assert (clock.state, clock.paused_on, clock.paused_reason, clock.paused_days) == ("running", None, None, 3)
    assert clock.due_on == date(2026, 11, 20)
    assert clock.pauses == [
        {"kind": "pause", "reason": "testing", "evidence": "JC-2026-0031", "on": "2026-10-12", "until": "2026-10-15"}
    ]


def test_testing_leaves_out_working_days_where_the_limit_counts_those(running: Start, rules: Rules) -> None:
    # Order 20 from Monday 2026-01-05 ends on 03-13. From 02-13 to 02-24 only Sa 14 and Tu 24 were worked: two days on.
    clock = running("mediation", date(2026, 1, 5))
    clocks.pause(clock, date(2026, 2, 13), "testing", "JC-1", rules=rules)
    clocks.resume(clock, date(2026, 2, 24), rules=rules)
    assert (clock.paused_days, clock.due_on) == (2, date(2026, 3, 17))  # Mo 16, Tu 17


def test_pauses_add_up_and_a_shifted_last_day_rolls_too(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    for first, last in ((date(2026, 10, 9), date(2026, 10, 12)), (date(2026, 10, 20), date(2026, 10, 21))):
        clocks.pause(clock, first, "testing", "JC-1", rules=rules)
        clocks.resume(clock, last, rules=rules)
    # 11-17 and four days: Saturday 11-21, so Monday
    assert (clock.paused_days, clock.due_on) == (4, date(2026, 11, 23))


def test_what_was_stopped_on_a_day_that_it_had_only_rolled_to_ends_when_it_goes_on(
    running: Start, rules: Rules
) -> None:
    # 60 days from Wednesday 2026-04-15 end on Sunday 06-14, so on Monday 06-15. Stopped on that day and let go on on
    # Thursday 06-25, ten days left out of the sum would be 06-24, a day before it went on.
    clock = running("mediation", date(2026, 4, 15))
    assert clock.due_on == date(2026, 6, 15)
    clocks.pause(clock, date(2026, 6, 15), "testing", "JC-1", rules=rules)
    clocks.resume(clock, date(2026, 6, 25), rules=rules)
    assert clock.due_on == date(2026, 6, 25)
    assert "2026-06-25" in explain(clock, rules).steps[-1]


def test_a_pause_resumed_on_its_own_day_leaves_nothing_out(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 10, 12), "testing", "JC-1", rules=rules)
    clocks.resume(clock, date(2026, 10, 12), rules=rules)
    assert clock.due_on == date(2026, 11, 17)


@pytest.mark.parametrize("evidence", ["", "  ", "检" * 61])
def test_a_pause_names_the_paper_that_shows_it(running: Start, rules: Rules, evidence: str) -> None:
    with pytest.raises(Invalid) as refused:
        clocks.pause(running("mediation", date(2026, 9, 18)), date(2026, 10, 12), "testing", evidence, rules=rules)
    assert refused.value.field == "evidence"


def test_a_limit_stops_only_for_what_its_law_names(running: Start, rules: Rules) -> None:
    with pytest.raises(Invalid) as refused:
        clocks.pause(running("acceptance", date(2026, 9, 18)), date(2026, 9, 21), "testing", "JC-1", rules=rules)
    assert refused.value.field == "reason"


def test_a_pause_does_not_bring_back_a_limit_that_ran_out(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    with pytest.raises(WrongMoment):
        clocks.pause(clock, date(2026, 11, 18), "testing", "JC-1", rules=rules)
    clocks.pause(clock, date(2026, 11, 17), "testing", "JC-1", rules=rules)  # the last day still can


def test_days_of_a_clock_follow_one_another(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    with pytest.raises(WrongMoment):
        clocks.pause(clock, date(2026, 9, 17), "testing", "JC-1", rules=rules)
    clocks.pause(clock, date(2026, 10, 12), "testing", "JC-1", rules=rules)
    with pytest.raises(WrongMoment):
        clocks.resume(clock, date(2026, 10, 11), rules=rules)
    clocks.resume(clock, date(2026, 10, 15), rules=rules)
    with pytest.raises(WrongMoment):
        clocks.pause(clock, date(2026, 10, 14), "testing", "JC-2", rules=rules)
    with pytest.raises(WrongMoment):
        clocks.meet(clock, date(2026, 9, 17), rules=rules)


def test_an_extension_stays_within_what_the_law_allows(running: Start, rules: Rules) -> None:
    # Friday 2026-09-18 + 15 working days = 10-15; 15 more: 16, 19-23 (6), 26-30 (11), 2, 3, 4, Th 5 November (15)
    clock = running("clue_check", date(2026, 9, 18))
    with pytest.raises(Invalid):
        clocks.extend(clock, date(2026, 10, 15), 16, "YQ-1", rules=rules)
    clocks.extend(clock, date(2026, 10, 15), 10, "YQ-1", rules=rules)
    clocks.extend(clock, date(2026, 10, 20), 5, "YQ-2", rules=rules)
    assert (clock.extended_by, clock.due_on) == (15, date(2026, 11, 5))
    with pytest.raises(Invalid):
        clocks.extend(clock, date(2026, 10, 20), 1, "YQ-3", rules=rules)


def test_mediation_cannot_be_extended(running: Start, rules: Rules) -> None:
    with pytest.raises(Invalid):
        clocks.extend(running("mediation", date(2026, 9, 18)), date(2026, 10, 12), 1, "YQ-1", rules=rules)


def test_an_extension_comes_before_the_end(running: Start, rules: Rules) -> None:
    with pytest.raises(WrongMoment):
        clocks.extend(running("clue_check", date(2026, 9, 18)), date(2026, 10, 16), 5, "YQ-1", rules=rules)


def test_a_clock_that_was_met_is_over(running: Start, rules: Rules) -> None:
    clock = running("acceptance", date(2026, 9, 18))
    clocks.meet(clock, date(2026, 9, 29), rules=rules)
    assert (clock.state, clock.met_on, clock.is_open) == ("met", date(2026, 9, 29), False)
    assert not clock.is_late(date(2027, 1, 1))
    for act in (
        lambda: clocks.meet(clock, date(2026, 9, 30), rules=rules),
        lambda: clocks.void(clock),
        lambda: clocks.pause(clock, date(2026, 9, 30), "testing", "JC-1", rules=rules),
        lambda: clocks.resume(clock, date(2026, 9, 30), rules=rules),
        lambda: clocks.extend(clock, date(2026, 9, 30), 1, "YQ-1", rules=rules),
    ):
        with pytest.raises(WrongMoment):
            act()


def test_a_clock_met_after_its_last_day_was_late(running: Start, rules: Rules) -> None:
    clock = running("acceptance", date(2026, 9, 18))
    clocks.meet(clock, date(2026, 9, 30), rules=rules)
    assert clock.is_late(date(2026, 9, 30))


def test_a_paused_clock_that_is_met_was_resumed_that_day(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 11, 17), "testing", "JC-1", rules=rules)
    clocks.meet(clock, date(2026, 11, 20), rules=rules)
    assert (clock.state, clock.paused_on, clock.due_on) == ("met", None, date(2026, 11, 20))
    assert not clock.is_late(date(2026, 11, 20))


def test_a_paused_clock_is_never_late(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 11, 17), "testing", "JC-1", rules=rules)
    assert not clock.is_late(date(2027, 3, 1))


def test_a_void_clock_no_longer_counts(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 10, 12), "testing", "JC-1", rules=rules)
    clocks.void(clock)
    assert (clock.state, clock.paused_on, clock.paused_reason, clock.spans) == ("void", None, None, [])
    assert not clock.is_late(date(2027, 1, 1))


def test_a_new_calendar_moves_open_clocks_and_leaves_the_others(running: Start, rules: Rules) -> None:
    # Once New Year 2027 is known (Fr 1 January off), three working days from 2026-12-29 end on the 4th, not the 1st.
    open_clock, done = (running("acceptance", date(2026, 12, 29), amount=3) for _ in range(2))
    clocks.meet(done, date(2026, 12, 30), rules=rules)
    known = replace(
        rules.calendar,
        holidays={**rules.calendar.holidays, date(2027, 1, 1): next(iter(rules.calendar.holidays.values()))},
        confirmed=rules.calendar.confirmed | {2027},
        version=rules.calendar.version + 1,
    )
    assert clocks.recount(open_clock, known)
    assert (open_clock.due_on, open_clock.calendar_version) == (date(2027, 1, 4), known.version)
    assert not clocks.recount(open_clock, known)
    assert not clocks.recount(done, known)
    assert done.calendar_version == rules.calendar.version


def test_a_step_meets_one_clock_and_starts_the_next(matter: Any, rules: Rules) -> None:
    profile = rules.in_force(date(2026, 9, 16))
    (first,) = clocks.follow(matter, date(2026, 9, 16), profile=profile, starts=["acceptance"], rules=rules)
    (second,) = clocks.follow(
        matter, date(2026, 9, 18), profile=profile, meets=["acceptance"], starts=["mediation"], rules=rules
    )
    assert matter.clocks == [first, second]
    assert (first.state, first.met_on) == ("met", date(2026, 9, 18))
    assert (second.code, second.state) == ("mediation", "running")
    # What was met stays met; the rest is dropped.
    clocks.follow(matter, date(2026, 9, 21), drops=["acceptance", "mediation"], rules=rules)
    assert [clock.state for clock in matter.clocks] == ["met", "void"]


def test_a_clock_needs_a_profile_to_start_from(matter: Any, rules: Rules) -> None:
    with pytest.raises(TypeError):
        clocks.follow(matter, date(2026, 9, 16), starts=["acceptance"], rules=rules)


def test_the_table_itself_refuses_an_impossible_clock(running: Start) -> None:
    ddl = str(CreateTable(type(running("acceptance", date(2026, 9, 18))).__table__))
    for rule in (
        "state in ('running', 'paused', 'met', 'void')",
        "(state = 'met') = (met_on is not null)",
        "(state = 'paused') = (paused_on is not null)",
        "due_on >= started_on",
        "amount > 0",
    ):
        assert rule in ddl
