"""Numbers inside a tenant: 2026-004817. A number may be skipped, never given twice."""

from __future__ import annotations

from sqlalchemy import Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from tenants import realm
from tenants.bases import Owned, uuid7
from tenants.database import db


class Counter(Owned):
    """The last number given, per kind and year."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "year"),)

    kind: Mapped[str]
    year: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer)


def next_number(kind: str, year: int, *, count: int = 1, prefix: str = "") -> str:
    """The next number of a kind and year, such as 2026-004817; with `count`, the first of a run of that many."""
    return numbered(prefix, year, next_ordinal(kind, year, count=count))


def next_ordinal(kind: str, year: int, *, count: int = 1) -> int:
    """The next in the row of a kind and year; with `count`, the first of a run of that many.

    The counter row is locked until the transaction ends, so two clerks never get the same one, and what is rolled
    back leaves no gap.
    """
    mine = realm.current().writes
    statement = (
        insert(Counter)
        .values(tenant_id=mine, id=uuid7(), kind=kind, year=year, last=count)
        .on_conflict_do_update(index_elements=["tenant_id", "kind", "year"], set_={"last": Counter.last + count})
        .returning(Counter.last)
    )
    last: int = db.session.execute(statement).scalar_one()
    return last - count + 1


def numbered(prefix: str, year: int, ordinal: int) -> str:
    return f"{prefix}{year}-{ordinal:06d}"
