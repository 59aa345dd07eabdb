"""The life of a document of a case: drafted, approved where the form asks for it, issued, void."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app import audit
from app.accounts.permissions import Can
from app.cases.forms import ReasonForm
from app.cases.papers import jobs, services
from app.cases.papers.models import CaseDocument
from app.core import unit
from app.documents.models import DocumentState
from app.workflow import Step, Workflow

S = DocumentState


def _free(paper: CaseDocument) -> bool:
    return not paper.form.approval


def _needs_approval(paper: CaseDocument) -> bool:
    return paper.form.approval


def _on_the_case(step: Step, paper: CaseDocument, by: Any, **rest: Any) -> None:
    """What was done to a document stands in the story of its case."""
    facts = {"form": paper.kind, "number": paper.number}
    audit.record(f"case.document_{step.name}", services.case_of(paper), by, facts=facts)
    if step.name in jobs.TOLD:
        unit.afterwards(jobs.tell_of_paper, paper=paper.id, step=step.name, by=by.id)


PAPER = Workflow(
    "document",
    S,
    first=S.DRAFTED,
    told=_on_the_case,
    steps=[
        Step(
            "issue", _l("Issue"), {S.DRAFTED}, S.ISSUED, Can.CASE_HANDLE,
            effect=services.issue, when=_free, primary=True, done=_l("Issued the document"),
        ),
        Step(
            "approve", _l("Approve and issue"), {S.DRAFTED, S.WAITING}, S.ISSUED, Can.CASE_APPROVE,
            effect=services.issue, when=_needs_approval, primary=True, done=_l("Approved and issued the document"),
        ),
        Step(
            "submit", _l("Submit for approval"), {S.DRAFTED}, S.WAITING, Can.CASE_HANDLE,
            when=_needs_approval, primary=True, done=_l("Submitted the document for approval"),
        ),
        Step(
            "send_back", _l("Give it back to the drafter"), {S.WAITING}, S.DRAFTED, Can.CASE_APPROVE,
            form=ReasonForm, done=_l("Gave the document back"),
        ),
        Step(
            "revise", _l("Change the document"), {S.DRAFTED}, S.DRAFTED, Can.CASE_HANDLE,
            effect=services.revise, hidden=True, done=_l("Changed the document"),
        ),
        Step(
            "discard", _l("Discard the draft"), {S.DRAFTED, S.WAITING}, S.DISCARDED, Can.CASE_HANDLE,
            done=_l("Discarded the document"),
        ),
        Step(
            "void", _l("Declare void"), {S.ISSUED}, S.VOIDED, Can.CASE_APPROVE,
            form=ReasonForm, effect=services.void, done=_l("Declared the document void"),
        ),
    ],
)  # fmt: skip
