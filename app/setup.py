"""From an empty database to one that can be served: roles, migrations, reference data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from app.cases.services import lists
from app.core.schema import migrate
from app.deadlines import services as deadlines
from app.settings import Settings
from tenants.policies import OWNER
from tenants.provisioning import add_extensions, make_roles, refuse_old_server, refuse_wrong_owner
from tenants.realm import BUREAU_ID
from tenants.registry import Tenant


def set_up(settings: Settings) -> None:
    """Make the roles if need be, run the migrations as the owner, and seed what every city needs; may be run again.

    Where every role has an address of its own they are a DBA's, and are left alone.
    """
    if not (settings.owner_url and settings.app_url and settings.guest_url):
        with _engine(settings, "setup") as root:
            refuse_old_server(root)
            make_roles(root, settings.role_passwords())
    with _engine(settings, OWNER) as owner:
        refuse_old_server(owner)
        refuse_wrong_owner(owner)
        add_extensions(owner)
        migrate(owner)
        seed(owner, settings.city)


@contextmanager
def _engine(settings: Settings, role: str) -> Iterator[Engine]:
    engine = create_engine(settings.url(role))
    try:
        yield engine
    finally:
        engine.dispose()


def seed(owner: Engine, city: str) -> None:
    """What is there before anybody could put it there: the bureau, the calendar, the legal profiles, the lists."""
    with Session(owner) as session, session.begin():
        session.execute(text("select pg_advisory_xact_lock(7310119)"))  # two deploys take turns
        if session.scalar(select(Tenant.id).where(Tenant.id == BUREAU_ID)) is None:
            session.add(
                Tenant(
                    id=BUREAU_ID,
                    slug="city",
                    name=f"{city}消费者权益保护局",
                    short_name="市消保局",
                    kind="bureau",
                    active=True,
                )
            )
        deadlines.seed(session)
        lists.seed(session)
