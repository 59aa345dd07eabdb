"""`make demo` from the outside: what it says where it cannot start, and that a second start finds the city again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from app.serve import checks, environment, postgres
from app.settings import Settings
from app.setup import set_up

ROOT = Path(__file__).parents[2]
GIVEN = ("DATABASE_URL", "INSTANCE", "PORT", "SECRET_KEY", "FIELD_KEYS", "BASE_URL", "ENVIRONMENT")
READY, STOPPED, BUILT = "ready; Ctrl-C stops it", "All stopped.", "built "


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which only its owner may enter: PostgreSQL runs as another user under root."""
    home = Path(tempfile.mkdtemp(prefix="hengping-demo-"))
    home.chmod(0o755)
    yield home
    postgres.stop(home / "pg")
    shutil.rmtree(home)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((checks.HOST, 0))
        return int(probe.getsockname()[1])


def _environment(**facts: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in GIVEN} | facts


@contextmanager
def _served(folder: Path, port: int) -> Iterator[list[str]]:
    """The demo from its start until Ctrl-C, and what it says; inside, it is ready."""
    said: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", "app.serve"],
        cwd=ROOT,
        env=_environment(INSTANCE=str(folder), PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stdout is not None
        try:
            for line in demo.stdout:
                said.append(line)
                if READY in line:
                    break
            assert READY in "".join(said[-1:]), "".join(said)
            yield said
        finally:
            below = psutil.Process(demo.pid).children(recursive=True) if demo.poll() is None else []
            demo.send_signal(signal.SIGINT)
            said += demo.stdout.readlines()
    assert demo.returncode == 0, "".join(said)
    assert STOPPED in said[-1]
    _gone, left = psutil.wait_procs(below, timeout=10)
    assert left == []


def _small_city(folder: Path) -> None:
    """What a first start leaves behind, with few cases."""
    with postgres.running(folder / "pg") as address:
        kept = environment.keep(folder, DATABASE_URL=address, ENVIRONMENT="demo", INSTANCE=str(folder), BASE_URL="")
        set_up(Settings.from_env(kept))
        build = [sys.executable, "-m", "flask", "demo", "build", "--cases", "20"]
        subprocess.run(build, cwd=ROOT, env=_environment(**kept), check=True, stdout=subprocess.DEVNULL)


def _numbers(folder: Path) -> list[str]:
    address = environment.known(_environment(INSTANCE=str(folder)))["DATABASE_URL"]
    with psycopg.connect(address) as connection:
        return [number for (number,) in connection.execute("select number from case_record order by 1").fetchall()]


@pytest.mark.long
def test_a_second_start_keeps_the_data_and_ctrl_c_ends_all_of_it(folder: Path, rounds: Callable[[str], None]) -> None:
    _small_city(folder)
    port, found, took = _free_port(), [], []
    for _time in range(2):
        began = time.monotonic()
        with _served(folder, port) as said:
            took.append(time.monotonic() - began)
            with urllib.request.urlopen(f"http://{checks.HOST}:{port}/linhe/", timeout=30) as page:
                assert page.status == 200
            found.append(_numbers(folder))
        assert not any(line.startswith(BUILT) for line in said)
        checks.free_port(str(port))
    assert len(found[0]) >= 20
    assert found[0] == found[1]
    rounds(f"a start of the demo over its data: {took[0]:.1f} s and {took[1]:.1f} s")


@pytest.mark.long
def test_a_start_over_broken_data_is_one_sentence_in_each_language(folder: Path) -> None:
    environment.keep(folder)
    with postgres.running(folder / "pg"):
        pass
    (folder / "pg" / "global" / "pg_control").write_bytes(b"")
    refused = _refused(folder, _free_port())
    assert "make demo-reset" in refused[0]
    assert "make demo-reset starts over" in refused[1]


def test_a_port_in_use_is_one_sentence_in_each_language(folder: Path) -> None:
    with socket.socket() as other:
        other.bind((checks.HOST, 0))
        other.listen()
        chinese, english = _refused(folder, other.getsockname()[1])
    assert "已被占用" in chinese
    assert "is in use: choose another" in english


def _refused(folder: Path, port: int) -> list[str]:
    """The two lines, Chinese and English, that it says instead of starting."""
    ended = subprocess.run(
        [sys.executable, "-m", "app.serve"],
        cwd=ROOT,
        env=_environment(INSTANCE=str(folder), PORT=str(port)),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 1
    lines = ended.stderr.splitlines()
    assert len(lines) == 2, ended.stderr
    return lines


@pytest.mark.parametrize(
    ("python", "sentence"),
    [("", "Python 3.11 or newer is needed."), ("false", "Cannot make .venv: install python3-venv.")],
    ids=["python", "venv"],
)
def test_a_missing_tool_is_named(tmp_path: Path, python: str, sentence: str) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    wanted = [make, "demo", f"PYTHON={python}"]
    ended = subprocess.run(wanted, cwd=tmp_path, env=_environment(MAKEFLAGS=""), capture_output=True, text=True)
    assert ended.returncode != 0
    said = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert sentence in said[0]
    assert not (tmp_path / ".venv").exists()
