"""flask audit verify"""

from __future__ import annotations

import sys

import click

from app.audit.trail import verify
from tenants import realm
from tenants.cli import Commands
from tenants.database import db
from tenants.registry import registry

audit = Commands("audit", help="The chains of audit entries.")


@audit.command("verify")
@click.option("--tenant", "slug", help="Only this organisation.")
def verify_command(slug: str | None) -> None:
    """Walk every organisation's chain; names the first bad entry and exits non-zero if there is one."""
    places = registry.places()
    if slug and slug not in places:
        raise click.BadParameter(f"there is no organisation {slug}", param_hint="--tenant")
    bad = 0
    for place in [places[slug]] if slug else places.values():
        with realm.enter(registry.realm(place), db.leave):
            fault = verify()
        click.echo(f"{place.slug}: {fault or 'holds'}")
        bad += fault is not None
    sys.exit(1 if bad else 0)
