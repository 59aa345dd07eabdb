"""What is asked about the investigation of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.papers.models import CaseDocument
from app.core.errors import Missing
from app.documents.models import DocumentState
from app.handoffs import queries as handoffs
from app.handoffs.models import Handoff, HandoffDraft
from app.investigations.models import (
    Appraisal,
    EvidenceCustody,
    EvidenceItem,
    EvidenceItemFile,
    Investigation,
    InvestigationPoint,
    InvestigationVisit,
    OrderState,
    Recommendation,
)
from tenants.database import db


@dataclass(frozen=True)
class Piece:
    """A piece of evidence with its file and where it has been."""

    item: EvidenceItem
    file: EvidenceItemFile | None
    chain: list[EvidenceCustody]

    @property
    def last(self) -> EvidenceCustody:
        return self.chain[-1]


@dataclass(frozen=True)
class Letter:
    """A recommendation and how far it has come; `reference` is the address of the exchange once it was sent."""

    advice: Recommendation
    state: Any
    paper: CaseDocument | None = None
    draft: HandoffDraft | None = None
    handoff: Handoff | None = None

    @property
    def reference(self) -> str:
        return handoffs.reference(self.handoff) if self.handoff else ""


@dataclass(frozen=True)
class Opened:
    """An investigation on its page."""

    points: list[InvestigationPoint]
    visits: list[InvestigationVisit]
    pieces: list[Piece]
    orders: list[Appraisal]
    letters: list[Letter]


def of_case(case: Case) -> Investigation | None:
    return db.session.scalars(select(Investigation).where(Investigation.case_id == case.id)).first()


def found(case: Case) -> Investigation:
    """Raises Missing where the case is not investigated."""
    one = of_case(case)
    if one is None:
        raise Missing
    return one


def opened(one: Investigation) -> Opened:
    items = items_of(one)
    chains, files = custody_of(items), _files_of(items)
    return Opened(
        points=_of(InvestigationPoint, one),
        visits=_of(InvestigationVisit, one),
        pieces=[Piece(item, files.get(item.id), chains[item.id]) for item in items],
        orders=_of(Appraisal, one),
        letters=letters_of(one),
    )


def people() -> list[Person]:
    """Who may be given a point of a plan."""
    active = db.session.scalars(select(Person).where(Person.active).order_by(Person.name))
    return [person for person in active if person.can(Can.CASE_HANDLE)]


def open_points(one: Investigation) -> list[InvestigationPoint]:
    return [point for point in _of(InvestigationPoint, one) if point.done_on is None]


def items_of(one: Investigation) -> list[EvidenceItem]:
    return _of(EvidenceItem, one)


def custody_of(items: Sequence[EvidenceItem]) -> dict[UUID, list[EvidenceCustody]]:
    """item -> the lines of its chain, the first first."""
    chains: dict[UUID, list[EvidenceCustody]] = {item.id: [] for item in items}
    query = select(EvidenceCustody).where(EvidenceCustody.item_id.in_(chains)).order_by(EvidenceCustody.ordinal)
    for line in db.session.scalars(query):
        chains[line.item_id].append(line)
    return chains


def orders_out(one: Investigation) -> list[Appraisal]:
    return [order for order in _of(Appraisal, one) if order.status == OrderState.ORDERED]


def letters_of(one: Investigation) -> list[Letter]:
    query = (
        select(Recommendation, CaseDocument, HandoffDraft, Handoff)
        .outerjoin(CaseDocument, _same(CaseDocument, Recommendation.document_id))
        .outerjoin(HandoffDraft, _same(HandoffDraft, Recommendation.letter_id))
        .outerjoin(Handoff, and_(Handoff.id == HandoffDraft.handoff_id, Handoff.sender_id == HandoffDraft.tenant_id))
        .where(Recommendation.investigation_id == one.id)
        .order_by(Recommendation.ordinal)
    )
    return [
        Letter(advice, (handoff or draft or paper).state, paper, draft, handoff)
        for advice, paper, draft, handoff in db.session.execute(query)
    ]


def unanswered(one: Investigation) -> list[Recommendation]:
    """The letters on paper that went out and were not answered."""
    return [
        letter.advice
        for letter in letters_of(one)
        if letter.advice.answered_on is None and letter.paper and letter.paper.status == DocumentState.ISSUED
    ]


def file_of(one: Investigation, file_id: UUID) -> EvidenceItemFile:
    """Raises Missing for a file of another investigation, or none at all."""
    query = (
        select(EvidenceItemFile)
        .join(EvidenceItem, _same(EvidenceItem, EvidenceItemFile.item_id))
        .where(EvidenceItem.investigation_id == one.id, EvidenceItemFile.id == file_id)
    )
    file = db.session.scalars(query).first()
    if file is None:
        raise Missing
    return file


def _of(model: Any, one: Investigation) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.investigation_id == one.id).order_by(model.ordinal)))


def _files_of(items: Iterable[EvidenceItem]) -> dict[UUID, EvidenceItemFile]:
    query = select(EvidenceItemFile).where(EvidenceItemFile.item_id.in_([item.id for item in items]))
    return {file.item_id: file for file in db.session.scalars(query)}


def _same(model: Any, key: Any) -> Any:
    return and_(model.tenant_id == key.class_.tenant_id, model.id == key)
