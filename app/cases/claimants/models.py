"""From how many on a signal is given, and what somebody has judged."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.core.privacy import Words
from tenants.bases import Private, Shared, owned_fk


class ClaimantRule(Shared):
    """A threshold: the city's, or a center's own in its place. Without a row it is what is usual."""

    __tablename__ = "claimant_rule"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("code in ('LC1', 'LC2', 'LC3', 'LC4', 'LC5')", name="code"),
        CheckConstraint("least between 1 and 1000", name="least"),
        CheckConstraint("days between 1 and 1100", name="days"),
    )
    changes = ("least", "days", "active", "version")

    code: Mapped[str]
    least: Mapped[int]
    days: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class ClaimantDecision(Private):
    """What somebody judged about a case in which there were signals, and why."""

    __tablename__ = "claimant_decision"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        CheckConstraint("verdict in ('consumer', 'doubtful', 'not_consumer')", name="verdict"),
        Index("ix_claimant_decision_case", "tenant_id", "case_id"),
    )
    append_only = True

    case_id: Mapped[UUID]
    signals: Mapped[list[str]] = mapped_column(ARRAY(Text))  # as they stood then
    verdict: Mapped[str]
    reason: Mapped[Words]
    decided_by: Mapped[UUID]
    decided_by_name: Mapped[str]
    decided_at: Mapped[datetime]
