"""Entries, their words, and the head of each tenant's chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words
from tenants.bases import Owned, Private, owned_fk


class Entry(Owned):
    """One thing that was done, or was tried: the event says which (`account.failed`, `access.denied`).

    No free text: the bureau reads these.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "seq"),
        Index("ix_audit_entry_subject", "tenant_id", "subject_id", "seq"),
        Index("ix_audit_entry_at", "tenant_id", "at"),
    )
    append_only = True

    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    event: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    actor_role: Mapped[str]
    actor_place: Mapped[int] = mapped_column(BigInteger)  # another tenant for an act done from outside
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    subject_number: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    public: Mapped[bool]  # may be told to the consumer
    words_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the remark, so that the chain covers it
    request_id: Mapped[str]
    address: Mapped[str | None]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Remark(Private):
    """The words that belong to an entry: a note, a reason, minutes."""

    __tablename__ = "audit_remark"
    __table_args__ = (
        owned_fk("audit_entry", "entry_id"),
        UniqueConstraint("tenant_id", "entry_id"),
        Index("ix_audit_remark_subject", "tenant_id", "subject_id"),
    )
    append_only = True

    entry_id: Mapped[UUID]
    subject_id: Mapped[UUID | None]
    text: Mapped[Words]


class Head(Owned):
    """Where a tenant's chain stands; locked while entries are added, so that the chain has one order."""

    __tablename__ = "audit_head"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
