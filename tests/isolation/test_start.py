"""The portal does not serve as a role that the walls do not bind."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app import create_app, jobs
from tenants.audit import BrokenWalls
from tenants.database import db
from tenants.provisioning import UnsafeRole
from tenants.registry import registry


@pytest.fixture
def another(app: Any) -> Any:
    """Makes a second application, and gives this process back to the first."""

    def make(settings: Any) -> None:
        made = create_app(settings)
        with made.app_context():
            db.engine.dispose()

    yield make
    registry.use(db.engine)
    jobs.use(app)


def test_it_refuses_to_start_as_superuser(settings: Any, app: Any) -> None:
    unsafe = dataclasses.replace(settings, app_url=settings.database_url)
    with pytest.raises(UnsafeRole, match="superuser"):
        create_app(unsafe)


def test_it_refuses_to_start_as_the_owner(settings: Any, app: Any) -> None:
    owner = settings.url("portal_owner").render_as_string(hide_password=False)
    with pytest.raises(UnsafeRole, match="member of portal_owner"):
        create_app(dataclasses.replace(settings, app_url=owner))


def test_it_does_not_start_with_guests_whom_the_walls_do_not_bind(settings: Any, app: Any) -> None:
    with pytest.raises(UnsafeRole, match="superuser: use portal_guest"):
        create_app(dataclasses.replace(settings, guest_url=settings.database_url))
    staff = settings.url("portal_app").render_as_string(hide_password=False)
    with pytest.raises(UnsafeRole, match="acts as portal_app: use portal_guest"):
        create_app(dataclasses.replace(settings, guest_url=staff))


def test_production_does_not_serve_behind_broken_walls(settings: Any, another: Any, root: Engine) -> None:
    production = dataclasses.replace(settings, environment="production")
    another(production)
    with root.begin() as connection:
        connection.execute(text("alter table person no force row level security"))
    try:
        with pytest.raises(BrokenWalls, match="person: row level security does not bind the owner"):
            another(production)
    finally:
        with root.begin() as connection:
            connection.execute(text("alter table person force row level security"))


@pytest.fixture
def loose_role(root: Engine, worker_id: str, database: str) -> Any:
    """A login of this worker's own, so that tests beside this one keep their walls."""
    name = f"loose_{worker_id}"
    with root.begin() as connection:
        connection.execute(text(f"create role {name} login password 'loose' bypassrls"))
        connection.execute(text(f'grant connect on database "{database}" to {name}'))
    yield name
    with root.begin() as connection:
        connection.execute(text(f"drop owned by {name}"))
        connection.execute(text(f"drop role {name}"))


def test_it_refuses_to_start_with_bypassrls(settings: Any, app: Any, loose_role: str) -> None:
    url = settings.url("portal_app").set(username=loose_role, password="loose")
    with pytest.raises(UnsafeRole, match="BYPASSRLS"):
        create_app(dataclasses.replace(settings, app_url=url.render_as_string(hide_password=False)))
