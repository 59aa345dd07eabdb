"""The models are what the migrations make; every revision goes up and down, with rows; two deploys take turns."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

import app.models  # noqa: F401
from app.core.schema import alembic, migrate, revisions
from app.search import sql as search
from app.settings import Settings
from app.setup import set_up
from tenants.audit import faults, models
from tenants.database import Base
from tenants.policies import APP, GUEST, OWNER
from tenants.provisioning import make_roles
from tests.conftest import connect, settings_for
from tests.specimens import plant

TOP = Path(__file__).parents[2]
REVISIONS = revisions()[::-1]


@contextmanager
def database(server: str, name: str) -> Iterator[Settings]:
    """An empty database with its roles, gone afterwards."""
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        connection.exec_driver_sql(f"create database {name}")
    settings = settings_for(server, name)
    root = create_engine(settings.url("setup"), poolclass=NullPool)
    make_roles(root, {role: settings.role_password(role) for role in (OWNER, APP, GUEST)})
    try:
        yield settings
    finally:
        with connect(server, "postgres") as connection:
            connection.exec_driver_sql(f"drop database if exists {name} with (force)")


def owner_of(settings: Settings) -> Engine:
    return create_engine(settings.url(OWNER), poolclass=NullPool)


CATALOGUE = {
    "columns": """
        select table_name || '.' || column_name, data_type || ' ' || udt_name || ' ' || is_nullable || ' ' ||
               coalesce(column_default, '') || ' ' || coalesce(generation_expression, '') || ' ' ||
               coalesce(character_maximum_length::text, '') || ' ' || coalesce(numeric_precision::text, '')
        from information_schema.columns where table_schema = 'public'
    """,
    "constraints": """
        select c.relname || ' ' || k.conname, pg_get_constraintdef(k.oid) from pg_constraint k
        join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and k.contype <> 'n'
    """,
    "indexes": "select indexname, indexdef from pg_indexes where schemaname = 'public'",
}
# What only migrations make.
WALLS = {
    "policies": """
        select tablename || ' ' || policyname, concat_ws(' ', cmd, roles::text, qual, with_check)
        from pg_policies where schemaname = 'public'
    """,
    "grants": """
        select c.relname, coalesce(c.relacl::text, '') from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r'
    """,
}


def catalogue(settings: Settings) -> dict[str, dict[str, str]]:
    root = create_engine(settings.url("setup"), poolclass=NullPool)
    with root.connect() as connection:
        return {
            kind: {
                name: said
                for name, said in connection.execute(text(query))
                if not name.startswith("alembic_version") and search.INDEX not in name
            }
            for kind, query in (CATALOGUE | WALLS).items()
        }


def test_the_models_are_what_the_migrations_make(server: str, worker_id: str) -> None:
    with (
        database(server, f"hengping_models_{worker_id}") as made,
        database(server, f"hengping_head_{worker_id}") as head,
    ):
        with owner_of(made).begin() as connection:
            connection.exec_driver_sql("create schema portal")
            Base.metadata.create_all(connection)
        migrate(owner_of(head))
        from_models, from_migrations = catalogue(made), catalogue(head)
    for kind in CATALOGUE:
        assert from_migrations[kind] == from_models[kind], kind


def rewalled_after(revision: str) -> set[str]:
    """The tables whose wall a later migration makes anew, takes down, or renames: no model asks for this one."""
    scripts = ScriptDirectory.from_config(alembic())
    later = [scripts.get_revision(name).module for name in REVISIONS[REVISIONS.index(revision) + 1 :]]
    return {table for one in later for named in ("REWALLED", "DROPPED", "RENAMED") for table in getattr(one, named, {})}


def walls_hold(settings: Settings, but: set[str] | None = None) -> None:
    """Of the tables there are, every one is behind its wall: only missing tables may be found fault with."""
    engine = create_engine(settings.url(APP), poolclass=NullPool)
    with engine.connect() as connection:
        there = set(connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars())
        there -= but or set()
        said = [
            sentence
            for sentence in faults(connection)
            if sentence.partition(":")[0] in there and "portal_search lacks" not in sentence
        ]
    assert said == []


def rows_of_strangers(settings: Settings) -> int:
    """What West sees of the rows planted for East, over all tables of tenants."""
    engine = create_engine(settings.url(APP), poolclass=NullPool)
    seen = 0
    with engine.connect() as connection:
        connection.execute(text("select portal.set_realm(array[3::bigint], 3, 3)"))
        there = set(connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars())
        for name, model in models().items():
            if name in there and "tenant_id" in model.__table__.c:
                seen += connection.execute(text(f"select count(*) from {name} where tenant_id = 2")).scalar_one()
    return seen


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_goes_up_and_down_with_rows(server: str, worker_id: str, revision: str) -> None:
    below = REVISIONS[REVISIONS.index(revision) - 1] if revision != REVISIONS[0] else "base"
    with database(server, f"hengping_step_{worker_id}") as settings:
        owner = owner_of(settings)
        if below != "base":
            migrate(owner, below)
            _plant(settings)
        migrate(owner, revision)
        up = catalogue(settings)
        _plant(settings)
        walls_hold(settings, rewalled_after(revision))
        assert rows_of_strangers(settings) == 0
        with owner.connect() as connection:
            config = alembic()
            config.attributes["connection"] = connection
            command.downgrade(config, below)
        down = catalogue(settings)
        migrate(owner, revision)
        walls_hold(settings, rewalled_after(revision))
        assert down != up == catalogue(settings)


def _plant(settings: Settings) -> None:
    """A row of East in every table that there is."""
    root = create_engine(settings.url("setup"), poolclass=NullPool)
    with root.begin() as connection:
        there = set(connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars())
        plant(connection, 2, 3, only=there)


def test_setting_up_twice_changes_nothing(server: str, worker_id: str) -> None:
    with database(server, f"hengping_twice_{worker_id}") as settings:
        set_up(settings)
        before = catalogue(settings)
        set_up(settings)
        assert catalogue(settings) == before
        engine = create_engine(settings.url(APP), poolclass=NullPool)
        with engine.connect() as connection:
            assert faults(connection) == []


def test_two_deploys_take_turns(server: str, worker_id: str) -> None:
    """Both start at once: one migrates, the other waits and finds nothing to do (F36)."""
    with database(server, f"hengping_race_{worker_id}") as settings:
        environment = {
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_key,
            "FIELD_KEYS": settings.field_keys,
            "ENVIRONMENT": "test",
        }
        deploys = [
            subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "set-up"], env=environment, cwd=TOP)
            for _ in range(2)
        ]
        assert [deploy.wait(120) for deploy in deploys] == [0, 0]
        walls_hold(settings)


def test_a_data_step_as_owner_reaches_every_row(root: Engine, as_owner: Engine, app: Any) -> None:
    """FORCE binds the owner as well; its own policy lets a migration see what it must change."""
    with root.connect() as connection:
        people = connection.execute(text("select count(*) from person")).scalar_one()
    with as_owner.connect() as connection:
        assert people > 0
        assert connection.execute(text("update person set name = name")).rowcount == people
        connection.rollback()
