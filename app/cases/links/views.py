"""Relating a case to another, and the panel of what it is related to."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases.forms import ReasonForm
from app.cases.links import queries, services
from app.cases.links.forms import LinkForm
from app.cases.links.models import CaseLink
from app.cases.models import Case
from app.cases.panels import PANELS, Panel
from app.cases.queries import by_number
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.ui import render

links = Area("links", __name__, kinds={"center"}, url_prefix="/cases")


@links.page("/<number>/links", allow=Can.CASE_READ)
def index(number: str) -> Any:
    """A page, and to a script that asks for it a fragment: looked for once the case itself is read."""
    case = by_number(number)
    template = "links/_related.html" if "HX-Request" in request.headers else "links/index.html"
    return render(template, case=case, rows=queries.related(case), **_others(case))


@links.page("/<number>/links/new", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def new(number: str) -> Any:
    case, asked = by_number(number), request.args
    form = LinkForm(related=asked.get("related", ""), tie=asked.get("tie"))
    if form.validate_on_submit():
        try:
            services.relate(case, me(), **form.facts)
            flash(_("The two cases are related."))
            return redirect(url_for("cases.show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("links/new.html", case=case, form=form, **_others(case)), code_of(form)


@links.page("/<number>/links/<uuid:link_id>/remove", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def remove(number: str, link_id: UUID) -> Any:
    case = by_number(number)
    link, form = queries.link_of(case, link_id), ReasonForm()
    form.possible = link.removed_at is None
    if form.validate_on_submit():
        try:
            services.sever(link, case, me(), reason=form.text.data)
            flash(_("The two cases are not related any more."))
            return redirect(url_for("cases.show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_over, link))
    return render("links/remove.html", case=case, form=form, other=queries.other_of(case, link)), code_of(form)


def _over(link: CaseLink) -> ReasonForm:
    """The form as it would be opened now: there is nothing to take away any more."""
    form = ReasonForm(formdata=None)
    form.possible = link.removed_at is None
    return form


def _others(case: Case) -> dict[str, Any]:
    return {"of_merchant": queries.of_merchant(case), "of_consumer": queries.of_consumer(case)}


def _panel(case: Case, person: Any) -> Panel:
    return Panel("links/_panel.html")


def _said(facts: dict[str, Any]) -> str:
    return f"{facts['other']} · {queries.tie_name(facts['tie'])}"


PANELS.append(_panel)
words.extend(
    {"case.linked": _l("Related it to another case"), "case.unlinked": _l("Took a relation to another case away")},
    dict.fromkeys(("case.linked", "case.unlinked"), _said),
)
