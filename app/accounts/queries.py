"""Questions about an organisation's people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from app.accounts.models import Credential, Person
from app.core import clock
from app.core.errors import Missing
from app.core.listing import Filter, Listing, Order
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


PEOPLE = Listing(
    filters=[
        Filter(
            "show", _l("Show"), lambda _value: Person.active.is_(False), choices=lambda: [("disabled", _l("Disabled"))]
        ),
    ],
    orders=[
        Order("name", _l("Full name"), (Person.name, Person.id)),
        Order("since", _l("Added on"), (Person.created_at, Person.id), descending=True),
    ],
)


def people(*, active: bool = True) -> Select[Any]:
    """The organisation's people, to be narrowed and paged by PEOPLE."""
    return select(Person).where(Person.tenant_id == _mine(), Person.active.is_(active))


def head_count() -> dict[bool, int]:
    """How many are active, and how many are disabled."""
    rows = db.session.execute(
        select(Person.active, func.count()).where(Person.tenant_id == _mine()).group_by(Person.active)
    )
    return {True: 0, False: 0, **dict(rows.all())}


def named(role: str | None = None) -> list[tuple[UUID, str]]:
    """(id, name) of active people, for choosing one; of one role, or of all."""
    query = select(Person.id, Person.name).where(Person.tenant_id == _mine(), Person.active)
    if role is not None:
        query = query.where(Person.role == role)
    return [(found.id, found.name) for found in db.session.execute(query.order_by(Person.name, Person.id))]


def names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """id -> name of people, in whichever organisation that this realm reads, disabled ones too."""
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(set(ids)))).all())


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
