"""A case, and what belongs to it behind the county's own door."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Computed,
    Date,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship
from sqlalchemy.types import Text

from app.accounts.models import Person
from app.core.privacy import Sealing, Words, mask_account, mask_address, mask_id, mask_name, mask_phone, sealed
from app.core.states import State, states_check
from app.deadlines import ClockColumns
from app.files.models import StoredFile
from app.merchants.models import Merchant
from app.workflow import DraftColumns
from tenants.bases import Owned, Private, Shared, owned_fk, owned_to


class CaseState(State):
    LODGED = "lodged", lazy_pgettext("case", "Awaiting triage"), "warn"
    ACCEPTED = "accepted", lazy_pgettext("case", "Accepted"), "blue"
    MEDIATING = "mediating", lazy_pgettext("case", "In mediation"), "blue"
    SETTLED = "settled", lazy_pgettext("case", "Settled"), "ok"
    ENDED = "ended", lazy_pgettext("case", "Mediation ended"), "warn"
    REFUSED = "refused", lazy_pgettext("case", "Refused"), "red"
    REFERRED = "referred", lazy_pgettext("case", "Referred"), ""
    CLOSED = "closed", lazy_pgettext("case", "Closed"), "ok"


class ReportState(State):
    """What a report is called in a status that is another thing for it: nothing is accepted, a case file is opened."""

    FILED = CaseState.ACCEPTED.value, lazy_pgettext("case", "Case file opened"), "blue"


# Traits of both halves of a letter that was divided, of a case in a group, of one that another was joined to.
DIVIDED, GROUPED, TOOK_IN = "divided", "grouped", "took_in"
BY_DEED = frozenset({DIVIDED, GROUPED, TOOK_IN})  # set and taken away by what is done: nobody ticks them


class Outcome(State):
    """How it came out, once it has."""

    SETTLED = "settled", lazy_pgettext("case", "Settled"), "ok"
    ENDED = "ended", lazy_pgettext("case", "Mediation ended without agreement"), "warn"
    REFUSED = "refused", lazy_pgettext("case", "Refused"), "red"
    WITHDRAWN = "withdrawn", lazy_pgettext("case", "Withdrawn before acceptance"), ""
    TAKEN_OVER = "taken_over", lazy_pgettext("case", "Taken over by another organisation"), ""
    JOINED = "joined", lazy_pgettext("case", "Joined to an earlier case"), ""
    FILED = "filed", lazy_pgettext("case", "A case file was opened on the report"), "ok"
    NOT_FILED = "not_filed", lazy_pgettext("case", "No case file was opened on the report"), ""
    GUIDED = "guided", lazy_pgettext("case", "No complaint: told where to turn"), ""
    TAKEN_BACK = "taken_back", lazy_pgettext("case", "Taken back into the letter that it was divided from"), ""


# What the queue is narrowed by: its indexes hold it, so that a row that is filtered out is never read.
NARROWED_BY = (
    "assignee_id", "status", "prepaid", "minor", "elderly", "nature", "channel", "category", "problem", "claims",
    "traits", "place", "amount", "people", "reopened", "origin", "origin_from", "summary_confirmed", "rule_chosen_at",
)  # fmt: skip
REPORT = "R"  # the nature of a report (举报)
MIXED = "M"  # the nature of a letter that is both, until it is divided
OUTSIDE = frozenset("QSXGAJN")  # what is neither complaint nor report: its sender is told where to turn
VOID = "N"  # the nature of what cannot be read, or came in by mistake
FOREIGN = "foreign"  # the trait of a consumer from abroad
OPEN = tuple(state for state in CaseState if state not in (CaseState.REFUSED, CaseState.CLOSED))
_OPEN = "status in ({})".format(", ".join(f"'{state.value}'" for state in OPEN))


def state_of(status: str, nature: str) -> State:
    """A status in the words for a case of that nature."""
    return ReportState(status) if nature == REPORT and status in set(ReportState) else CaseState(status)


class ListEntry(Shared):
    """An entry of a list that cases are classified by: the city's, or a county's own below it.

    What a case stores is the code, so nobody can change a code or take an entry away: neither is granted. A county's
    row under a code of the city gives that entry another name there, or takes it out of the county's forms.
    """

    __tablename__ = "list_entry"
    __table_args__ = (UniqueConstraint("tenant_id", "listed", "code"),)
    changes = ("name", "name_en", "position", "active", "version")

    listed: Mapped[str]  # channels, natures, categories …
    code: Mapped[str]
    parent: Mapped[str] = mapped_column(default="", server_default="")
    kind: Mapped[str] = mapped_column(default="", server_default="")  # goods, service; the scheme of a problem
    name: Mapped[str] = mapped_column(default="", server_default="")  # '' in a county's row: as the city calls it
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    source: Mapped[str] = mapped_column(default="", server_default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Case(Owned):
    """One complaint or report. Nothing here tells who made it: this row is what the city lists and counts."""

    # `case` is a word of SQL; the table is named so that nobody has to quote it.
    __tablename__ = "case_record"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "submission_key"),
        states_check(CaseState, "status"),
        states_check(Outcome, "outcome"),
        CheckConstraint("origin in ('first', 'taken_over')", name="origin"),
        CheckConstraint("(origin = 'taken_over') = (origin_id is not null)", name="origin_id"),
        # A case that was taken over names the handoff it came by, and only its receiver can.
        ForeignKeyConstraint(["origin_id", "tenant_id"], ["handoff.id", "handoff.receiver_id"]),
        owned_fk("person", "assignee_id"),
        owned_fk("merchant", "merchant_id"),
        # With what is counted on every page, so that the counting reads no row.
        Index(
            "ix_case_open",
            "tenant_id",
            "queue_on",
            "id",
            postgresql_include=[*NARROWED_BY, "received_at"],
            postgresql_where="open",
        ),
        Index("ix_case_queue", "tenant_id", "queue_on", "id"),
        Index("ix_case_mine", "tenant_id", "assignee_id", "queue_on", "id", postgresql_where="open"),
        Index("ix_case_standing", "tenant_id", "status", "queue_on", "id", postgresql_where="open"),
        Index("ix_case_prepaid", "tenant_id", "queue_on", "id", postgresql_where="open and prepaid"),
        Index("ix_case_vulnerable", "tenant_id", "queue_on", "id", postgresql_where="open and (minor or elderly)"),
        Index("ix_case_received", "tenant_id", "received_at", "id", postgresql_include=[*NARROWED_BY, "queue_on"]),
        Index("ix_case_merchant", "tenant_id", "merchant_id", "received_at"),
        Index("ix_case_against", "tenant_id", "merchant_name", "received_at"),
        Index("ix_case_status", "tenant_id", "status", "received_at", "id"),
        Index("ix_case_decided", "tenant_id", "decided_at"),
        Index("ix_case_closed", "tenant_id", "closed_at"),
    )

    number: Mapped[str]
    # Written or read by somebody here. What a rule makes of the letter is still the letter: it stays with the
    # statement, where the city does not read, until a handler has confirmed it.
    given_title: Mapped[str] = mapped_column("title", default="", server_default="")
    given_summary: Mapped[str] = mapped_column("summary", default="", server_default="")
    summary_confirmed: Mapped[bool] = mapped_column(default=False, server_default="false")
    party_label: Mapped[str]  # 林**
    phone_mask: Mapped[str]  # 138****6027

    nature: Mapped[str]
    channel: Mapped[str]
    category: Mapped[str | None]
    problem: Mapped[str | None]
    claims: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # in dispute, yuan
    recovered: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # yuan
    prepaid: Mapped[bool] = mapped_column(default=False, server_default="false")
    minor: Mapped[bool] = mapped_column(default=False, server_default="false")
    elderly: Mapped[bool] = mapped_column(default=False, server_default="false")
    place: Mapped[str | None]  # how it was bought: in a shop, on a platform …
    traits: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    people: Mapped[int] = mapped_column(default=1, server_default="1")  # who complain together
    reference: Mapped[str | None]  # the number it had where it came from, such as the hotline's

    merchant_id: Mapped[UUID | None]
    merchant_name: Mapped[str] = mapped_column(default="", server_default="")  # as known now, or as it was told

    status: Mapped[str] = mapped_column(default=CaseState.LODGED.value)
    before_referral: Mapped[str | None]
    ground: Mapped[str | None]  # NA1–NA7 or T1–T8
    outcome: Mapped[str | None]
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was taken up again
    assignee_id: Mapped[UUID | None]
    origin: Mapped[str] = mapped_column(default="first", server_default="first")
    origin_id: Mapped[UUID | None]
    origin_from: Mapped[int | None] = mapped_column(BigInteger)  # the organisation that referred it here

    received_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]  # refused, settled or ended
    closed_at: Mapped[datetime | None]
    profile_code: Mapped[str]  # the limits that bind it, by its day of receipt
    profile_version: Mapped[int]
    rule_chosen_at: Mapped[datetime | None]  # when another profile was chosen for this case alone
    due_on: Mapped[date | None]  # of the earliest clock that runs, for lists
    due_code: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    submission_key: Mapped[str | None]
    submission_hash: Mapped[str | None]  # keyed, for the body has a phone number in it

    # For indexes: whether it is still on somebody's desk, and a last day for what has none, so that order is total.
    open: Mapped[bool] = mapped_column(Computed(_OPEN, persisted=True), deferred=True)
    queue_on: Mapped[date] = mapped_column(
        Date, Computed("coalesce(due_on, date '9999-12-31')", persisted=True), deferred=True
    )

    # Nothing that the database makes is read back after an insert: imports write thousands of rows at a time.
    __mapper_args__ = {"eager_defaults": False}

    assignee: Mapped[Person | None] = owned_to("Person", "Case.assignee_id")
    merchant: Mapped[Merchant | None] = owned_to("Merchant", "Case.merchant_id")
    clocks: Mapped[list[CaseClock]] = relationship(
        primaryjoin="and_(Case.id == foreign(CaseClock.case_id), Case.tenant_id == CaseClock.tenant_id)",
        order_by="CaseClock.started_on, CaseClock.id",
    )

    if TYPE_CHECKING:
        proposed_title: Mapped[str | None]
        proposed_summary: Mapped[str | None]

    @hybrid_property
    def title(self) -> str:
        """What it is called: as somebody here has put it, else by rule for who may read the statement."""
        return self.given_title or self.proposed_title or gettext("Not yet read by a handler")

    @title.inplace.expression
    @classmethod
    def _title(cls) -> ColumnElement[str]:
        return func.coalesce(func.nullif(cls.given_title, ""), proposed(CaseStatement.title), "")

    @property
    def summary(self) -> str:
        """As a handler has read it, else by rule for who may read the statement; empty for everybody else."""
        return self.given_summary or self.proposed_summary or ""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def foreign(self) -> bool:
        """The consumer is from abroad: what reaches them has English in it."""
        return FOREIGN in self.traits

    @property
    def is_report(self) -> bool:
        """Word of an unlawful act: it is checked and told of, not mediated."""
        return self.nature == REPORT

    @property
    def is_outside(self) -> bool:
        """Neither complaint nor report: no limit of theirs runs, and it is neither accepted nor mediated."""
        return self.nature in OUTSIDE

    @property
    def is_complaint(self) -> bool:
        """A dispute to be mediated, or a letter that has one in it."""
        return not (self.is_report or self.is_outside)

    @property
    def first_step(self) -> str:
        """With what it is taken up, by its nature."""
        return "guide" if self.is_outside else "file" if self.is_report else "accept"

    @property
    def is_confidential(self) -> bool:
        """Something is reported in it: who did so is kept from the business that it is about."""
        return self.nature in (REPORT, MIXED)

    @property
    def state(self) -> State:
        return state_of(self.status, self.nature)

    @property
    def came_out(self) -> Outcome | None:
        return Outcome(self.outcome) if self.outcome else None

    def clock(self, code: str) -> CaseClock | None:
        """The clock of that code that has not ended, if there is one."""
        return next((clock for clock in self.clocks if clock.code == code and clock.is_open), None)


class CaseClock(ClockColumns, Owned):
    """A legal time limit on a case: acceptance, mediation, termination_notice."""

    __tablename__ = "case_clock"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        Index("ix_case_clock_case", "tenant_id", "case_id"),
        Index("ix_case_clock_paused", "tenant_id", "case_id", postgresql_where="state = 'paused'"),
        Index("ix_case_clock_extended", "tenant_id", "case_id", postgresql_where="extended_by > 0"),
    )
    changes = ClockColumns.CHANGES
    SUBJECT: ClassVar[tuple[str, str]] = ("case_id", "case_record")

    case_id: Mapped[UUID]


class CaseJoin(Owned):
    """That a case goes on in an earlier one, and how it stood, so that it can be taken apart again."""

    __tablename__ = "case_join"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("case_record", "into_id"),
        states_check(CaseState, "before"),
        Index("ix_case_join_case", "tenant_id", "case_id", unique=True, postgresql_where="parted_at is null"),
        Index("ix_case_join_into", "tenant_id", "into_id"),
    )
    changes = ("parted_at",)

    case_id: Mapped[UUID]
    into_id: Mapped[UUID]
    before: Mapped[str]
    clocks: Mapped[dict[str, Any]] = mapped_column(JSONB)  # those that were open: state, pause, spans
    version: Mapped[int]  # of the case, once it was joined
    joined_at: Mapped[datetime]
    parted_at: Mapped[datetime | None]


class CaseDivision(Private):
    """That a letter was divided, and how it stood before, so that the division can be taken back."""

    __tablename__ = "case_division"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("case_record", "report_id"),
        UniqueConstraint("tenant_id", "report_id"),
        Index("ix_case_division_case", "tenant_id", "case_id"),
    )
    changes = ("taken_back_at",)

    case_id: Mapped[UUID]  # the letter, which became the complaint
    report_id: Mapped[UUID]
    facts: Mapped[Words]
    demand: Mapped[Words]
    title: Mapped[Words]  # as somebody here had put it, as the summary
    summary: Mapped[Words]
    summary_confirmed: Mapped[bool]
    proposed_title: Mapped[Words]
    proposed_summary: Mapped[Words]
    divided_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


class CaseStatement(Sealing, Private):
    """What the consumer says happened, and wants, in the consumer's own words."""

    __tablename__ = "case_statement"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id"),
        Index("ix_case_statement_order", "tenant_id", "order_number", postgresql_where="order_number <> ''"),
    )

    case_id: Mapped[UUID]
    title: Mapped[Words] = mapped_column(default="", server_default="")  # proposed by rule, as the summary is
    summary: Mapped[Words] = mapped_column(default="", server_default="")
    facts: Mapped[Words]
    demand: Mapped[Words] = mapped_column(default="", server_default="")
    told_at: Mapped[datetime | None]  # when it was said to whoever passed it on, such as a hotline
    purchased_on: Mapped[date | None]
    order_number: Mapped[Words] = mapped_column(default="", server_default="")
    platform: Mapped[Words] = mapped_column(default="", server_default="")  # on which it was bought
    stream: Mapped[Words] = mapped_column(default="", server_default="")  # the room or the streamer
    merchant_address: Mapped[Words] = mapped_column(default="", server_default="")  # of a business not in the register
    merchant_phone_sealed: Mapped[str | None]
    act_place: Mapped[Words] = mapped_column(default="", server_default="")  # where what is reported took place
    held: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default="{}"
    )  # what of the checklist is there

    merchant_phone = sealed("merchant_phone_sealed", mask=mask_phone, kind="phone")


