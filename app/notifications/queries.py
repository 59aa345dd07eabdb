"""Notices of a person."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from app.accounts.models import Person
from app.core.listing import Filter, Listing, Order, capped
from app.notifications.models import Notice

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


def unread(of: Person) -> int:
    """How many notices wait, counted no further than MOST + 1: one statement on a partial index."""
    waiting = select(Notice.id).where(
        Notice.tenant_id == of.tenant_id, Notice.person_id == of.id, Notice.read_at.is_(None)
    )
    return capped(waiting, MOST)
