"""The command line: `flask --help` lists it."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

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
    "app.facts.commands:facts",
)


def init_app(app: Flask) -> None:
    for address in COMMANDS:
        module, _, name = address.partition(":")
        app.cli.add_command(getattr(import_module(module), name))