def proposed(column: Any) -> ColumnElement[str | None]:
    """What a rule made of the letter of a case: read with the case, and nothing for who may not read the statement."""
    mine = (CaseStatement.tenant_id == Case.tenant_id, CaseStatement.case_id == Case.id)
    return select(column).where(*mine).correlate_except(CaseStatement).scalar_subquery()


Case.proposed_title = column_property(proposed(CaseStatement.title))
Case.proposed_summary = column_property(proposed(CaseStatement.summary))


class Role(StrEnum):
    """As what somebody is a party to a complaint."""

    COMPLAINANT = "complainant"
    AGENT = "agent"


class Party(Sealing, Private):
    """Somebody who complains, or an agent: sealed, masked when read, found again by the phone's blind index.

    Position 0 is the complainant that every case has; those who complain together follow, and elect up to two of
    themselves to speak for all (令20 art. 11). An agent has a letter of authorisation that says what for and how long.
    """

    __tablename__ = "case_party"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("case_agreement", "agreement_id"),
        UniqueConstraint("tenant_id", "case_id", "position"),
        CheckConstraint("role in ('complainant', 'agent')", name="role"),
        CheckConstraint("role = 'complainant' or (position > 0 and not represents)", name="agent"),
        CheckConstraint("agreed >= 0", name="agreed"),
        CheckConstraint("(agrees is null) = (answered_on is null)", name="answered_on"),
        Index("ix_case_party_phone", "tenant_id", "phone_index"),
        Index("ix_case_party_agent", "tenant_id", "case_id", postgresql_where="role = 'agent'"),
    )

    case_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(default=Role.COMPLAINANT.value, server_default="complainant")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    represents: Mapped[bool] = mapped_column(default=False, server_default="false")
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # this person's share of what is in dispute, yuan
    consented_on: Mapped[date | None]  # to complaining together and to being represented
    agreed: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # what this person gets by the settlement, yuan
    agreement_id: Mapped[UUID | None]  # the settlement by which; none while it is only proposed
    agrees: Mapped[bool | None]  # to the settlement; none before they answered
    answered_on: Mapped[date | None]
    answer_noted_by: Mapped[str] = mapped_column(default="", server_default="")
    powers: Mapped[Words] = mapped_column(default="", server_default="")  # what an agent may do
    until: Mapped[date | None]  # how long
    name_sealed: Mapped[str | None]
    phone_sealed: Mapped[str | None]
    phone_index: Mapped[str | None]
    id_sealed: Mapped[str | None]
    address_sealed: Mapped[str | None]

    name = sealed("name_sealed", mask=mask_name)
    phone = sealed("phone_sealed", mask=mask_phone, index="phone_index", kind="phone")
    id_number = sealed("id_sealed", mask=mask_id)
    address = sealed("address_sealed", mask=mask_address)

    FIELDS: ClassVar[dict[str, Any]] = {
        "name": _l("Name"),
        "phone": _l("Phone"),
        "id_number": _l("ID number"),
        "address": _l("Address"),
    }


