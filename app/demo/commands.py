"""flask demo build"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask_babel import lazy_gettext as _l

from app.audit import words
from app.core import clock
from app.demo import builder
from app.demo.city import CITY, PASSWORD
from app.settings import Settings
from tenants.cli import Commands, sorry

demo = Commands("demo", help=f"The fictional city {CITY.name}.")
WHERE = ("demo", "test")
words.extend({builder.BUILT: _l("Built the city of the demo")})


@demo.command("build")
@click.option("--cases", default=3000, show_default=True, type=click.IntRange(1), help="Complaints of 18 months.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same city.")
@click.option("--once", is_flag=True, help="Say nothing if the city is there already.")
def build(cases: int, seed: int, once: bool) -> None:
    """Open the offices of Jiangzhou and write what happened there; only where ENVIRONMENT is demo or test."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.environment not in WHERE:
        raise sorry(
            f"演示账号的密码是公开的：ENVIRONMENT 为 {settings.environment!r} 时不生成演示数据。",
            f"Everybody can read the passwords of the demo: it is not built where ENVIRONMENT is "
            f"{settings.environment!r}, only where it is demo or test.",
        )
    if builder.is_built():
        if not once:
            raise sorry(f"{CITY.name}已经生成，未作改动。", f"{CITY.name} is there already; nothing was changed.")
        return
    began, now = time.monotonic(), clock.now()
    try:
        with _progress(cases) as progress:
            built = builder.build(settings, cases, seed, now, progress)
    except builder.NotEmpty as fault:
        raise sorry(
            "数据库中已有其他案件：演示数据须生成在空库中。",
            "There are other cases in this database: the demo wants an empty one.",
        ) from fault
    if built:
        click.echo(f"built {built} cases in {time.monotonic() - began:.0f} s; everybody's password is {PASSWORD}")
        if since := builder.papers_since(cases, builder.at_work(now)):
            click.echo(f"of so many, only the cases received since {clock.on(since)} have their papers")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, a line for every tenth elsewhere."""
    if sys.stdout.isatty():
        with click.progressbar(length=total, label=CITY.name, update_min_steps=max(total // 500, 1)) as bar:
            yield bar.update
        return
    done = 0

    def count(more: int) -> None:
        nonlocal done
        before, done = done, done + more
        if done * 10 // total > before * 10 // total:
            click.echo(f"{CITY.name}: {done} of {total}")

    yield count
