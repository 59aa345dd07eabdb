"""What a person sees at the queue: filters that were kept, with their counts, and the list as it is liked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, literal, or_, select, union_all

from app.accounts.permissions import Can
from app.cases.models import Case, CaseStatement
from app.cases.queries.filters import beyond_the_open
from app.cases.queries.queue import clocks_of
from app.cases.worklist.models import COLUMNS, Habit, SavedFilter
from app.core.errors import Invalid, Missing, NotAllowed
from app.core.listing import Listing
from app.deadlines import ClockView
from tenants import realm
from tenants.database import db

MOST = 1000  # cases that a kept filter counts
SHOWN = 12  # kept filters above the list
MOST_SHEETS = 100  # of paper at once

# Columns of the list beside what is wanted: code -> heading, and whether it is a number.
CHOICES: dict[str, tuple[Any, bool]] = {
    "merchant": (_l("Merchant"), False),
    "amount": (_l("Amount in dispute"), True),
    "due": (_l("Time limit"), False),
    "who": (_l("Handled by"), False),
    "status": (_l("Status"), False),
    "received": (_l("Received"), False),
    "channel": (_l("Channel"), False),
    "nature": (_l("Nature"), False),
    "place": (_l("Way of buying"), False),
    "people": (_l("Complainants"), True),
    "reference": (_l("Number at its source"), False),
}


@dataclass(frozen=True)
class Sheet:
    """A case on a page of its own, for who takes it along on paper; numbers in what was written are masked."""

    case: Case
    statement: CaseStatement
    clock: ClockView | None


def sheets_of(cases: Sequence[Case]) -> list[Sheet]:
    """In the order of `cases`: two statements. Raises Invalid for more than a printer should get at once."""
    if len(cases) > MOST_SHEETS:
        raise Invalid("chosen", _("At most %(n)s sheets at a time: choose fewer cases.", n=MOST_SHEETS))
    query = select(CaseStatement).where(CaseStatement.case_id.in_([case.id for case in cases]))
    said = {one.case_id: one for one in db.session.scalars(query)}
    clocks = clocks_of(cases)
    return [Sheet(case, said[case.id], clocks.get(case.id)) for case in cases]


@dataclass(frozen=True)
class Mine:
    """One person at the queue."""

    habit: Habit
    kept: list[SavedFilter]

    @property
    def columns(self) -> list[str]:
        return [code for code in CHOICES if code in self.habit.columns] or list(COLUMNS)

    @property
    def usual(self) -> SavedFilter | None:
        """What opens the queue."""
        return next((one for one in self.kept if one.id == self.habit.usual_id), None)


def mine(me: Any) -> Mine:
    """Two statements: the habits, and the filters of this person and of all."""
    return Mine(habit_of(me), kept(me)[:SHOWN])


def habit_of(me: Any) -> Habit:
    """The habits of a person; the house's own for whoever has not chosen any."""
    found = db.session.scalars(select(Habit).where(Habit.person_id == me.id)).first()
    return found or Habit(
        tenant_id=realm.current().writes,
        person_id=me.id,
        columns=list(COLUMNS),
        size=50,
        density="normal",
        after="case",
    )


def kept(me: Any) -> list[SavedFilter]:
    query = select(SavedFilter).where(or_(SavedFilter.owner_id == me.id, SavedFilter.shared))
    return list(db.session.scalars(query.order_by(SavedFilter.shared, SavedFilter.created_at, SavedFilter.id)))


def one(key: UUID, me: Any, *, change: bool = False) -> SavedFilter:
    """A filter that this person may use, or change: one's own, and what is shared the director too. Raises Missing."""
    query = select(SavedFilter).where(SavedFilter.id == key, or_(SavedFilter.owner_id == me.id, SavedFilter.shared))
    found = db.session.scalars(query).first()
    if found is None:
        raise Missing
    if change and found.owner_id != me.id and not me.can(Can.CASE_ASSIGN):
        raise NotAllowed
    return found


def counted(listing: Listing, filters: Sequence[SavedFilter]) -> dict[UUID, int]:
    """How many cases each finds, no further than MOST + 1: one statement for all of them."""
    parts = []
    for saved in filters[:SHOWN]:
        view = listing.read(saved.asked)
        query = view.narrow(select(Case.id))
        if not beyond_the_open(view.values):
            query = query.where(Case.open)
        some = query.limit(MOST + 1).subquery()
        parts.append(select(literal(str(saved.id)), func.count()).select_from(some))
    return {UUID(key): count for key, count in db.session.execute(union_all(*parts))} if parts else {}
