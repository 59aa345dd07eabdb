"""The fictional city, built into the town of the other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.clock import SHANGHAI
from app.demo import builder
from tenants.registry import registry

# As for the town: kept in a schema of its own, put back by one statement. What PostgreSQL computes is not written.
KEEP = (
    "create schema jiangzhou",
    """
do $$
declare t text;
begin
  for t in select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute format('create table jiangzhou.%I as select * from public.%I', t, t);
  end loop;
end $$
""",
    """
create function jiangzhou.restore() returns void language plpgsql as $$
declare t text; listed text;
begin
  set local session_replication_role = replica;
  for t in select tablename from pg_tables where schemaname = 'jiangzhou' loop
    select string_agg(quote_ident(column_name), ', ') into listed from information_schema.columns
    where table_schema = 'public' and table_name = t and is_generated = 'NEVER';
    execute format('delete from public.%I', t);
    execute format('insert into public.%I (%s) select %s from jiangzhou.%I', t, listed, listed, t);
  end loop;
end $$
""",
)
NOW = datetime(2026, 11, 22, 9, 40, tzinfo=SHANGHAI)


@pytest.fixture
def city(app: Any, root: Engine) -> Iterator[Callable[[], None]]:
    """A town without Jiangzhou, as often as it is asked for."""

    def afresh() -> None:
        with root.begin() as connection:
            connection.execute(text("select town.restore()"))
        registry.forget()

    yield afresh
    afresh()


@pytest.fixture
def built(city: Any, settings: Any, root: Engine) -> int:
    """Jiangzhou with a few cases of every sort; how many. Built once and kept, for all who look at it."""
    with root.begin() as connection:
        if connection.execute(text("select to_regproc('jiangzhou.restore') is not null")).scalar_one():
            connection.execute(text("select jiangzhou.restore()"))
            registry.forget()
            return int(connection.execute(text("select count(*) from case_record")).scalar_one())
    builder.build(settings, 600, 7, NOW)  # enough that some merchant has two open complaints
    with root.begin() as connection:
        for statement in KEEP:
            connection.execute(text(statement))
        return int(connection.execute(text("select count(*) from case_record")).scalar_one())
