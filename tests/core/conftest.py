"""A database that goes away, and an application that answers as in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from tenants.database import db


@pytest.fixture
def serving(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application with its faults as pages, not as errors of the test."""
    monkeypatch.setitem(app.config, "TESTING", False)
    return app


@pytest.fixture
def outside(server: str) -> Iterator[Engine]:
    """The server, from beside this worker's database."""
    address = make_url(server).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture
def cut(outside: Engine, database: str, root: Engine, app: Any) -> Iterator[Callable[[], int]]:
    """End every connection to the database, in whatever it was doing; how many there were."""

    def go() -> int:
        root.dispose()
        gone = "count(*) filter (where pg_terminate_backend(pid, 10000))"
        query = text(f"select {gone} from pg_stat_activity where datname = :name")
        with outside.connect() as connection:
            return int(connection.execute(query, {"name": database}).scalar_one())

    yield go
    db.engine.dispose()  # a connection that nobody used since is dead in the pool: not the next test's affair


@pytest.fixture
def away(
    outside: Engine, database: str, root: Engine, app: Any, cut: Callable[[], int]
) -> Callable[[], AbstractContextManager[None]]:
    """A stretch of time in which the database lets nobody in."""

    def let_in(allowed: bool) -> None:
        with outside.connect() as connection:
            connection.execute(text(f"alter database {database} with allow_connections {str(allowed).lower()}"))

    @contextmanager
    def go() -> Iterator[None]:
        let_in(False)
        cut()
        try:
            yield
        finally:
            let_in(True)
            root.dispose()
            db.engine.dispose()

    return go
