"""Legal profiles: which limits bind whom, from which day. Values only; the tables are in `models`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.deadlines.calendar import Bilingual, Calendar

ADMINISTRATIVE = "administrative"
EXCHANGE = "exchange"


class NoRule(LookupError):
    """The profiles say nothing about this: a fault in the data or in the code that asks, not in the request."""


class Unit(StrEnum):
    WORKING = "working"
    CALENDAR = "calendar"


class Basis(StrEnum):
    """How the number is known: the provision was read, a digest of it was, or the city set it for itself."""

    TEXT = "text"
    DIGEST = "digest"
    LOCAL = "local"


@dataclass(frozen=True)
class Limit:
    """One limit of one version of a profile; `amount` and `extends_by` are counted in `unit`."""

    profile: str
    version: int
    code: str
    title: Bilingual
    amount: int
    unit: Unit
    starts: Bilingual  # the event it runs from, whose own day is not counted
    law: Bilingual
    article: str = ""
    rolls: bool = True
    pauses: Mapping[str, Bilingual] = field(default_factory=dict)
    extends_by: int = 0
    extends_if: Bilingual | None = None
    warns_at: int = 2
    basis: Basis = Basis.TEXT
    note: str = ""

    @property
    def citation(self) -> str:
        """《…办法》第二十三条: a Chinese law is cited in Chinese in either language."""
        return f"《{self.law.zh}》{self.article}"

    def due_on(self, start: date, calendar: Calendar, *, more: int = 0) -> date:
        """The last day of the limit when it starts on `start`, with `more` units added to it."""
        return last_day(start, self.amount + more, self.unit, rolls=self.rolls, calendar=calendar)


@dataclass(frozen=True)
class Profile:
    """One version of the limits of one body under one law."""

    code: str
    version: int
    family: str
    name: Bilingual
    law: Bilingual
    authority: str
    source: str
    effective_from: date
    effective_to: date | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def limit(self, code: str) -> Limit:
        """Raises NoRule where the profile has no such limit."""
        if code not in self.limits:
            raise NoRule(f"profile {self.code} has no limit {code}")
        return self.limits[code]

    def binds(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True)
class Rules:
    """All that counting needs: the calendar and every version of every profile."""

    calendar: Calendar
    profiles: tuple[Profile, ...] = ()

    def profile(self, code: str, version: int | None = None) -> Profile:
        """A profile by its code, the latest version unless told. Raises NoRule."""
        found = [one for one in self.profiles if one.code == code and version in (None, one.version)]
        if not found:
            raise NoRule(f"no legal profile {code}, version {version or 'any'}")
        return max(found, key=lambda one: one.version)

    def limit(self, profile: str, version: int, code: str) -> Limit:
        return self.profile(profile, version).limit(code)

    def in_force(self, received_on: date, family: str = ADMINISTRATIVE) -> Profile:
        """The profile of a family that binds what was received on this day. Raises NoRule.

        The day of receipt decides and stays decisive: no rule for complaints in flight on 2026-04-15 was found, so
        whoever opens a case may hand another profile to `start()` instead.
        """
        found = self.find_in_force(received_on, family)
        if found is None:
            raise NoRule(f"no {family} profile binds what was received on {received_on}")
        return found

    def find_in_force(self, received_on: date, family: str) -> Profile | None:
        found = [one for one in self.profiles if one.family == family and one.binds(received_on)]
        return max(found, key=lambda one: (one.effective_from, one.version), default=None)


def last_day(start: date, amount: int, unit: str, *, rolls: bool, calendar: Calendar) -> date:
    """The last day of `amount` units after `start`; a working-day limit ends on a working day by itself."""
    if unit == Unit.WORKING:
        return calendar.add_working_days(start, amount)
    return calendar.add_calendar_days(start, amount, rolls=rolls)


def span(start: date, end: date, unit: str, calendar: Calendar) -> int:
    """The units after `start` up to and including `end`."""
    return calendar.working_days_between(start, end) if unit == Unit.WORKING else (end - start).days
