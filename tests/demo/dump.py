"""What a thief of the whole database would read, and whose numbers and addresses he must not find in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, LargeBinary, inspect, select, text
from sqlalchemy.orm import Session

from app.core.privacy import own_words, sealing
from app.core.privacy.masks import mask_address

KINDS = ("phone", "id_number", "address", "card")
_BETWEEN_DIGITS = re.compile(r"[\s-]")


def secrets(connection: Connection) -> dict[str, set[str]]:
    """Every sealed phone, ID number, address and card number that there is, by kind.

    Of an address it is the part that the mask hides: the county's name stands everywhere.
    """
    kept: dict[str, set[str]] = {kind: set() for kind in KINDS}
    with Session(connection) as session:
        for model in sealing.models():
            for row in session.scalars(select(model)):
                for name, field in model.sealed_fields().items():
                    if field.kind in kept and (value := row.reveal(name)):
                        shown = mask_address(value).rstrip("*") if field.kind == "address" else ""
                        kept[field.kind].add(_plain(value.removeprefix(shown)))
    return kept


def told(connection: Connection, secrets_: Iterable[str]) -> set[str]:
    """schema.table.column of every place where one of them stands and must not."""
    return found(connection, secrets_) - {f"public.{table}.{column}" for table, column in own_words()}


def found(connection: Connection, secrets_: Iterable[str]) -> set[str]:
    """schema.table.column of every place where one of them stands."""
    places = set()
    for schema, table, column, kind in _columns(connection):
        said = _said(connection, f"{schema}.{table}", column, kind)
        if any(secret in said for secret in secrets_):
            places.add(f"{schema}.{table}.{column}")
    return places


def _said(connection: Connection, table: str, column: str, kind: Any) -> str:
    """All that a column holds; what is bytes as the letters that they may be."""
    words = column if isinstance(kind, LargeBinary) else f"{column}::text"
    values = connection.scalars(text(f"select {words} from {table} where {column} is not null"))
    return _plain(" | ".join(str(value, "utf-8", "replace") if isinstance(value, bytes) else value for value in values))


def _plain(said: str) -> str:
    """Without what people put between the digits of a number."""
    return _BETWEEN_DIGITS.sub("", said)


def _columns(connection: Connection) -> Iterator[tuple[str, str, str, Any]]:
    """Everything that is not PostgreSQL's own: schema, table, column and the column's type."""
    seen, quote = inspect(connection), connection.dialect.identifier_preparer.quote
    for schema in seen.get_schema_names():
        if schema != "information_schema" and not schema.startswith("pg_"):
            for table in (*seen.get_table_names(schema), *seen.get_materialized_view_names(schema)):
                for column in seen.get_columns(table, schema):
                    yield schema, quote(table), quote(column["name"]), column["type"]
