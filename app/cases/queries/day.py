"""A person's day: what is late, what is due, what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app import deadlines
from app.accounts import absence
from app.accounts.permissions import Can
from app.cases.models import Case, CaseState
from app.cases.queries.queue import listed
from app.core import clock
from app.deadlines import SOON, URGENT
from tenants.database import db

MOST = 20


@dataclass(frozen=True)
class Day:
    late: list[Case]
    urgent: list[Case]
    soon: list[Case]
    fresh: list[Case]  # awaiting triage, in nobody's hands yet

    @property
    def cases(self) -> list[Case]:
        return [*self.late, *self.urgent, *self.soon, *self.fresh]


def day(me: Any) -> Day:
    """Two statements, a third for who approves: the director sees everybody's late cases, a handler the own."""
    today = clock.today()
    calendar = deadlines.load_calendar()
    last, nearer = calendar.last_day_within(today, SOON), calendar.last_day_within(today, URGENT)
    due = listed().where(Case.open, Case.queue_on <= last)
    if not me.can(Can.CASE_ASSIGN):
        due = due.where(Case.assignee_id.in_([me.id, *absence.covers(me)]))
    burning = list(db.session.scalars(due.order_by(Case.queue_on, Case.id).limit(3 * MOST)))
    new = listed().where(Case.open, Case.status == CaseState.LODGED, Case.assignee_id.is_(None))
    shown = {case.id for case in burning}
    fresh = [
        case for case in db.session.scalars(new.order_by(Case.queue_on, Case.id).limit(MOST)) if case.id not in shown
    ]
    return Day(
        late=[case for case in burning if case.queue_on < today],
        urgent=[case for case in burning if today <= case.queue_on <= nearer],
        soon=[case for case in burning if case.queue_on > nearer],
        fresh=fresh,
    )
