"""The documents of a case: the list, one of them with what it looks like, its steps, and how it was served."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, url_for

from app import audit
from app.accounts import me
from app.accounts.permissions import Can
from app.cases import story
from app.cases.models import Case
from app.cases.panels import PANELS, Panel
from app.cases.papers import forms, queries, services, words
from app.cases.papers.bundle import bound
from app.cases.papers.facts import proposed
from app.cases.papers.models import MODES, PARTIES, CaseDocument
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import code_of
from app.core.privacy import redact
from app.deadlines.wording import say
from app.documents import letterhead
from app.documents.kinds import GROUPS, kinds
from app.documents.kinds import Form as Kind
from app.documents.services import Unfilled, masked
from app.files.names import disposition
from app.files.serve import download
from app.ui import render, was_done
from app.workflow.forms import step_form

__all__ = ["papers", "words"]

papers = Area("papers", __name__, kinds={"center"}, url_prefix="/cases/<number>/documents")


@papers.page("", allow=Can.CASE_READ)
def index(number: str) -> Any:
    case = by_number(number)
    there = queries.of_case(case)
    order = sorted(GROUPS, key=lambda group: group == "bilingual" and not case.foreign)
    groups = [(group, [form for form in kinds().values() if form.group == group]) for group in order]
    return render("papers/index.html", case=case, papers=there, asked=queries.asked_for(case, there), groups=groups)


@papers.page("/new/<kind>", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def new(number: str, kind: str) -> Any:
    case, chosen = by_number(number), queries.form_of(kind)
    form = forms.paper_form(chosen, _masked(chosen, proposed(case, chosen)))
    if form.validate_on_submit():
        try:
            paper = services.draft(case, chosen, me(), filled=form.filled)
            return redirect(url_for(".show", number=number, paper_id=paper.id), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("papers/edit.html", case=case, form=form, kind=chosen, paper=None), code_of(form)


def _masked(kind: Kind, filled: dict[str, str]) -> dict[str, str]:
    """What is proposed may stand on a page: whoever needs a number in it types it. The letterhead is nobody's."""
    ours = {one.name for one in kind.fields if one.prefill in letterhead.FACTS}
    return {name: value if name in ours else redact(value) for name, value in filled.items()}


@papers.page("/bundle", allow=Can.CASE_READ, methods=["GET", "POST"])
def bundle(number: str) -> Any:
    """The whole file as one PDF; that it was made, and what for, stands in the story."""
    case, form = by_number(number), forms.BundleForm()
    if form.validate_on_submit():
        try:
            asked = {"whole": form.whole.data == "yes", "reason": form.text.data or "", "parts": form.parts.data or []}
            pdf = bound(case, me(), **asked)
            response = Response(pdf, mimetype=services.PDF)
            response.headers["Content-Disposition"] = disposition("attachment", f"卷宗{number}.pdf")
            return response
        except Invalid as refusal:
            form.say(refusal)
    return render("papers/bundle.html", case=case, form=form), code_of(form)


@papers.page("/<uuid:paper_id>", allow=Can.CASE_READ)
def show(number: str, paper_id: UUID) -> Any:
    case = by_number(number)
    paper = queries.of(case, paper_id)
    return render(
        "papers/show.html",
        case=case,
        steps=PAPER.open_to(me(), paper),
        shown=_preview(paper, case),
        rows=story.story(audit.trail(paper.id)),
        **queries.page(paper),
    )


def _preview(paper: CaseDocument, case: Case) -> Any:
    """The blocks of the document, or why there are none."""
    try:
        return services.preview(paper, case).blocks
    except Unfilled as fault:
        return str(fault)


