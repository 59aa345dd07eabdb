"""Interviews of a merchant and what it has undertaken to do."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_pgettext
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Person
from app.cases.models import Case
from app.core.privacy import Words
from app.core.states import State, states_check
from tenants.bases import Private, owned_fk, owned_to


class InterviewState(State):
    CALLED = "called", lazy_pgettext("interview", "Called in"), "blue"
    HELD = "held", lazy_pgettext("interview", "Held"), "ok"
    CANCELLED = "cancelled", lazy_pgettext("interview", "Cancelled"), ""


class CommitmentState(State):
    OPEN = "open", lazy_pgettext("commitment", "To be kept"), "blue"
    KEPT = "kept", lazy_pgettext("commitment", "Kept"), "ok"
    BROKEN = "broken", lazy_pgettext("commitment", "Not kept"), "red"


class MerchantInterview(Private):
    """A merchant is called in to answer for what keeps coming: what about, when, who came, what was said."""

    __tablename__ = "merchant_interview"
    __table_args__ = (
        owned_fk("merchant", "merchant_id"),
        owned_fk("case_record", "case_id"),
        states_check(InterviewState, "status"),
        Index("ix_merchant_interview_merchant", "tenant_id", "merchant_id", "held_at"),
    )

    merchant_id: Mapped[UUID]
    case_id: Mapped[UUID | None]  # whose file its papers lie in
    status: Mapped[str] = mapped_column(default=InterviewState.CALLED.value)
    held_at: Mapped[datetime]  # or is to be
    place: Mapped[Words]
    about: Mapped[Words]
    present: Mapped[Words] = mapped_column(default="", server_default="")
    minutes: Mapped[Words] = mapped_column(default="", server_default="")
    called_by: Mapped[UUID]
    called_by_name: Mapped[str]
    called_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    case: Mapped[Case | None] = owned_to("Case", "MerchantInterview.case_id")

    @property
    def state(self) -> InterviewState:
        return InterviewState(self.status)


class MerchantCommitment(Private):
    """What a merchant has undertaken, by which day, and whether it kept its word."""

    __tablename__ = "merchant_commitment"
    __table_args__ = (
        owned_fk("merchant", "merchant_id"),
        owned_fk("merchant_interview", "interview_id"),
        owned_fk("person", "watched_by"),
        states_check(CommitmentState, "status"),
        Index("ix_merchant_commitment_merchant", "tenant_id", "merchant_id", "due_on"),
        Index("ix_merchant_commitment_due", "tenant_id", "due_on", "id", postgresql_where="status = 'open'"),
    )

    merchant_id: Mapped[UUID]
    interview_id: Mapped[UUID | None]  # in which it was given
    status: Mapped[str] = mapped_column(default=CommitmentState.OPEN.value)
    promise: Mapped[Words]
    due_on: Mapped[date]
    checked_on: Mapped[date | None]
    result: Mapped[Words] = mapped_column(default="", server_default="")
    watched_by: Mapped[UUID]
    noted_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    watcher: Mapped[Person] = owned_to("Person", "MerchantCommitment.watched_by")

    @property
    def state(self) -> CommitmentState:
        return CommitmentState(self.status)
