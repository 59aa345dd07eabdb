"""flask search rebuild"""

from __future__ import annotations

import click

from app.search.services import rebuild
from tenants import realm
from tenants.cli import Commands, organisation
from tenants.database import db
from tenants.registry import registry

search = Commands("search", help="The search documents.")


@search.command("rebuild")
@click.option("--tenant", "slug", help="Only this organisation.")
def rebuild_command(slug: str | None) -> None:
    """Write every search document anew from what the domains say today."""
    for place in [organisation(slug)] if slug else registry.places().values():
        with realm.enter(registry.realm(place), db.leave):
            count = rebuild()
            db.session.commit()
        click.echo(f"{place.slug}: {count} documents")
