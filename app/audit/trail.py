"""Reading the trail."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, literal, select, true

from app.audit.chain import FIELDS, first_fault
from app.audit.changes import read
from app.audit.models import Entry, Head, Remark
from app.audit.services import flush
from tenants import realm
from tenants.database import db


@dataclass(frozen=True)
class Line:
    """One line of a timeline: the entry and, for those who may read them, its words."""

    entry: Entry
    words: str | None
    changes: dict[str, list[Any] | None]  # field -> [before, after]; None for words that the reader may not read

    @property
    def visibility(self) -> str:
        """public (told to the consumer) | internal (somebody's words) | system."""
        if self.entry.public:
            return "public"
        return "internal" if self.words or self.entry.actor_role != "system" else "system"


def trail(subject_id: UUID, *, limit: int = 200, events: Collection[str] | None = None) -> list[Line]:
    """The timeline of one thing, newest first. Words are there only where the realm opens them."""
    flush()
    rows = db.session.execute(
        select(Entry, Remark.text)
        .outerjoin(Remark, and_(Remark.tenant_id == Entry.tenant_id, Remark.entry_id == Entry.id))
        .where(Entry.subject_id == subject_id, true() if events is None else Entry.event.in_(events))
        .order_by(Entry.seq.desc())
        .limit(limit)
    )
    return [Line(entry, *read(entry.facts, remark)) for entry, remark in rows]


def entries() -> Select[Any]:
    """The organisation's own trail, to be narrowed and paged; the bureau reads every other one beside its cases."""
    flush()
    return select(Entry).where(Entry.tenant_id == realm.current().opens)


def verify() -> str | None:
    """Check this tenant's chain; None when it holds, else one sentence naming the first bad entry."""
    mine = realm.current().opens
    with closing(_entries(mine)) as written:
        first = next(written)
        head = (first["head_seq"], first["head_hash"]) if first["head_seq"] is not None else None
        return first_fault(chain([first] if first["seq"] is not None else [], written), head)


def _entries(mine: int | None) -> Generator[dict[str, Any], None, None]:
    """Each entry beside its words and the head, in one statement: so all of it is as it was at one moment.

    Where there are no entries there is one row, and where there is no head, its columns are empty.
    """
    table, remarks = Entry.__table__, Remark.__table__
    head = select(Head.seq, Head.hash).where(Head.tenant_id == mine).subquery()
    ours = (
        select(*(table.c[name] for name in (*FIELDS, "hash")), remarks.c.text.label("words"))
        .outerjoin_from(
            table, remarks, and_(remarks.c.tenant_id == table.c.tenant_id, remarks.c.entry_id == table.c.id)
        )
        .where(table.c.tenant_id == mine)
        .subquery()
    )
    query = (
        select(ours, head.c.seq.label("head_seq"), head.c.hash.label("head_hash"))
        .select_from(select(literal(1).label("one")).subquery().outerjoin(ours, true()).outerjoin(head, true()))
        .order_by(ours.c.seq)
    )
    with db.session.execute(query.execution_options(yield_per=2000)) as rows:
        for row in rows.mappings():
            yield dict(row)