class CaseConsent(Private):
    """That one side agreed to something, or did not; the latest answer counts."""

    __tablename__ = "case_consent"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        CheckConstraint("matter in ('entrust', 'publish')", name="matter"),
        CheckConstraint("side in ('consumer', 'merchant')", name="side"),
        Index("ix_case_consent_case", "tenant_id", "case_id"),
    )
    append_only = True

    case_id: Mapped[UUID]
    matter: Mapped[str]
    side: Mapped[str]
    given: Mapped[bool]
    said_on: Mapped[date]
    evidence: Mapped[Words] = mapped_column(default="", server_default="")  # the paper, or how it was said
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]


class Prepaid(Sealing, Private):
    """A prepaid card, course or membership: what was paid and used, and who can prove it (法释〔2025〕4号)."""

    __tablename__ = "case_prepaid"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id"),
        CheckConstraint("records in ('', 'merchant', 'consumer', 'both', 'nobody')", name="records"),
    )

    case_id: Mapped[UUID]
    card_sealed: Mapped[str | None]
    paid: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # yuan
    used: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # yuan
    balance: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), Computed("paid - used", persisted=True))
    paid_on: Mapped[date | None]
    lessor: Mapped[Words] = mapped_column(default="", server_default="")  # of the shop: liable with it under art. 6
    last_open_on: Mapped[date | None]
    records: Mapped[str] = mapped_column(default="", server_default="")  # who keeps the record of what was used

    card = sealed("card_sealed", mask=mask_account)

    __mapper_args__ = {"eager_defaults": False}