@papers.page("/<uuid:paper_id>/edit", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def edit(number: str, paper_id: UUID) -> Any:
    case = by_number(number)
    paper = queries.of(case, paper_id)
    form = _revised(paper)
    if form.validate_on_submit():
        try:
            PAPER.take("revise", paper, by=me(), seen=form.version.data or 0, filled=form.filled)
            return redirect(url_for(".show", number=number, paper_id=paper.id), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_revised, paper, formdata=None))
    return render("papers/edit.html", case=case, form=form, kind=paper.form, paper=paper), code_of(form)


def _revised(paper: CaseDocument, **given: Any) -> forms.PaperForm:
    """The draft as it stands, to be written over; of what was issued meanwhile nobody's name is told."""
    possible = PAPER.possible(PAPER["revise"], paper)
    filled = paper.filled() if possible else masked(paper.form, paper.filled())
    form = forms.paper_form(paper.form, {**filled, "version": paper.version}, **given)
    form.possible = possible
    if not form.is_submitted():
        PAPER.require(PAPER["revise"], paper)
    return form


@papers.page("/<uuid:paper_id>/steps/<step>", allow=Can.CASE_READ, methods=["GET", "POST"])
def step(number: str, paper_id: UUID, step: str) -> Any:
    case, declared = by_number(number), PAPER[step]
    paper = queries.of(case, paper_id)
    if declared.hidden:
        raise Missing
    form = step_form(PAPER, step, paper)
    if form.validate_on_submit():
        try:
            PAPER.take(step, paper, by=me(), seen=form.version.data or 0, **form.facts)
            flash(was_done(declared.done))
            return redirect(url_for(".show", number=number, paper_id=paper.id), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(step_form, PAPER, step, paper, formdata=None))
    return render("papers/step.html", case=case, paper=paper, step=declared, form=form), code_of(form)


@papers.page("/<uuid:paper_id>/service", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def serve(number: str, paper_id: UUID) -> Any:
    case = by_number(number)
    paper = queries.of(case, paper_id)
    form = forms.ServiceForm.of(paper.kind)
    if form.validate_on_submit():
        try:
            services.serve(paper, case, me(), **form.facts)
            return redirect(url_for(".show", number=number, paper_id=paper.id), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.ServiceForm.of, paper.kind, formdata=None))
    return render("papers/service.html", case=case, paper=paper, form=form), code_of(form)


@papers.page("/<uuid:paper_id>/receipts/<uuid:receipt_id>", allow=Can.CASE_READ)
def receipt(number: str, paper_id: UUID, receipt_id: UUID) -> Any:
    """What proves that the document reached somebody."""
    return download(queries.receipt_of(queries.of(by_number(number), paper_id), receipt_id), by=me())


@papers.page("/<uuid:paper_id>/document.docx", allow=Can.CASE_REVEAL)
def word(number: str, paper_id: UUID) -> Any:
    return _handed_out(number, paper_id, services.WORD)


@papers.page("/<uuid:paper_id>/document.pdf", allow=Can.CASE_REVEAL)
def pdf(number: str, paper_id: UUID) -> Any:
    return _handed_out(number, paper_id, services.PDF)


def _handed_out(number: str, paper_id: UUID, media_type: str) -> Any:
    """The file as it was issued. It is whole, so that it was fetched stands in the story."""
    case = by_number(number)
    paper = queries.of(case, paper_id)
    file = queries.file_of(paper, media_type)
    if file is None:
        raise Missing
    services.taken(paper, case, me())
    return download(file, by=me())


@papers.app_template_filter()
def document_title(kind: str) -> str:
    return say(queries.form_of(kind).title)


@papers.app_template_filter()
def served_party(code: str) -> str:
    return str(PARTIES[code])


@papers.app_template_filter()
def served_mode(code: str) -> str:
    return str(MODES[code])


def panel(case: Case, person: Any) -> Panel | None:
    """Its documents on the page of a case, and those that the moment asks for."""
    there = queries.of_case(case)
    asked = queries.asked_for(case, there) if services.may_draft(case, person) else []
    return Panel("papers/_panel.html", {"papers": there[:6], "asked": asked})


PANELS.append(panel)
