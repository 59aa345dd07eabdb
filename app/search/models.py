"""The staff search document: one per case, handoff or merchant, private like the texts it is made of."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, desc
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words
from app.search.sql import FUNCTION
from tenants import audit
from tenants.bases import Private

audit.BODIES.update(audit.bodies(FUNCTION))  # the one function that is not bound by the walls, word for word


class SearchDocument(Private):
    """What can be found of one subject. Its index on `tsv` depends on the server: `sql.index()` makes it."""

    __tablename__ = "search_document"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "subject_id"),
        Index("ix_search_document_newest", "tenant_id", desc("at"), desc("subject_id")),
        Index("ix_search_document_number", "tenant_id", "number"),
    )
    removable = True
    searched = True

    kind: Mapped[str]
    subject_id: Mapped[UUID]
    number: Mapped[str]
    at: Mapped[datetime]  # when the subject came in: the order of the hits
    is_open: Mapped[bool] = mapped_column(default=True)
    folded: Mapped[Words]  # what longer words are compared with
    tsv: Mapped[Words] = mapped_column(TSVECTOR)
