"""An investigation of a case and what belongs to it. All of it is the center's own: it holds what people said."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words
from app.core.states import State, states_check
from app.files.models import StoredFile
from tenants.bases import Private, owned_fk


class InvestigationState(State):
    OPEN = "open", lazy_pgettext("investigation", "Waits for approval"), "warn"
    DECLINED = "declined", lazy_pgettext("investigation", "Not approved"), "red"
    UNDER_WAY = "under_way", lazy_pgettext("investigation", "Under way"), "blue"
    CONCLUDED = "concluded", lazy_pgettext("investigation", "Concluded"), "ok"


class Scope(State):
    """Why a case is looked into more closely than others."""

    MAJOR = "major", _l("A major matter")
    COMPLEX = "complex", _l("A complex matter")
    CROSS_COUNTY = "cross_county", _l("Across counties")


class Conclusion(State):
    CONFIRMED = "confirmed", _l("Confirmed"), "red"
    PARTLY = "partly", _l("Confirmed in part"), "warn"
    NOT_CONFIRMED = "not_confirmed", _l("Not confirmed"), "ok"
    UNDECIDED = "undecided", _l("Could not be found out"), ""


class Custody(State):
    """What happens to a piece of evidence: who has it, whether it is under seal."""

    RECEIVED = "received", lazy_pgettext("custody", "Received")
    HANDED = "handed", _l("Handed over")
    SEALED = "sealed", _l("Put under seal")
    UNSEALED = "unsealed", _l("Seal opened")
    RETURNED = "returned", _l("Given back")


class OrderState(State):
    ORDERED = "ordered", _l("Ordered"), "warn"
    RECEIVED = "received", lazy_pgettext("appraisal", "Report received"), "ok"
    CANCELLED = "cancelled", lazy_pgettext("appraisal", "Called off"), ""


class Investigation(Private):
    """The investigation of a case: there is at most one, which may be taken up again."""

    __tablename__ = "investigation"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id"),
        states_check(InvestigationState, "status"),
        states_check(Scope, "scope"),
        states_check(Conclusion, "conclusion"),
    )

    case_id: Mapped[UUID]
    scope: Mapped[str]
    reason: Mapped[Words]
    status: Mapped[str] = mapped_column(default=InvestigationState.OPEN.value)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    opened_by: Mapped[UUID]
    opened_by_name: Mapped[str]
    opened_at: Mapped[datetime]
    approved_by_name: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    conclusion: Mapped[str | None]
    findings: Mapped[Words] = mapped_column(default="", server_default="")
    concluded_at: Mapped[datetime | None]

    @property
    def state(self) -> InvestigationState:
        return InvestigationState(self.status)


class InvestigationPoint(Private):
    """A point of the plan: what is to be found out, by whom, until when, and what came of it."""

    __tablename__ = "investigation_point"
    __table_args__ = (
        owned_fk("investigation", "investigation_id"),
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "investigation_id", "ordinal"),
        Index("ix_investigation_point_due", "tenant_id", "due_on", postgresql_where="done_on is null"),
    )
    changes = ("done_on", "result")

    investigation_id: Mapped[UUID]
    ordinal: Mapped[int]
    text: Mapped[Words]
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    result: Mapped[Words] = mapped_column(default="", server_default="")


class InvestigationVisit(Private):
    """A visit: where, when, who went, what was found."""

    __tablename__ = "investigation_visit"
    __table_args__ = (
        owned_fk("investigation", "investigation_id"),
        UniqueConstraint("tenant_id", "investigation_id", "ordinal"),
    )
    append_only = True

    investigation_id: Mapped[UUID]
    ordinal: Mapped[int]
    visited_at: Mapped[datetime]
    place: Mapped[Words]
    present: Mapped[Words]
    findings: Mapped[Words]
    noted_by: Mapped[UUID]
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]


class EvidenceItem(Private):
    """A piece of evidence, a thing or a file; where it is now says the last line of its custody."""

    __tablename__ = "evidence_item"
    __table_args__ = (
        owned_fk("investigation", "investigation_id"),
        UniqueConstraint("tenant_id", "investigation_id", "ordinal"),
    )
    append_only = True

    investigation_id: Mapped[UUID]
    ordinal: Mapped[int]
    title: Mapped[Words]
    source: Mapped[Words]  # whom or where it is from
    taken_on: Mapped[date]
    noted_by: Mapped[UUID]
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]


class EvidenceItemFile(StoredFile, Private):
    """The file that a piece of evidence is. Its SHA-256 was taken on the way in; nobody can change or remove it."""

    __tablename__ = "evidence_item_file"
    __table_args__ = (owned_fk("evidence_item", "item_id"), UniqueConstraint("tenant_id", "item_id"))
    append_only = True

    item_id: Mapped[UUID]


class EvidenceCustody(Private):
    """A line of the chain of custody: who has it from that day on, or what was done to its seal."""

    __tablename__ = "evidence_custody"
    __table_args__ = (
        owned_fk("evidence_item", "item_id"),
        UniqueConstraint("tenant_id", "item_id", "ordinal"),
        states_check(Custody, "act"),
    )
    append_only = True

    item_id: Mapped[UUID]
    ordinal: Mapped[int]
    act: Mapped[str]
    holder: Mapped[Words]
    moved_on: Mapped[date]
    note: Mapped[Words] = mapped_column(default="", server_default="")
    noted_by: Mapped[UUID]
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]

    @property
    def state(self) -> Custody:
        return Custody(self.act)


class Appraisal(Private):
    """An order for testing or appraisal. While one is out, the limit for mediation stands still on its number."""

    __tablename__ = "appraisal"
    __table_args__ = (
        owned_fk("investigation", "investigation_id"),
        owned_fk("case_document", "document_id"),
        UniqueConstraint("tenant_id", "investigation_id", "ordinal"),
        states_check(OrderState, "status"),
    )
    changes = ("status", "ended_on", "result")

    investigation_id: Mapped[UUID]
    document_id: Mapped[UUID]  # the order as it was issued
    ordinal: Mapped[int]
    number: Mapped[str]  # of that document: the ground of the pause
    laboratory: Mapped[Words]
    tested: Mapped[Words]
    ordered_on: Mapped[date]
    answer_by: Mapped[date]
    status: Mapped[str] = mapped_column(default=OrderState.ORDERED.value)
    paused: Mapped[bool]  # whether it stopped a limit, or there was none to stop
    ended_on: Mapped[date | None]  # report received, or called off
    result: Mapped[Words] = mapped_column(default="", server_default="")

    @property
    def state(self) -> OrderState:
        return OrderState(self.status)


class Recommendation(Private):
    """A letter that recommends something to a regulator: to a department of the city as a request, else on paper."""

    __tablename__ = "recommendation"
    __table_args__ = (
        owned_fk("investigation", "investigation_id"),
        owned_fk("handoff_draft", "letter_id"),
        owned_fk("case_document", "document_id"),
        UniqueConstraint("tenant_id", "investigation_id", "ordinal"),
        CheckConstraint("letter_id is null or document_id is null", name="way"),
        Index("ix_recommendation_due", "tenant_id", "due_on", postgresql_where="answered_on is null"),
    )
    changes = ("answered_on", "answer")

    investigation_id: Mapped[UUID]
    ordinal: Mapped[int]
    receiver: Mapped[str]  # an authority, by name
    advice: Mapped[Words]
    letter_id: Mapped[UUID | None]
    document_id: Mapped[UUID | None]
    due_on: Mapped[date]
    answered_on: Mapped[date | None]
    answer: Mapped[Words] = mapped_column(default="", server_default="")
    noted_by: Mapped[UUID]
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]
