"""Timing a page beside its floor: the same statements through psycopg, and a bare Flask answer."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from flask import Flask
from sqlalchemy import event

from app import create_app, jobs
from app.settings import Settings
from app.setup import set_up
from tenants.database import db
from tenants.registry import registry
from tests.conftest import connect, settings_for


@contextmanager
def city(server: str, name: str, cases: int, instance: Path) -> Iterator[tuple[Flask, Settings]]:
    """A city of so many cases in a database of its own, which goes with it."""
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        connection.exec_driver_sql(f"create database {name}")
    settings = settings_for(server, name, instance=instance)
    set_up(settings)
    app = create_app(settings)
    result = app.test_cli_runner().invoke(args=["demo", "build", "--cases", str(cases)])
    assert result.exit_code == 0, result.output[-3000:]
    with app.app_context():
        registry.use(db.engine)
        jobs.use(app)
        yield app, settings
        db.engine.dispose()
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")


Said = tuple[str, Any, bool]  # a statement, its values, and whether they are many rows of them


@dataclass
class Timing:
    """Milliseconds of each round: by the clock on the wall, and of this process alone."""

    rounds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.rounds)

    @property
    def p95(self) -> float:
        return sorted(self.rounds)[max(0, round(len(self.rounds) * 0.95) - 1)]

    @property
    def cpu(self) -> float:
        return statistics.median(self.busy)


@dataclass
class Row:
    size: int
    page: str
    page_time: Timing
    statements: int
    sql_floor: Timing
    bare: Timing

    def line(self) -> str:
        floor = self.sql_floor.p50 + self.bare.p50
        return (
            f"{self.size:>9,}  {self.page:<26} {self.page_time.p50:>8.1f} {self.page_time.p95:>8.1f} "
            f"{self.page_time.cpu:>8.1f} {self.statements:>6} {self.sql_floor.p50:>8.2f} {self.bare.p50:>7.2f} "
            f"{self.page_time.p50 / floor:>7.1f}× {load():>5.1f}"
        )


HEAD = (
    f"{'cases':>9}  {'page':<26} {'p50 ms':>8} {'p95 ms':>8} {'cpu ms':>8} {'stmts':>6} {'sql ms':>8} {'bare':>7} "
    f"{'ratio':>8} {'load':>5}"
)


def measure(run: Callable[[], Any], rounds: int, *, warm: int = 5) -> Timing:
    for _ in range(warm):
        run()
    timing = Timing()
    for _ in range(rounds):
        begun, busy = time.perf_counter(), time.process_time()
        run()
        timing.rounds.append((time.perf_counter() - begun) * 1000)
        timing.busy.append((time.process_time() - busy) * 1000)
    return timing


@contextmanager
def recorded(engine: Any) -> Iterator[list[Said]]:
    """The statements that run inside, with their values."""
    seen: list[Said] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        seen.append((statement, values, many))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def replay(address: str, statements: list[Said], rounds: int) -> Timing:
    """The statements of a page again, in one transaction that is rolled back, by psycopg alone as the same role."""
    with psycopg.connect(address) as connection, connection.cursor() as cursor:

        def run() -> None:
            with connection.transaction(force_rollback=True):
                for said, values, many in statements:
                    if many:
                        cursor.executemany(said, values)
                    elif cursor.execute(said, values).description:
                        cursor.fetchall()

        return measure(run, rounds)


def bare_answer(rounds: int) -> Timing:
    """What Flask alone needs to answer `ok`."""
    app = Flask("bare")
    app.add_url_rule("/", "ok", lambda: "ok")
    client = app.test_client()
    return measure(lambda: client.get("/"), rounds)


def load() -> float:
    """How many programs wanted a core during the last minute: above the number of cores they waited for each other."""
    return os.getloadavg()[0]


def cpu_seconds(connections: list[int]) -> float:
    """What this process and these of PostgreSQL have worked so far, as far as they run on this machine."""
    spent = time.process_time()
    for number in connections:
        if psutil.pid_exists(number):
            times = psutil.Process(number).cpu_times()
            spent += times.user + times.system
    return spent
