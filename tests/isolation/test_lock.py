"""The lock by itself: raw SQL as the app role, for every table there is, without any of our Python in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from tenants.audit import models
from tenants.bases import OF_TENANT, Between, BetweenEntry, Owned, Private, Reference, Shared
from tests.specimens import owner_columns, plant, values

CITY, EAST, WEST, NORTH = 1, 2, 3, 4
EVERYBODY = [1, 2, 3, 4, 5, 6]

OF_SOMEBODY = [name for name, model in sorted(models().items()) if not issubclass(model, Reference)]
TENANTS = [name for name in OF_SOMEBODY if issubclass(models()[name], OF_TENANT)]
PRIVATE = [name for name in TENANTS if issubclass(models()[name], Private)]
BETWEEN = [name for name in OF_SOMEBODY if issubclass(models()[name], Between | BetweenEntry)]
REFERENCE = [name for name, model in sorted(models().items()) if issubclass(model, Reference)]


@pytest.fixture(scope="module", autouse=True)
def planted(whole_app: Any, root: Engine) -> None:
    """One row of East (towards West) and one of West (towards East) in every table; nothing here commits."""
    with root.begin() as connection:
        connection.execute(text("select town.restore()"))
        plant(connection, EAST, WEST)
        plant(connection, WEST, EAST)


@contextmanager
def asking(engine: Engine, reads: list[int] | None, writes: int | None, opens: int | None) -> Iterator[Connection]:
    """A transaction of the app role in a realm, rolled back at the end."""
    with engine.connect() as connection:
        if reads is not None:
            connection.execute(
                text("select portal.set_realm(:reads, :writes, :opens)"),
                {"reads": reads, "writes": writes, "opens": opens},
            )
        yield connection
        connection.rollback()


def owners(connection: Connection, name: str) -> set[int]:
    table = models()[name].__table__
    column = "tenant_id" if "tenant_id" in table.c else "sender_id" if "sender_id" in table.c else "lead_id"
    return set(connection.execute(select(table.c[column]).distinct()).scalars())


def bare(name: str, **given: Any) -> tuple[Any, dict[str, Any]]:
    """An insert of nothing but who the row is for."""
    return text(f"insert into {name} ({', '.join(given)}) values ({', '.join(f':{key}' for key in given)})"), given


def refused(fault: DBAPIError) -> bool:
    return isinstance(fault.orig, errors.InsufficientPrivilege)


@pytest.mark.parametrize("name", TENANTS)
def test_a_county_sees_its_own_rows_and_nobody_elses(as_app: Engine, name: str) -> None:
    with asking(as_app, [EAST], EAST, EAST) as connection:
        seen = owners(connection, name)
    allowed = {EAST, CITY} if issubclass(models()[name], Shared) else {EAST}
    assert EAST in seen
    assert seen <= allowed


@pytest.mark.parametrize("name", PRIVATE)
def test_the_bureau_reads_every_county_and_no_private_row(as_app: Engine, name: str) -> None:
    with asking(as_app, EVERYBODY, CITY, CITY) as connection:
        assert not owners(connection, name) & {EAST, WEST}


@pytest.mark.parametrize("name", [name for name in TENANTS if issubclass(models()[name], Owned)])
def test_the_bureau_sees_what_counties_own(as_app: Engine, name: str) -> None:
    with asking(as_app, EVERYBODY, CITY, CITY) as connection:
        assert owners(connection, name) >= {EAST, WEST}


@pytest.mark.parametrize("name", PRIVATE)
def test_a_grant_opens_one_county_and_writes_nothing(as_app: Engine, name: str) -> None:
    table = models()[name].__table__
    with asking(as_app, EVERYBODY, None, EAST) as connection:
        assert owners(connection, name) == {EAST}
        with pytest.raises(DBAPIError) as fault:
            connection.execute(insert(table).values(**values(table, tenant_id=EAST)))
    assert refused(fault.value)


@pytest.mark.parametrize("name", OF_SOMEBODY)
def test_without_a_realm_there_are_no_rows(as_app: Engine, name: str) -> None:
    with asking(as_app, None, None, None) as connection:
        assert connection.execute(select(func.count()).select_from(models()[name].__table__)).scalar() == 0


@pytest.mark.parametrize("name", OF_SOMEBODY)
def test_a_realm_of_nobody_sees_no_rows_and_writes_none(as_app: Engine, name: str) -> None:
    model = models()[name]
    shared = issubclass(model, Shared)
    with asking(as_app, [], None, None) as connection:
        seen = owners(connection, name)
        assert seen <= ({CITY} if shared else set())
        with pytest.raises(DBAPIError) as fault:
            connection.execute(*bare(name, **owner_columns(model, EAST, WEST)))
    assert refused(fault.value)


def test_a_garbled_realm_is_an_error_and_not_a_leak(as_app: Engine) -> None:
    with as_app.connect() as connection:
        connection.execute(text("set local portal.reads = 'everything'"))
        with pytest.raises(DBAPIError):
            connection.execute(text("select * from person"))


@pytest.mark.parametrize("name", TENANTS)
def test_a_row_for_another_tenant_is_refused(as_app: Engine, name: str) -> None:
    """Row level security is checked before keys and NOT NULL, so a bare row tells the two answers apart."""
    with asking(as_app, [EAST], EAST, EAST) as connection:
        with pytest.raises(DBAPIError) as fault:
            connection.execute(*bare(name, tenant_id=WEST))
        assert refused(fault.value)
    with asking(as_app, [EAST], EAST, EAST) as connection:
        with pytest.raises(DBAPIError) as fault:
            connection.execute(*bare(name, tenant_id=EAST))
        assert not refused(fault.value)


@pytest.mark.parametrize("name", [name for name in TENANTS if not models()[name].append_only])
def test_another_tenants_row_cannot_be_changed_nor_ones_own_be_moved(as_app: Engine, name: str) -> None:
    model = models()[name]
    table = model.__table__
    column = table.c[(model.changes or ("tenant_id",))[0]]
    # Both are seen, the confided rows of the other too: what decides is who writes.
    with asking(as_app, [EAST, WEST], EAST, WEST) as connection:
        assert WEST in owners(connection, name)
        touched = connection.execute(update(table).where(table.c.tenant_id == WEST).values({column: column}))
        assert touched.rowcount == 0
    with asking(as_app, [EAST, WEST], EAST, EAST) as connection, pytest.raises(DBAPIError) as fault:
        connection.execute(update(table).where(table.c.tenant_id == EAST).values(tenant_id=WEST))
    assert refused(fault.value)


@pytest.mark.parametrize("name", [name for name in TENANTS if models()[name].removable])
def test_another_tenants_row_cannot_be_removed(as_app: Engine, name: str) -> None:
    table = models()[name].__table__
    with asking(as_app, [EAST, WEST], EAST, WEST) as connection:
        assert WEST in owners(connection, name)
        assert connection.execute(delete(table).where(table.c.tenant_id == WEST)).rowcount == 0
    with asking(as_app, [EAST], EAST, EAST) as connection:
        specimen = table.c.id == select(table.c.id).where(table.c.tenant_id == EAST).limit(1).scalar_subquery()
        assert connection.execute(delete(table).where(specimen)).rowcount == 1, "one's own can"


def test_nothing_that_lies_between_two_is_removable() -> None:
    assert not [name for name in BETWEEN if models()[name].removable]


@pytest.mark.parametrize("name", [name for name in TENANTS if not models()[name].removable])
def test_what_is_not_removable_cannot_be_removed(as_app: Engine, name: str) -> None:
    with asking(as_app, [EAST], EAST, EAST) as connection, pytest.raises(DBAPIError) as fault:
        connection.execute(delete(models()[name].__table__))
    assert refused(fault.value)


@pytest.mark.parametrize("name", [name for name in OF_SOMEBODY if models()[name].append_only])
def test_what_is_append_only_stays_as_written(as_app: Engine, name: str) -> None:
    model = models()[name]
    table = model.__table__
    for statement in (
        update(table).values(id=table.c.id),
        text(f"truncate {name}"),
        *([] if model.removable else [delete(table)]),
    ):
        with asking(as_app, [EAST], EAST, EAST) as connection, pytest.raises(DBAPIError) as fault:
            connection.execute(statement)
        assert refused(fault.value)


@pytest.mark.parametrize("name", BETWEEN)
def test_a_third_organisation_sees_nothing_that_lies_between_two(as_app: Engine, name: str) -> None:
    with asking(as_app, [NORTH], NORTH, NORTH) as connection:
        assert owners(connection, name) == set()
    for party in (EAST, WEST):
        with asking(as_app, [party], party, party) as connection:
            assert owners(connection, name) == {EAST, WEST}


@pytest.mark.parametrize("name", [name for name in BETWEEN if getattr(models()[name], "confidential", False)])
def test_the_bureau_does_not_see_the_personal_part_of_an_exchange(as_app: Engine, name: str) -> None:
    with asking(as_app, EVERYBODY, CITY, CITY) as connection:
        assert owners(connection, name) == set()


@pytest.mark.parametrize("name", REFERENCE)
def test_only_the_bureau_writes_what_all_read(as_app: Engine, name: str) -> None:
    table = models()[name].__table__
    row = values(table, **({"id": 99, "slug": "other", "kind": "center"} if name == "tenant" else {}))
    with asking(as_app, [EAST], EAST, EAST) as connection, pytest.raises(DBAPIError) as fault:
        connection.execute(insert(table).values(**row))
    assert refused(fault.value)


def test_the_guest_role_sees_no_table_at_all(settings: Any) -> None:
    """But what a ticket opens, and of that no row without one."""
    from sqlalchemy import create_engine

    guest = create_engine(settings.url("portal_guest"))
    for name, model in models().items():
        if getattr(model, "checked", ()):
            with guest.connect() as connection:
                assert connection.execute(text(f"select 1 from {name}")).all() == []
            continue
        with guest.connect() as connection, pytest.raises(DBAPIError) as fault:
            connection.execute(text(f"select 1 from {name}"))
        assert refused(fault.value)
    guest.dispose()
