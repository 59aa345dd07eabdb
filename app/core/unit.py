"""One request, one realm, one transaction; what must survive a refusal, and what must follow a commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from tenants import realm
from tenants.database import db


class Task(Protocol):
    def enqueue(self, **ids: Any) -> None: ...


@contextmanager
def apart() -> Iterator[None]:
    """A short transaction of its own in the same realm: failed sign-ins, throttle counters, refusals.

    Inside the block `db.session` is another session; it is committed when the block ends well.
    """
    with realm.aside(realm.current(), db.leave):
        yield
        db.session.commit()


def afterwards(task: Task, **ids: Any) -> None:
    """Do `task` once this transaction has committed: a job row in this very transaction, never a call."""
    task.enqueue(**ids)


def undo() -> None:
    """Nothing of what this transaction has begun stays, and what it has locked is free."""
    if not realm.absent():
        db.session.rollback()
