"""Declaring, enqueueing and running jobs."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import procrastinate
from flask_sqlalchemy.session import Session
from procrastinate import PsycopgConnector, RetryStrategy
from sqlalchemy import create_engine, event, select, text

from app.core import clock, trace
from app.jobs.models import JobReceipt
from tenants import realm
from tenants.audit import refuse_broken_walls, refuse_no_tables
from tenants.database import db
from tenants.provisioning import refuse_unsafe_role
from tenants.registry import registry

log = logging.getLogger("hengping.jobs")

# The schema is named in full: what runs inside our transaction must not depend on a search_path.
_ENQUEUE = text(
    "select jobs.procrastinate_defer_jobs_v1(array[row(:queue, :task, 0, null, null, "
    "cast(:arguments as jsonb), cast(:at as timestamptz))]::jobs.procrastinate_job_to_defer_v1[])"
)
# Sharing the row keeps a worker from taking it before we commit: what it will do then includes what we did.
_WAITING = text(
    "select 1 from jobs.procrastinate_jobs where status = 'todo' and task_name = :task "
    "and args ->> 'once' = :once limit 1 for share"
)

_ATTEMPTS = 8
_registered: dict[str, Job] = {}
_connector = PsycopgConnector(kwargs={"options": "-c search_path=jobs"}, min_size=1, max_size=4)
queue = procrastinate.App(connector=_connector)


class Job:
    """A function that runs later, in a realm: `@job()` makes one, `unit.afterwards(it, **ids)` queues it."""

    def __init__(self, run: Callable[..., None], *, name: str, queue_name: str, every: str | None) -> None:
        self.run = run
        self.name = name
        self.queue_name = queue_name
        self.every = every

    def enqueue(self, *, once: str | None = None, at: Any = None, **ids: Any) -> None:
        """Insert the job in the current transaction; with `once`, not while the same one is still waiting.

        `ids` are keys, numbers and dates; anything longer than a key is refused, because the queue has no walls.
        """
        here = realm.current()
        if here.writes is None:
            raise PermissionError("a realm without a pen leaves no work behind")
        arguments = {name: _plain(name, value) for name, value in ids.items()}
        arguments |= {"tenant": here.writes, "request": trace.current().request_id}
        if once:
            arguments["once"] = f"{here.writes}:{once}"
            seen = db.session.info.setdefault("queued", set())
            if (self.name, once) in seen:
                return
            seen.add((self.name, once))
            if db.session.execute(_WAITING, {"task": self.name, "once": arguments["once"]}).first():
                return
        db.session.execute(
            _ENQUEUE,
            {"queue": self.queue_name, "task": self.name, "arguments": json.dumps(arguments), "at": at},
        )

    def perform(self, number: int, arguments: dict[str, Any]) -> None:
        """Run in the realm that the arguments name; the effect and its receipt are one transaction."""
        arguments = dict(arguments)
        tenant = arguments.pop("tenant")
        arguments.pop("once", None)
        trace.begin(arguments.pop("request", None), route=f"job {self.name}")
        with realm.enter(registry.realm(int(tenant)), db.leave):
            mine = realm.current().writes
            done = select(JobReceipt.id).where(JobReceipt.number == number)
            if db.session.execute(done).first():
                return
            db.session.commit()
            self.run(**arguments)
            db.session.add(JobReceipt(tenant_id=mine, number=number, task=self.name, done_at=clock.now()))
            db.session.commit()


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget_queued(session: Session) -> None:
    session.info.pop("queued", None)


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    said = str(value)
    if len(said) > 64 or any(sign.isspace() for sign in said):
        raise ValueError(f"{name}: a job carries keys, not content")
    return said


def job(*, name: str | None = None, queue_name: str = "default", every: str | None = None) -> Callable[..., Job]:
    """Declare a job. `every` is a cron line: then it runs for every active organisation at those times."""

    def declare(function: Callable[..., None]) -> Job:
        made = Job(
            function,
            name=name or f"{function.__module__.split('.')[1]}.{function.__name__}",
            queue_name=queue_name,
            every=every,
        )
        _registered[made.name] = made

        retry = RetryStrategy(max_attempts=_ATTEMPTS, exponential_wait=2)

        @queue.task(name=made.name, queue=queue_name, pass_context=True, retry=retry)
        def run(context: procrastinate.JobContext, **arguments: Any) -> None:
            with _flask().app_context():
                made.perform(context.job.id or 0, arguments)

        if every:
            _every(made, every)
        return made

    return declare


def _every(made: Job, cron: str) -> None:
    """A periodic task that enqueues the job once per organisation."""

    @queue.periodic(cron=cron)
    @queue.task(name=f"{made.name}.every", queue="default")
    def spread(timestamp: int) -> None:
        with _flask().app_context():
            for place in registry.places().values():
                if place.active:
                    with realm.enter(registry.realm(place), db.leave):
                        made.enqueue(once="periodic")
                        db.session.commit()


@queue.periodic(cron="* * * * *")
@queue.task(name="jobs.sweep", queue="default", pass_context=True)
async def sweep(context: procrastinate.JobContext, timestamp: int) -> None:
    """Put jobs of workers that died (no heartbeat for 30 s) back into the queue; their receipts keep them single."""
    for stalled in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
        log.warning("stalled job put back", extra={"job": stalled.id, "task": stalled.task_name})
        await queue.job_manager.retry_job(stalled)


_app: Any = None


def _flask() -> Any:
    if _app is None:
        raise RuntimeError("jobs.use(app) comes first")
    return _app


def use(app: Any) -> None:
    """Jobs run in this application; create_app() says so."""
    global _app
    _app = app


def _conninfo() -> str:
    url = _flask().config["SETTINGS"].url("worker").set(drivername="postgresql")
    return str(url.render_as_string(hide_password=False))


def run_worker(*, wait: bool = True, concurrency: int = 2) -> None:
    """Work the queues until stopped (SIGTERM finishes what is running), or with wait=False until they are empty."""
    _refuse_to_work_unsafely()
    connector = PsycopgConnector(
        conninfo=_conninfo(), kwargs={"options": "-c search_path=jobs"}, min_size=1, max_size=concurrency + 2
    )

    async def work() -> None:
        with queue.replace_connector(connector) as app:
            async with app.open_async():
                await app.run_worker_async(
                    wait=wait,
                    concurrency=concurrency,
                    listen_notify=wait,
                    install_signal_handlers=wait,
                    shutdown_graceful_timeout=30,
                    update_heartbeat_interval=5,
                    stalled_worker_timeout=30,
                )

    asyncio.run(work())


def _refuse_to_work_unsafely() -> None:
    """As a server does: neither jobs nor their queue are served as a role that the walls do not bind."""
    settings = _flask().config["SETTINGS"]
    with db.engine.connect() as connection:  # the application looks at the role of its first one
        refuse_no_tables(connection)
    queue_engine = create_engine(settings.url("worker"))
    try:
        refuse_unsafe_role(queue_engine, now=True)
    finally:
        queue_engine.dispose()
    if settings.environment == "production":
        refuse_broken_walls(db.engine)


def drain(limit: int = 200) -> int:
    """Run what is waiting now, here, in the order it was queued; returns how many ran. For tests and commands.

    An error is raised instead of retried: somebody is watching.
    """
    ran = 0
    engine = db.engine
    while ran < limit:
        with engine.begin() as connection:
            row = connection.execute(
                text(
                    "update jobs.procrastinate_jobs set status = 'doing' where id = (select id from "
                    "jobs.procrastinate_jobs where status = 'todo' and (scheduled_at is null or scheduled_at <= now()) "
                    "order by id limit 1 for update) returning id, task_name, args"
                )
            ).first()
        if row is None:
            break
        _registered[row.task_name].perform(row.id, row.args)
        with engine.begin() as connection:
            connection.execute(
                text("update jobs.procrastinate_jobs set status = 'succeeded' where id = :id"), {"id": row.id}
            )
        ran += 1
    return ran


def registered() -> dict[str, Job]:
    return dict(_registered)
