"""Files of strangers are opened in a process of their own, which knows nothing of ours and may take only so much.

It is a fresh interpreter over one script, not a copy of the server with its threads; it has no settings and no
database. It is given the file on its standard input, and what it printed is read once it has ended well.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO

from app.core import within

log = logging.getLogger("hengping.bounded")

_turns = BoundedSemaphore(2)  # of one server process; more at once would be the memory of all of them together


class TooMuch(Exception):
    """The file takes more memory, time or room than it may."""


class Broken(Exception):
    """The script gave up: the file is not what it should be."""


@dataclass(frozen=True)
class Bounds:
    """The most that a script may take."""

    memory: int  # bytes of address space
    seconds: int  # of computing; on a busy machine three times as many may pass
    output: int  # bytes that it prints


def run(script: Path, content: IO[bytes], bounds: Bounds, *arguments: str) -> IO[bytes]:
    """What a script of ours makes of the content: a file without a name, for the caller to close.

    Raises TooMuch and Broken.
    """
    limits = [str(most) for most in (bounds.memory, bounds.seconds, bounds.output)]
    printed: IO[bytes] = TemporaryFile()  # noqa: SIM115  # handed out open
    try:
        with _turns:
            ended = subprocess.run(  # noqa: S603  # our own script, no shell
                [sys.executable, "-I", within.__file__, *limits, str(script), *arguments],
                input=content.read(),
                stdout=printed,
                stderr=subprocess.DEVNULL,  # a fault may quote what stands in the file
                env={},
                timeout=3 * bounds.seconds,
                check=False,
            )
        if ended.returncode:
            log.warning("%s ended with %s", script.name, ended.returncode)
            # By a signal when a library without memory aborts, or when the kernel ends it.
            raise TooMuch if ended.returncode < 0 or ended.returncode == within.TOO_MUCH else Broken
    except subprocess.TimeoutExpired as fault:
        printed.close()
        raise TooMuch from fault
    except BaseException:
        printed.close()
        raise
    printed.seek(0)
    return printed
