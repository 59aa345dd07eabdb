"""Real processes on this worker's database, which may be killed; and locks that hold them where one wants them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine, text

from app.settings import Settings
from tests.logs import told

TOP = Path(__file__).parents[2]
PATIENCE = 60.0


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """What a process needs to be one of this town's."""
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "FIELD_KEYS": settings.field_keys,
        "ENVIRONMENT": "test",
        "INSTANCE": str(settings.instance),
        "FLASK_APP": "wsgi",
    }


class Process:
    """A process of ours and its children, to be killed without a word."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=TOP, env=environment, stdout=out, stderr=out
            )

    def kill(self) -> None:
        """kill -9, the children too."""
        family = [self.popen.pid]
        with suppress(psutil.NoSuchProcess):
            family += [child.pid for child in psutil.Process(self.popen.pid).children(recursive=True)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.popen.wait(10)


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start a module as a process; whatever still runs at the end is killed."""
    started: list[Process] = []

    def go(*arguments: str) -> Process:
        started.append(Process(list(arguments), environment, tmp_path / "log"))
        return started[-1]

    yield go
    for process in started:
        process.kill()
    assert not started or not told((tmp_path / "log").read_text("utf-8", "replace"))


def until(true: Callable[[], Any], what: str, *, patience: float = PATIENCE) -> Any:
    """Wait for something to become true; its value."""
    end = time.monotonic() + patience
    while not (found := true()):
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.005)
    return found


@pytest.fixture
def look(root: Engine) -> Callable[..., list[Any]]:
    """Behind the walls, as superuser."""

    def go(query: str, **facts: Any) -> list[Any]:
        with root.connect() as connection:
            return list(connection.execute(text(query), facts))

    return go


@pytest.fixture
def held(root: Engine, look: Callable[..., list[Any]]) -> Any:
    """Hold a lock; inside, `blocked()` is whether somebody of the application waits for it."""

    @contextmanager
    def go(statement: str, **facts: Any) -> Iterator[Callable[[], bool]]:
        with root.connect() as connection:
            connection.execute(text(statement), facts)
            mine = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()

            def blocked() -> bool:
                query = "select 1 from pg_stat_activity where :mine = any (pg_blocking_pids(pid))"
                return bool(look(query, mine=mine))

            yield blocked
            connection.rollback()

    return go


@pytest.fixture
def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ready(address: str) -> bool:
    """Whether somebody answers there."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310  # ours, on loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
