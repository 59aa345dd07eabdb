"""Questions about an organisation's people."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, tuple_

from app.accounts.models import Credential, Person
from app.core import clock
from app.core.errors import Missing
from tenants import realm
from tenants.database import db


def _mine() -> int | None:
    """The bureau reads every organisation's people; the pages here are about one's own."""
    return realm.current().writes


def person(person_id: UUID) -> Person:
    """Somebody of this organisation. Raises Missing."""
    found = db.session.get(Person, (_mine(), person_id))
    if found is None:
        raise Missing
    return found


def by_login(login: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.tenant_id == _mine(), Person.login == login)).first()


def people(*, active: bool = True, after: tuple[str, UUID] | None = None, limit: int = 50) -> list[Person]:
    """People by name, from `after` (name, id) on."""
    query = select(Person).where(Person.tenant_id == _mine(), Person.active.is_(active))
    if after is not None:
        query = query.where(tuple_(Person.name, Person.id) > after)
    return list(db.session.scalars(query.order_by(Person.name, Person.id).limit(limit)))


def head_count() -> dict[bool, int]:
    """How many are active, and how many are disabled."""
    rows = db.session.execute(
        select(Person.active, func.count()).where(Person.tenant_id == _mine()).group_by(Person.active)
    )
    return {True: 0, False: 0, **{active: count for active, count in rows}}


def named(role: str | None = None) -> list[tuple[UUID, str]]:
    """(id, name) of active people, for choosing one; of one role, or of all."""
    query = select(Person.id, Person.name).where(Person.tenant_id == _mine(), Person.active)
    if role is not None:
        query = query.where(Person.role == role)
    return [(found.id, found.name) for found in db.session.execute(query.order_by(Person.name, Person.id))]


@dataclass(frozen=True)
class Door:
    """How a person can sign in now: by password, by a slip that still holds, or not at all."""

    has_password: bool
    has_slip: bool


def door(of: Person) -> Door:
    kept = db.session.scalars(
        select(Credential).where(Credential.tenant_id == of.tenant_id, Credential.person_id == of.id)
    ).one()
    return Door(kept.password_hash is not None, kept.slip_until is not None and kept.slip_until > clock.now())
