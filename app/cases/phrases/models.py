"""Words that are written again and again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words
from tenants.bases import Private, owned_fk


class Phrase(Private):
    """A phrase of the center, or of one person who alone reads it. It names nobody: the case does, by its variables."""

    __tablename__ = "phrase"
    __table_args__ = (
        owned_fk("person", "owner_id"),
        Index("ix_phrase_owner", "tenant_id", "owner_id", "position"),
    )
    changes = ("title", "place", "words", "position", "active", "version")

    owner_id: Mapped[UUID | None]  # nobody's own is the center's
    title: Mapped[Words]
    place: Mapped[str] = mapped_column(default="any", server_default="any")  # a step of a case, note, or any
    words: Mapped[Words]
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
