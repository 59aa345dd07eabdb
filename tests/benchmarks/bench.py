"""Timing a page beside its floor: the same statements through psycopg, and a bare Flask answer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import event


@dataclass
class Timing:
    """Milliseconds of each round."""

    rounds: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.rounds)

    @property
    def p95(self) -> float:
        return sorted(self.rounds)[max(0, round(len(self.rounds) * 0.95) - 1)]


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
            f"{self.statements:>6} {self.sql_floor.p50:>8.2f} {self.bare.p50:>7.2f} {self.page_time.p50 / floor:>7.1f}×"
        )


HEAD = f"{'cases':>9}  {'page':<26} {'p50 ms':>8} {'p95 ms':>8} {'stmts':>6} {'sql ms':>8} {'bare':>7} {'ratio':>8}"


def measure(run: Callable[[], Any], rounds: int, *, warm: int = 5) -> Timing:
    for _ in range(warm):
        run()
    timing = Timing()
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        timing.rounds.append((time.perf_counter() - begun) * 1000)
    return timing


@contextmanager
def recorded(engine: Any) -> Iterator[list[tuple[str, Any]]]:
    """The statements that run inside, with their values."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def replay(address: str, statements: list[tuple[str, Any]], rounds: int) -> Timing:
    """The reading statements of a page again, in one transaction, by psycopg alone as the same role."""
    reading = [(said, values) for said, values in statements if said.lstrip().lower().startswith(("select", "with"))]
    with psycopg.connect(address) as connection:

        def run() -> None:
            with connection.transaction():
                for said, values in reading:
                    connection.execute(said, values).fetchall()

        return measure(run, rounds)


def bare_answer(rounds: int) -> Timing:
    """What Flask alone needs to answer `ok`."""
    app = Flask("bare")
    app.add_url_rule("/", "ok", lambda: "ok")
    client = app.test_client()
    return measure(lambda: client.get("/"), rounds)
