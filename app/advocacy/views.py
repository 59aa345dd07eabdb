"""Support of a lawsuit and exposure through media, of a case: a page for each, and a form for every step."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import lazy_gettext as _l

from app import audit
from app.accounts import me
from app.accounts.permissions import Can
from app.advocacy import forms, services, words
from app.advocacy.models import Exposure, Judgment, LitigationSupport, Means, Medium
from app.advocacy.workflow import WORKFLOWS, ask
from app.cases import story
from app.cases.models import Case
from app.cases.panels import PANELS, Panel
from app.cases.papers import queries as papers
from app.cases.queries import by_number
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import code_of
from app.ui import render, was_done
from app.workflow.forms import StepForm, step_form
from tenants import realm

__all__ = ["advocacy", "words"]

advocacy = Area("advocacy", __name__, kinds={"center"}, url_prefix="/cases/<number>/advocacy/<kind>")

MODELS: dict[str, Any] = {"litigation": LitigationSupport, "exposure": Exposure}
TITLES = {"litigation": _l("Support of a lawsuit"), "exposure": _l("Exposure through media")}
ASKING: dict[str, type[StepForm]] = {"litigation": forms.AskForm, "exposure": forms.ProposeForm}
PAPERS = {"litigation": "litigation-support", "exposure": "exposure"}  # the document that goes with each


@advocacy.page("/new", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def new(number: str, kind: str) -> Any:
    case, form = by_number(number), ASKING[_known(kind)]()
    if form.validate_on_submit():
        try:
            ask(case, me(), kind, **form.facts)
            return redirect(url_for(".show", number=number, kind=kind), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(ASKING[kind], formdata=None))
    return render("advocacy/new.html", case=case, kind=kind, title=TITLES[kind], form=form), code_of(form)


@advocacy.page("", allow=Can.CASE_READ)
def show(number: str, kind: str) -> Any:
    case = by_number(number)
    one = _found(case, kind)
    return render(
        f"advocacy/{kind}.html",
        case=case,
        kind=kind,
        one=one,
        title=TITLES[kind],
        steps=WORKFLOWS[kind].open_to(me(), one),
        rows=story.story(audit.trail(one.id)),
        paper=PAPERS[kind],
        papers=[paper for paper in papers.of_case(case) if paper.kind == PAPERS[kind]],
        said={"means": Means, "medium": Medium, "judgment": Judgment},
    )


@advocacy.page("/steps/<step>", allow=Can.CASE_READ, methods=["GET", "POST"])
def step(number: str, kind: str, step: str) -> Any:
    case = by_number(number)
    one, life = _found(case, kind), WORKFLOWS[kind]
    declared, form = life[step], step_form(life, step, one, forms.RemarkForm)
    if form.validate_on_submit():
        try:
            life.take(step, one, by=me(), seen=form.version.data or 0, **form.told)
            flash(was_done(declared.done))
            return redirect(url_for(".show", number=number, kind=kind), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(step_form, life, step, one, forms.RemarkForm, formdata=None))
    return render("advocacy/step.html", case=case, one=one, kind=kind, step=declared, form=form), code_of(form)


def _known(kind: str) -> str:
    if kind not in MODELS:
        raise Missing
    return kind


def _found(case: Case, kind: str) -> Any:
    one = services.of_case(MODELS[_known(kind)], case)
    if one is None:
        raise Missing
    return one


def panel(case: Case, person: Any) -> Panel | None:
    """Both, as far as they have come; or the ways to ask for them."""
    there = services.both(case)
    may_ask = person.can(Can.CASE_HANDLE, case) and realm.current().writes == case.tenant_id
    facts = {"there": there, "titles": TITLES, "may_ask": may_ask}
    return Panel("advocacy/_panel.html", facts) if may_ask or any(there.values()) else None


PANELS.append(panel)
