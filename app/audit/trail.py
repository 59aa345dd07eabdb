"""Reading the trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from app.audit.chain import FIELDS, first_fault
from app.audit.models import Entry, Head, Remark
from app.audit.services import flush
from tenants.database import db


@dataclass(frozen=True)
class Line:
    """One line of a timeline: the entry and, for those who may read them, its words."""

    entry: Entry
    words: str | None

    @property
    def visibility(self) -> str:
        """public (told to the consumer) | internal (somebody's words) | system."""
        if self.entry.public:
            return "public"
        return "internal" if self.words or self.entry.actor_role != "system" else "system"


def trail(subject_id: UUID, *, limit: int = 200) -> list[Line]:
    """The timeline of one thing, newest first. Words are there only where the realm opens them."""
    flush()
    rows = db.session.execute(
        select(Entry, Remark.text)
        .outerjoin(Remark, and_(Remark.tenant_id == Entry.tenant_id, Remark.entry_id == Entry.id))
        .where(Entry.subject_id == subject_id)
        .order_by(Entry.seq.desc())
        .limit(limit)
    )
    return [Line(entry, words) for entry, words in rows]


def recent(
    *, before: int | None = None, event: str | None = None, number: str | None = None, limit: int = 50
) -> list[Entry]:
    """The latest entries of the organisation, a keyset page at a time."""
    query = select(Entry).order_by(Entry.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(Entry.seq < before)
    if event:
        query = query.where(Entry.event == event)
    if number:
        query = query.where(Entry.subject_number == number)
    return list(db.session.scalars(query))


def verify() -> str | None:
    """Check this tenant's chain; None when it holds, else one sentence naming the first bad entry."""
    head = db.session.execute(select(Head.seq, Head.hash)).first()
    return first_fault(_entries(), (head.seq, head.hash) if head else None)


def _entries() -> Iterator[dict[str, Any]]:
    table = Entry.__table__
    columns = [table.c[name] for name in (*FIELDS, "hash")]
    rows = db.session.execute(select(*columns).order_by(table.c.seq).execution_options(yield_per=2000))
    for row in rows.mappings():
        yield dict(row)
