"""Writing search documents: the verb that writes a text writes its document beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.search.bigrams import document, fold
from app.search.models import SearchDocument
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db

BATCH = 500


@dataclass(frozen=True)
class Document:
    """What can be found of one subject: `texts` are searched, `at` orders the hits."""

    kind: str
    subject_id: UUID
    number: str
    at: datetime
    texts: tuple[str | None, ...]
    is_open: bool = True


def index(*documents: Document) -> None:
    """Write documents of this realm's tenant, in place of older ones of the same subjects."""
    if not documents:
        return
    rows = [row(written) for written in documents]
    added = insert(SearchDocument)
    changed = {name: added.excluded[name] for name in ("number", "at", "is_open", "folded", "tsv")}
    db.session.execute(
        added.on_conflict_do_update(index_elements=["tenant_id", "kind", "subject_id"], set_=changed), rows
    )


def row(written: Document) -> dict[str, Any]:
    """A document as it is stored, for this realm's tenant."""
    # The number is a word like any other, so that typing it into the one box finds its subject.
    folded = fold(" ".join(filter(None, (written.number, *written.texts))))
    return {
        "tenant_id": realm.current().writes,
        "id": uuid7(),
        "kind": written.kind,
        "subject_id": written.subject_id,
        "number": fold(written.number),
        "at": written.at,
        "is_open": written.is_open,
        "folded": folded,
        "tsv": document(folded),
    }


def remove(kind: str, *subject_ids: UUID) -> None:
    """Take subjects out of the search."""
    db.session.execute(
        delete(SearchDocument).where(
            SearchDocument.tenant_id == realm.current().writes,
            SearchDocument.kind == kind,
            SearchDocument.subject_id.in_(subject_ids),
        )
    )


Source = Callable[[], Iterable[Document]]
_sources: dict[str, Source] = {}


def source(kind: str) -> Callable[[Source], Source]:
    """Declare where the documents of a kind come from: `@source("case")` over a function that yields them all."""

    def declare(yields: Source) -> Source:
        _sources[kind] = yields
        return yields

    return declare


def rebuild() -> int:
    """Write every document of this realm's tenant anew from its source, and drop what no source knows; how many."""
    tenant = realm.current().writes
    count = 0
    for kind, yields in _sources.items():
        known: set[UUID] = set()
        documents = iter(yields())
        while batch := tuple(islice(documents, BATCH)):
            index(*batch)
            known.update(written.subject_id for written in batch)
        stored = db.session.scalars(
            select(SearchDocument.subject_id).where(SearchDocument.tenant_id == tenant, SearchDocument.kind == kind)
        )
        remove(kind, *(set(stored) - known))
        count += len(known)
    return count
