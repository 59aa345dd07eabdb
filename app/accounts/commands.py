"""flask accounts add | slip"""

from __future__ import annotations

import click
from flask import current_app

from app.accounts import queries, services
from app.core import trace
from app.core.errors import Refusal
from tenants import realm
from tenants.cli import Commands, organisation, sorry
from tenants.database import db
from tenants.realm import Place
from tenants.registry import registry

accounts = Commands("accounts", help="People of an organisation, for whoever keeps the server.")


def _print(place: Place, login: str, code: str) -> None:
    click.echo(f"{current_app.config['SETTINGS'].base_url}/{place.slug}/sign-in")
    click.echo(f"sign-in name: {login}")
    click.echo(f"one-time code, for an hour: {code}")


@accounts.command("add")
@click.option("--tenant", "slug", required=True, help="Slug of the organisation.")
@click.option("--login", required=True, help="Sign-in name.")
@click.option("--name", help="The person's name; the sign-in name where none is given.")
@click.option("--role", help="Code of a role; the administrator's where none is given.")
@click.option("--title", help="As on the door.")
def add(slug: str, login: str, name: str | None, role: str | None, title: str | None) -> None:
    """Add somebody, and print the one-time code for their first sign-in."""
    place = organisation(slug)
    role = role or services.FIRST_ROLE[place.kind]
    trace.begin(route="flask accounts add")
    with realm.enter(registry.realm(realm.BUREAU_ID), db.leave):
        try:
            if place.is_bureau:
                person, code = services.appoint(login, name or login, role, title=title)
            else:  # an act in another realm, which leaves its trace in both
                person, code = services.appoint_in(place, login, name or login, role, title=title)
        except Refusal as refusal:
            raise click.ClickException(str(refusal.message)) from refusal
        db.session.commit()
    _print(place, person.login, code)


@accounts.command("slip")
@click.option("--tenant", "slug", required=True, help="Slug of the organisation.")
@click.option("--login", required=True, help="Sign-in name.")
def slip(slug: str, login: str) -> None:
    """Print a one-time code for somebody whom no administrator can help; password and sessions so far end."""
    place = organisation(slug)
    trace.begin(route="flask accounts slip")
    with realm.enter(registry.realm(place), db.leave):
        person = queries.by_login(services.plain_login(login))
        if person is None:
            raise sorry(f"{slug} 没有登录名为 {login} 的人员。", f"{slug} has nobody who signs in as {login}.")
        try:
            code = services.slip(person, by=None)
        except Refusal as refusal:
            raise click.ClickException(str(refusal.message)) from refusal
        db.session.commit()
    _print(place, person.login, code)
