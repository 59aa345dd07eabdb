"""Laying down and changing what everybody counts by; all of it in the bureau's realm."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from app import audit
from app.deadlines import queries
from app.deadlines.calendar import Bilingual, Calendar
from app.deadlines.clock import ClockColumns, ClockState, recount
from app.deadlines.models import CalendarDay, CalendarYear, LegalLimit, LegalProfile
from app.deadlines.profiles import SOON, Basis, Rules, Unit
from tenants import realm
from tenants.bases import BetweenEntry, Owned
from tenants.database import Base, db

DATA = Path(__file__).parent / "data"


class BadCalendar(ValueError):
    """A calendar file that cannot be what the State Council announced; the message names the line's fault."""


@dataclass(frozen=True)
class Day:
    """A line of a calendar file."""

    day: date
    kind: str  # holiday | workday
    name: str
    name_en: str
    source: str


@dataclass(frozen=True)
class Seeded:
    """How much was missing and has been added."""

    years: int
    profiles: int


def read_calendar(lines: Iterable[str]) -> dict[int, list[Day]]:
    """The days of a calendar file by year. Raises BadCalendar."""
    days = []
    for row in csv.DictReader(lines):
        try:
            day = Day(date.fromisoformat(row.pop("day")), **row)
        except (KeyError, TypeError, ValueError) as fault:
            raise BadCalendar(f"not a line of a calendar: {row}") from fault
        if not all(vars(day).values()):
            raise BadCalendar(f"{day.day} lacks a kind, a name in both languages, or its source")
        if day.kind not in ("holiday", "workday"):
            raise BadCalendar(f"{day.day} is a {day.kind!r}: holiday or workday is meant")
        if day.kind == "workday" and day.day.weekday() < 5:
            raise BadCalendar(f"{day.day} is worked anyway: only weekend days are made up")
        days.append(day)
    days.sort(key=lambda day: day.day)
    for one, next_one in pairwise(days):
        if one.day == next_one.day:
            raise BadCalendar(f"{one.day} is there twice")
    return {year: list(group) for year, group in groupby(days, key=lambda day: day.day.year)}


def shipped_calendar() -> dict[int, list[Day]]:
    """The years that come with the portal: 2020 to 2026."""
    with (DATA / "calendar.csv").open(encoding="utf-8", newline="") as lines:
        return read_calendar(lines)


def shipped_profiles() -> list[dict[str, Any]]:
    """The rows of the profiles that come with the portal, each with the rows of its limits under `limits`."""
    with (DATA / "profiles.toml").open("rb") as file:
        return [_profile_rows(profile) for profile in tomllib.load(file)["profile"]]


def shipped_rules() -> Rules:
    """The rules as they come with the portal, without a database: for tests and for arithmetic on paper."""
    years = shipped_calendar()
    days = [day for year in years.values() for day in year]
    calendar = Calendar(
        holidays={day.day: Bilingual(day.name, day.name_en) for day in days if day.kind == "holiday"},
        workdays={day.day: Bilingual(day.name, day.name_en) for day in days if day.kind == "workday"},
        confirmed=frozenset(years),
        version=len(years),
    )
    profiles = []
    for row in shipped_profiles():
        limits = [LegalLimit(**limit) for limit in row["limits"]]
        profiles.append(LegalProfile(**{**row, "limits": limits}).value())
    return Rules(calendar, tuple(profiles))


def seed(connection: Connection | Session | None = None) -> Seeded:
    """Add the years and profiles that are missing; what is there stays as the bureau has left it.

    In the bureau's realm, or over a migration's own connection.
    """
    run = connection or db.session()
    known = set(run.execute(select(CalendarYear.year)).scalars())
    version = run.execute(select(func.coalesce(func.max(CalendarYear.version), 0))).scalar_one()
    years = {year: days for year, days in shipped_calendar().items() if year not in known}
    for count, (year, days) in enumerate(years.items(), start=1):
        _add_year(run, year, days, version + count)
    held = {tuple(row) for row in run.execute(select(LegalProfile.code, LegalProfile.version))}
    profiles = [row for row in shipped_profiles() if (row["code"], row["version"]) not in held]
    for row in profiles:
        limits = row.pop("limits")
        _insert(run, LegalProfile, [row])
        _insert(run, LegalLimit, limits)
    queries.forget()
    return Seeded(len(years), len(profiles))


