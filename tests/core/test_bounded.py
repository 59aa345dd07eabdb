"""A process that opens strangers' files: what it may take, what it knows, and what becomes of it (IN6)."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core import bounded
from app.core.bounded import Bounds, Broken, TooMuch

BOUNDS = Bounds(memory=256 * 2**20, seconds=1, output=2**20)
Script = Callable[[str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """A script with this in it."""

    def go(lines: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(f"import os, sys, time\n{lines}\n")
        return path

    return go


def said(script: Path, content: bytes = b"", *arguments: str) -> str:
    with bounded.run(script, io.BytesIO(content), BOUNDS, *arguments) as output:
        return output.read().decode()


def test_a_script_is_given_the_content_and_its_arguments_and_what_it_prints_is_read(script: Script) -> None:
    echo = script("print(sys.argv[1:], sys.stdin.read())")
    assert said(echo, "投诉".encode(), "PNG") == "['PNG'] 投诉\n"


@pytest.mark.parametrize(
    "greed",
    [
        "bytearray(2**30)",
        "kept = []\nwhile True: kept.append(bytearray(2**20))",
        "while True: pass",
        "time.sleep(60)",
        "while True: print('x' * 1000)",
        "print('x' * 2**21)",
        "os.abort()",
    ],
)
def test_whatever_takes_too_much_is_ended_soon(script: Script, greed: str) -> None:
    began = time.monotonic()
    with pytest.raises(TooMuch):
        said(script(greed))
    assert time.monotonic() - began < 10


def test_a_script_that_gives_up_is_told_from_one_that_took_too_much(script: Script) -> None:
    with pytest.raises(Broken):
        said(script("raise ValueError('this is no picture')"))


def test_it_knows_no_secret_has_no_file_of_ours_open_and_none_of_our_code(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "of the portal")
    knows = "print('SECRET_KEY' in os.environ, {'app', 'flask', 'tenants'} & set(sys.modules))"
    assert said(script(knows)) == "False set()\n"
    opened = "print(len(os.listdir('/proc/self/fd')))"
    assert said(script(opened)) == "4\n"  # in, out, faults, and the folder it is listing


def test_it_ends_by_itself_when_we_are_killed_and_leaves_no_core_on_the_disk(script: Script) -> None:
    limits = "import resource; print(*map(resource.getrlimit, (resource.RLIMIT_CPU, resource.RLIMIT_CORE)))"
    assert said(script(limits)) == "(1, 1) (0, 0)\n"


def test_more_than_it_reads_is_no_fault_of_ours(script: Script) -> None:
    assert said(script("print('enough')"), bytes(2**22)) == "enough\n"
