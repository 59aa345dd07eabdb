"""What was done beside the mediation of a case, as its documents say it: letters, service, visits, interviews."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select

from app.advocacy.models import Exposure, LitigationSupport, Medium
from app.cases.models import Case
from app.cases.papers.models import MODES, CaseDocument, CaseDocumentService
from app.cases.papers.phrases import day, hour
from app.core import clock
from app.documents.kinds import Form
from app.handoffs import queries as handoffs
from app.handoffs.kinds import KINDS
from app.handoffs.models import HandoffState
from app.investigations.models import Appraisal, Investigation, InvestigationVisit
from app.merchants.dealings.models import InterviewState, MerchantCommitment, MerchantInterview
from tenants.database import db
from tenants.registry import registry

OF_KIND = {"request": "request", "referral": "referral", "distribution": "referral"}  # form -> kind of letter
OVER = (HandoffState.WITHDRAWN, HandoffState.RETURNED, HandoffState.CLOSED, HandoffState.ANSWERED)


def beyond(case: Case, form: Form) -> dict[str, Any]:
    """All of it."""
    return {**_letters(case, form), **_interview(case), **_investigation(case), **_advocacy(case)}


def _letters(case: Case, form: Form) -> dict[str, Any]:
    """What went out, and the letter that this form is about: one of its kind, for a reminder one without an answer."""
    every = handoffs.of_case(case)
    came = next((one for one in every if one.id == case.origin_id), None)
    sent = [one for one in every if one.sender_id == case.tenant_id]
    wanted = OF_KIND.get(form.code)
    drafted = [one for one in handoffs.drafts_of_case(case) if one.kind == wanted]
    about = next((one for one in sent if one.kind == wanted or (wanted is None and one.status not in OVER)), None)
    latest = drafted[-1] if drafted else about
    return {
        "letters": [
            {
                "kind": str(KINDS[one.kind].label),
                "number": one.number,
                "to": _place(one.receiver_id),
                "sent_on": day(one.sent_at),
                "state": str(one.state.label),
            }
            for one in reversed(sent)
        ],
        "letter_to": _place(latest.receiver_id) if latest else "",
        "letter_number": about.number if about else "",
        "letter_ask": latest.ask if latest else "",
        "letter_due": about.due_on if about else None,
        "origin": _place(case.origin_from) if case.origin_from else "",
        "origin_letter": came.number if came else "",
    }


def _place(tenant_id: int) -> str:
    return registry.by_id(tenant_id).name


def services(papers: Iterable[CaseDocument], *, to: Callable[[str], str], only: str = "") -> dict[str, Any]:
    """How documents were served, and the last time; `to` names a party, `only` leaves what went to others out."""
    by_id = {one.id: one for one in papers}
    query = select(CaseDocumentService).where(CaseDocumentService.document_id.in_(by_id))
    rows = db.session.scalars(query.order_by(CaseDocumentService.served_on, CaseDocumentService.id))
    kept = [one for one in rows if not only or one.party == only]
    last = kept[-1] if kept else None
    newest = None if only else next(reversed(by_id.values()), None)
    paper = by_id[last.document_id] if last else newest
    return {
        "services": [
            {
                "paper": called(by_id[one.document_id]),
                "to": to(one.party),
                "mode": str(MODES[one.mode]),
                "served_on": day(one.served_on),
                "note": one.note,
            }
            for one in kept
        ],
        "served_paper": called(paper) if paper else "",
        "served_to": to(last.party) if last else "",
        "served_mode": str(MODES[last.mode]) if last else "",
        "served_on": last.served_on if last else None,
        "served_note": last.note if last else "",
    }


def called(paper: CaseDocument) -> str:
    """投诉受理决定书 临消调受〔2026〕第12号"""
    return f"{paper.form.title.zh} {paper.number or ''}".strip()


def _interview(case: Case) -> dict[str, Any]:
    """The last interview of the merchant whose papers lie in this case, and what was promised in it."""
    query = select(MerchantInterview).where(
        MerchantInterview.case_id == case.id, MerchantInterview.status != InterviewState.CANCELLED.value
    )
    one = db.session.scalars(query.order_by(MerchantInterview.held_at.desc(), MerchantInterview.id).limit(1)).first()
    promised = select(MerchantCommitment).where(MerchantCommitment.interview_id == one.id) if one else None
    promises = db.session.scalars(promised.order_by(MerchantCommitment.due_on)).all() if promised is not None else ()
    return {
        "interview_at": hour(one.held_at) if one else "",
        "interview_place": one.place if one else "",
        "interview_about": one.about if one else "",
        "interview_present": one.present if one else "",
        "interview_minutes": one.minutes if one else "",
        "interview_promises": "\n".join(f"{day(it.due_on)}前：{it.promise}" for it in promises),
    }


def _investigation(case: Case) -> dict[str, Any]:
    """What was found out, the last visit, and what was given to be tested."""
    one = db.session.scalars(select(Investigation).where(Investigation.case_id == case.id)).first()
    visits: list[InvestigationVisit] = []
    orders: list[Appraisal] = []
    if one:
        visits = list(db.session.scalars(_in(InvestigationVisit, one)))
        orders = list(db.session.scalars(_in(Appraisal, one)))
    visit, order = visits[-1] if visits else None, orders[-1] if orders else None
    return {
        "investigated": one.findings if one else "",
        "visited_at": hour(visit.visited_at) if visit else "",
        "visit_place": visit.place if visit else "",
        "visit_present": visit.present if visit else "",
        "visit_findings": visit.findings if visit else "",
        "appraisals": [
            {
                "number": it.number,
                "laboratory": it.laboratory,
                "tested": it.tested,
                "ordered_on": day(it.ordered_on),
                "answer_by": day(it.answer_by),
                "result": it.result or str(it.state.label),
            }
            for it in orders
        ],
        "laboratory": order.laboratory if order else "",
        "tested": order.tested if order else "",
        "tested_by": order.answer_by if order and order.answer_by >= clock.today() else None,
    }


def _in(model: Any, one: Investigation) -> Any:
    return select(model).where(model.investigation_id == one.id).order_by(model.ordinal)


def _advocacy(case: Case) -> dict[str, Any]:
    """Before which court a lawsuit is supported; what the media are told, and what the merchant says to it."""
    lawsuit = db.session.scalars(select(LitigationSupport).where(LitigationSupport.case_id == case.id)).first()
    shown = db.session.scalars(select(Exposure).where(Exposure.case_id == case.id)).first()
    return {
        "support_court": lawsuit.court if lawsuit else "",
        "support_reason": lawsuit.reason if lawsuit else "",
        "exposure_medium": str(Medium(shown.medium).label) if shown else "",
        "exposure_check": shown.verified if shown else "",
        "exposure_heard": shown.heard if shown else "",
    }
