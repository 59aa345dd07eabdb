"""What each of those who complain together got of what was paid."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words
from tenants.bases import Private, owned_fk


class CaseShare(Private):
    """What somebody got of an instalment, to the fen, in yuan; what does not count any more stays, with the day.

    As a rule an instalment is shared out among all of whom something is open. `alone`: it was paid to this one.
    """

    __tablename__ = "case_share"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("case_party", "party_id"),
        owned_fk("mediation_instalment", "instalment_id"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_case_share_case", "tenant_id", "case_id"),
    )
    changes = ("voided_at", "void_reason")

    case_id: Mapped[UUID]
    party_id: Mapped[UUID]
    instalment_id: Mapped[UUID]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    paid_on: Mapped[date]
    alone: Mapped[bool] = mapped_column(default=False, server_default="false")
    evidence: Mapped[Words] = mapped_column(default="", server_default="")  # of what was paid to one alone
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[Words] = mapped_column(default="", server_default="")
