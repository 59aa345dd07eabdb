"""flask deadlines seed | publish"""

from __future__ import annotations

from pathlib import Path

import click

from app.deadlines import counting, queries, services
from tenants import realm
from tenants.cli import Commands
from tenants.database import db
from tenants.realm import BUREAU_ID
from tenants.registry import registry

deadlines = Commands("deadlines", help="The calendar of working days and the legal time limits.")


@deadlines.command("seed")
def seed() -> None:
    """Add the years and profiles that come with the portal and are not there yet."""
    with realm.enter(registry.realm(BUREAU_ID), db.leave):
        added = services.seed()
        db.session.commit()
    click.echo(f"added {added.years} years, {added.profiles} profiles")


@deadlines.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path) -> None:
    """Take the holidays of FILE (day,kind,name,name_en,source) and work open due dates out again.

    The years in FILE replace what was known of them; kind is holiday or workday.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            years = services.read_calendar(lines)
    except (services.BadCalendar, UnicodeDecodeError) as fault:
        raise click.ClickException(str(fault)) from fault
    with realm.enter(registry.realm(BUREAU_ID), db.leave):
        for year, days in years.items():
            version = services.publish_year(year, days)
            click.echo(f"{year}: {len(days)} days, calendar version {version}")
        db.session.commit()
    queries.forget()
    for place in registry.places().values():
        with realm.enter(registry.realm(place), db.leave):
            moved = counting.recount_open()
            db.session.commit()
        click.echo(f"{place.slug}: {moved} due dates moved")
