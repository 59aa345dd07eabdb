"""Asking the index: hits are keys and dates; the rows behind them are read as the person who asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from app.search.bigrams import fold, query
from app.search.models import SearchDocument
from app.search.sql import NAME
from tenants import realm
from tenants.database import db

PAGE = 50

_FIND = text(
    f"select kind, subject_id, at from {NAME}"  # noqa: S608 (a constant)
    "(:kinds, :asked, :words, :only_open, :before_at, :before_id, :most)"
)


class Hit(NamedTuple):
    kind: str
    subject_id: UUID
    at: datetime


def find(
    words: str, kinds: Sequence[str], *, only_open: bool = False, before: Hit | None = None, limit: int = PAGE
) -> list[Hit]:
    """The subjects of these kinds that have all the words, newest first; `before` is the last hit of the page before.

    Of the tenant that the realm opens: its own, or under a grant the one that was called in.
    """
    asked = query(words)
    if not asked.tsquery:
        return []
    found = db.session.execute(
        _FIND,
        {
            "kinds": list(kinds),
            "asked": asked.tsquery,
            "words": asked.words,
            "only_open": only_open,
            "before_at": before.at if before else None,
            "before_id": before.subject_id if before else None,
            "most": limit,
        },
    )
    return [Hit(*row) for row in found]


def by_number(number: str, kinds: Sequence[str]) -> list[Hit]:
    """The subjects with exactly this number, written in any width or case."""
    folded = fold(number)
    if not folded:
        return []
    found = db.session.execute(
        select(SearchDocument.kind, SearchDocument.subject_id, SearchDocument.at)
        .where(
            SearchDocument.tenant_id == realm.current().opens,
            SearchDocument.number == folded,
            SearchDocument.kind.in_(kinds),
        )
        .order_by(SearchDocument.at.desc())
    )
    return [Hit(*row) for row in found]
