"""What is counted by: the calendar and the profiles, as this process last read them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from app.core.errors import Missing
from app.core.listing import Listing, Order
from app.deadlines.calendar import Bilingual, Calendar, Stretch
from app.deadlines.models import (
    CalendarChange,
    CalendarDay,
    CalendarRecount,
    CalendarYear,
    ClockMove,
    LegalLimit,
    LegalProfile,
    LegalRegime,
)
from app.deadlines.profiles import Profile, Rules
from tenants import realm
from tenants.database import Base, db

FRESH_FOR = 30.0  # seconds until one small statement asks whether anything changed; a new calendar is no hurry


class _Kept:
    def __init__(self) -> None:
        self.rules: Rules | None = None
        self.stamp: tuple[object, ...] | None = None
        self.asked_at = float("-inf")
        self.lock = threading.Lock()


_kept = _Kept()


def load_rules() -> Rules:
    """The calendar and the profiles; read again only when the calendar's version or the profiles have changed."""
    with _kept.lock:
        if _kept.rules is None or time.monotonic() - _kept.asked_at > FRESH_FOR:
            stamp = _stamp()
            if _kept.rules is None or stamp != _kept.stamp:
                _kept.rules, _kept.stamp = _read(), stamp
            _kept.asked_at = time.monotonic()
        return _kept.rules


def load_calendar() -> Calendar:
    return load_rules().calendar


def forget() -> None:
    """The next look reads the tables again."""
    with _kept.lock:
        _kept.rules = None


def latest_version() -> int:
    """The calendar's version: the highest of any year or change."""
    years = select(func.coalesce(func.max(CalendarYear.version), 0)).scalar_subquery()
    changes = select(func.coalesce(func.max(CalendarChange.version), 0)).scalar_subquery()
    return int(db.session.scalar(select(func.greatest(years, changes))) or 0)


def _stamp() -> tuple[object, ...]:
    limits = select(func.count()).select_from(LegalLimit).scalar_subquery()
    regimes = select(func.max(LegalRegime.set_at)).scalar_subquery()
    return (latest_version(), *db.session.execute(select(limits, regimes)).one())


def _read() -> Rules:
    years = db.session.scalars(select(CalendarYear)).all()
    days = db.session.scalars(select(CalendarDay).order_by(CalendarDay.day)).all()
    profiles = db.session.scalars(select(LegalProfile).order_by(LegalProfile.effective_from, LegalProfile.version))
    calendar = Calendar(
        holidays={row.day: Bilingual(row.name, row.name_en) for row in days if row.kind == "holiday"},
        workdays={row.day: Bilingual(row.name, row.name_en) for row in days if row.kind == "workday"},
        confirmed=frozenset(row.year for row in years),
        version=latest_version(),
    )
    regimes = db.session.scalars(select(LegalRegime).order_by(LegalRegime.organisation_id, LegalRegime.effective_from))
    return Rules(calendar, tuple(one.value() for one in profiles), tuple(one.value() for one in regimes))


@dataclass(frozen=True)
class Cell:
    """One day of the year as the page shows it."""

    day: date
    kind: str  # working | weekend | holiday | workday
    name: Bilingual | None


@dataclass(frozen=True)
class YearPage:
    """A year of the calendar: twelve months of weeks, Monday first, with None outside the month."""

    year: int
    confirmed: bool
    source: str
    version: int
    years: tuple[int, ...]  # those that can be looked at
    months: tuple[tuple[tuple[Cell | None, ...], ...], ...]
    holidays: tuple[Stretch, ...]
    workdays: tuple[tuple[date, Bilingual], ...]
    working_days: int


def calendar_year(year: int, today: date) -> YearPage:
    """The calendar page of a year; the next year can always be looked at, confirmed or not."""
    calendar = load_calendar()
    known = db.session.get(CalendarYear, year)
    return YearPage(
        year=year,
        confirmed=known is not None,
        source=known.source if known else "",
        version=calendar.version,
        years=years_shown(today),
        months=tuple(_weeks(calendar, year, month) for month in range(1, 13)),
        holidays=calendar.stretches(year),
        workdays=tuple((day, name) for day, name in calendar.workdays.items() if day.year == year),
        working_days=calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)),
    )


def years_shown(today: date) -> tuple[int, ...]:
    """The years that can be looked at: those confirmed, this one and the next."""
    return tuple(sorted(load_calendar().confirmed | {today.year, today.year + 1}))


