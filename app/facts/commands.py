"""flask facts verify | rebuild"""

from __future__ import annotations

import sys

import click

from app.facts import services
from tenants import realm
from tenants.cli import Commands
from tenants.database import db
from tenants.registry import registry

facts = Commands("facts", help="Summary figures of each center.")


@facts.command("verify")
def verify() -> None:
    """Recount every center's figures from its cases; prints each difference, and exits non-zero if there is one."""
    found = 0
    for place in registry.centers():
        with realm.enter(registry.realm(place), db.leave):
            services.catch_up()
            db.session.commit()
            wrong = services.verify()
        for sentence in wrong:
            click.echo(f"{place.slug}: {sentence}")
        found += len(wrong)
    click.echo(f"{found} differences in {len(registry.centers())} centers")
    sys.exit(1 if found else 0)


@facts.command("rebuild")
def rebuild() -> None:
    """Count everything again."""
    for place in registry.centers():
        with realm.enter(registry.realm(place), db.leave):
            counted = services.rebuild()
            db.session.commit()
        click.echo(f"{place.slug}: {counted} cases")
