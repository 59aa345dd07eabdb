"""Is this paper genuine? Whoever holds it asks with the ticket that its QR code carries, and learns what stands on it.

Who asks is nobody we know: the question is put as the guest role, which sees the one row whose ticket it presents,
and of that row no more than number, kind, day, and whether it still stands.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.pool import NullPool

from app.core import clock
from app.core.errors import Missing
from app.documents.kinds import Form, kinds
from app.documents.models import DocumentCheck
from tenants import realm
from tenants.database import db
from tenants.provisioning import refuse_unsafe_role

if TYPE_CHECKING:
    from app.settings import Settings


@dataclass(frozen=True)
class Genuine:
    form: Form
    number: str
    issued_on: date
    voided_on: date | None


_base_url = ""
_guests: Engine | None = None


def configure(settings: Settings, *, check_role: bool) -> None:
    """Say where the portal is found from outside, and how guests ask the database; once, when the app is made.

    Raises UnsafeRole for guests whom the walls do not bind: now with `check_role`, else when the first one asks.
    """
    global _base_url, _guests
    # Asked now and then: a connection for each, none kept.
    engine = create_engine(settings.url("portal_guest"), poolclass=NullPool, hide_parameters=True)
    refuse_unsafe_role(engine, now=check_role, guest=True)
    _base_url, _guests = settings.base_url, engine


def enter(document: UUID, form: Form, number: str) -> str:
    """Let an issued document be checked from now on; the address for its QR code. Only the hash of the ticket stays."""
    ticket = secrets.token_urlsafe(16)
    db.session.add(
        DocumentCheck(
            id=document,
            ticket_hash=_hash(ticket),
            kind=form.code,
            number=number,
            issued_on=clock.today(),
            voided_on=None,
        )
    )
    return f"{_base_url}/{realm.home().slug}/check/{ticket}"


def void(document: UUID) -> None:
    """Whoever asks from now on is told that it does not stand any more."""
    query = select(DocumentCheck).where(DocumentCheck.id == document)
    for one in db.session.scalars(query):
        one.voided_on = clock.today()


def check(ticket: str) -> Genuine:
    """What the holder of a ticket of this organisation may know. Raises Missing for any other."""
    assert _guests is not None, "checks.configure() comes first"
    table: Any = DocumentCheck.__table__
    query = select(table.c.kind, table.c.number, table.c.issued_on, table.c.voided_on).where(
        table.c.tenant_id == realm.home().id, table.c.ticket_hash == _hash(ticket)
    )
    with _guests.connect() as connection:
        connection.execute(text("select portal.set_ticket(:hash)"), {"hash": _hash(ticket)})
        found = connection.execute(query).first()
    if found is None or found.kind not in kinds():
        raise Missing
    return Genuine(kinds()[found.kind], found.number, found.issued_on, found.voided_on)


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