@dataclass(frozen=True)
class ShownProfile:
    """A profile on the page, and whether it binds what is received today."""

    profile: Profile
    in_force: bool


def profiles_shown(today: date) -> list[ShownProfile]:
    """Every profile, the one in force first within its family."""
    rules = load_rules()
    families = dict.fromkeys(profile.family for profile in rules.profiles)
    in_force = {family: rules.find_in_force(today, family) for family in families}
    shown = [ShownProfile(profile, profile is in_force[profile.family]) for profile in rules.profiles]
    order = list(families)
    return sorted(shown, key=lambda one: (order.index(one.profile.family), not one.in_force))


def unconfirmed_ahead(today: date, days: int = 90) -> tuple[int, ...]:
    """The years that limits started now may reach into and that nobody has confirmed: the alarm."""
    return load_calendar().unconfirmed(today, today + timedelta(days=days))


def is_recounted(place: int | None, version: int) -> bool:
    """Whether an organisation's open clocks have been counted by this version of the calendar."""
    done = select(CalendarRecount.id).where(CalendarRecount.tenant_id == place, CalendarRecount.version == version)
    return db.session.execute(done).first() is not None


def numbers_of(kind: Any, clocks: Sequence[Any]) -> dict[Any, str]:
    """key -> number of the cases or handoffs that these clocks run on."""
    column, subject = kind.SUBJECT
    table = Base.metadata.tables[subject]
    keys = {getattr(one, column) for one in clocks}
    if not keys:
        return {}
    rows = db.session.execute(select(table.c.id, table.c.number).where(table.c.id.in_(keys)))
    return {row.id: row.number for row in rows}


@dataclass(frozen=True)
class Change:
    """A version of the calendar as the page shows it; the counts are of those the reader may see."""

    change: CalendarChange
    done: int  # organisations that have been counted again
    moved: int  # due dates


def changes(limit: int = 50) -> list[Change]:
    """The latest versions of the calendar, newest first."""
    rows = db.session.scalars(select(CalendarChange).order_by(CalendarChange.version.desc()).limit(limit)).all()
    return [_change(row) for row in rows]


def find_change(version: str) -> Change:
    """Raises Missing for a version that nobody made."""
    row = db.session.get(CalendarChange, int(version)) if version.isdecimal() and len(version) < 9 else None
    if row is None:
        raise Missing
    return _change(row)


def _change(row: CalendarChange) -> Change:
    done = select(func.count()).select_from(CalendarRecount).where(CalendarRecount.version == row.version)
    moved = select(func.count()).select_from(ClockMove).where(ClockMove.version == row.version)
    return Change(row, db.session.scalar(done) or 0, db.session.scalar(moved) or 0)


def totals(version: int) -> dict[int, tuple[CalendarRecount, int]]:
    """organisation -> (that it was counted again, how many of its due dates moved): numbers only."""
    moved = dict(
        db.session.execute(
            select(ClockMove.tenant_id, func.count()).where(ClockMove.version == version).group_by(ClockMove.tenant_id)
        ).all()
    )
    done = db.session.scalars(select(CalendarRecount).where(CalendarRecount.version == version))
    return {row.tenant_id: (row, moved.get(row.tenant_id, 0)) for row in done}


MOVES = Listing(orders=[Order("before", _l("Last day before"), (ClockMove.before_on, ClockMove.id))], filters=[])


def moves(version: int) -> Select[Any]:
    """The due dates that a version moved in this organisation."""
    return select(ClockMove).where(ClockMove.tenant_id == realm.current().writes, ClockMove.version == version)


def _weeks(calendar: Calendar, year: int, month: int) -> tuple[tuple[Cell | None, ...], ...]:
    first = date(year, month, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    cells: list[Cell | None] = [None] * first.weekday()
    cells += [_cell(calendar, first.replace(day=number)) for number in range(1, length + 1)]
    cells += [None] * (-len(cells) % 7)
    return tuple(tuple(cells[start : start + 7]) for start in range(0, len(cells), 7))


def _cell(calendar: Calendar, day: date) -> Cell:
    if day in calendar.holidays:
        return Cell(day, "holiday", calendar.holidays[day])
    if day in calendar.workdays:
        return Cell(day, "workday", calendar.workdays[day])
    return Cell(day, "working" if calendar.is_working_day(day) else "weekend", None)
