"""Who mediates, where and when; what was offered, agreed and performed. All of it is the county's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from flask_babel import lazy_pgettext
from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.expression import text
from sqlalchemy.types import Text

from app.accounts.models import Person
from app.core.privacy import Sealing, Words, mask_phone, sealed
from app.core.states import State, states_check
from app.files.models import StoredFile
from tenants.bases import Private, owned_fk, owned_to


class SessionState(State):
    PLANNED = "planned", lazy_pgettext("session", "Planned"), "blue"
    HELD = "held", lazy_pgettext("session", "Held"), "ok"
    CANCELLED = "cancelled", lazy_pgettext("session", "Cancelled"), ""


class Mediator(Sealing, Private):
    """Somebody who may mediate: one of the center's people, a person it has entrusted, or a body."""

    __tablename__ = "mediator"
    __table_args__ = (
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "person_id"),
        CheckConstraint("kind in ('person', 'body', 'inside')", name="kind"),
        CheckConstraint("(kind = 'inside') = (person_id is not null)", name="person"),
    )

    kind: Mapped[str]
    person_id: Mapped[UUID | None]
    name: Mapped[str]
    office: Mapped[str] = mapped_column(default="", server_default="")  # where an entrusted person comes from
    speciality: Mapped[str] = mapped_column(default="", server_default="")
    contract: Mapped[Words] = mapped_column(default="", server_default="")  # the paper by which they were entrusted
    until: Mapped[date | None]  # how long
    phone_sealed: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    phone = sealed("phone_sealed", mask=mask_phone, kind="phone")

    @property
    def held_as(self) -> UUID:
        """By what a session holds them: one of the center's people is the same person when taking the minutes."""
        return self.person_id or self.id


class MediationRoom(Private):
    """A room in which sessions are held."""

    __tablename__ = "mediation_room"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    place: Mapped[str] = mapped_column(default="", server_default="")
    seats: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class MediationSession(Private):
    """A meeting of the two sides of a case: planned, held with its minutes, or cancelled."""

    __tablename__ = "mediation_session"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("mediation_room", "room_id"),
        owned_fk("person", "recorder_id"),
        UniqueConstraint("tenant_id", "case_id", "ordinal"),
        states_check(SessionState, "status"),
        CheckConstraint("way in ('site', 'phone', 'online', 'room')", name="way"),
        CheckConstraint("(way = 'room') = (room_id is not null)", name="room"),
        CheckConstraint("lasts > 0", name="lasts"),
        Index("ix_mediation_session_starts", "tenant_id", "starts_at"),
    )

    case_id: Mapped[UUID]
    ordinal: Mapped[int]  # the first, the second … of the case
    status: Mapped[str] = mapped_column(default=SessionState.PLANNED.value)
    starts_at: Mapped[datetime]
    lasts: Mapped[int]  # minutes
    way: Mapped[str]
    room_id: Mapped[UUID | None]
    place: Mapped[Words] = mapped_column(default="", server_default="")  # where, when it is no room of ours
    recorder_id: Mapped[UUID | None]
    consumers: Mapped[Words] = mapped_column(default="", server_default="")  # who comes for the consumer
    merchants: Mapped[Words] = mapped_column(default="", server_default="")  # and for the business
    came: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")  # consumer, merchant
    minutes: Mapped[Words] = mapped_column(default="", server_default="")
    arranged_by_name: Mapped[str]
    arranged_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    room: Mapped[MediationRoom | None] = owned_to("MediationRoom", "MediationSession.room_id")
    recorder: Mapped[Person | None] = owned_to("Person", "MediationSession.recorder_id")
    seats: Mapped[list[MediationSeat]] = relationship(
        primaryjoin="and_(MediationSession.id == foreign(MediationSeat.session_id), "
        "MediationSession.tenant_id == MediationSeat.tenant_id)",
        order_by="MediationSeat.presides.desc(), MediationSeat.id",
        viewonly=True,
    )

    @property
    def state(self) -> SessionState:
        return SessionState(self.status)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.lasts)

    @property
    def mediators(self) -> list[Mediator]:
        """Whoever presides first."""
        return [seat.mediator for seat in self.seats]


class MediationSeat(Private):
    """A mediator at a session."""

    __tablename__ = "mediation_seat"
    __table_args__ = (
        owned_fk("mediation_session", "session_id"),
        owned_fk("mediator", "mediator_id"),
        UniqueConstraint("tenant_id", "session_id", "mediator_id"),
    )
    append_only = True
    removable = True

    session_id: Mapped[UUID]
    mediator_id: Mapped[UUID]
    presides: Mapped[bool]

    mediator: Mapped[Mediator] = owned_to("Mediator", "MediationSeat.mediator_id")


def one_value(of: str) -> TextClause:
    """A range of one value: ranges are compared by GiST as it is, where `=` would need an extension."""
    return text(f"int8range({of}, {of}, '[]')")


