"""What must hold for every day, every limit and every pause, not only for those counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.deadlines import clock as clocks
from app.deadlines.calendar import Calendar
from app.deadlines.profiles import Rules, Unit, last_day, span
from app.deadlines.services import shipped_rules
from app.deadlines.wording import explain, view

RULES = shipped_rules()
CALENDAR = RULES.calendar
WEEK_ONLY = Calendar()

# From before the first known year to after the last, with the awkward weeks met often.
AWKWARD = [date(2026, 2, 13), date(2025, 9, 28), date(2026, 4, 14), date(2022, 12, 30), date(2026, 12, 28)]
day = st.dates(date(2019, 12, 1), date(2027, 6, 30)) | st.builds(
    lambda near, off: near + timedelta(days=off), st.sampled_from(AWKWARD), st.integers(-15, 15)
)
amount = st.integers(0, 120)
calendar = st.sampled_from([CALENDAR, WEEK_ONLY])
unit = st.sampled_from(list(Unit))
limit = st.sampled_from([limit for profile in RULES.profiles for limit in profile.limits.values()])
pausable = st.sampled_from([limit for one in RULES.profiles for limit in one.limits.values() if limit.pauses])

Start = Callable[..., Any]
careful = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(calendar, day, amount)
def test_adding_and_counting_agree(calendar: Calendar, start: date, amount: int) -> None:
    end = calendar.add_working_days(start, amount)
    assert calendar.working_days_between(start, end) == amount
    assert amount == 0 or calendar.is_working_day(end)


@given(calendar, day, day, day)
def test_counting_is_additive_and_has_a_sign(calendar: Calendar, one: date, two: date, three: date) -> None:
    between = calendar.working_days_between
    assert between(one, two) + between(two, three) == between(one, three)
    assert between(one, two) == -between(two, one)


@given(calendar, day, amount, st.integers(0, 60))
def test_adding_in_two_goes_is_adding_at_once(calendar: Calendar, start: date, first: int, second: int) -> None:
    twice = calendar.add_working_days(calendar.add_working_days(start, first), second)
    assert twice == calendar.add_working_days(start, first + second)


@given(calendar, unit, st.booleans(), day, st.integers(0, 10), amount, st.integers(0, 10))
def test_later_starts_and_longer_limits_never_end_earlier(
    calendar: Calendar, unit: Unit, rolls: bool, start: date, later: int, amount: int, longer: int
) -> None:
    first = last_day(start, amount, unit, rolls=rolls, calendar=calendar)
    assert last_day(start + timedelta(days=later), amount, unit, rolls=rolls, calendar=calendar) >= first
    assert last_day(start, amount + longer, unit, rolls=rolls, calendar=calendar) >= first >= start


@given(calendar, unit, day, st.integers(1, 120))
def test_a_limit_that_rolls_never_ends_on_a_day_off_nor_gives_a_day_less(
    calendar: Calendar, unit: Unit, start: date, amount: int
) -> None:
    end = last_day(start, amount, unit, rolls=True, calendar=calendar)
    assert calendar.is_working_day(end)
    assert span(start, end, unit, calendar) >= amount
    if unit == Unit.CALENDAR:  # what rolling added is days off, and the working day it moved to
        unrolled = start + timedelta(days=amount)
        assert not any(calendar.is_working_day(unrolled + timedelta(days=n)) for n in range((end - unrolled).days))


@given(day, amount)
def test_working_days_are_never_more_than_days(start: date, amount: int) -> None:
    assert CALENDAR.add_working_days(start, amount) >= start + timedelta(days=amount)


@given(calendar, day, st.integers(0, 15))
def test_due_within_says_the_same_as_counting(calendar: Calendar, today: date, amount: int) -> None:
    last = calendar.last_day_within(today, amount)
    assert calendar.working_days_between(today, last) == amount
    assert calendar.working_days_between(today, last + timedelta(days=1)) == amount + 1


@given(day, st.integers(0, 400))
def test_holidays_and_make_up_days_explain_the_whole_difference_from_the_week(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    off = sum(
        (stretch.first + timedelta(days=count)).weekday() < 5
        for stretch in CALENDAR.holidays_passed(start, end)
        for count in range((stretch.last - stretch.first).days + 1)
    )
    by_week = WEEK_ONLY.working_days_between(start, end)
    assert CALENDAR.working_days_between(start, end) == by_week - off + len(CALENDAR.workdays_passed(start, end))


@careful
@given(pausable, day, st.integers(0, 60), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=4))
def test_pausing_never_shortens_and_keeps_what_was_left(
    matter: Any, limit: Any, start: date, first: int, pauses: list[tuple[int, int]]
) -> None:
    profile = RULES.profile(limit.profile, limit.version)
    (clock,) = clocks.follow(matter, start, profile=profile, starts=[limit.code], rules=RULES)
    on = start + timedelta(days=first)
    for wait, length in pauses:
        on += timedelta(days=wait)
        if on > clock.due_on:
            break
        before, left = clock.due_on, _left(clock, on)
        clocks.pause(clock, on, "testing", "JC-1", rules=RULES)
        assert clock.due_on == before
        on += timedelta(days=length)
        clocks.resume(clock, on, rules=RULES)
        assert clock.due_on >= before
        assert _left(clock, on) == left
        assert not clock.rolls or CALENDAR.is_working_day(clock.due_on)


def _left(clock: Any, on: date) -> int:
    """The units that remain on a day, before the last one rolls."""
    total = clock.amount + clock.extended_by + clock.paused_days
    end = last_day(clock.started_on, total, clock.unit, rolls=False, calendar=CALENDAR)
    return span(on, end, clock.unit, CALENDAR)


@careful
@given(limit, day, st.integers(0, 200))
def test_every_clock_can_be_shown_and_explained_on_every_day(matter: Any, limit: Any, start: date, later: int) -> None:
    profile = RULES.profile(limit.profile, limit.version)
    (clock,) = clocks.follow(matter, start, profile=profile, starts=[limit.code], rules=RULES)
    today = start + timedelta(days=later)
    shown = view(clock, today, RULES)
    assert 0 <= shown.share <= 100
    assert (shown.tone == "late") == (today > clock.due_on)
    assert shown.share == 100 or today < clock.due_on
    reason = str(explain(clock, RULES))
    assert ("working day" if limit.unit == Unit.WORKING else "calendar day") in reason
    assert limit.citation in reason
    assert str(clock.due_on) in reason
    unknown = CALENDAR.unconfirmed(clock.started_on, clock.due_on)
    assert ("not confirmed" in reason) == bool(unknown)


@careful
@given(limit, day)
def test_working_out_again_by_the_same_calendar_moves_nothing(matter: Any, limit: Any, start: date) -> None:
    profile = RULES.profile(limit.profile, limit.version)
    (clock,) = clocks.follow(matter, start, profile=profile, starts=[limit.code], rules=RULES)
    assert not clocks.recount(clock, CALENDAR)


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023, 2024, 2025, 2026])
def test_a_known_year_has_between_245_and_255_working_days(year: int, rules: Rules) -> None:
    assert 245 <= rules.calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) <= 255
