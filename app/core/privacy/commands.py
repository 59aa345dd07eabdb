"""flask privacy reseal"""

from __future__ import annotations

import sys

import click
from flask import current_app
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.core.privacy.sealing import models, reseal
from tenants.cli import Commands
from tenants.policies import OWNER

privacy = Commands("privacy", help="Sealed personal data.")


@privacy.command("reseal")
def reseal_command() -> None:
    """Seal everything under the first of FIELD_KEYS; afterwards the older keys may be taken off the ring.

    Runs as the owner of the tables: a packet between two organisations is nobody's to change, its seal is.
    Non-zero exit when something could not be opened.
    """
    owner = create_engine(current_app.config["SETTINGS"].url(OWNER))
    unopened = 0
    with Session(owner) as session:
        for model in sorted(models(), key=lambda model: model.__tablename__):
            done, failed = reseal(session, model)
            unopened += failed
            click.echo(
                f"{model.__tablename__}: {done} resealed" + (f", {failed} could not be opened" if failed else "")
            )
    owner.dispose()
    sys.exit(1 if unopened else 0)
