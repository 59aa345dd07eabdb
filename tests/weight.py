"""How much memory this process takes while something is done, at the worst moment."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SELF = Path("/proc/self")


def _status(name: str) -> int:
    line = next(line for line in (SELF / "status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Fails when the block took more than that at any moment, beyond what was taken before it."""
    if not (SELF / "clear_refs").exists():
        pytest.skip("only Linux tells the peak of a stretch of time")
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)  # what was freed is not there to be taken again unseen
    (SELF / "clear_refs").write_text("5")  # the peak begins anew
    before = _status("VmRSS")
    yield
    taken = (_status("VmHWM") - before) / 2**20
    assert taken < megabytes, f"took {taken:.0f} MB"
