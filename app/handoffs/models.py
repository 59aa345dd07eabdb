"""A handoff between a sender and a receiver, and what lies with it: seen by both, by the bureau only as far as said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.privacy import Sealing, Words, mask_address, mask_id, mask_name, mask_phone, sealed
from app.core.states import State, states_check
from app.deadlines import ClockColumns
from app.files.models import StoredFile
from tenants.bases import Between, BetweenEntry, Owned, Private, owned_fk


class HandoffState(State):
    """Where it stands. The sender sets the first four, the receiver the others; the policy itself says so."""

    SENT = "sent", _l("To be signed for"), "warn"
    SENT_BACK = "sent_back", _l("Answer sent back"), "warn"
    CLOSED = "closed", _l("Closed"), "ok"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), ""
    SIGNED = "signed", _l("Signed for"), "blue"
    ACCEPTED = "accepted", _l("Taken up"), "blue"
    RETURNED = "returned", _l("Returned"), "red"
    ANSWERED = "answered", _l("Answered"), "ok"


SENDER_SETS = ("sent", "sent_back", "closed", "withdrawn")
RECEIVER_SETS = ("signed", "accepted", "returned", "answered")

# Who may note which step. The database holds to it, so a step meant for the other side cannot be written.
SENDER_STEPS = ("send", "resend", "send_back", "close", "withdraw")
RECEIVER_STEPS = ("sign", "accept", "return", "answer")
EITHER_STEPS = ("write",)


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Handoff(Between):
    """One piece of work that one organisation hands to another. The bureau reads this row: no personal data."""

    __tablename__ = "handoff"
    __table_args__ = (
        *Between.between_keys("handoff"),
        UniqueConstraint("sender_id", "number"),
        states_check(HandoffState, "status"),
        CheckConstraint("sender_id <> receiver_id", name="two"),
        Index("ix_handoff_received", "receiver_id", "status", "due_on", "id"),
        Index("ix_handoff_receiver", "receiver_id", "id"),
        Index("ix_handoff_sender", "sender_id", "id"),
        Index("ix_handoff_case", "sender_id", "sender_case_id"),
        Index("ix_handoff_sent_at", "sent_at", "id"),
    )
    sender_sets = SENDER_SETS
    receiver_sets = RECEIVER_SETS
    changes = (
        "status",
        "version",
        "returns",
        "sent_back_at",
        "signed_at",
        "decided_at",
        "answered_at",
        "ended_at",
        "due_on",
        "receiver_case_id",
        "receiver_case_number",
    )

    kind: Mapped[str]
    number: Mapped[str]  # ZB-2026-000207, the sender's own
    subject: Mapped[str]  # what it is about, without personal data
    ask: Mapped[str]  # what is asked, redacted
    wanted: Mapped[str] = mapped_column(default="", server_default="")  # the result that is hoped for
    summary: Mapped[str] = mapped_column(default="", server_default="")  # of the case, redacted
    legal_basis: Mapped[str] = mapped_column(default="", server_default="")
    contact: Mapped[str] = mapped_column(default="", server_default="")  # who answers questions there, by name
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")  # codes, amounts, merchant
    status: Mapped[str] = mapped_column(default=HandoffState.SENT.value)
    # Of the other side's tables, so without a key: in a cluster nothing here may point to an Owned row.
    sender_case_id: Mapped[UUID | None]
    sender_case_number: Mapped[str | None]
    receiver_case_id: Mapped[UUID | None]
    receiver_case_number: Mapped[str | None]
    sent_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]  # accepted or returned
    answered_at: Mapped[datetime | None]
    sent_back_at: Mapped[datetime | None]  # an answer is sent back once
    ended_at: Mapped[datetime | None]  # nothing more is due from anybody
    due_on: Mapped[date | None]  # of the clock that runs, whoever's it is
    returns: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    clocks: Mapped[list[HandoffClock]] = relationship(order_by="HandoffClock.started_on, HandoffClock.id")

    @property
    def state(self) -> HandoffState:
        return HandoffState(self.status)

    @property
    def clock(self) -> HandoffClock | None:
        """The one that runs now; the last that ended when none does."""
        running = [clock for clock in self.clocks if clock.is_open]
        return running[-1] if running else next(iter(reversed(self.clocks)), None)

    def side_of(self, tenant_id: int | None) -> str | None:
        """sender | receiver | None for anybody else."""
        return {self.sender_id: "sender", self.receiver_id: "receiver"}.get(tenant_id or 0)


class HandoffStep(BetweenEntry):
    """One step of either side, in the order of the exchange. Its words are redacted: the bureau reads them too."""

    __tablename__ = "handoff_step"
    __table_args__ = (
        BetweenEntry.parties_key(),
        CheckConstraint(
            f"(author_id = sender_id and step in ({_listed(SENDER_STEPS + EITHER_STEPS)})) or "
            f"(author_id = receiver_id and step in ({_listed(RECEIVER_STEPS + EITHER_STEPS)}))",
            name="side",
        ),
        Index("ix_handoff_step_handoff", "handoff_id", "at"),
    )

    step: Mapped[str]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str]
    drafted_by: Mapped[str] = mapped_column(default="", server_default="")  # the name of who drafted what was approved
    reason: Mapped[str] = mapped_column(default="", server_default="")  # a code
    text: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[datetime]


class _Confidential(BetweenEntry):
    """Not for the bureau; closed to the receiver once the sender has withdrawn it."""

    __abstract__ = True
    append_only = False
    confidential = True
    changes = ("open_to_receiver",)

    open_to_receiver: Mapped[bool] = mapped_column(default=True, server_default="true")


class HandoffMessage(_Confidential):
    """The whole words that were written with a step, for the two alone."""

    __tablename__ = "handoff_message"
    __table_args__ = (BetweenEntry.parties_key(), Index("ix_handoff_message_handoff", "handoff_id"))

    step_id: Mapped[UUID]
    text: Mapped[Words]


class HandoffFile(StoredFile, _Confidential):
    """A file in the packet, or one that came with an answer: bytes of its own in the store of the handoff."""

    __tablename__ = "handoff_file"
    __table_args__ = (BetweenEntry.parties_key(), Index("ix_handoff_file_handoff", "handoff_id"))

    step_id: Mapped[UUID]


class HandoffPersonal(Sealing, _Confidential):
    """The personal part of the packet: what the sender ticked, sealed anew for this handoff, and nothing beside it.

    A field that was shared masked stands in `masked`; a field that was not shared is not there at all.
    """

    __tablename__ = "handoff_personal"
    __table_args__ = (
        BetweenEntry.parties_key(),
        UniqueConstraint("sender_id", "handoff_id"),  # one packet, and nobody slips in a second
        CheckConstraint("author_id = sender_id", name="author"),
    )

    masked: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    story: Mapped[Words] = mapped_column(default="", server_default="")  # the consumer's own words
    demand: Mapped[Words] = mapped_column(default="", server_default="")
    name_sealed: Mapped[str | None]
    phone_sealed: Mapped[str | None]
    id_sealed: Mapped[str | None]
    address_sealed: Mapped[str | None]

    name = sealed("name_sealed", mask=mask_name)
    phone = sealed("phone_sealed", mask=mask_phone)
    id_number = sealed("id_sealed", mask=mask_id)
    address = sealed("address_sealed", mask=mask_address)


class HandoffDisclosure(BetweenEntry):
    """The ledger of what was given away: one row for each field and file, how much of it, and on what ground."""

    __tablename__ = "handoff_disclosure"
    __table_args__ = (
        BetweenEntry.parties_key(),
        CheckConstraint("author_id = sender_id", name="author"),
        CheckConstraint("what in ('field', 'file')", name="what"),
        CheckConstraint("extent in ('full', 'masked')", name="extent"),
        Index("ix_handoff_disclosure_handoff", "handoff_id"),
    )

    what: Mapped[str]
    code: Mapped[str]  # name | phone | …, or the key of the file
    extent: Mapped[str]
    ground: Mapped[str]  # the provision, and why it was needed; redacted
    by_id: Mapped[UUID | None]
    by_name: Mapped[str]
    at: Mapped[datetime]


class HandoffClock(ClockColumns, BetweenEntry):
    """A time limit on either side: the receiver's to sign for it and to answer, the sender's to look at the answer."""

    __tablename__ = "handoff_clock"
    __table_args__ = (
        BetweenEntry.parties_key(),
        Index("ix_handoff_clock_handoff", "handoff_id"),
        Index("ix_handoff_clock_started", "started_on", "code"),
    )
    append_only = False
    changes = ClockColumns.CHANGES
    SUBJECT: ClassVar[tuple[str, str]] = ("handoff_id", "handoff")

    # Whose time it is, by the code of the limit.
    HOLDERS: ClassVar[dict[str, str]] = {
        "sign": "receiver",
        "referral_answer": "receiver",
        "request_answer": "receiver",
        "return_handling": "sender",
        "answer_review": "sender",
    }

    @property
    def holder(self) -> str:
        """sender | receiver."""
        return self.HOLDERS.get(self.code, "receiver")


class DraftState(State):
    DRAFTED = "drafted", _l("In draft"), ""
    WAITING = "waiting", _l("Waits for approval"), "warn"
    REJECTED = "rejected", _l("Sent back to the drafter"), "red"
    SENT = "sent", _l("Sent out"), "ok"
    DISCARDED = "discarded", _l("Discarded"), ""


class HandoffDraft(Private):
    """A letter being prepared: what will be asked of whom and what will be shared. Nobody outside knows of it."""

    __tablename__ = "handoff_draft"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "number"),
        states_check(DraftState, "status"),
        Index("ix_handoff_draft_case", "tenant_id", "case_id"),
        Index("ix_handoff_draft_waiting", "tenant_id", "drafted_at", postgresql_where="status = 'waiting'"),
    )

    number: Mapped[str]  # of the draft; the handoff gets its own on being sent
    case_id: Mapped[UUID]
    case_number: Mapped[str]
    kind: Mapped[str]
    receiver_id: Mapped[int]
    subject: Mapped[str]
    ask: Mapped[Words]
    wanted: Mapped[Words] = mapped_column(default="", server_default="")
    legal_basis: Mapped[str] = mapped_column(default="", server_default="")
    fields: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")  # code -> full | masked
    need: Mapped[Words] = mapped_column(default="", server_default="")  # why the whole of a field is needed
    files: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")  # keys of the case's files
    status: Mapped[str] = mapped_column(default=DraftState.DRAFTED.value)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    drafted_by: Mapped[UUID]
    drafted_by_name: Mapped[str]
    drafted_at: Mapped[datetime]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    handoff_id: Mapped[UUID | None]  # what became of it

    @property
    def state(self) -> DraftState:
        return DraftState(self.status)


class HandoffEcho(Owned):
    """One step as one organisation knows it: its author's duty to tell it, or the other side's receipt for it.

    Without `done_at` the other side has not been told yet. The unique key lets it be heard only once, however often
    the job is tried.
    """

    __tablename__ = "handoff_echo"
    __table_args__ = (
        UniqueConstraint("tenant_id", "step_id"),
        Index("ix_handoff_echo_untold", "tenant_id", "made_at", postgresql_where="done_at is null"),
    )
    changes = ("done_at",)

    handoff_id: Mapped[UUID]
    step_id: Mapped[UUID]
    step: Mapped[str]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
