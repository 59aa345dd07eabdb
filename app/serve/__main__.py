"""`python -m app.serve` serves the demo until Ctrl-C; `python -m app.serve reset` throws its data away."""

import io
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from app.serve import checks, environment, postgres
from app.serve.children import GRACE, Children
from app.serve.refusal import Refusal, complain, say
from app.settings import Settings, Unusable
from app.setup import set_up
from tenants.cli import FAULTS, explained

MADE_HERE = (
    "pg",
    "run",
    "files",
    "log",
    "demo.env",
    "serve.pid",
)  # all that a demo leaves in its data folder


class Stopped(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal or ended the process."""


class Ending:
    """Raises Stopped where the first signal to end finds us; while something is held, only after that."""

    def __init__(self) -> None:
        self.asked = self.holding = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            if not self.holding:
                raise Stopped

    @contextmanager
    def held(self) -> Iterator[None]:
        """For what must not be left half done."""
        self.holding = True
        try:
            yield
        finally:
            self.holding = False
            if self.asked:
                raise Stopped


def main(wish: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no Chinese
    folder = environment.instance()
    try:
        match wish:
            case []:
                serve(folder, Ending())
            case ["reset"]:
                reset(folder)
            case _:
                raise Refusal("用法：python -m app.serve [reset]", "Usage: python -m app.serve [reset]")
    except Refusal as refusal:
        complain(refusal)
        return 1
    except Stopped:
        say("已全部停止。", "All stopped.")
    return 0


def serve(folder: Path, ending: Ending) -> None:
    """Start what is needed in order, then watch over it; whatever was started is stopped on the way out."""
    port = checks.free_port(os.environ.get("PORT") or "8000")
    address = f"http://{checks.HOST}:{port}"
    with ExitStack() as stack:
        stack.enter_context(checks.only_one(checks.own_folder(folder)))
        database = os.environ.get("DATABASE_URL")
        if not database:
            environment.draw(folder)
            say("启动数据库 …", "starting PostgreSQL")
            with ending.held():
                database = stack.enter_context(postgres.running(folder / "pg"))
        kept = environment.keep(
            folder,
            DATABASE_URL=database,
            ENVIRONMENT="demo",
            INSTANCE=str(folder),
            BASE_URL=os.environ.get("BASE_URL") or address,
        )
        settings = _settings(kept)
        children = stack.enter_context(Children(dict(os.environ) | kept, folder / "log"))
        say("检查数据库结构 …", "bringing the tables up to date")
        _set_up(settings)
        say("检查演示数据，首次运行时建立江州市 …", "looking for the city, and building it the first time")
        children.finish("flask", "demo", "build", "--once")
        children.start("worker", "flask", "jobs", "work")
        children.start("web", *_web(port))
        children.wait_until_ready("web", f"{address}/healthz")
        say(f"就绪：{address}（按 Ctrl-C 停止）", f"ready; Ctrl-C stops it; logs are in {folder / 'log'}")
        while True:
            children.check()
            time.sleep(0.3)


def _settings(kept: dict[str, str]) -> Settings:
    try:
        return Settings.from_env(kept)
    except Unusable as fault:
        raise Refusal(*fault.both) from None


def _set_up(settings: Settings) -> None:
    try:
        set_up(settings)
    except FAULTS as fault:
        if said := explained(fault, settings.url("setup")):
            raise Refusal(*said) from None
        raise


def _web(port: int) -> list[str]:
    return [
        *("granian", "wsgi:app", "--interface", "wsgi", "--host", checks.HOST, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"),
        *("--workers-kill-timeout", str(GRACE // 2)),
    ]


def reset(folder: Path) -> None:
    """Stop the demo wherever it runs and delete what it left; nothing else in the folder, no other database."""
    if os.environ.get("DATABASE_URL"):
        raise Refusal(
            "已指定 DATABASE_URL：那个数据库不由演示管理，请自行清空。",
            "DATABASE_URL is given: that database is not the demo's to delete.",
        )
    if not any((folder / name).exists() for name in MADE_HERE):
        say("没有演示数据。", "there is no demo to throw away")
        return
    if running := checks.holder(folder):
        os.kill(running, signal.SIGTERM)
        patience = time.monotonic() + 2 * GRACE
        while checks.holder(folder) and time.monotonic() < patience:
            time.sleep(0.2)
    with checks.only_one(checks.own_folder(folder)):
        checks.free_port(os.environ.get("PORT") or "8000")  # nothing is deleted for a start that would be refused
        postgres.stop(folder / "pg")
        for name in MADE_HERE:
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    say("演示数据已清除。", "the demo's data are gone")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
