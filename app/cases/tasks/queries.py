"""Whose tasks there are."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from app.accounts import absence
from app.accounts.models import Person
from app.accounts.permissions import ROLES, Can
from app.cases.models import Case
from app.cases.tasks.models import Task, TaskState
from app.core import clock
from app.core.errors import Missing
from app.core.listing import Filter, Listing, Order
from app.deadlines.wording import ClockView, set_day
from tenants.database import db

MOST = 20
_READING = [role.code for role in ROLES.values() if Can.CASE_READ in role.can]


def listing(me: Any) -> Listing:
    """One's open tasks, or those that one gave, or those that are done."""
    return Listing(
        filters=[
            Filter("show", _l("Show"), lambda value: _SHOWN[value](me), choices=_shown),
        ],
        orders=[Order("due", _l("Due"), (Task.due_on, Task.id))],
    )


def _shown() -> list[tuple[str, Any]]:
    return [("given", _l("Given by me")), ("done", _l("Done"))]


_SHOWN: dict[str, Any] = {
    "given": lambda me: (Task.given_by == me.id) & (Task.status == TaskState.OPEN) & (Task.assignee_id != me.id),
    "done": lambda me: or_(Task.assignee_id == me.id, Task.given_by == me.id) & (Task.status == TaskState.DONE),
}


def of(me: Any, view: Any) -> Any:
    """The page of tasks that a view asks for; without a word about it one's own open ones."""
    query = _with_names()
    return view.page(query if "show" in view.values else query.where(*_mine(me)))


def mine(me: Any) -> list[Task]:
    """One's open tasks, the earliest first."""
    return list(db.session.scalars(_with_names().where(*_mine(me)).order_by(Task.due_on, Task.id).limit(MOST)))


def _mine(me: Any) -> tuple[Any, ...]:
    return Task.assignee_id.in_([me.id, *absence.covers(me)]), Task.status == TaskState.OPEN, _shared(me)


def _shared(me: Any) -> Any:
    """What somebody noted for themselves alone is not a deputy's."""
    return or_(Task.case_id.is_not(None), Task.assignee_id == me.id)


def of_case(case: Case) -> list[Task]:
    """Those of a case: the open ones first, then what was done last."""
    query = _with_names().where(Task.case_id == case.id)
    return list(db.session.scalars(query.order_by(Task.status.desc(), Task.due_on, Task.id).limit(MOST)))


def by_key(key: UUID, me: Any) -> Task:
    """Raises Missing for another organisation's, and for a colleague's own."""
    task = db.session.scalars(_with_names().where(Task.id == key)).first()
    if task is None or (task.case_id is None and me.id not in (task.assignee_id, task.given_by)):
        raise Missing
    return task


def _with_names() -> Select[Any]:
    return select(Task).options(joinedload(Task.case), joinedload(Task.assignee), joinedload(Task.giver))


def colleagues() -> list[Person]:
    """Who reads cases here, and so may be given a task or be mentioned."""
    query = select(Person).where(Person.active, Person.role.in_(_READING))
    return list(db.session.scalars(query.order_by(Person.name, Person.id)))


def bar(task: Task, today: date | None = None) -> ClockView:
    """The bar of a task, as of a clock."""
    done = clock.on(task.done_at) if task.done_at else None
    return set_day(task.due_on, clock.on(task.given_at), today or clock.today(), done)
