"""Legal profiles: which limits bind whom, from which day. Values only; the tables are in `models`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.deadlines.calendar import Bilingual, Calendar

ADMINISTRATIVE = "administrative"
EXCHANGE = "exchange"
WHOLE = "mediation"  # a profile with this limit can bind a case by itself; any other is counted beside it
BUREAU = 1  # whose regime is the city's

# Working days left at which a clock turns amber, and red; past its last day it is late.
SOON = 5
URGENT = 2


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


_UNSAID = Bilingual("", "")


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
    extends_needs: str = ""  # consent of both parties | the consumer told
    warns_at: int = SOON
    basis: Basis = Basis.TEXT
    note: Bilingual = _UNSAID

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
    authority: Bilingual
    source: Bilingual
    effective_from: date
    effective_to: date | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def limit(self, code: str) -> Limit:
        """Raises NoRule where the profile has no such limit."""
        if code not in self.limits:
            raise NoRule(f"profile {self.code} has no limit {code}")
        return self.limits[code]

    @property
    def is_whole(self) -> bool:
        """Whether it can bind a case by itself, not only beside another profile."""
        return WHOLE in self.limits

    def binds(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True)
class Regime:
    """By which limits an organisation works from a day on: the city's choice for all, or for this one.

    `in_flight` says which rule binds what was received before a change and is still open: the old or the new one;
    `on_transfer` whether the time used by the organisation that referred a case counts (carry) or not (anew);
    `supplement` whether waiting for papers or proof of identity stops the limit to decide on acceptance, where the
    orders are silent; `channels` which family binds, or is counted beside, what comes in through a channel.
    """

    organisation: int = BUREAU
    effective_from: date = date.min
    family: str | None = ADMINISTRATIVE  # None: as the city has it
    in_flight: str = "old"  # old | new
    on_transfer: str = "anew"  # anew | carry
    supplement: bool = False
    channels: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    set_by: str = ""


# What may stop the limit to decide on acceptance where a regime says so.
SUPPLEMENT: Mapping[str, Bilingual] = {
    "supplement": Bilingual("补充材料", "papers to be supplied"),
    "identity": Bilingual("核实身份", "proof of identity"),
}


@dataclass(frozen=True)
class Rules:
    """All that counting needs: the calendar, every version of every profile, and who works by which."""

    calendar: Calendar
    profiles: tuple[Profile, ...] = ()
    regimes: tuple[Regime, ...] = ()

    def profile(self, code: str, version: int | None = None) -> Profile:
        """A profile by its code, the latest version unless told. Raises NoRule."""
        found = [one for one in self.profiles if one.code == code and version in (None, one.version)]
        if not found:
            raise NoRule(f"no legal profile {code}, version {version or 'any'}")
        return max(found, key=lambda one: one.version)

    def limit(self, profile: str, version: int, code: str) -> Limit:
        return self.profile(profile, version).limit(code)

    def in_force(self, received_on: date, family: str = ADMINISTRATIVE) -> Profile:
        """The profile of a family that binds what was received on this day. Raises NoRule."""
        found = self.find_in_force(received_on, family)
        if found is None:
            raise NoRule(f"no {family} profile binds what was received on {received_on}")
        return found

    def find_in_force(self, received_on: date, family: str) -> Profile | None:
        found = [one for one in self.profiles if one.family == family and one.binds(received_on)]
        return max(found, key=lambda one: (one.effective_from, one.version), default=None)

    def families(self, *, whole: bool) -> dict[str, Profile]:
        """family -> its latest profile, of those that bind a case by themselves or of those counted beside."""
        kept = [one for one in self.profiles if one.family != EXCHANGE and one.is_whole == whole]
        return {one.family: one for one in sorted(kept, key=lambda one: (one.effective_from, one.version))}

    def regime(self, organisation: int, on: date) -> Regime:
        """By what an organisation works on a day: its own regime, else the city's, else Order 121 and its like."""
        own, city = self._latest(organisation, on), self._latest(BUREAU, on)
        return own if own is not None and own.family is not None else city or Regime()

    def _latest(self, organisation: int, on: date) -> Regime | None:
        known = [one for one in self.regimes if one.organisation == organisation and one.effective_from <= on]
        return max(known, key=lambda one: one.effective_from, default=None)

    def binding(self, organisation: int, channel: str, received_on: date, today: date) -> Profile:
        """The profile that binds what an organisation received on a day and has open today. Raises NoRule.

        No rule for complaints in flight on 2026-04-15 was found. Where the city keeps the old rule for them, the day
        of receipt decides and stays decisive; where it takes the new one, today does.
        """
        now = self.regime(organisation, today)
        regime, day = (now, max(today, received_on)) if now.in_flight == "new" else (None, received_on)
        regime = regime or self.regime(organisation, received_on)
        special = self.find_in_force(day, regime.channels.get(channel, ""))
        if special is not None and special.is_whole:
            return special
        return self.in_force(day, regime.family or ADMINISTRATIVE)

    def beside(self, organisation: int, channel: str, received_on: date) -> Profile | None:
        """The profile whose limits run beside the others for what came in through this channel."""
        family = self.regime(organisation, received_on).channels.get(channel, "")
        found = self.find_in_force(received_on, family)
        return None if found is None or found.is_whole else found

    def pauses(self, limit: Limit, organisation: int, on: date) -> Mapping[str, Bilingual]:
        """What may stop a limit: what its law names, and for the decision on acceptance what the city allows."""
        if limit.code == "acceptance" and self.regime(organisation, on).supplement:
            return {**limit.pauses, **SUPPLEMENT}
        return limit.pauses


def last_day(start: date, amount: int, unit: str, *, rolls: bool, calendar: Calendar) -> date:
    """The last day of `amount` units after `start`; a working-day limit ends on a working day by itself."""
    if unit == Unit.WORKING:
        return calendar.add_working_days(start, amount)
    return calendar.add_calendar_days(start, amount, rolls=rolls)


def span(start: date, end: date, unit: str, calendar: Calendar) -> int:
    """The units after `start` up to and including `end`."""
    return calendar.working_days_between(start, end) if unit == Unit.WORKING else (end - start).days
