"""The trail as a list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.accounts import queries as people
from app.audit import words
from app.audit.models import Entry
from app.core import clock
from app.core.listing import Filter, Listing, Order


def _events() -> list[tuple[str, Any]]:
    return sorted(words.EVENTS.items(), key=lambda pair: str(pair[1]))


def _people() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in people.named()]


def _beginning(day: date) -> datetime:
    return clock.at(day)


TRAIL = Listing(
    filters=[
        Filter("event", _l("Event"), lambda value: Entry.event == value, choices=_events),
        Filter("person", _l("Person"), lambda value: Entry.actor_id == value, choices=_people, parse=UUID),
        Filter("number", _l("File number"), lambda value: Entry.subject_number == value),
        Filter("since", _l("From date"), lambda day: Entry.at >= _beginning(day), parse=date.fromisoformat),
        Filter(
            "until", _l("To date"), lambda day: Entry.at < _beginning(day + timedelta(days=1)), parse=date.fromisoformat
        ),
    ],
    orders=[Order("newest", _l("Latest first"), (Entry.seq,), descending=True)],
)
