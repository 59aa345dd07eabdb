"""One case with all that belongs to it, as its own organisation sees it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, and_, func, literal, null, select
from sqlalchemy.orm import joinedload, selectinload

from app import audit, deadlines
from app.cases.models import Agreement, Case, CaseClock, CaseCredential, CaseDraft, CaseFile, CaseStatement, Party
from app.cases.services.dividing import letter_of
from app.cases.services.parts import CLUE, DECISION
from app.core import clock
from app.core.errors import Missing
from app.deadlines import ClockView
from app.deadlines.wording import days
from app.notifications import queries as notices
from tenants.database import db

CONTACT = "case.contact"
MOST_LINES = 200  # of a story on the page of its case


def by_number(number: str) -> Case:
    """Raises Missing where this organisation has no such case, whoever else may have it."""
    query = (
        select(Case)
        .where(Case.number == number)
        .options(joinedload(Case.assignee), joinedload(Case.merchant), selectinload(Case.clocks))
    )
    case = db.session.scalars(query).first()
    if case is None:
        raise Missing
    return case


@dataclass(frozen=True)
class Opened:
    """A case on the page: what the organisation itself may read of it."""

    case: Case
    statement: CaseStatement
    party: Party
    draft: CaseDraft | None
    files: list[CaseFile]
    clocks: list[ClockView]
    agreements: list[Agreement]
    of_consumer: int  # other cases with the same phone in the last year
    of_merchant: int  # cases against the merchant in the last 30 days, this one too
    muted: UUID | None  # by what this person has muted it
    lines: list[audit.Line] = field(repr=False)

    @property
    def contacts(self) -> Contacts:
        """They stand in the story; where that is too long to be read whole, they are looked up."""
        told = [line for line in self.lines if line.entry.event == CONTACT]
        return Contacts.of(told) if len(self.lines) < MOST_LINES else contacts(self.case)

    @property
    def year_ago(self) -> date:
        """From when on the other cases of the consumer are counted."""
        return clock.today() - timedelta(days=365)


def opened(case: Case, by: Any = None) -> Opened:
    """All of it; without `by`, for somebody of another organisation, who mutes nothing here."""
    statement, party, draft = db.session.execute(
        select(CaseStatement, Party, CaseDraft)
        .join(
            Party,
            and_(
                Party.tenant_id == CaseStatement.tenant_id,
                Party.case_id == CaseStatement.case_id,
                Party.position == 0,
            ),
        )
        .outerjoin(
            CaseDraft,
            and_(
                CaseDraft.tenant_id == CaseStatement.tenant_id,
                CaseDraft.subject_id == CaseStatement.case_id,
                CaseDraft.status == "waiting",
            ),
        )
        .where(CaseStatement.case_id == case.id)
    ).one()
    today, rules = clock.today(), deadlines.load_rules()
    muting = notices.muting(by, case.id) if by is not None else null()
    beside = select(_like_phone(case, party), _against_merchant(case), muting)
    of_consumer, of_merchant, muted = db.session.execute(beside).one()
    return Opened(
        case=case,
        statement=statement,
        party=party,
        draft=draft,
        files=files_of(case),
        clocks=[deadlines.view(one, today, rules) for one in case.clocks if one.state != "void"],
        agreements=_agreements(case),
        of_consumer=of_consumer,
        of_merchant=of_merchant,
        muted=muted,
        lines=audit.trail(case.id, limit=MOST_LINES),
    )


@dataclass(frozen=True)
class Contacts:
    """Whom somebody called, visited or wrote to about a case, the latest first."""

    lines: list[audit.Line]

    @classmethod
    def of(cls, lines: list[audit.Line]) -> Contacts:
        """By when they were, not by when somebody noted them."""
        return cls(sorted(lines, key=lambda line: datetime.fromisoformat(line.entry.facts["at"]), reverse=True))

    @property
    def last(self) -> dict[str, Any] | None:
        """What the entry of the latest says."""
        return self.lines[0].entry.facts if self.lines else None

    @property
    def ways(self) -> Counter[str]:
        """How many there were, by way."""
        return Counter(line.entry.facts["way"] for line in self.lines)


def contacts(case: Case) -> Contacts:
    return Contacts.of(audit.trail(case.id, events=(CONTACT,)))


def _like_phone(case: Case, party: Party) -> Any:
    since = clock.now() - timedelta(days=365)
    # As a literal: nobody's phone is like nobody else's, where `== None` would find all who left none.
    same = select(Party.case_id).where(Party.phone_index == literal(party.phone_index, Text))
    return (
        select(func.count())
        .select_from(Case)
        .where(Case.id.in_(same), Case.id != case.id, Case.received_at >= since)
        .scalar_subquery()
    )


def _against_merchant(case: Case) -> Any:
    since = clock.now() - timedelta(days=30)
    return (
        select(func.count())
        .select_from(Case)
        .where(Case.merchant_id == literal(case.merchant_id, Uuid), Case.received_at >= since)
        .scalar_subquery()
    )


def _agreements(case: Case) -> list[Agreement]:
    if case.decided_at is None:
        return []
    return list(db.session.scalars(select(Agreement).where(Agreement.case_id == case.id).order_by(Agreement.id)))


def files_of(case: Case) -> list[CaseFile]:
    """The file of a case; of a report out of a mixed letter, what came with the letter too."""
    return list(db.session.scalars(select(CaseFile).where(_in_file(case)).order_by(CaseFile.id)))


def _in_file(case: Case) -> Any:
    return CaseFile.case_id.in_([key for key in (case.id, letter_of(case)) if key])


def file_of(case: Case, file_id: UUID) -> CaseFile:
    """Raises Missing for a file of another case, or none at all."""
    query = select(CaseFile).where(_in_file(case), CaseFile.id == file_id)
    file = db.session.scalars(query).first()
    if file is None:
        raise Missing
    return file


@dataclass(frozen=True)
class Slip:
    """What the consumer takes home."""

    case: Case
    credential: CaseCredential | None
    first: ClockView | None  # of what is decided first: acceptance, or whether a case file is opened
    besides: list[ClockView]  # what else runs
    mediation: str  # how long, in words; nothing of what is not mediated
    mediated_by: date | None  # its last day, where it is accepted on the last day that there is for that


def _is_told(one: CaseClock, case: Case) -> bool:
    """Whether the consumer may be promised it: by the law of the case, or to the hotline; no limit of the house.

    Whether a case file was opened on a report is told with its result only (Order 121 art. 34).
    """
    legal = one.profile_code == case.profile_code and one.code != DECISION
    return one.is_open and (legal or one.code == "hotline_answer")


def slip_of(case: Case) -> Slip:
    credential = db.session.scalars(select(CaseCredential).where(CaseCredential.case_id == case.id)).first()
    rules, today = deadlines.load_rules(), clock.today()
    first = case.clock("acceptance") or case.clock(CLUE)
    limits = rules.profile(case.profile_code, case.profile_version).limits if case.is_complaint else {}
    limit = limits.get("mediation")
    return Slip(
        case,
        credential,
        deadlines.view(first, today, rules) if first else None,
        [deadlines.view(one, today, rules) for one in case.clocks if _is_told(one, case) and one is not first],
        days(limit.amount, limit.unit) if limit else "",
        limit.due_on(first.due_on, rules.calendar) if limit and first else None,
    )


def draft_of(case: Case, draft_id: UUID) -> CaseDraft:
    query = select(CaseDraft).where(CaseDraft.subject_id == case.id, CaseDraft.id == draft_id)
    draft = db.session.scalars(query).first()
    if draft is None:
        raise Missing
    return draft
