"""flask tenants roles | list | add | rename | suspend | resume | audit | export"""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import create_engine

from tenants import audit as walls
from tenants import provisioning, realm
from tenants.cli import Commands, organisation, sorry
from tenants.database import db
from tenants.registry import RESERVED, registry

tenants = Commands("tenants", help="Organisations and the walls between them.")


@tenants.command("roles")
@click.option("--print-sql", is_flag=True, help="Print the statements for a DBA instead of running them.")
def roles(print_sql: bool) -> None:
    """Make the four database roles."""
    settings = current_app.config["SETTINGS"]
    passwords = settings.role_passwords()
    url = settings.url("setup")
    if print_sql:
        for statement in provisioning.roles_sql(url.database or "", passwords):
            click.echo(f"{statement};")
        return
    provisioning.make_roles(create_engine(url), passwords)
    click.echo(f"the roles are there in {url.database}")


@tenants.command("list")
def list_() -> None:
    """All organisations: number, slug, kind, name."""
    for place in registry.places().values():
        click.echo(
            f"{place.id:>4}  {place.slug:<12} {place.kind:<11} {place.name}{'' if place.active else '  (suspended)'}"
        )


@tenants.command("add")
@click.argument("slug")
@click.argument("name")
@click.option("--kind", type=click.Choice(["center", "department"]), required=True)
@click.option("--short-name")
@click.option("--region-code")
def add(slug: str, name: str, kind: str, short_name: str | None, region_code: str | None) -> None:
    """Open an organisation."""
    if slug in RESERVED:
        raise sorry(f"{slug} 是保留字，不能用作简称。", f"{slug} is reserved.")
    with realm.enter(registry.realm(realm.BUREAU_ID), db.leave):
        try:
            place = provisioning.open_tenant(slug, name, kind, short_name=short_name, region_code=region_code)
        except ValueError as fault:
            raise click.ClickException(str(fault)) from fault
        provisioning.record("tenant.opened", place, kind=kind)
        db.session.commit()
    registry.forget()
    click.echo(f"opened {place.slug} as number {place.id}")


@tenants.command("rename")
@click.argument("slug")
@click.argument("name")
@click.option("--short-name")
def rename(slug: str, name: str, short_name: str | None) -> None:
    """Give an organisation another name; its addresses stay."""
    place = organisation(slug)
    with realm.enter(registry.realm(realm.BUREAU_ID), db.leave):
        try:
            said = provisioning.rename(slug, name, short_name=short_name)
        except ValueError as fault:
            raise click.ClickException(str(fault)) from fault
        provisioning.record("tenant.renamed", place, text=said)
        db.session.commit()
    registry.forget()
    click.echo(f"renamed {slug}")


def _set_active(slug: str, active: bool) -> None:
    place = organisation(slug)
    with realm.enter(registry.realm(realm.BUREAU_ID), db.leave):
        try:
            provisioning.suspend(slug, active=active)
        except ValueError as fault:
            raise click.ClickException(str(fault)) from fault
        provisioning.record("tenant.resumed" if active else "tenant.suspended", place)
        db.session.commit()
    registry.forget()


@tenants.command("suspend")
@click.argument("slug")
def suspend(slug: str) -> None:
    """Shut an organisation out: its pages are gone within seconds, its data stays."""
    _set_active(slug, False)
    click.echo(f"suspended {slug}")


@tenants.command("resume")
@click.argument("slug")
def resume(slug: str) -> None:
    """Let a suspended organisation in again."""
    _set_active(slug, True)
    click.echo(f"resumed {slug}")


@tenants.command("audit")
def audit() -> None:
    """Compare the walls in PostgreSQL with the models; a sentence per fault, and non-zero if there is one."""
    with db.engine.connect() as connection:
        walls.refuse_no_tables(connection)
        found = walls.faults(connection)
    for sentence in found:
        click.echo(sentence)
    click.echo(f"{len(found)} faults in {len(walls.models())} tables")
    sys.exit(1 if found else 0)


@tenants.command("export")
@click.argument("slug")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), required=True)
def export(slug: str, target: Path) -> None:
    """Write all rows of an organisation into a zip of CSV files."""
    place = organisation(slug)
    draft = target.with_name(f".{target.name}.part")
    try:
        with realm.enter(registry.realm(place), db.leave), draft.open("wb") as out:
            counts = provisioning.export(place, out)
        for home in {place.id, realm.BUREAU_ID}:  # who is taken out whole, and who answers for the walls
            with realm.enter(registry.realm(home), db.leave):
                provisioning.record("tenant.exported", place, rows=sum(counts.values()))
                db.session.commit()
        draft.replace(target)
    except OSError as fault:
        raise sorry(f"无法写入 {target}。", f"{target} cannot be written: {fault.strerror}.") from fault
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"{sum(counts.values())} rows of {len(counts)} tables in {target}")
