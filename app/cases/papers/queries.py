"""What is asked about the documents of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases.models import VOID, Case, CaseState, Outcome
from app.cases.papers.models import CaseDocument, CaseDocumentFile, CaseDocumentReceipt, CaseDocumentService
from app.core.errors import Missing
from app.documents.kinds import Form, bilingual, kinds
from app.documents.models import DocumentState
from tenants.database import db

# Which moment of a case asks for which form.
ASKED: dict[str, Callable[[Case], bool]] = {
    "receipt-en": lambda case: case.status == CaseState.LODGED and case.foreign and case.is_complaint,
    "registration": lambda case: case.status == CaseState.LODGED and case.is_complaint,
    "report-registration": lambda case: case.status == CaseState.LODGED and case.is_report,
    "report-result": lambda case: case.outcome in (Outcome.FILED, Outcome.NOT_FILED),
    "acceptance": lambda case: case.accepted_at is not None and case.is_complaint,
    "refusal": lambda case: case.outcome == Outcome.REFUSED,
    "guidance": lambda case: case.outcome == Outcome.GUIDED and case.nature != VOID,
    "mediation-notice": lambda case: case.status == CaseState.MEDIATING,
    "minutes": lambda case: case.status == CaseState.MEDIATING,
    "termination": lambda case: case.outcome == Outcome.ENDED,
    "mediation-agreement": lambda case: case.outcome == Outcome.SETTLED,
    "performance": lambda case: case.outcome == Outcome.SETTLED,
    "closing": lambda case: case.status in (CaseState.SETTLED, CaseState.ENDED),
    "file-index": lambda case: case.status == CaseState.CLOSED,
}


def of_case(case: Case) -> list[CaseDocument]:
    """Its documents, the newest first; not what was discarded."""
    query = select(CaseDocument).where(
        CaseDocument.case_id == case.id, CaseDocument.status != DocumentState.DISCARDED.value
    )
    return list(db.session.scalars(query.order_by(CaseDocument.id.desc())))


def asked_for(case: Case, there: list[CaseDocument]) -> list[Form]:
    """The forms that the moment asks for and nobody has begun."""
    begun = {paper.kind for paper in there if paper.status != DocumentState.VOIDED}
    asked = [code for code, asks in ASKED.items() if asks(case)]
    english = bilingual() if case.foreign else {}
    return [kinds()[english.get(code, code)] for code in asked if not begun & {code, english.get(code)}]


def of(case: Case, paper_id: UUID) -> CaseDocument:
    """Raises Missing for a document of another case, or none at all."""
    query = select(CaseDocument).where(CaseDocument.case_id == case.id, CaseDocument.id == paper_id)
    paper = db.session.scalars(query).first()
    if paper is None:
        raise Missing
    return paper


def form_of(code: str) -> Form:
    """Raises Missing where there is no such form."""
    if code not in kinds():
        raise Missing
    return kinds()[code]


def file_of(paper: CaseDocument, media_type: str) -> CaseDocumentFile | None:
    query = select(CaseDocumentFile).where(
        CaseDocumentFile.document_id == paper.id, CaseDocumentFile.media_type == media_type
    )
    return db.session.scalars(query).first()


def files_of(paper: CaseDocument) -> dict[str, CaseDocumentFile]:
    """media type -> file."""
    query = select(CaseDocumentFile).where(CaseDocumentFile.document_id == paper.id)
    return {file.media_type: file for file in db.session.scalars(query)}


def services_of(paper: CaseDocument) -> list[CaseDocumentService]:
    query = select(CaseDocumentService).where(CaseDocumentService.document_id == paper.id)
    return list(db.session.scalars(query.order_by(CaseDocumentService.id)))


def receipts_of(services: list[CaseDocumentService]) -> dict[UUID, list[CaseDocumentReceipt]]:
    """service -> what proves it."""
    found: dict[UUID, list[CaseDocumentReceipt]] = {service.id: [] for service in services}
    query = select(CaseDocumentReceipt).where(CaseDocumentReceipt.service_id.in_(found))
    for receipt in db.session.scalars(query.order_by(CaseDocumentReceipt.id)):
        found[receipt.service_id].append(receipt)
    return found


def receipt_of(paper: CaseDocument, receipt_id: UUID) -> CaseDocumentReceipt:
    """Raises Missing for the receipt of another document, or none at all."""
    found = [one for kept in receipts_of(services_of(paper)).values() for one in kept if one.id == receipt_id]
    if not found:
        raise Missing
    return found[0]


def page(paper: CaseDocument) -> dict[str, Any]:
    """What the page of a document shows beside its preview."""
    services = services_of(paper)
    return {"paper": paper, "files": files_of(paper), "services": services, "receipts": receipts_of(services)}
