"""Notices of a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from app.accounts.models import Person
from app.core.listing import Filter, Listing, Order, capped
from app.deadlines import SOON
from app.notifications.models import Muted, Notice, NoticeWish
from tenants import realm
from tenants.database import db

MOST = 99  # more than this nobody reads one by one

NOTICES = Listing(
    filters=[
        Filter("show", _l("Show"), lambda _value: Notice.read_at.is_(None), choices=lambda: [("unread", _l("Unread"))])
    ],
    orders=[Order("newest", _l("Latest first"), (Notice.created_at, Notice.id), descending=True)],
)


def notices(of: Person) -> Select[Any]:
    """Everything a person was told, to be narrowed and paged by NOTICES."""
    return select(Notice).where(Notice.tenant_id == of.tenant_id, Notice.person_id == of.id)


def deaf_to(subject_id: UUID | None) -> set[UUID]:
    """The people of this organisation who have muted something."""
    if subject_id is None:
        return set()
    here = realm.current().writes
    query = select(Muted.person_id).where(Muted.tenant_id == here, Muted.subject_id == subject_id)
    return set(db.session.scalars(query))


def muted_by(person: Person) -> list[Muted]:
    """What a person has muted, the latest first."""
    mine = Muted.tenant_id == person.tenant_id, Muted.person_id == person.id
    return list(db.session.scalars(select(Muted).where(*mine).order_by(Muted.muted_at.desc(), Muted.id)))


def muting(person: Person, subject_id: UUID) -> Any:
    """The key by which a person has muted something, if they have: a part of what a page asks for anyway."""
    mine = Muted.tenant_id == person.tenant_id, Muted.person_id == person.id, Muted.subject_id == subject_id
    return select(Muted.id).where(*mine).limit(1).scalar_subquery()


def muted_pairs() -> set[tuple[UUID, UUID]]:
    """(person, what they have muted) of everybody in this organisation."""
    here = realm.current().writes
    rows = db.session.execute(select(Muted.person_id, Muted.subject_id).where(Muted.tenant_id == here))
    return {(row.person_id, row.subject_id) for row in rows}


def wish_of(person: Person) -> Select[Any]:
    return select(NoticeWish).where(NoticeWish.tenant_id == person.tenant_id, NoticeWish.person_id == person.id)


def within(person: Person) -> int:
    """From how many working days before a limit on a person is told of it."""
    row = db.session.scalars(wish_of(person)).first()
    return SOON if row is None else row.within


def wishes() -> dict[UUID, int]:
    """person -> the same, of all in this organisation who have said so."""
    here = realm.current().writes
    rows = db.session.execute(select(NoticeWish.person_id, NoticeWish.within).where(NoticeWish.tenant_id == here))
    return dict(rows.all())


def unread(of: Person) -> int:
    """How many notices wait, counted no further than MOST + 1: one statement on a partial index."""
    waiting = select(Notice.id).where(
        Notice.tenant_id == of.tenant_id, Notice.person_id == of.id, Notice.read_at.is_(None)
    )
    return capped(waiting, MOST)
