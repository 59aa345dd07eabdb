"""flask jobs work | drain"""

from __future__ import annotations

import click

from app.core import logs
from app.jobs import tasks
from tenants.cli import Commands

jobs = Commands("jobs", help="Work that follows commits.")


@jobs.command("work")
@click.option("--concurrency", default=2, show_default=True)
def work(concurrency: int) -> None:
    """Work the queues until stopped; SIGTERM finishes what is running."""
    logs.configure()
    tasks.run_worker(concurrency=concurrency)


@jobs.command("drain")
def drain() -> None:
    """Do what is waiting now, and stop."""
    count = 0
    while ran := tasks.drain():
        count += ran
    click.echo(f"done {count}")