class CaseCredential(Private):
    """What the consumer follows the case by: a random receipt number, and a code of which only the HMAC is kept.

    The code has 80 random bits. A keyed HMAC is enough for it (nobody guesses 2^80, and a stolen table is no use
    without the key), and lets the right row be found without trying every hash.
    """

    __tablename__ = "case_credential"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id"),
        UniqueConstraint("tenant_id", "receipt"),
    )

    case_id: Mapped[UUID]
    receipt: Mapped[str]
    tracking_index: Mapped[str]
    issued_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]  # on a slip; from then on only a new code can be given


class CaseFile(StoredFile, Private):
    """A piece of evidence, or a paper that came with the case."""

    __tablename__ = "case_file"
    __table_args__ = (owned_fk("case_record", "case_id"), Index("ix_case_file_case", "tenant_id", "case_id"))
    removable = True

    case_id: Mapped[UUID]
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]


class CaseDraft(DraftColumns, Private):
    """A step that waits for the director."""

    __tablename__ = "case_draft"
    __table_args__ = (
        owned_fk("case_record", "subject_id"),
        CheckConstraint("status in ('waiting', 'approved', 'rejected', 'withdrawn')", name="status"),
        Index("ix_case_draft_subject", "tenant_id", "subject_id"),
        Index("ix_case_draft_waiting", "tenant_id", "drafted_at", postgresql_where="status = 'waiting'"),
    )


class Agreement(Private):
    """What the parties agreed, in words; the amount is on the case too. An amendment moves the last day and no more."""

    __tablename__ = "case_agreement"
    __table_args__ = (owned_fk("case_record", "case_id"), Index("ix_case_agreement_case", "tenant_id", "case_id"))
    changes = ("perform_by",)

    case_id: Mapped[UUID]
    terms: Mapped[Words]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    agreed_on: Mapped[date]
    perform_by: Mapped[date | None]
