"""The sealed link to one person's sessions: made, made anew, taken back; and whose it is."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sqlalchemy import delete, select

from app import audit
from app.accounts.models import Person
from app.core import clock
from app.core.errors import Missing
from app.mediation.models import MediationFeed
from tenants import realm
from tenants.database import db


def make(by: Any) -> str:
    """A new ticket for one's own sessions, shown once. One made before opens nothing any more."""
    _forget(by)
    ticket = secrets.token_urlsafe(24)
    db.session.add(MediationFeed(person_id=by.id, ticket_hash=_hash(ticket), made_at=clock.now()))
    audit.record("feed.made", by, by)
    return ticket


def take_back(by: Any) -> None:
    _forget(by)
    audit.record("feed.taken_back", by, by)


def has(by: Any) -> bool:
    return db.session.scalars(select(MediationFeed.id).where(MediationFeed.person_id == by.id)).first() is not None


def whose(ticket: str) -> Person:
    """The person whose sessions a ticket shows. Raises Missing for any other ticket, and for who has left."""
    query = (
        select(Person)
        .join(MediationFeed, (MediationFeed.tenant_id == Person.tenant_id) & (MediationFeed.person_id == Person.id))
        .where(MediationFeed.tenant_id == realm.home().id, MediationFeed.ticket_hash == _hash(ticket), Person.active)
    )
    person = db.session.scalars(query).first()
    if person is None:
        raise Missing
    return person


def _forget(by: Any) -> None:
    db.session.execute(delete(MediationFeed).where(MediationFeed.person_id == by.id))


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
