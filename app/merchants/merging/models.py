"""What was merged, with all that moved; and which entries are two merchants, though they look alike."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tenants.bases import Owned, owned_fk


class MerchantMerge(Owned):
    """That an entry was merged into another, and the keys of the rows that followed it: those go back when undone."""

    __tablename__ = "merchant_merge"
    __table_args__ = (
        owned_fk("merchant", "merchant_id"),
        owned_fk("merchant", "into_id"),
        Index(
            "ix_merchant_merge_merchant", "tenant_id", "merchant_id", unique=True, postgresql_where="undone_at is null"
        ),
        Index("ix_merchant_merge_into", "tenant_id", "into_id"),
    )
    changes = ("undone_at", "undone_by")

    merchant_id: Mapped[UUID]
    into_id: Mapped[UUID]
    cases: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    groups: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    interviews: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    commitments: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    merged_by: Mapped[UUID]
    merged_at: Mapped[datetime]
    undone_by: Mapped[UUID | None]
    undone_at: Mapped[datetime | None]


class MerchantApart(Owned):
    """Two entries, the smaller key first, that somebody found to be two merchants: they are not proposed again."""

    __tablename__ = "merchant_apart"
    __table_args__ = (
        owned_fk("merchant", "first_id"),
        owned_fk("merchant", "second_id"),
        UniqueConstraint("tenant_id", "first_id", "second_id"),
    )
    append_only = True

    first_id: Mapped[UUID]
    second_id: Mapped[UUID]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
