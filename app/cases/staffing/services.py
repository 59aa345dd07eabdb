"""Handing open cases over: planned first, then taken one by one, each in its own story."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.accounts import absence
from app.accounts.models import Absence, Person
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.staffing import queries
from app.cases.tasks import queries as tasks
from app.cases.tasks import services as tasks_services
from app.cases.workflow import CASE
from app.core.errors import Invalid, NotAllowed, Refusal
from tenants.database import db


@dataclass(frozen=True)
class Row:
    """One case of a hand-over: to whom, or why not."""

    number: str
    title: str
    case: Case | None
    to: Person | None
    refusal: str = ""


def plan(person: Person, numbers: Collection[str], to: Collection[UUID], by: Any) -> list[Row]:
    """Which case would go to whom: by due date in turn, to those with the fewest open cases first.

    Raises Invalid where nothing or nobody that can take a case was chosen.
    """
    if not by.can(Can.CASE_ASSIGN):
        raise NotAllowed(_("Your role does not include this."))
    taking = _taking(person, to)
    if not numbers:
        raise Invalid("chosen", _("Choose the cases."))
    there = {case.number: case for case in queries.cases_of(person)}
    turns, rows = cycle(taking), []
    for number in sorted(numbers, key=lambda number: list(there).index(number) if number in there else -1):
        case = there.get(number)
        if case is None:
            rows.append(Row(number, "", None, None, _("It is no longer open in these hands.")))
        else:
            rows.append(Row(number, case.title, case, next(turns)))
    return rows


def _taking(person: Person, to: Collection[UUID]) -> list[Person]:
    loads = queries.loads()
    chosen = [one for one in queries.handlers() if one.id in to and one.id != person.id]
    if not chosen:
        raise Invalid("to", _("Choose at least one colleague who handles cases."))
    return sorted(chosen, key=lambda one: (loads.get(one.id, 0), one.name))


def hand_over(person: Person, numbers: Collection[str], to: Collection[UUID], by: Any, *, text: str) -> list[Row]:
    """Give them to others, with what is still to do on them; what came of each."""
    if not text.strip():
        raise Invalid("text", _("Say why they change hands."))
    return [_handed(row, person, by, text.strip()) for row in plan(person, numbers, to, by)]


def _handed(row: Row, person: Person, by: Any, text: str) -> Row:
    if row.case is None or row.to is None:
        return row
    try:
        CASE.take("assign", row.case, by=by, assignee=str(row.to.id), text=text)
    except Refusal as refusal:  # before anything was changed
        return Row(row.number, row.title, row.case, None, str(refusal.message))
    for task in tasks.of_case(row.case):
        if task.is_open and task.assignee_id == person.id:
            tasks_services.pass_on(task, row.to.id, by)
    db.session.flush()
    return row


def choices(people: Sequence[Person]) -> list[tuple[str, str]]:
    """Colleagues to choose among; of who is away it is said."""
    gone = absence.away([person.id for person in people])
    return [
        (
            str(one.id),
            _("%(name)s (%(away)s)", name=one.name, away=_until(gone[one.id])) if one.id in gone else one.name,
        )
        for one in people
    ]


def away(key: UUID | None) -> str:
    """The warning that somebody is away who was just given something; empty where nobody is."""
    row = next((row for row in absence.away([key]).values()), None) if key else None
    return _("This colleague is away: %(away)s", away=_until(row)) if row else ""


def _until(row: Absence) -> str:
    if row.deputy:
        return _("until %(day)s, %(name)s deputises", day=row.last_on, name=row.deputy.name)
    return _("until %(day)s, nobody deputises", day=row.last_on)
