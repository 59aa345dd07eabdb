"""The investigation of a case: one page with all of it, and a form for every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from app import audit
from app.accounts import me
from app.accounts.permissions import Can
from app.cases import story
from app.cases.closing_list import ASKS, Line, counted
from app.cases.models import Case
from app.cases.panels import PANELS, Panel
from app.cases.queries import by_number
from app.core import clock
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.files.serve import download
from app.investigations import forms, queries, services, words
from app.investigations.models import Conclusion, Investigation, InvestigationState, Scope
from app.investigations.workflow import INVESTIGATION, propose
from app.ui import render, was_done
from app.workflow.forms import step_form
from tenants import realm

__all__ = ["investigations", "words"]

investigations = Area("investigations", __name__, kinds={"center"}, url_prefix="/cases/<number>/investigation")


@investigations.page("/new", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def new(number: str) -> Any:
    case, form = by_number(number), forms.ProposeForm()
    if form.validate_on_submit():
        try:
            propose(case, me(), **form.facts)
            return redirect(url_for(".show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.ProposeForm, formdata=None))
    return render("investigations/new.html", case=case, form=form), code_of(form)


@investigations.page("", allow=Can.CASE_READ)
def show(number: str) -> Any:
    case = by_number(number)
    one = queries.found(case)
    return render(
        "investigations/show.html",
        case=case,
        one=one,
        opened=queries.opened(one),
        steps=INVESTIGATION.open_to(me(), one),
        rows=story.story(audit.trail(one.id)),
        scope=Scope(one.scope),
        conclusion=Conclusion(one.conclusion) if one.conclusion else None,
        is_sealed=services.is_sealed,
        today=clock.today(),
    )


@investigations.page("/steps/<step>", allow=Can.CASE_READ, methods=["GET", "POST"])
def step(number: str, step: str) -> Any:
    case, declared = by_number(number), INVESTIGATION[step]
    one = queries.found(case)
    form = step_form(INVESTIGATION, step, one, forms.RemarkForm)
    if form.validate_on_submit():
        try:
            INVESTIGATION.take(step, one, by=me(), seen=form.version.data or 0, **form.told)
            flash(was_done(declared.done))
            return redirect(url_for(".show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(step_form, INVESTIGATION, step, one, forms.RemarkForm, formdata=None))
    stops = step == "order" and services.stoppable(case, clock.today())
    return render("investigations/step.html", case=case, one=one, step=declared, form=form, stops=stops), code_of(form)


@investigations.page("/files/<uuid:file_id>", allow=Can.CASE_READ)
def file(number: str, file_id: UUID) -> Any:
    """A file of the evidence, held against its SHA-256 on the way out; that it was fetched stands in the story."""
    case = by_number(number)
    kept = queries.file_of(queries.found(case), file_id)
    audit.record("case.investigation_file", case, me(), facts={"sha256": kept.sha256[:16]})
    return download(kept, by=me())


def panel(case: Case, person: Any) -> Panel | None:
    """How far the investigation is, or the way to open one."""
    one = queries.of_case(case)
    may_open = case.is_open and person.can(Can.CASE_HANDLE, case) and realm.current().writes == case.tenant_id
    return Panel("investigations/_panel.html", {"one": one}) if one is not None or may_open else None


def before_closing(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    """An investigation comes to a conclusion first."""
    open_ = counted(
        Investigation.case_id,
        cases,
        Investigation.status.in_([InvestigationState.OPEN.value, InvestigationState.UNDER_WAY.value]),
    )

    def lines(case: Case) -> Iterator[Line]:
        if open_[case.id]:
            missing = _("The investigation is still open: conclude it first.")
            where = {"number": case.number}
            yield Line(_("The investigation is concluded"), missing, endpoint="investigations.show", arguments=where)

    return lines


ASKS.append(before_closing)
PANELS.append(panel)
