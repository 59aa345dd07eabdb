"""Rows among several organisations: the participants see them, the lead writes them, each adds entries of its own.

The walls are those that a migration would put up, on two tables made for the occasion and gone with the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tenants.policies import Wall

CITY, EAST, WEST, NORTH = 1, 2, 3, 4
EVERYBODY = [1, 2, 3, 4, 5, 6]
TABLES = (
    "create table accord (id int primary key, lead_id bigint not null, participants bigint[] not null, "
    "words text not null default '', unique (id, participants))",
    "create table accord_entry (id int primary key, accord_id int not null, author_id bigint not null, "
    "participants bigint[] not null, foreign key (accord_id, participants) references accord (id, participants))",
)


@pytest.fixture
def house(app: Any, root: Engine) -> Iterator[Connection]:
    """East leads, West takes part, North does not."""
    with root.connect() as connection:
        for statement in (
            *TABLES,
            *Wall("among", removable=True).statements("accord"),
            *Wall("among_entry", append_only=True).statements("accord_entry"),
            "insert into accord values (1, 2, array[2, 3])",
            "insert into accord_entry values (1, 1, 3, array[2, 3])",
        ):
            connection.execute(text(statement))
        yield connection
        connection.rollback()


def ask(house: Connection, who: int, statement: str, *, reads: list[int] | None = None) -> int | None:
    """How many rows it was, as the app role in the realm of `who`; None where the wall refuses."""
    save = house.begin_nested()
    house.execute(text("set local role portal_app"))
    house.execute(text("select portal.set_realm(:reads, :who, :who)"), {"reads": reads or [who], "who": who})
    try:
        done = house.execute(text(statement))
        return len(done.all()) if done.returns_rows else done.rowcount
    except DBAPIError as fault:
        if not isinstance(fault.orig, errors.InsufficientPrivilege | errors.ForeignKeyViolation):
            raise
        return None
    finally:
        save.rollback()


@pytest.mark.parametrize("table", ["accord", "accord_entry"])
def test_those_who_take_part_see_it_and_nobody_else(house: Connection, table: str) -> None:
    seen = {who: ask(house, who, f"select 1 from {table}") for who in (EAST, WEST, NORTH)}
    assert seen == {EAST: 1, WEST: 1, NORTH: 0}
    assert ask(house, CITY, f"select 1 from {table}", reads=EVERYBODY) == 1, "the bureau sees that they confer"


def test_only_the_lead_writes_it(house: Connection) -> None:
    for statement in (
        "update accord set words = 'x'",
        "delete from accord where not exists (select from accord_entry)",
    ):
        assert ask(house, WEST, statement) == 0
        assert ask(house, NORTH, statement, reads=EVERYBODY) == 0
        assert ask(house, CITY, statement, reads=EVERYBODY) == 0
    assert ask(house, EAST, "update accord set words = 'x'") == 1
    assert ask(house, EAST, "update accord set lead_id = 3") is None, "nor is the lead given away"
    assert ask(house, EAST, "insert into accord values (2, 2, array[2, 4])") == 1
    assert ask(house, WEST, "insert into accord values (2, 2, array[2, 3])") is None


def test_each_adds_entries_in_its_own_name(house: Connection) -> None:
    add = "insert into accord_entry values (2, 1, {author}, array[{among}])"
    assert ask(house, WEST, add.format(author=WEST, among="2, 3")) == 1
    assert ask(house, WEST, add.format(author=EAST, among="2, 3")) is None
    assert ask(house, NORTH, add.format(author=NORTH, among="2, 3")) is None
    assert ask(house, NORTH, add.format(author=NORTH, among="2, 3, 4")) is None, "the parent knows who takes part"
    assert ask(house, WEST, "update accord_entry set author_id = 3") is None


def test_without_the_policy_everybody_sees_it(house: Connection) -> None:
    house.execute(text("drop policy seen on accord"))
    house.execute(text("create policy seen on accord for select to portal_app using (true)"))
    assert ask(house, NORTH, "select 1 from accord") == 1
