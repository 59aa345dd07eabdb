"""Telling people, and noting that they have read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts import absence
from app.accounts.models import Person
from app.accounts.permissions import ROLES, Can
from app.core import clock, trace
from app.core.errors import Missing
from app.notifications import queries
from app.notifications.models import Muted, Notice, NoticeWish
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db


def notify(
    event: str,
    subject: Any = None,
    *,
    people: Iterable[UUID | None] = (),
    role: str | None = None,
    can: Can | None = None,
    but: UUID | None = None,
    facts: dict[str, Any] | None = None,
    endpoint: str | None = None,
    arguments: dict[str, Any] | None = None,
    key: str | None = None,
    loud: bool = False,
) -> int:
    """Tell people of this organisation of an event, each once per `key`; returns how many were told.

    Recipients are the `people`, whoever has the `role`, and whoever `can`; never strangers, never the disabled, and
    not the one who did it (`but`). `facts` and `arguments` are codes, numbers and dates. Without a key, the event, its
    subject and the request that caused it make one, so that a job done again tells nobody twice.

    Who deputises today for one of the `people` is told too, and that it is as a deputy. Who has muted the subject is
    told only what is `loud`: what is red, and what they are asked for themselves.
    """
    same = notice(event, subject, facts=facts, endpoint=endpoint, arguments=arguments, key=key)
    named = {person for person in people if person is not None}
    deaf = set() if loud else queries.deaf_to(same["subject_id"])
    told = [person for person in _recipients(named, role, can, but) if person not in deaf]
    rows = [{**same, "id": uuid7(), "person_id": person} for person in told]
    for deputy in _recipients(absence.deputies(named) - set(told) - deaf, None, None, but) if named else ():
        rows.append({**same, "id": uuid7(), "person_id": deputy, "facts": {**same["facts"], "deputy": True}})
    if not rows:
        return 0
    statement = insert(Notice).on_conflict_do_nothing(index_elements=["tenant_id", "person_id", "key"])
    return len(db.session.execute(statement.returning(Notice.id), rows).all())


def notice(
    event: str,
    subject: Any = None,
    *,
    facts: dict[str, Any] | None = None,
    endpoint: str | None = None,
    arguments: dict[str, Any] | None = None,
    key: str | None = None,
) -> dict[str, Any]:
    """A notice as it is stored, but for whom it is meant."""
    subject_id = getattr(subject, "id", None)
    number = getattr(subject, "number", None)
    said = {"number": str(number)} if number is not None else {}
    return {
        "tenant_id": realm.current().writes,
        "key": key or f"{event}:{subject_id}:{trace.current().request_id}",
        "event": event,
        "subject_kind": type(subject).__tablename__ if subject is not None else "",
        "subject_id": subject_id,
        "facts": said | {name: _code(name, value) for name, value in (facts or {}).items()},
        "endpoint": endpoint,
        "arguments": {name: _code(name, value) for name, value in (arguments or {}).items()},
        "created_at": clock.now(),
    }


def _recipients(people: Iterable[UUID | None], role: str | None, can: Can | None, but: UUID | None) -> list[UUID]:
    roles = {role} if role else set()
    roles |= {code for code, known in ROLES.items() if can is not None and can in known.can}
    wanted = or_(Person.id.in_({person for person in people if person is not None}), Person.role.in_(roles))
    query = select(Person.id).where(Person.tenant_id == realm.current().writes, Person.active, wanted)
    if but is not None:
        query = query.where(Person.id != but)
    return list(db.session.scalars(query.order_by(Person.id)))


def _code(name: str, value: Any) -> Any:
    """What a notice may carry. Raises ValueError on anything that reads like content."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return [_code(name, one) for one in value]
    said = str(value)
    if len(said) > 64 or any(sign.isspace() for sign in said):
        raise ValueError(f"{name}: a notice carries codes, not content")
    return said


def mute(subject: Any, *, by: Person) -> None:
    """Tell a person no more of a subject than what is loud; done twice it is done once."""
    row = {
        "tenant_id": by.tenant_id,
        "id": uuid7(),
        "person_id": by.id,
        "subject_id": subject.id,
        "subject_number": subject.number,
        "muted_at": clock.now(),
    }
    statement = insert(Muted).values(row).on_conflict_do_nothing().returning(Muted.id)
    if db.session.execute(statement).first() is not None:
        audit.record("notice.muted", by, by, facts={"number": subject.number})


def unmute(muted_id: UUID, *, by: Person) -> Muted:
    """Tell them of it again. Raises Missing for what somebody else has muted."""
    row = db.session.get(Muted, (by.tenant_id, muted_id))
    if row is None or row.person_id != by.id:
        raise Missing
    db.session.delete(row)
    audit.record("notice.unmuted", by, by, facts={"number": row.subject_number})
    return row


def wish(within: int, *, by: Person) -> None:
    """Tell a person of limits from so many working days on; late ones are told in any case."""
    before = queries.within(by)
    row = {"tenant_id": by.tenant_id, "id": uuid7(), "person_id": by.id, "within": within}
    wished = insert(NoticeWish).values(row)
    db.session.execute(wished.on_conflict_do_update(index_elements=["tenant_id", "person_id"], set_={"within": within}))
    audit.record("notice.wished", by, by, facts={"before": before, "after": within})


def read(notice_id: UUID, *, by: Person) -> Notice:
    """Note that a person has read one of their notices. Raises Missing for anybody else's."""
    notice = db.session.get(Notice, (by.tenant_id, notice_id))
    if notice is None or notice.person_id != by.id:
        raise Missing
    notice.read_at = notice.read_at or clock.now()
    return notice


def read_all(*, by: Person) -> int:
    """Note that a person has read everything; returns how much that was."""
    result: Any = db.session.execute(
        update(Notice)
        .where(Notice.tenant_id == by.tenant_id, Notice.person_id == by.id, Notice.read_at.is_(None))
        .values(read_at=clock.now())
    )
    return int(result.rowcount)