def publish_year(year: int, days: Sequence[Day]) -> int:
    """Put a year's days in the place of what was there, and return the new version of the calendar.

    Clocks keep their due dates until `recount_open()` has gone through each organisation.
    """
    if any(day.day.year != year for day in days) or not days:
        raise BadCalendar(f"not the days of {year}")
    run = db.session()
    version = run.execute(select(func.coalesce(func.max(CalendarYear.version), 0) + 1)).scalar_one()
    of_year = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    before = dict(run.execute(select(CalendarDay.day, CalendarDay.kind).where(of_year)).all())
    run.execute(delete(CalendarDay).where(of_year))
    known = run.get(CalendarYear, year)
    if known is None:
        _add_year(run, year, days, version)
    else:
        known.source, known.version = _source(days), version
        _insert(run, CalendarDay, [vars(day) for day in days])
    after = {day.day: day.kind for day in days}
    changed = {day: [before.get(day), after.get(day)] for day in sorted(before.keys() | after)}
    changes = audit.Changes({f"{day}": pair for day, pair in changed.items() if pair[0] != pair[1]})
    audit.record("calendar.published", facts={"year": year, "version": int(version)}, changes=changes)
    queries.forget()
    return int(version)


def recount_open() -> int:
    """Work out the due dates of this organisation's open clocks again; how many moved."""
    calendar = queries.load_calendar()
    moved = 0
    kinds: list[Any] = [kind for kind in ClockColumns.__subclasses__() if issubclass(kind, Owned | BetweenEntry)]
    for kind in kinds:
        waiting = select(kind).where(
            _ours(kind),
            kind.state.in_([ClockState.RUNNING.value, ClockState.PAUSED.value]),
            kind.calendar_version != calendar.version,
        )
        moved += sum(recount(clock, calendar) for clock in db.session.scalars(waiting))
    if moved:
        audit.record("calendar.recounted", facts={"version": calendar.version, "moved": moved})
    return moved


def _ours(kind: Any) -> Any:
    """The bureau sees every county's clocks and moves none but its own."""
    mine = realm.current().writes
    if issubclass(kind, Owned):
        return kind.tenant_id == mine
    return or_(kind.sender_id == mine, kind.receiver_id == mine)


def _add_year(run: Connection | Session, year: int, days: Sequence[Day], version: int) -> None:
    _insert(run, CalendarYear, [{"year": year, "source": _source(days), "version": version}])
    _insert(run, CalendarDay, [vars(day) for day in days])


def _insert(run: Connection | Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        run.execute(insert(model), rows)


def _source(days: Sequence[Day]) -> str:
    papers = dict.fromkeys(day.source for day in days if day.source)
    return f"国务院办公厅节假日安排通知（{'、'.join(papers)}）"


def _profile_rows(profile: dict[str, Any]) -> dict[str, Any]:
    columns = {column.key for column in LegalProfile.__table__.columns}
    row = {"effective_to": None, **{key: value for key, value in profile.items() if key in columns}}
    row["limits"] = [_limit_row(profile, limit, place) for place, limit in enumerate(profile["limit"], start=1)]
    return row


def _limit_row(profile: dict[str, Any], limit: dict[str, Any], place: int) -> dict[str, Any]:
    """A limit with what it leaves out filled in, checked as far as types go."""
    row = {
        "profile_code": profile["code"],
        "profile_version": profile["version"],
        "place": place,
        "law": profile["law"],
        "law_en": profile["law_en"],
        "article": "",
        "rolls": True,
        "pauses": [],
        "extends_by": 0,
        "extends_if": None,
        "extends_if_en": None,
        "extends_needs": None,
        "warns_at": SOON,
        "note": "",
        **limit,
    }
    return {**row, "unit": Unit(row["unit"]).value, "basis": Basis(row["basis"]).value}
