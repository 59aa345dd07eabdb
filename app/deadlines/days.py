"""A clock day by day: which days it counted, which it passed over, and why. For its page and the picture there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.deadlines.calendar import DAY, Bilingual, Calendar
from app.deadlines.clock import ClockColumns
from app.deadlines.profiles import Unit

COUNTED = frozenset({"counted", "workday"})


@dataclass(frozen=True)
class Day:
    """One day of a clock. `kind`: start, counted, workday (made up, counted), weekend, holiday, paused, rolled."""

    day: date
    kind: str
    count: int  # how many have been counted up to here
    name: Bilingual | None = None  # of the holiday


@dataclass(frozen=True)
class Run:
    """Days in a row of one kind."""

    kind: str
    first: date
    last: date
    days: int
    counted: tuple[int, int] | None  # the first and the last of the count
    name: Bilingual | None


def days_of(clock: ClockColumns, calendar: Calendar) -> list[Day]:
    """From the day of the event to the last day."""
    return list(_walk(clock, calendar))


def _walk(clock: ClockColumns, calendar: Calendar) -> Iterator[Day]:
    yield Day(clock.started_on, "start", 0)
    out = [(date.fromisoformat(one["on"]), date.fromisoformat(one["until"])) for one in clock.pauses if "until" in one]
    out += [(clock.paused_on, date.max)] if clock.paused_on else []
    total, count, day = clock.amount + clock.extended_by, 0, clock.started_on
    while day < clock.due_on:
        day += DAY
        kind, name = _kind(day, clock.unit, calendar)
        if any(first < day <= last for first, last in out):
            yield Day(day, "paused", count)
        elif kind not in COUNTED:
            yield Day(day, kind, count, name)
        elif count == total:
            yield Day(day, "rolled", count)
        else:
            count += 1
            yield Day(day, kind, count, name)


def _kind(day: date, unit: str, calendar: Calendar) -> tuple[str, Bilingual | None]:
    if unit != Unit.WORKING:
        return "counted", None
    if day in calendar.workdays:
        return "workday", calendar.workdays[day]
    if day in calendar.holidays:
        return "holiday", calendar.holidays[day]
    return ("counted" if calendar.is_working_day(day) else "weekend"), None


def runs(days: Sequence[Day]) -> list[Run]:
    """The same days as a table says them: one line for days in a row that are alike."""
    found = []
    for (kind, name), group in groupby(days, key=lambda one: (one.kind, one.name)):
        alike = list(group)
        counted = (alike[0].count, alike[-1].count) if kind in COUNTED else None
        found.append(Run(kind, alike[0].day, alike[-1].day, len(alike), counted, name))
    return found


def months(days: Sequence[Day]) -> list[tuple[date, list[Day]]]:
    """(first of the month, its days), for a strip per month."""
    return [(month, list(group)) for month, group in groupby(days, key=lambda one: one.day.replace(day=1))]
