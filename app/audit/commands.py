"""flask audit verify"""

from __future__ import annotations

import sys

import click

from app.audit.trail import verify
from tenants import realm
from tenants.cli import Commands, organisation
from tenants.database import db
from tenants.registry import registry

audit = Commands("audit", help="The chains of audit entries.")


@audit.command("verify")
@click.option("--tenant", "slug", help="Only this organisation.")
def verify_command(slug: str | None) -> None:
    """Walk every organisation's chain; names the first bad entry and exits non-zero if there is one."""
    bad = 0
    for place in [organisation(slug)] if slug else registry.places().values():
        with realm.enter(registry.realm(place), db.leave):
            fault = verify()
        click.echo(f"{place.slug}: {fault or 'holds'}")
        bad += fault is not None
    sys.exit(1 if bad else 0)
