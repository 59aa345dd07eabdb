"""The command line: `flask --help` lists it."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app import setup
from tenants.cli import in_a_sentence

# module:group; each domain keeps its own commands beside its services.
COMMANDS = (
    "tenants.commands:tenants",
    "app.accounts.commands:accounts",
    "app.audit.commands:audit",
    "app.deadlines.commands:deadlines",
    "app.jobs.commands:jobs",
    "app.core.privacy.commands:privacy",
    "app.search.commands:search",
    "app.transfer.commands:import_",
    "app.cases.suggestions.commands:triage",
    "app.facts.commands:facts",
    "app.demo.commands:demo",
)


@click.command("set-up")
@with_appcontext
def set_up() -> None:
    """Make roles and tables and seed what every city needs; may be run again after every update."""
    with in_a_sentence():
        setup.set_up(current_app.config["SETTINGS"])
    click.echo("the database is set up")


def init_app(app: Flask) -> None:
    app.cli.add_command(set_up)
    for address in COMMANDS:
        module, _, name = address.partition(":")
        app.cli.add_command(getattr(import_module(module), name))
