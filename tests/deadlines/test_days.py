"""The picture of a clock says the same as its sum."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.deadlines import clock as clocks
from app.deadlines.days import COUNTED, days_of, months, runs
from app.deadlines.profiles import Rules
from app.deadlines.services import shipped_rules
from tests.deadlines.conftest import PaperClock

RULES = shipped_rules()
LIMITS = [limit for profile in RULES.profiles for limit in profile.limits.values()]


def test_the_seven_days_of_a_decision_over_a_make_up_sunday_and_mid_autumn(running: Any, rules: Rules) -> None:
    # Received on Thursday 2026-09-17: Fr 18 | Sa 19 | Su 20 worked | 21-24 | 25-27 off | Mo 28
    told = runs(days_of(running("acceptance", date(2026, 9, 17)), rules.calendar))
    assert [(run.kind, run.first.day, run.last.day, run.counted) for run in told] == [
        ("start", 17, 17, None),
        ("counted", 18, 18, (1, 1)),
        ("weekend", 19, 19, None),
        ("workday", 20, 20, (2, 2)),
        ("counted", 21, 24, (3, 6)),
        ("holiday", 25, 27, None),
        ("counted", 28, 28, (7, 7)),
    ]
    assert told[5].name is not None
    assert told[5].name.zh == "中秋节"


def test_a_last_day_off_rolls_over_the_holiday(running: Any, rules: Rules) -> None:
    # 60 days from 2026-08-03 end on 10-02; National Day rolls them to the 8th.
    *_, counted, rolled = runs(days_of(running("mediation", date(2026, 8, 3)), rules.calendar))
    assert (counted.last, counted.counted) == (date(2026, 10, 2), (1, 60))
    assert (rolled.kind, rolled.last) == ("rolled", date(2026, 10, 8))


def test_days_left_out_are_shown_as_left_out(running: Any, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 10, 12), "testing", "JC-1", rules=rules)
    clocks.resume(clock, date(2026, 10, 15), rules=rules)
    paused = [run for run in runs(days_of(clock, rules.calendar)) if run.kind == "paused"]
    assert [(run.first, run.last) for run in paused] == [(date(2026, 10, 13), date(2026, 10, 15))]


def test_a_month_is_a_strip(running: Any, rules: Rules) -> None:
    strips = months(days_of(running("mediation", date(2026, 9, 18)), rules.calendar))
    assert [(month, len(days)) for month, days in strips] == [
        (date(2026, 9, 1), 13),
        (date(2026, 10, 1), 31),
        (date(2026, 11, 1), 17),
    ]


@settings(deadline=None)
@given(
    st.sampled_from(LIMITS),
    st.dates(date(2020, 1, 2), date(2027, 3, 1)),
    st.integers(0, 40),
    st.integers(0, 30),
    st.integers(0, 20),
)
def test_as_many_days_are_counted_as_the_limit_has_and_the_last_one_is_the_due_date(
    limit: Any, start: date, first: int, length: int, more: int
) -> None:
    clock = clocks.start(PaperClock, RULES.profile(limit.profile), limit.code, start, rules=RULES)
    if limit.pauses and start + timedelta(days=first) <= clock.due_on:
        clocks.pause(clock, start + timedelta(days=first), "testing", "JC-1", rules=RULES)
        clocks.resume(clock, start + timedelta(days=first + length), rules=RULES)
    if limit.extends_by and start + timedelta(days=first + length) <= clock.due_on:
        clocks.extend(
            clock,
            start + timedelta(days=first + length),
            min(more, limit.extends_by) or 1,
            "YQ",
            needs_met=True,
            rules=RULES,
        )
    days = days_of(clock, RULES.calendar)
    assert max(one.count for one in days) == clock.amount + clock.extended_by
    assert days[-1].day == clock.due_on
    assert days[-1].kind in {*COUNTED, "rolled", "paused"}
    assert sum(run.days for run in runs(days)) == (clock.due_on - start).days + 1
