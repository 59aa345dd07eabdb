"""One row for every table, made from the table itself: what nobody has to remember when a table is added."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, Connection, Table, text
from sqlalchemy import column as bare_column
from sqlalchemy import table as bare_table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, insert
from sqlalchemy.types import Boolean, Date, DateTime, Integer, LargeBinary, Numeric, String, Uuid

from tenants.audit import models
from tenants.bases import Among, AmongEntry, Between, BetweenEntry

STATUSES = re.compile(r"\b(\w+) in \(([^)]*)\)", re.IGNORECASE)


def values(table: Table, *, word: str = "specimen", **given: Any) -> dict[str, Any]:
    """A row that satisfies the table's types and its lists of allowed words; keys are loose ends."""
    listed = allowed(table)
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name in given:
            row[column.name] = given[column.name]
        elif column.computed is not None:
            continue
        elif column.name in listed:
            row[column.name] = listed[column.name][0]
        elif not column.nullable:
            row[column.name] = _value(column, word)
    return row


def allowed(table: Table) -> dict[str, list[str]]:
    """column -> the words that a CHECK lists for it."""
    words: dict[str, list[str]] = {}
    own = [constraint for column in table.columns for constraint in column.constraints]
    for constraint in (*table.constraints, *own):
        if isinstance(constraint, CheckConstraint):
            for name, listed in STATUSES.findall(str(constraint.sqltext)):
                found = re.findall(r"'([^']*)'", listed)
                if len(found) > len(words.get(name, ())):  # the whole list, not a rule about some of them
                    words[name] = found
    return {name: listed for name, listed in words.items() if listed}


def _value(column: Any, word: str) -> Any:
    kind = column.type
    made: list[tuple[type[Any], Any]] = [
        (Uuid, uuid4()),
        (Boolean, True),
        (DateTime, datetime(2026, 9, 16, 2, 0, tzinfo=UTC)),
        (Date, date(2026, 9, 16)),
        (Integer, 1),
        (Numeric, 1),
        (LargeBinary, word.encode()),
        (JSONB, {}),
        (ARRAY, []),
        (TSVECTOR, "'x'"),
        (String, word),
    ]
    for type_, value in made:
        if isinstance(kind, type_):
            return value
    return word


def owner_columns(model: type[Any], mine: int, other: int) -> dict[str, int | list[int]]:
    """The columns that say whose the row is, for a row of `mine` (towards `other` where it lies between two)."""
    if issubclass(model, Between):
        return {"sender_id": mine, "receiver_id": other}
    if issubclass(model, BetweenEntry):
        return {"sender_id": mine, "receiver_id": other, "author_id": mine}
    if issubclass(model, Among):
        return {"lead_id": mine, "participants": [mine, other]}
    if issubclass(model, AmongEntry):
        return {"author_id": mine, "participants": [mine, other]}
    return {"tenant_id": mine}


def plant(
    connection: Connection, tenant: int, other: int, *, word: str = "specimen", only: set[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Put one row of `tenant` into every table that belongs to tenants, past keys and policies (as superuser)."""
    connection.execute(text("set local session_replication_role = replica"))
    columns = "select table_name, column_name from information_schema.columns where table_schema = 'public'"
    made = {tuple(row) for row in connection.execute(text(columns))}  # a revision may be without the latest ones
    planted = {}
    for name, model in models().items():
        whose = owner_columns(model, tenant, other)
        table = model.__table__
        if not set(whose) <= set(table.columns.keys()) or (only is not None and name not in only):
            continue
        row = {key: value for key, value in values(table, word=word, **whose).items() if (name, key) in made}
        # Without the defaults of the latest model.
        plain = bare_table(name, *(bare_column(one.name, one.type) for one in table.c if one.name in row))
        connection.execute(insert(plain).values(**row).on_conflict_do_nothing())
        planted[name] = row
    connection.execute(text("set local session_replication_role = origin"))
    return planted


def key_of(model: type[Any], row: dict[str, Any]) -> dict[str, Any]:
    return {column.name: row[column.name] for column in model.__table__.primary_key.columns}
