"""The working-day calendar: pure arithmetic on the State Council's holidays and make-up workdays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
SATURDAY = 5


class Bilingual(NamedTuple):
    """A name kept as data, in Chinese and English."""

    zh: str
    en: str


class Stretch(NamedTuple):
    """Days in a row that bear one name."""

    name: Bilingual
    first: date
    last: date


@dataclass(frozen=True)
class Calendar:
    """Which days are worked.

    A year that is not in `confirmed` has no days of its own and falls back to the rule of the week; ask
    `unconfirmed()` whether an answer rests on that.
    """

    holidays: Mapping[date, Bilingual] = field(default_factory=dict)
    workdays: Mapping[date, Bilingual] = field(default_factory=dict)  # weekend days worked in exchange
    confirmed: frozenset[int] = frozenset()
    version: int = 0

    def is_working_day(self, day: date) -> bool:
        """True on weekdays that are no holiday, and on make-up Saturdays and Sundays."""
        return day in self.workdays or (day.weekday() < SATURDAY and day not in self.holidays)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is worked, else the first one after it that is."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def add_working_days(self, start: date, amount: int) -> date:
        """The last of `amount` working days after `start`; the day of `start` is not counted."""
        _whole(amount)
        day = start
        while amount:
            day = self.next_working_day(day + DAY)
            amount -= 1
        return day

    def add_calendar_days(self, start: date, amount: int, *, rolls: bool = True) -> date:
        """The last of `amount` days after `start`; if it `rolls`, a last day off moves to the next working day."""
        _whole(amount)
        last = start + amount * DAY
        return self.next_working_day(last) if rolls else last

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative if `end` comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(map(self.is_working_day, _days_after(start, end)))

    def last_day_within(self, today: date, amount: int) -> date:
        """The latest due date that still leaves at most `amount` working days after `today`."""
        return self.add_working_days(today, amount + 1) - DAY

    def unconfirmed(self, first: date, last: date) -> tuple[int, ...]:
        """The years touched from `first` to `last` whose holidays nobody has confirmed yet."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.confirmed)

    def holidays_passed(self, start: date, end: date) -> tuple[Stretch, ...]:
        """The holidays after `start` up to and including `end`, each with its first and last day in between."""
        return _stretches((day, self.holidays[day]) for day in _days_after(start, end) if day in self.holidays)

    def workdays_passed(self, start: date, end: date) -> tuple[date, ...]:
        """The make-up workdays after `start` up to and including `end`."""
        return tuple(day for day in _days_after(start, end) if day in self.workdays)

    def stretches(self, year: int) -> tuple[Stretch, ...]:
        """The holidays of a year as they were announced: each with its first and last day."""
        return self.holidays_passed(date(year, 1, 1) - DAY, date(year, 12, 31))


def _days_after(start: date, end: date) -> Iterator[date]:
    return (start + count * DAY for count in range(1, (end - start).days + 1))


def _stretches(days: Iterator[tuple[date, Bilingual]]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for day, name in days:
        if found and found[-1].name == name and found[-1].last + DAY == day:
            found[-1] = found[-1]._replace(last=day)
        else:
            found.append(Stretch(name, day, day))
    return tuple(found)


def _whole(amount: int) -> None:
    if amount < 0:
        raise ValueError(f"a limit runs forward: {amount} days make none")
