"""Drafting, issuing and serving the documents of a case."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.papers.facts import answered, facts_of, tells_who
from app.cases.papers.models import (
    PARTIES,
    CaseDocument,
    CaseDocumentFile,
    CaseDocumentReceipt,
    CaseDocumentService,
)
from app.cases.papers.phrases import day, english_day
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.deadlines.wording import say
from app.documents import checks, library
from app.documents import services as office
from app.documents.kinds import Field, Form, kinds
from app.documents.models import DocumentState
from app.files import services as stored
from app.files.accept import Accepted
from tenants.database import db

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def draft(case: Case, form: Form, by: Any, *, filled: dict[str, str]) -> CaseDocument:
    """A new document of the case; nobody outside knows of it. Raises Invalid beside a field that cannot stay so."""
    _check(case, form, filled)
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())  # two clicks, two editions
    earlier = select(func.count()).where(CaseDocument.case_id == case.id, CaseDocument.kind == form.code)
    paper = CaseDocument(
        case_id=case.id,
        kind=form.code,
        edition=(db.session.scalar(earlier) or 0) + 1,
        status=DocumentState.DRAFTED.value,
        drafted_by=by.id,
        drafted_by_name=by.name,
        drafted_at=clock.now(),
    )
    paper.fill_in(filled)
    db.session.add(paper)
    audit.record("case.document_draft", case, by, facts={"form": form.code})
    return paper


def _check(case: Case, form: Form, filled: dict[str, str]) -> None:
    office.check_filled(form, answered(case, form, filled))
    if field := tells_who(case, form, filled):
        raise Invalid(field, _("The business that was reported reads this: leave out whatever tells who reported it."))


def case_of(paper: CaseDocument) -> Case:
    return db.session.scalars(select(Case).where(Case.id == paper.case_id)).one()


def complete(paper: CaseDocument, case: Case) -> dict[str, Any]:
    """Every fact of a document: of a draft as they are now, of an issued one as they were."""
    if paper.issued_at is not None:
        return paper.filled()
    typed = answered(case, paper.form, paper.filled())
    return {**facts_of(case, paper.form), **_said(paper.form, typed)}


def _said(form: Form, filled: dict[str, Any]) -> dict[str, Any]:
    """The typed fields as a document says them."""
    days = {one.name: date.fromisoformat(filled[one.name]) for one in form.fields if _is_day(one, filled)}
    english = {f"{one.name}_en": english_day(days.get(one.name)) for one in form.fields if one.sample_en}
    return {**filled, **{name: day(on) for name, on in days.items()}, **english}


def _is_day(one: Field, filled: dict[str, Any]) -> bool:
    return one.kind == "date" and bool(filled.get(one.name))


def preview(paper: CaseDocument, case: Case) -> office.Made:
    """What the document looks like, with personal data masked. Raises Unfilled."""
    shown = office.masked(paper.form, complete(paper, case))
    return office.fill(template_of(paper), paper.form, shown, want=("blocks",))


def template_of(paper: CaseDocument) -> bytes:
    """Of a draft the one that is used now, of an issued document the one that it was signed in."""
    return library.signed_in(paper.form, paper.template_sha256 if paper.issued_at is not None else "")


# Effects of steps ----------------------------------------------------------------------------------------------------


def revise(paper: CaseDocument, by: Any, *, filled: dict[str, str], text: str | None = None, **rest: Any) -> None:
    _check(case_of(paper), paper.form, filled)
    paper.fill_in(filled)


def issue(paper: CaseDocument, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Number it, fill it in for good, and keep the Word file and the PDF as they were signed."""
    case, form = case_of(paper), paper.form
    facts = complete(paper, case)
    office.check_filled(form, facts)
    if name := next((name for name in form.needed if not facts.get(name)), ""):
        called = say(form.facts()[name].words)
        raise WrongMoment(
            _("The case says nothing of “%(fact)s” yet: without it this paper decides nothing.", fact=called)
        )
    if field := tells_who(case, form, paper.filled()):  # it may have become a report since it was drafted
        title = next(say(one.words) for one in form.fields if one.name == field)
        raise WrongMoment(_("“%(field)s” tells the business who reported it: correct the draft first.", field=title))
    link = ""
    if form.numbered:
        facts["number"] = office.next_number(form, clock.today())
        link = checks.enter(paper.id, form, facts["number"])
    template = library.template_of(form)
    try:
        made = office.fill(template, form, facts, want=("docx", "pdf"), link=link)
    except office.Unfilled as fault:
        raise WrongMoment(_("The template could not be filled in: %(why)s", why=fault)) from fault
    called = f"{form.title.zh}{facts['number'] if form.numbered else ''}"
    kept = [_accepted(f"{called}.docx", WORD, made.docx)]
    if made.pdf:
        kept.append(_accepted(f"{called}.pdf", PDF, made.pdf))
    stored.attach(CaseDocumentFile, kept, document_id=paper.id)
    paper.fill_in(facts)
    paper.number = facts["number"] if form.numbered else None
    paper.template_sha256 = hashlib.sha256(template).hexdigest()
    paper.issued_on, paper.issued_at, paper.issued_by_name = clock.today(), clock.now(), by.name


def void(paper: CaseDocument, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """It was issued, and its number stays taken; whoever checks it is told that it does not stand."""
    checks.void(paper.id)


def _accepted(name: str, media_type: str, content: bytes) -> Accepted:
    return Accepted(name, media_type, len(content), io.BytesIO(content))


def serve(
    paper: CaseDocument,
    case: Case,
    by: Any,
    *,
    party: str,
    mode: str,
    served_on: date,
    note: str = "",
    proof: Sequence[Accepted] = (),
) -> CaseDocumentService:
    """Note how and when an issued document reached somebody, with what proves it. Raises WrongMoment and Invalid."""
    if paper.status != DocumentState.ISSUED:
        raise audit.too_late(_("Only an issued document can be served."), paper)
    if party not in recipients(paper.kind):
        raise Invalid("party", _("This document is not meant for them."))
    if not paper.issued_on or not paper.issued_on <= served_on <= clock.today():
        raise Invalid("served_on", _("Between the day of issue and today, please."))
    served = CaseDocumentService(
        document_id=paper.id,
        party=party,
        mode=mode,
        served_on=served_on,
        note=note.strip(),
        noted_by=by.id,
        noted_by_name=by.name,
        noted_at=clock.now(),
    )
    db.session.add(served)
    if proof:
        db.session.flush()
        stored.attach(CaseDocumentReceipt, proof, service_id=served.id)
    facts: dict[str, Any] = {"form": paper.kind, "number": paper.number, "party": party, "mode": mode, "on": served_on}
    facts |= {"files": len(proof)} if proof else {}
    audit.record("case.document_served", case, by, facts=facts)
    return served


def recipients(kind: str) -> dict[str, Any]:
    """Whom a document of this form may be served on: those it is written to, of what stays in the file nobody outside.

    What is written to one side was filled in for that side alone: who made a report is kept out of what the business
    gets, and of nothing else (Order 121 art. 31).
    """
    return {code: PARTIES[code] for code in PARTIES if code in (*kinds()[kind].to, "office")}


def taken(paper: CaseDocument, case: Case, by: Any) -> None:
    """Somebody fetched the document, with the personal data that is in it."""
    audit.record("case.document_taken", case, by, facts={"form": paper.kind, "number": paper.number})


def may_draft(case: Case, by: Any) -> bool:
    return bool(by.can(Can.CASE_HANDLE, case))
