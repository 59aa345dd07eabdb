"""The list of call-backs, one of them, and how satisfied people were."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases.callbacks import forms, jobs, queries, services
from app.cases.callbacks.models import CallBackState, Contact
from app.cases.settings import services as settings
from app.cases.workflow import CASE
from app.core.area import Area
from app.core.errors import Invalid
from app.ui import render
from app.ui.charts import Chart, Series

__all__ = ["callbacks", "jobs"]

callbacks = Area("callbacks", __name__, kinds={"center"}, url_prefix="/call-backs")


@callbacks.page("", allow=Can.CASE_INTAKE)
def index() -> Any:
    view = queries.LISTING.read(request.args)
    found = queries.page_of(view)
    return render(
        "callbacks/index.html",
        view=view,
        found=found,
        bar=queries.bar,
        named=queries.named,
        states=CallBackState,
        setting=settings.present(),
    )


@callbacks.page("/satisfaction", allow=Can.CASE_READ)
def satisfaction() -> Any:
    found = queries.satisfaction()
    return render("callbacks/satisfaction.html", found=found, chart=_chart(found) if found.answered else None)


def _chart(found: queries.Satisfaction) -> Chart:
    urls = [url_for(".index", show="answered", score=score) for score in queries.SCORES] if _lists() else []
    return Chart(
        "bar",
        str(_("Satisfaction, last twelve months")),
        labels=[queries.named(score) for score in queries.SCORES],
        series=[Series(str(_("Answers")), [found.scores[score] for score in queries.SCORES])],
        urls=urls,
        by=str(_("Satisfaction")),
    )


def _lists() -> bool:
    return bool(me().can(Can.CASE_INTAKE))


@callbacks.page("/<uuid:call_back_id>", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def show(call_back_id: UUID) -> Any:
    row, form = queries.by_key(call_back_id), forms.AttemptForm()
    if form.validate_on_submit():
        try:
            said = {**form.facts, "satisfaction": int(form.satisfaction.data) if form.satisfaction.data else None}
            services.attempt(row, me(), **said)
            flash(_("The call is noted."))
            return redirect(url_for(".show", call_back_id=row.id), 303)
        except Invalid as refusal:
            form.say(refusal)
    again = next((step for step in CASE.open_to(me(), row.case) if step.name == "reopen"), None)
    page = render(
        "callbacks/show.html", row=row, form=form, bar=queries.bar(row), named=queries.named, again=again, what=Contact
    )
    return page, 422 if form.errors or form.form_errors else 200


def _drawn(facts: dict[str, Any]) -> str:
    said = _("to be called back") if facts["drawn"] else _("not drawn")
    if facts.get("seed"):
        said += " · " + _("%(share)s%% by seed %(seed)s", share=facts["share"], seed=facts["seed"])
    return str(said)


def _tried(facts: dict[str, Any]) -> str:
    said = [str(Contact(facts["result"]).label)]
    if facts.get("satisfaction"):
        said.append(queries.named(int(facts["satisfaction"])))
    return " · ".join(said)


words.extend(
    {
        "call_back.drawn": _l("Drew whether to call back"),
        "call_back.tried": _l("Called back"),
        "call_back.dropped": _l("Dropped the call-back"),
    },
    {"call_back.drawn": _drawn, "call_back.tried": _tried},
)
