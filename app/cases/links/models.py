"""That two cases have to do with each other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from app.core.privacy import Words
from tenants.bases import Private, owned_fk


class CaseLink(Private):
    """What a case has to do with another one, as somebody put it on the first; the other one shows it too."""

    __tablename__ = "case_link"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("case_record", "other_id"),
        CheckConstraint("tie in ('dispute', 'consumer', 'merchant', 'follows', 'other')", name="tie"),
        CheckConstraint("other_id <> case_id", name="other_id"),
        Index(
            "ix_case_link_case", "tenant_id", "case_id", "other_id", unique=True, postgresql_where="removed_at is null"
        ),
        Index("ix_case_link_other", "tenant_id", "other_id"),
    )
    changes = ("removed_at",)

    case_id: Mapped[UUID]
    other_id: Mapped[UUID]
    tie: Mapped[str]
    why: Mapped[Words]
    linked_by_name: Mapped[str]
    linked_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
