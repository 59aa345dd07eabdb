"""Laying down and changing what everybody counts by; all of it in the bureau's realm."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.core import clock, unit
from app.core.errors import Invalid
from app.deadlines import jobs, queries
from app.deadlines.calendar import SATURDAY, Bilingual, Calendar
from app.deadlines.models import (
    CalendarChange,
    CalendarDay,
    CalendarYear,
    LegalLimit,
    LegalProfile,
    LegalRegime,
)
from app.deadlines.profiles import SOON, Basis, Regime, Rules, Unit
from tenants.database import Base, db
from tenants.realm import BUREAU_ID

DATA = Path(__file__).parent / "data"
_REGIME = audit.Watch(codes=("family", "in_flight", "on_transfer", "supplement", "channels"), words=("reason",))


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
            raise BadCalendar(f"这一行不是日历的格式：{row}。 Not a line of a calendar.") from fault
        if not all(vars(day).values()):
            raise BadCalendar(
                f"{day.day} 缺少类别、中英文名称或来源。 It lacks a kind, a name in both languages, or its source."
            )
        if day.kind not in ("holiday", "workday"):
            raise BadCalendar(
                f"{day.day} 的类别 {day.kind!r} 应为 holiday 或 workday。 Its kind should be holiday or workday."
            )
        if day.kind == "workday" and day.day.weekday() < 5:
            raise BadCalendar(
                f"{day.day} 本是工作日，调休上班只能是周末。 It is worked anyway: only weekend days are made up."
            )
        days.append(day)
    days.sort(key=lambda day: day.day)
    for one, next_one in pairwise(days):
        if one.day == next_one.day:
            raise BadCalendar(f"{one.day} 出现了两次。 It is there twice.")
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


def publish_year(year: int, days: Sequence[Day], by: Any = None) -> int:
    """Put a year's days in the place of what was there, and return the new version of the calendar.

    Clocks keep their due dates until `recount_open()` has gone through each organisation.
    """
    if any(day.day.year != year for day in days) or not days:
        raise BadCalendar(f"所列日期不都在 {year} 年。 Not the days of {year}.")
    run = db.session()
    version, before = queries.latest_version() + 1, _known(date(year, 1, 1), date(year, 12, 31))
    run.execute(delete(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))))
    run.expire_all()
    known = run.get(CalendarYear, year)
    if known is None:
        _add_year(run, year, days, version)
    else:
        known.source, known.version = _source(days), version
        _insert(run, CalendarDay, [vars(day) for day in days])
    changes = _changes(before, {day.day: day for day in days})
    _changed(version, changes, by, reason=f"{year}", source=_source(days))
    audit.record("calendar.published", by=by, facts={"year": year, "version": version}, changes=_told(changes))
    queries.forget()
    return version


@dataclass(frozen=True)
class Amendment:
    """What the bureau enters: days in a row that are off, made up, or ordinary again."""

    first: date
    last: date
    kind: str  # holiday | workday | ordinary
    name: str = ""
    name_en: str = ""
    source: str = ""
    reason: str = ""
    completes: bool = False  # with these the holidays of their year are all known


LONGEST = timedelta(days=31)


def amend(given: Amendment, by: Any) -> int:
    """Change days of the calendar; the new version. Every open clock of the city is counted again after the commit.

    Raises Invalid beside the field that cannot be.
    """
    _check(given)
    days = [given.first + timedelta(days=n) for n in range((given.last - given.first).days + 1)]
    after = (
        {}
        if given.kind == "ordinary"
        else {day: Day(day, given.kind, given.name, given.name_en or given.name, given.source) for day in days}
    )
    changes = _changes(_known(given.first, given.last), after)
    run, version = db.session(), queries.latest_version() + 1
    known = run.get(CalendarYear, given.first.year)
    if not changes and (known or not given.completes):
        raise Invalid("first", _("The calendar says so already."))
    run.execute(delete(CalendarDay).where(CalendarDay.day.between(given.first, given.last)))
    _insert(run, CalendarDay, [vars(day) for day in after.values()])
    if known is not None:
        known.version = version
    elif given.completes:
        _insert(run, CalendarYear, [{"year": given.first.year, "source": given.source, "version": version}])
    _changed(version, changes, by, reason=given.reason, source=given.source)
    facts = {"version": version, "first": given.first, "last": given.last, "kind": given.kind}
    audit.record("calendar.amended", by=by, facts=facts, text=given.reason, changes=_told(changes))
    unit.afterwards(jobs.recount_everywhere, version=version)
    queries.forget()
    return version


def _check(given: Amendment) -> None:
    if given.last < given.first:
        raise Invalid("last", _("The last day cannot come before the first."))
    if given.last - given.first >= LONGEST or given.last.year != given.first.year:
        raise Invalid("last", _("At most 31 days of one year at a time."))
    if given.kind not in ("holiday", "workday", "ordinary"):
        raise Invalid("kind", _("This is not on the list."))
    if given.kind != "ordinary" and not given.name:
        raise Invalid("name", _("Name the holiday."))
    weekend = (given.first + timedelta(days=n) for n in range((given.last - given.first).days + 1))
    if given.kind == "workday" and any(day.weekday() < SATURDAY for day in weekend):
        raise Invalid("first", _("Monday to Friday are worked anyway: only weekend days are made up."))
    for name in ("source", "reason"):
        if not getattr(given, name).strip():
            raise Invalid(name, _("This is needed."))


def _known(first: date, last: date) -> dict[date, CalendarDay]:
    query = select(CalendarDay).where(CalendarDay.day.between(first, last)).order_by(CalendarDay.day)
    return {row.day: row for row in db.session.scalars(query)}


def _changes(before: Mapping[date, Any], after: Mapping[date, Any]) -> list[dict[str, Any]]:
    """[{day, before, after, name, name_en}] of the days whose kind or name is another one now."""
    found = []
    for day in sorted({*before, *after}):
        was, now = before.get(day), after.get(day)
        if (was and (was.kind, was.name)) != (now and (now.kind, now.name)):
            kinds = {"before": was.kind if was else None, "after": now.kind if now else None}
            named: Any = now or was
            found.append({"day": day.isoformat(), **kinds, "name": named.name, "name_en": named.name_en})
    return found


def _told(changes: list[dict[str, Any]]) -> audit.Changes:
    return audit.Changes({change["day"]: [change["before"], change["after"]] for change in changes})


def _changed(version: int, days: list[dict[str, Any]], by: Any, *, reason: str, source: str) -> None:
    db.session.add(
        CalendarChange(
            version=version,
            made_at=clock.now(),
            by_name=getattr(by, "name", "—"),
            reason=reason,
            source=source,
            days=days,
        )
    )


def set_regime(regime: Regime, by: Any) -> None:
    """Say by which limits an organisation works from a day on; the city's own if it is the bureau's. Raises Invalid."""
    rules = queries.load_rules()
    whole, beside = rules.families(whole=True), rules.families(whole=False)
    if regime.family is None and regime.organisation == BUREAU_ID:
        raise Invalid("family", _("The city has to choose one."))
    if regime.family is not None and regime.family not in whole:
        raise Invalid("family", _("This is not on the list."))
    if any(family not in {*whole, *beside} for family in regime.channels.values()):
        raise Invalid("channels", _("This is not on the list."))
    if not regime.reason.strip():
        raise Invalid("reason", _("Say why."))
    told = {name: getattr(regime, name) for name in ("family", "in_flight", "on_transfer", "supplement", "reason")}
    row = db.session.get(LegalRegime, (regime.organisation, regime.effective_from))
    if row is None:
        row = LegalRegime(organisation_id=regime.organisation, effective_from=regime.effective_from)
        db.session.add(row)
    was = _REGIME.look(row)
    for name, value in told.items():
        setattr(row, name, value)
    row.channels, row.set_by, row.set_at = dict(regime.channels), by.name, clock.now()
    facts = {name: value for name, value in told.items() if name != "reason"}
    facts |= {"organisation": regime.organisation, "from": regime.effective_from}
    facts |= {f"channel_{channel}": family for channel, family in regime.channels.items()}
    audit.record("regime.set", by=by, facts=facts, changes=_REGIME.since(was, row), text=regime.reason)
    unit.afterwards(jobs.follow_regime)
    queries.forget()


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
        "note_en": "",
        **limit,
    }
    return {**row, "unit": Unit(row["unit"]).value, "basis": Basis(row["basis"]).value}
