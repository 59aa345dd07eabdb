"""Jobs: queued with the transaction, done in the realm that queued them, once, and nobody waits behind a bad one."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from sqlalchemy import Engine

from app.core import unit
from app.core.numbering import Counter
from app.jobs import drain, job, run_worker
from app.jobs.tasks import queue, registered
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.realm import Realm
from tenants.registry import registry
from tests.town import EAST, PLACES, WEST, Town


@job(name="test.counted")
def counted(kind: str) -> None:
    db.session.add(Counter(id=uuid7(), kind=kind, year=2026, last=1))


@job(name="test.poison")
def poison(kind: str) -> None:
    db.session.add(Counter(id=uuid7(), kind=kind, year=2026, last=1))
    db.session.flush()
    raise ZeroDivisionError(kind)


def kinds(root: Engine) -> list[tuple[int, str]]:
    with root.connect() as connection:
        query = "select tenant_id, kind from counter where year = 2026 and starts_with(kind, 'test-') order by 1, 2"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def queued(root: Engine) -> dict[str, tuple[str, int]]:
    """task -> (status, attempts)"""
    with root.connect() as connection:
        rows = connection.exec_driver_sql("select task_name, status, attempts from jobs.procrastinate_jobs")
        return {row.task_name: (row.status, row.attempts) for row in rows if row.task_name.startswith("test.")}


def test_a_worker_does_each_job_in_its_own_realm(town: Town, root: Engine) -> None:
    for slug in (EAST, WEST):
        with town.at(slug):
            unit.afterwards(counted, kind=f"test-{slug}")
            db.session.commit()
    run_worker(wait=False)
    assert kinds(root) == [(2, "test-east"), (3, "test-west")]


def test_a_job_that_fails_leaves_nothing_is_tried_again_later_and_stops_nobody(town: Town, root: Engine) -> None:
    """F30: what it had written is undone with its receipt, and the next in the queue is served."""
    with town.at(EAST):
        unit.afterwards(poison, kind="test-bad")
        unit.afterwards(counted, kind="test-good")
        db.session.commit()
    run_worker(wait=False)
    assert kinds(root) == [(2, "test-good")]
    assert queued(root) == {"test.poison": ("todo", 1), "test.counted": ("succeeded", 1)}
    with root.connect() as connection:
        done = connection.exec_driver_sql("select task from job_receipt where task like 'test.%%'").scalars().all()
    assert done == ["test.counted"]  # what is done every five minutes may have been due in that moment


def test_while_one_is_waiting_the_same_is_not_queued_again(town: Town, root: Engine) -> None:
    for _ in range(3):
        with town.at(EAST):
            counted.enqueue(kind="test-once", once="the same")
            counted.enqueue(kind="test-once", once="the same")
            db.session.commit()
    assert drain() == 1
    with town.at(WEST):
        counted.enqueue(kind="test-once", once="the same")
        db.session.commit()
    drain()
    assert kinds(root) == [(2, "test-once"), (3, "test-once")]


def test_a_realm_without_a_pen_leaves_no_work_behind(town: Town) -> None:
    east = registry.realm(EAST)
    looking = Realm(east.reads, None, 2, east.home)
    with realm.enter(looking, db.leave), pytest.raises(PermissionError):
        counted.enqueue(kind="test-never")


@pytest.mark.parametrize("content", ["一段 有空格的话", "x" * 65, "two\nlines"])
def test_a_job_carries_keys_and_no_content(town: Town, content: str) -> None:
    """The queue has no walls: what stands in it must tell nobody anything."""
    with town.at(EAST), pytest.raises(ValueError, match="keys, not content"):
        counted.enqueue(kind=content)


def test_what_is_done_by_the_clock_is_done_for_every_organisation(town: Town, root: Engine) -> None:
    """A periodic job is queued once for each that is open, in its own realm."""
    by_the_clock = [made for made in registered().values() if made.every]
    assert by_the_clock
    for made in by_the_clock:
        with root.begin() as connection:
            connection.exec_driver_sql("delete from jobs.procrastinate_jobs")
            connection.exec_driver_sql("update tenant set active = false where slug = 'police'")
            connection.exec_driver_sql(
                "insert into jobs.procrastinate_jobs (queue_name, task_name, args) "
                f"values ('default', '{made.name}.every', '{{\"timestamp\": 0}}')"
            )
        registry.forget()
        _spread(made.name)
        with root.connect() as connection:
            query = f"select args ->> 'tenant' from jobs.procrastinate_jobs where task_name = '{made.name}'"
            tenants = sorted(int(said) for said in connection.exec_driver_sql(query).scalars())
        assert tenants == [1, *(number for number, slug, *_rest in PLACES if slug != "police")], made.name


def _spread(name: str) -> None:
    queue.tasks[f"{name}.every"].func(timestamp=0)


def test_no_job_takes_more_than_keys(app: Any) -> None:
    """By their signatures: ids, numbers and words of ours."""
    ours = [made for made in registered().values() if made.run.__module__.startswith("app.")]
    assert ours
    for made in ours:
        for name, parameter in inspect.signature(made.run).parameters.items():
            assert parameter.annotation in ("str", "int", "UUID", "str | None", "UUID | None", "Any", "object"), (
                made.name,
                name,
                parameter.annotation,
            )
