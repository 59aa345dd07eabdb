"""Run a script within bounds: python -I within.py MEMORY SECONDS OUTPUT SCRIPT ARGUMENT…

It stands alone, so that the process begins quickly and has nothing of the portal in it; app.core.bounded starts it.
"""

from __future__ import annotations

import errno
import os
import resource
import runpy
import sys

TOO_MUCH = 75  # the exit code of a script that had no memory or no room left


def main(memory: int, seconds: int, output: int, script: str) -> None:
    """Give up what is not needed, before a byte of a stranger's is read; then do it."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),  # a core would leave on the disk what people confided
    ):
        resource.setrlimit(kind, (most, most))
    try:
        runpy.run_path(script, run_name="__main__")
        sys.stdout.flush()
    except MemoryError:
        os._exit(TOO_MUCH)  # without the last words, which take memory
    except OSError as fault:
        if fault.errno not in (errno.EFBIG, errno.ENOSPC):
            raise
        os._exit(TOO_MUCH)


if __name__ == "__main__":
    memory, seconds, output = map(int, sys.argv[1:4])
    sys.argv = sys.argv[4:]
    main(memory, seconds, output, sys.argv[0])
