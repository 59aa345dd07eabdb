"""Who is on a case just now, and what they have not yet sent: soft, and of no weight for the case itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Person
from app.cases.models import Case
from app.cases.worklist.models import NoteDraft, Presence
from app.core import clock
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db

FRESH = timedelta(seconds=60)  # a page asks every 20
LONGEST = 20_000
KEPT = timedelta(days=30)  # a draft that nobody came back to


@dataclass(frozen=True)
class Here:
    name: str
    writes: bool


def arrive(case: Case, by: Any, *, writes: bool = False) -> list[Here]:
    """Say that this person has the case open, and learn who else has."""
    facts = {"seen_at": clock.now(), "writes": writes}
    _put(Presence, case.id, by.id, facts)
    query = (
        select(Person.name, Presence.writes)
        .join(Presence, (Presence.tenant_id == Person.tenant_id) & (Presence.person_id == Person.id))
        .where(Presence.case_id == case.id, Presence.person_id != by.id, Presence.seen_at > clock.now() - FRESH)
        .order_by(Person.name)
    )
    return [Here(row.name, row.writes) for row in db.session.execute(query)]


def draft_of(case: Case, by: Any) -> NoteDraft | None:
    query = select(NoteDraft).where(NoteDraft.case_id == case.id, NoteDraft.person_id == by.id)
    return db.session.scalars(query).first()


def keep_draft(case: Case, by: Any, text: str) -> None:
    """Keep what is written so far; nothing written is no draft."""
    if text.strip():
        _put(NoteDraft, case.id, by.id, {"text": text[:LONGEST], "saved_at": clock.now()})
    else:
        drop_draft(case, by)


def drop_draft(case: Case, by: Any) -> None:
    db.session.execute(delete(NoteDraft).where(NoteDraft.case_id == case.id, NoteDraft.person_id == by.id))


def _put(model: Any, case_id: UUID, person_id: UUID, facts: dict[str, Any]) -> None:
    keys = {"tenant_id": realm.current().writes, "case_id": case_id, "person_id": person_id}
    db.session.execute(
        insert(model).values(id=uuid7(), **keys, **facts).on_conflict_do_update(index_elements=list(keys), set_=facts)
    )


def forget() -> None:
    """Take away who was where, and drafts that nobody came back to."""
    db.session.execute(delete(Presence).where(Presence.seen_at < clock.now() - timedelta(days=1)))
    db.session.execute(delete(NoteDraft).where(NoteDraft.saved_at < clock.now() - KEPT))