class MediationBooking(Private):
    """The time for which a planned session holds its room, one of its people, its case, or who complains in it.

    Two that hold the same and overlap cannot both be there. `held` is the key of whatever it is, and only compared.
    """

    __tablename__ = "mediation_booking"
    __table_args__ = (
        owned_fk("mediation_session", "session_id"),
        ExcludeConstraint(
            (one_value("tenant_id"), "&&"),
            (one_value("uuid_hash_extended(held, 0)"), "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex_mediation_booking",
        ),
        Index("ix_mediation_booking_session", "tenant_id", "session_id"),
    )
    append_only = True
    removable = True

    session_id: Mapped[UUID]
    held: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class MediationRecusal(Private):
    """That a mediator was to keep out of a case, by whom and why; once granted, they sit in none of its sessions."""

    __tablename__ = "mediation_recusal"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("mediator", "mediator_id"),
        CheckConstraint("asked_by in ('consumer', 'merchant', 'mediator', 'center')", name="asked_by"),
        Index("ix_mediation_recusal_case", "tenant_id", "case_id"),
    )
    append_only = True

    case_id: Mapped[UUID]
    mediator_id: Mapped[UUID]
    asked_by: Mapped[str]
    reason: Mapped[Words]
    granted: Mapped[bool]
    decided_by_name: Mapped[str]
    decided_at: Mapped[datetime]

    mediator: Mapped[Mediator] = owned_to("Mediator", "MediationRecusal.mediator_id")


class MediationFeed(Private):
    """A sealed link to one person's sessions, for a calendar that cannot sign in. Only the hash of it is kept."""

    __tablename__ = "mediation_feed"
    __table_args__ = (
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "person_id"),
        UniqueConstraint("tenant_id", "ticket_hash"),
    )
    removable = True

    person_id: Mapped[UUID]
    ticket_hash: Mapped[str]
    made_at: Mapped[datetime]


# What is offered, and what became of what was agreed -----------------------------------------------------------------


class MediationOffer(Private):
    """A claim or an offer in the course of mediation: by whom, in which round, how much, and in which words."""

    __tablename__ = "mediation_offer"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id", "ordinal"),
        CheckConstraint("side in ('consumer', 'merchant', 'mediator')", name="side"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("round > 0", name="round"),
    )
    append_only = True

    case_id: Mapped[UUID]
    ordinal: Mapped[int]
    round: Mapped[int]
    side: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # yuan; none where something else is offered
    words: Mapped[Words] = mapped_column(default="", server_default="")
    said_on: Mapped[date]
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]


class InstalmentState(State):
    DUE = "due", lazy_pgettext("instalment", "To be performed"), "blue"
    DONE = "done", lazy_pgettext("instalment", "Performed"), "ok"
    FAILED = "failed", lazy_pgettext("instalment", "Not performed"), "red"
    REPLACED = "replaced", lazy_pgettext("instalment", "Replaced"), ""  # by an amendment, or by a later agreement


class Instalment(Private):
    """What of an agreement is to be performed by a day; without an amount, something is to be done."""

    __tablename__ = "mediation_instalment"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("case_agreement", "agreement_id"),
        states_check(InstalmentState, "status"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("covered >= 0", name="covered"),
        CheckConstraint("(status = 'done') = (performed_on is not null)", name="performed_on"),
        Index("ix_mediation_instalment_due", "tenant_id", "due_on", postgresql_where="status = 'due'"),
        # What was replaced keeps its place beside what replaced it.
        Index(
            "ix_mediation_instalment_ordinal",
            "tenant_id",
            "agreement_id",
            "ordinal",
            unique=True,
            postgresql_where="status <> 'replaced'",
        ),
    )

    case_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    ordinal: Mapped[int]
    due_on: Mapped[date]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # yuan
    covered: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=0, server_default="0")  # by payments beside it
    words: Mapped[Words] = mapped_column(default="", server_default="")
    status: Mapped[str] = mapped_column(default=InstalmentState.DUE.value)
    performed_on: Mapped[date | None]
    remark: Mapped[Words] = mapped_column(default="", server_default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def state(self) -> InstalmentState:
        return InstalmentState(self.status)

    @property
    def paid(self) -> Decimal:
        """All of it once it was performed, else what payments to a group, or to one of many, have covered."""
        return (self.amount or Decimal()) if self.status == InstalmentState.DONE else self.covered

    @property
    def owed(self) -> Decimal:
        """What is still to be paid of it; nothing of what was replaced."""
        return Decimal() if self.status == InstalmentState.REPLACED else (self.amount or Decimal()) - self.paid

    def is_late(self, today: date) -> bool:
        return self.status == InstalmentState.DUE and self.due_on < today


class InstalmentProof(StoredFile, Private):
    """A paper that shows that an instalment was performed: a receipt, a transfer, a photograph."""

    __tablename__ = "mediation_proof"
    __table_args__ = (
        owned_fk("mediation_instalment", "instalment_id"),
        Index("ix_mediation_proof_instalment", "tenant_id", "instalment_id"),
    )

    instalment_id: Mapped[UUID]
    added_at: Mapped[datetime]


class ConfirmationState(State):
    OPEN = "open", lazy_pgettext("confirmation", "May be applied for"), "blue"
    APPLIED = "applied", lazy_pgettext("confirmation", "Applied for"), "warn"
    CONFIRMED = "confirmed", lazy_pgettext("confirmation", "Confirmed by the court"), "ok"
    DECLINED = "declined", lazy_pgettext("confirmation", "Not confirmed"), "red"


class Confirmation(Private):
    """The judicial confirmation of an agreement: since when it is in force, and what became of the application."""

    __tablename__ = "mediation_confirmation"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("case_agreement", "agreement_id"),
        UniqueConstraint("tenant_id", "agreement_id"),
        states_check(ConfirmationState, "status"),
    )

    case_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    effective_on: Mapped[date]
    status: Mapped[str] = mapped_column(default=ConfirmationState.OPEN.value)
    court: Mapped[str] = mapped_column(default="", server_default="")
    reference: Mapped[str] = mapped_column(default="", server_default="")  # of the court
    applied_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def state(self) -> ConfirmationState:
        return ConfirmationState(self.status)
