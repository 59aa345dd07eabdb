"""A group, its members with their line of the ledger, what is written once for all, the plan, and what was paid.

By which day each is paid stands in the instalments of their own settlement, as in any other case.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.models import Case
from app.core.privacy import Words
from app.files.models import StoredFile
from app.merchants.models import Merchant
from tenants.bases import Owned, Private, owned_fk, owned_to


class CaseGroup(Owned):
    """Many consumers against one merchant. Nothing here tells who they are."""

    __tablename__ = "case_group"
    __table_args__ = (
        owned_fk("merchant", "merchant_id"),
        UniqueConstraint("tenant_id", "number"),
        Index("ix_case_group_newest", "tenant_id", "opened_at", "id"),
    )

    number: Mapped[str]  # G2026-000012
    title: Mapped[str]
    merchant_id: Mapped[UUID | None]
    merchant_name: Mapped[str]
    opened_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    merchant: Mapped[Merchant | None] = owned_to("Merchant", "CaseGroup.merchant_id")


class GroupMember(Private):
    """A case in a group, its line of the ledger, in yuan, and what it answered to the plan.

    Who does not consent stays in the group and open: that case is mediated by itself.
    """

    __tablename__ = "group_member"
    __table_args__ = (
        owned_fk("case_group", "group_id"),
        owned_fk("case_record", "case_id"),
        owned_fk("group_plan", "plan_id"),
        CheckConstraint("claimed >= 0 and offered >= 0 and agreed >= 0", name="amounts"),
        Index("ix_group_member_case", "tenant_id", "case_id", unique=True, postgresql_where="left_at is null"),
        Index("ix_group_member_group", "tenant_id", "group_id"),
    )

    group_id: Mapped[UUID]
    case_id: Mapped[UUID]
    claimed: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    offered: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    agreed: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    consented: Mapped[bool | None]  # none before they were asked
    answered_on: Mapped[date | None]
    plan_id: Mapped[UUID | None]  # by which their instalments were made, once settled
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    case: Mapped[Case] = owned_to("Case", "GroupMember.case_id")


class GroupNote(Private):
    """A fact or a finding that holds for all members, written once."""

    __tablename__ = "group_note"
    __table_args__ = (
        owned_fk("case_group", "group_id"),
        CheckConstraint("kind in ('fact', 'finding')", name="kind"),
        Index("ix_group_note_group", "tenant_id", "group_id"),
    )
    append_only = True

    group_id: Mapped[UUID]
    kind: Mapped[str]
    text: Mapped[Words]
    written_by_name: Mapped[str]
    written_at: Mapped[datetime]


class GroupFile(StoredFile, Private):
    """A paper that holds for all members."""

    __tablename__ = "group_file"
    __table_args__ = (owned_fk("case_group", "group_id"), Index("ix_group_file_group", "tenant_id", "group_id"))
    append_only = True

    group_id: Mapped[UUID]
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]


class GroupPlan(Private):
    """One framework for all: the words of the agreement, and by which days each is paid what was agreed with them.

    The newest stands. Those before it stay, for somebody may have settled on them; an amendment says why.
    """

    __tablename__ = "group_plan"
    __table_args__ = (
        owned_fk("case_group", "group_id"),
        CheckConstraint("count between 1 and 36 and months between 1 and 12", name="days"),
        Index("ix_group_plan_group", "tenant_id", "group_id"),
    )
    append_only = True

    group_id: Mapped[UUID]
    terms: Mapped[Words]
    count: Mapped[int]  # of instalments
    first_on: Mapped[date]
    months: Mapped[int]  # between two of them
    reason: Mapped[Words] = mapped_column(default="", server_default="")  # of an amendment
    written_by_name: Mapped[str]
    written_at: Mapped[datetime]

    @property
    def days(self) -> list[date]:
        """By which the instalments are due."""
        return [months_after(self.first_on, n * self.months) for n in range(self.count)]


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class GroupPayment(Private):
    """A sum that the merchant paid for all of them; its shares say who got what."""

    __tablename__ = "group_payment"
    __table_args__ = (
        owned_fk("case_group", "group_id"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_group_payment_group", "tenant_id", "group_id"),
    )
    changes = ("voided_at", "void_reason")

    group_id: Mapped[UUID]
    paid_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    evidence: Mapped[Words] = mapped_column(default="", server_default="")  # the receipt, and where it is
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[Words] = mapped_column(default="", server_default="")


class GroupProof(StoredFile, Private):
    """A paper that shows a payment to many: it may name them all, and goes into the file of none."""

    __tablename__ = "group_proof"
    __table_args__ = (
        owned_fk("group_payment", "payment_id"),
        Index("ix_group_proof_payment", "tenant_id", "payment_id"),
    )
    append_only = True

    payment_id: Mapped[UUID]
    added_at: Mapped[datetime]


class GroupShare(Private):
    """What a payment covers of an instalment of one member, to the fen."""

    __tablename__ = "group_payment_share"
    __table_args__ = (
        owned_fk("group_payment", "payment_id"),
        owned_fk("mediation_instalment", "instalment_id"),
        CheckConstraint("amount >= 0", name="amount"),
        UniqueConstraint("tenant_id", "payment_id", "instalment_id"),
        Index("ix_group_payment_share_instalment", "tenant_id", "instalment_id"),
    )
    append_only = True

    payment_id: Mapped[UUID]
    instalment_id: Mapped[UUID]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))


class GroupBatch(Private):
    """One form for all members."""

    __tablename__ = "group_batch"
    __table_args__ = (owned_fk("case_group", "group_id"), Index("ix_group_batch_group", "tenant_id", "group_id"))
    append_only = True

    group_id: Mapped[UUID]
    kind: Mapped[str]
    begun_by: Mapped[UUID]
    begun_by_name: Mapped[str]
    begun_at: Mapped[datetime]


class GroupBatchRow(Private):
    """What became of the form for one member."""

    __tablename__ = "group_batch_row"
    __table_args__ = (
        owned_fk("group_batch", "batch_id"),
        owned_fk("case_record", "case_id"),
        owned_fk("case_document", "paper_id"),
        CheckConstraint("status in ('waiting', 'drafted', 'done', 'refused')", name="status"),
        Index("ix_group_batch_row_batch", "tenant_id", "batch_id"),
    )
    changes = ("status", "why")

    batch_id: Mapped[UUID]
    case_id: Mapped[UUID]
    paper_id: Mapped[UUID | None]
    status: Mapped[str]
    why: Mapped[Words] = mapped_column(default="", server_default="")  # of a refusal

    case: Mapped[Case] = owned_to("Case", "GroupBatchRow.case_id")
