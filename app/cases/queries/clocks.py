"""One time limit of a case: why its last day is that day, day by day, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit, deadlines
from app.cases.models import Case, CaseClock, CaseFile
from app.cases.queries.file import files_of
from app.core import clock
from app.core.errors import Missing
from app.deadlines import ClockView, Explanation, Limit, Profile
from app.deadlines.days import Day, Run, days_of, months, runs
from app.deadlines.models import ClockMove
from app.deadlines.wording import because, days
from tenants.database import db

_ABOUT = frozenset(
    f"case.{event}" for event in ("pause", "resume", "extend", "rebased", "meet_limit", "pause_kept", "pause_cut")
)


@dataclass(frozen=True)
class Changed:
    """Time left out, or added: for what, on whose word, and on which paper."""

    what: str
    since: str
    until: str
    evidence: str
    file: CaseFile | None
    approved_by: str


@dataclass(frozen=True)
class ClockPage:
    """A clock with all that its page says."""

    clock: CaseClock
    view: ClockView
    reason: Explanation
    limit: Limit
    profile: Profile
    runs: list[Run]
    months: list[tuple[date, list[Day]]]
    changed: list[Changed]
    moves: list[ClockMove]
    lines: list[audit.Line]


def clock_page(case: Case, clock_id: UUID) -> ClockPage:
    """Raises Missing for a clock of another case, or none at all."""
    one = next((one for one in case.clocks if one.id == clock_id), None)
    if one is None:
        raise Missing
    rules = deadlines.load_rules()
    each = days_of(one, rules.calendar)
    lines = [line for line in audit.trail(case.id) if _concerns(line, one)]
    limit = rules.limit(one.profile_code, one.profile_version, one.code)
    return ClockPage(
        clock=one,
        view=deadlines.view(one, clock.today(), rules),
        reason=deadlines.explain(one, rules),
        limit=limit,
        profile=rules.profile(one.profile_code, one.profile_version),
        runs=runs(each),
        months=months(each),
        changed=_changed(case, one, limit, lines),
        moves=list(db.session.scalars(select(ClockMove).where(ClockMove.clock_id == one.id).order_by(ClockMove.id))),
        lines=lines,
    )


def clocks_beside(case: Case, clock_id: UUID) -> list[ClockView]:
    """The other clocks of the case, those too that no longer apply."""
    today, rules = clock.today(), deadlines.load_rules()
    return [deadlines.view(one, today, rules) for one in case.clocks if one.id != clock_id]


def _concerns(line: audit.Line, one: CaseClock) -> bool:
    """The steps that say which clock they mean; those from before they did meant the mediation."""
    entry = line.entry
    return entry.event in _ABOUT and (entry.facts.get("clock") or "mediation") == one.code


def _changed(case: Case, one: CaseClock, limit: Limit, lines: list[audit.Line]) -> list[Changed]:
    """The spans of a clock, each extension with who approved it: they come in the order of their entries."""
    approved = iter([line.entry.actor_name for line in reversed(lines) if line.entry.event == "case.extend"])
    files = _files(case, one)
    found = []
    for span in one.spans:
        if span["kind"] == "pause":
            what, until, by = because(limit, span["reason"]), span.get("until", ""), ""
        elif span["kind"] == "extension":
            what, until = _("longer by %(days)s", days=days(span["amount"], one.unit)), ""
            by = next(approved, "")
        else:
            continue
        found.append(Changed(what, span["on"], until, span.get("evidence", "—"), files.get(span.get("file", "")), by))
    return found


def _files(case: Case, one: CaseClock) -> dict[str, CaseFile]:
    return {str(file.id): file for file in files_of(case)} if any(span.get("file") for span in one.spans) else {}
