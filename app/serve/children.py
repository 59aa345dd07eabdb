"""The processes that serve. They live and die together, and none is started again behind anybody's back."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from app.serve.refusal import Refusal

GRACE = 30  # seconds a process has to finish what it is doing
ROOT = Path(__file__).parents[2]
LIBC = ctypes.CDLL(None)


def _die_with_parent() -> None:
    """Linux: ask for SIGTERM when the parent is killed without a chance to say so (1 is PR_SET_PDEATHSIG)."""
    LIBC.prctl(1, signal.SIGTERM)


class Children:
    """Processes in sessions of their own, so that Ctrl-C reaches only us and we stop them in order."""

    def __init__(self, env: Mapping[str, str], logs: Path) -> None:
        self.env, self.logs = env, logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.awaited: str | None = None

    def __enter__(self) -> "Children":
        self.logs.mkdir(exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        for name, child in self.running.items():
            if child.poll() is None and name == self.awaited:  # serves nobody yet, and is deaf to a polite word
                os.killpg(child.pid, signal.SIGKILL)
            elif child.poll() is None:
                child.terminate()
        patience = time.monotonic() + GRACE
        for child in self.running.values():
            try:
                child.wait(max(0.1, patience - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def start(self, name: str, *module: str) -> None:
        """Run a Python module until we stop; what it says goes to its log, a fresh one each time."""
        with self._log(name).open("wb") as log:
            self.running[name] = self._spawn(module, log.fileno())

    def finish(self, *module: str) -> None:
        """Run a Python module to its end, before our eyes; raises Refusal unless it ends well."""
        name = " ".join(module)
        self.running[name] = self._spawn(module, None)
        code = self.running[name].wait()
        del self.running[name]
        if code:
            raise Refusal(f"{name} 没有完成（退出码 {code}）。", f"{name} did not finish (exit code {code}).")

    def wait_until_ready(self, name: str, url: str, seconds: float = 60) -> None:
        """Raises Refusal if a child dies first or the address does not answer in time."""
        self.awaited = name
        patience = time.monotonic() + seconds
        while time.monotonic() < patience:
            self.check()
            try:
                with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # our own http address on loopback
                    self.awaited = None
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise Refusal(
            f"{seconds:.0f} 秒内 {url} 没有应答，见 {self.logs}。",
            f"{url} did not answer within {seconds:.0f} seconds: see {self.logs}.",
        )

    def check(self) -> None:
        """Raises Refusal, naming it and showing its last lines, when a process has died."""
        for name, child in self.running.items():
            if (code := child.poll()) is not None:
                with self._log(name).open(encoding="utf-8", errors="replace") as log:
                    sys.stderr.writelines(deque(log, 20))
                raise Refusal(
                    f"{name} 进程意外结束（退出码 {code}），其余已停止；日志在 {self._log(name)}。",
                    f"The {name} process died (exit code {code}), so all was stopped; its log is {self._log(name)}.",
                )

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _spawn(self, module: Sequence[str], output: int | None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # our own modules, no shell
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  # we have one thread
        )
