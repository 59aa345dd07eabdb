"""What somebody has to do by a day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_pgettext
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Person
from app.cases.models import Case
from app.core.privacy import Words
from app.core.states import State, states_check
from tenants.bases import Private, owned_fk, owned_to


class TaskState(State):
    OPEN = "open", lazy_pgettext("task", "Open"), "blue"
    DONE = "done", lazy_pgettext("task", "Done"), "ok"


class Task(Private):
    """A task on a case, or somebody's own. Its words may name people, so nobody outside reads them."""

    __tablename__ = "task"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("person", "assignee_id"),
        owned_fk("person", "given_by"),
        states_check(TaskState, "status"),
        Index("ix_task_case", "tenant_id", "case_id"),
        Index("ix_task_open", "tenant_id", "assignee_id", "due_on", "id", postgresql_where="status = 'open'"),
        Index("ix_task_given", "tenant_id", "given_by", "due_on", "id"),
    )
    changes = ("text", "due_on", "assignee_id", "status", "done_at", "version")

    case_id: Mapped[UUID | None]
    text: Mapped[Words]
    due_on: Mapped[date]
    assignee_id: Mapped[UUID]
    given_by: Mapped[UUID]
    given_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default=TaskState.OPEN.value)
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    case: Mapped[Case | None] = owned_to("Case", "Task.case_id")
    assignee: Mapped[Person] = owned_to("Person", "Task.assignee_id")
    giver: Mapped[Person] = owned_to("Person", "Task.given_by")

    @property
    def is_open(self) -> bool:
        return self.status == TaskState.OPEN

    @property
    def state(self) -> TaskState:
        return TaskState(self.status)
