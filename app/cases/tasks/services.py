"""Giving tasks, doing them, taking them up again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app import audit
from app.accounts import absence
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.tasks import jobs
from app.cases.tasks.models import Task, TaskState
from app.core import clock, unit
from app.core.errors import Invalid, NotAllowed
from tenants.database import db

LONGEST = 500
WATCH = audit.Watch(codes=("due_on", "assignee_id"), words=("text",))


def give(by: Any, *, text: str, due_on: date, assignee: UUID, case: Case | None = None) -> Task:
    """Give somebody of this organisation a task; without a case it is one's own. Raises Invalid."""
    _check(by, text, assignee, own=case is None)
    if due_on < clock.today():
        raise Invalid("due_on", _("That day is over."))
    task = Task(
        case_id=case.id if case else None,
        text=text.strip(),
        due_on=due_on,
        assignee_id=assignee,
        given_by=by.id,
        given_at=clock.now(),
        status=TaskState.OPEN.value,
        case=case,
    )
    db.session.add(task)
    db.session.flush()
    _note("given", task, by, facts={"due": due_on})
    if assignee != by.id:
        unit.afterwards(jobs.tell_task, key=task.id, what="given", by=by.id)
    return task


def change(task: Task, by: Any, *, text: str, due_on: date, assignee: UUID, seen: int | None = None) -> None:
    """Word it otherwise, move its day, or give it to somebody else. Raises Changed where somebody was faster."""
    _lock(task, by)
    if not task.is_open:
        raise audit.too_late(_("This task is done: take it up again first."), task, seen, _told)
    audit.only_as_seen(task, seen, _told)
    _check(by, text, assignee, own=task.case_id is None)
    if due_on != task.due_on and due_on < clock.today():
        raise Invalid("due_on", _("That day is over."))
    was, before = WATCH.look(task), task.assignee_id
    task.text, task.due_on, task.assignee_id = text.strip(), due_on, assignee
    task.version += 1
    _note("changed", task, by, changes=WATCH.since(was, task))
    if assignee not in (before, by.id):
        unit.afterwards(jobs.tell_task, key=task.id, what="given", by=by.id)


def pass_on(task: Task, to: UUID, by: Any) -> None:
    """Give an open task to somebody else, as it is."""
    change(task, by, text=task.text, due_on=task.due_on, assignee=to)


def finish(task: Task, by: Any) -> None:
    """Note that it is done; who gave it is told."""
    _lock(task, by)
    if not task.is_open:
        raise audit.too_late(_("This task is done already."), task, told=_told)
    task.status, task.done_at = TaskState.DONE.value, clock.now()
    task.version += 1
    _note("done", task, by)
    unit.afterwards(jobs.tell_task, key=task.id, what="done", by=by.id)


def reopen(task: Task, by: Any) -> None:
    """Take it up again; whoever has it is told."""
    _lock(task, by)
    if task.is_open:
        raise audit.too_late(_("This task is still open."), task, told=_told)
    task.status, task.done_at = TaskState.OPEN.value, None
    task.version += 1
    _note("reopened", task, by)
    unit.afterwards(jobs.tell_task, key=task.id, what="reopened", by=by.id)


def may_change(task: Task, by: Any) -> bool:
    """Who has it or deputises, who gave it, and who assigns the work; one's own is nobody else's."""
    if by.id in (task.assignee_id, task.given_by):
        return True
    return task.case_id is not None and (bool(by.can(Can.CASE_ASSIGN)) or task.assignee_id in absence.covers(by))


def _lock(task: Task, by: Any) -> None:
    if not may_change(task, by):
        raise NotAllowed(_("A task is changed by who has it, by who gave it, or by the director."))
    db.session.refresh(task, with_for_update={"of": Task})


def _told(task: Task, seen: int | None) -> list[audit.Line]:
    """What was done to it last: it stands in the story of its case, with its words as they are now."""
    mine = [line for line in audit.trail(task.case_id or task.id) if line.entry.event.startswith("task.")]
    return [line for line in mine if task.case_id is None or line.words == task.text][:1]


def _check(by: Any, text: str, assignee: UUID, *, own: bool) -> None:
    if not 0 < len(text.strip()) <= LONGEST:
        raise Invalid("text", _("Between 1 and %(limit)s characters, please.", limit=LONGEST))
    person = db.session.get(Person, (by.tenant_id, assignee))
    if person is None or not person.can(Can.CASE_READ):
        raise Invalid("assignee", _("Choose somebody of this center who reads cases."))
    if own and assignee != by.id:
        raise Invalid("assignee", _("A task for somebody else belongs to a case."))


def _note(what: str, task: Task, by: Any, **said: Any) -> None:
    """In the story of its case, with its words; of one's own task only that there is one."""
    subject = task.case or task
    text = task.text if task.case else None
    audit.record(f"task.{what}", subject, by, text=text, **said)
