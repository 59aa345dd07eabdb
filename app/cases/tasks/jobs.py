"""Notices about tasks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from app import deadlines
from app.cases.tasks.models import Task, TaskState
from app.core import clock
from app.jobs import job
from app.notifications import notify
from app.notifications.words import extend
from tenants.database import db


@job()
def tell_task(key: str, what: str, by: str) -> None:
    """Tell who has it, or once it is done who gave it."""
    found = db.session.scalars(select(Task).where(Task.id == UUID(key))).one()
    notify(
        f"task.{what}",
        found,
        people=[found.given_by if what == "done" else found.assignee_id],
        but=UUID(by),
        facts={"case": found.case.number if found.case else None},
        endpoint="tasks.show",
        arguments={"task_id": found.id},
        key=f"task.{what}:{found.id}:{found.version}",
    )


@job(every="30 0 * * *")  # half past eight, local time
def remind_of_tasks() -> None:
    """On a working morning, tell everybody how many of their tasks are due today or late."""
    today = clock.today()
    if not deadlines.load_calendar().is_working_day(today):
        return
    waiting = (
        select(Task.assignee_id, func.count().filter(Task.due_on < today), func.count())
        .where(Task.status == TaskState.OPEN, Task.due_on <= today)
        .group_by(Task.assignee_id)
    )
    for person, late, all_ in db.session.execute(waiting).all():
        notify(
            "task.digest",
            people=[person],
            facts={"late": late, "today": all_ - late},
            endpoint="tasks.index",
            key=f"task.digest:{today}",
        )


def _on_case(words: Any, alone: Any) -> Any:
    return lambda facts: str(words) % facts if facts.get("case") else str(alone)


def _digest(facts: dict[str, Any]) -> str:
    late = ngettext("%(num)d task is late", "%(num)d tasks are late", facts["late"])
    due = ngettext("%(num)d is due today", "%(num)d are due today", facts["today"])
    return _(", ").join(said for said, n in ((late, facts["late"]), (due, facts["today"])) if n)


extend(
    {
        "task.given": _on_case(_l("You were given a task on case %(case)s"), _l("You have a task")),
        "task.done": _on_case(_l("A task that you gave on case %(case)s is done"), _l("A task is done")),
        "task.reopened": _on_case(_l("A task of yours on case %(case)s is open again"), _l("A task is open again")),
        "task.digest": _digest,
    }
)
