"""What a clock says of itself, in English; the Chinese is tested beside the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.deadlines import clock as clocks
from app.deadlines.profiles import Rules
from app.deadlines.wording import explain, unconfirmed_warning, view

Start = Callable[..., Any]


def test_the_reason_gives_event_limit_pause_and_article(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 10, 12), "testing", "JC-1", rules=rules)
    clocks.resume(clock, date(2026, 10, 15), rules=rules)
    assert str(explain(clock, rules)) == (
        "2026-09-18 acceptance + 60 calendar days = 2026-11-17; less 3 calendar days for testing → 2026-11-20"
        " · 《市场监督管理投诉举报处理办法》第二十三条"
    )


def test_the_reason_names_the_holidays_passed_over_and_the_days_worked_instead(running: Start, rules: Rules) -> None:
    reason = explain(running("acceptance", date(2026, 9, 18)), rules)
    assert reason.steps == ("2026-09-18 receipt + 7 working days = 2026-09-29",)
    assert reason.notes == (
        "not counting Mid-Autumn Festival 09-25 to 09-27",
        "counting the make-up workdays 2026-09-20",
    )
    assert reason.warning == ""


def test_the_reason_says_why_a_last_day_moved(running: Start, rules: Rules) -> None:
    assert explain(running("mediation", date(2026, 8, 3)), rules).steps == (
        "2026-08-03 acceptance + 60 calendar days = 2026-10-02",
        "2026-10-02 is a holiday (National Day), so it moves to 2026-10-08",
    )
    assert "2026-08-01 is a Saturday" in str(explain(running("mediation", date(2026, 6, 2)), rules))


def test_the_reason_tells_of_an_extension_and_of_a_pause_that_lasts(running: Start, rules: Rules) -> None:
    clue = running("clue_check", date(2026, 9, 18))
    clocks.extend(clue, date(2026, 10, 15), 15, "YQ-1", rules=rules)
    assert explain(clue, rules).steps[1] == "extended by 15 working days → 2026-11-05"
    mediation = running("mediation", date(2026, 9, 18))
    clocks.pause(mediation, date(2026, 10, 12), "testing", "JC-1", rules=rules)
    assert explain(mediation, rules).steps[1] == "paused since 2026-10-12 for testing"


def test_the_reason_warns_of_a_year_that_nobody_confirmed(running: Start, rules: Rules) -> None:
    reason = explain(running("mediation", date(2026, 11, 22)), rules)
    assert reason.warning == "The holidays of 2027 are not confirmed: counted by weekdays only"
    assert reason.warning in str(reason)
    assert unconfirmed_warning((2027, 2028)).startswith("The holidays of 2027, 2028")


def test_the_reason_owns_up_to_an_older_calendar(running: Start, rules: Rules) -> None:
    clock = running("acceptance", date(2026, 9, 18))
    clock.due_on, clock.calendar_version = date(2026, 9, 30), 6
    assert explain(clock, rules).steps[-1] == "counted as 2026-09-30 by version 6 of the calendar"


@pytest.mark.parametrize(
    ("today", "words", "share", "tone"),
    [
        # Received Thursday 2026-09-17, due Monday 09-28; worked: 18, 20, 21, 22, 23, 24, 28
        (date(2026, 9, 17), "7 working days left", 0, ""),
        (date(2026, 9, 18), "6 working days left", 14, ""),
        (date(2026, 9, 20), "5 working days left", 29, "soon"),  # the make-up Sunday
        (date(2026, 9, 19), "6 working days left", 14, ""),  # a Saturday: nothing was used up
        (date(2026, 9, 23), "2 working days left", 71, "urgent"),
        (date(2026, 9, 24), "1 working day left", 86, "urgent"),
        (date(2026, 9, 26), "1 working day left", 86, "urgent"),
        (date(2026, 9, 28), "due today", 100, "urgent"),
        (date(2026, 9, 29), "1 day late", 100, "late"),
        (date(2026, 10, 8), "10 days late", 100, "late"),
    ],
)
def test_a_working_day_limit_counts_down_in_working_days(
    running: Start, rules: Rules, today: date, words: str, share: int, tone: str
) -> None:
    shown = view(running("acceptance", date(2026, 9, 17)), today, rules)
    assert (shown.title, shown.words, shown.share, shown.tone) == ("Decision to accept", words, share, tone)
    assert shown.due_on == date(2026, 9, 28)


@pytest.mark.parametrize(
    ("today", "words", "share", "tone"),
    [
        # Accepted 2026-09-18, due Tuesday 11-17; working days before it: 16, 13, 12, 11, 10
        (date(2026, 10, 18), "30 days left", 50, ""),
        (date(2026, 11, 9), "8 days left", 87, ""),  # six working days
        (date(2026, 11, 10), "due within 5 working days", 88, "soon"),
        (date(2026, 11, 14), "due within 2 working days", 95, "urgent"),
        (date(2026, 11, 17), "due today", 100, "urgent"),
        (date(2026, 11, 18), "1 day late", 100, "late"),
    ],
)
def test_a_calendar_day_limit_counts_days_until_the_end_is_near(
    running: Start, rules: Rules, today: date, words: str, share: int, tone: str
) -> None:
    shown = view(running("mediation", date(2026, 9, 18)), today, rules)
    assert (shown.words, shown.share, shown.tone) == (words, share, tone)


def test_a_long_holiday_before_the_end_turns_the_bar_amber_in_time(running: Start, rules: Rules) -> None:
    # Order 121 with its 60 days ending on 2026-10-08: on 09-28 ten days are left, and 29, 30, 8 are worked
    shown = view(running("mediation", date(2026, 8, 3)), date(2026, 9, 28), rules)
    assert (shown.words, shown.tone) == ("due within 3 working days", "soon")


def test_a_paused_clock_says_for_what_and_stands_still(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 10, 18), "testing", "JC-1", rules=rules)
    for today in (date(2026, 10, 20), date(2026, 12, 24)):
        shown = view(clock, today, rules)
        assert (shown.words, shown.share, shown.tone) == ("paused · testing", 50, "paused")


@pytest.mark.parametrize(
    ("met_on", "words", "tone"),
    [
        (date(2026, 9, 23), "2 working days early", "met"),
        (date(2026, 9, 28), "met on the last day", "met"),
        (date(2026, 9, 30), "met 2 days late", "late"),
    ],
)
def test_a_met_clock_says_how_well(running: Start, rules: Rules, met_on: date, words: str, tone: str) -> None:
    clock = running("acceptance", date(2026, 9, 17))
    clocks.meet(clock, met_on, rules=rules)
    shown = view(clock, date(2026, 12, 1), rules)
    assert (shown.words, shown.share, shown.tone) == (words, 100, tone)


def test_a_mediation_settled_early_says_so_in_days(running: Start, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.meet(clock, date(2026, 10, 18), rules=rules)
    assert view(clock, date(2026, 12, 1), rules).words == "30 days early"


def test_a_void_clock_says_that_it_no_longer_applies(running: Start, rules: Rules) -> None:
    clock = running("acceptance", date(2026, 9, 17))
    clocks.void(clock)
    shown = view(clock, date(2026, 12, 1), rules)
    assert (shown.words, shown.tone) == ("no longer applies", "paused")
