"""What a text suggests, for who decides; and how good suggestions were, for who keeps them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases import panels
from app.cases.models import Case, CaseState
from app.cases.queries import by_number
from app.cases.suggestions import queries, services
from app.cases.workflow import CASE
from app.core.area import Area
from app.core.errors import Missing
from app.ui import render

suggestions = Area("suggestions", __name__, kinds={"center"})

DECIDING = ("accept", "file", "describe")  # the steps whose form asks for a category


@suggestions.page("/cases/new/suggestions", allow=Can.CASE_INTAKE, methods=["POST"])
def while_typing() -> Any:
    """A fragment. By POST, because what somebody tells has no place in an address."""
    typed = request.form
    text = "\n".join(typed.get(name, "") for name in ("title", "told", "demand"))
    found = queries.suggested(text, merchant_known=bool(typed.get("merchant_name", "").strip()))
    return render("suggestions/_beside.html", suggested=found, form_at=url_for("cases.new"))


@suggestions.page("/cases/<number>/suggestions", allow=Can.CASE_TRIAGE)
def of_case(number: str) -> Any:
    """A page; to a script a fragment for the case, or for the form of the step that it names."""
    case, asked = by_number(number), request.args.get("step", "")
    if asked and asked not in DECIDING:
        raise Missing
    step = asked or _step(case, me())
    found = queries.of_case(case)
    form_at = url_for("cases.step", number=number, name=step) if step else ""
    part = "suggestions/_beside.html" if asked else "suggestions/_of_case.html"
    template = part if "HX-Request" in request.headers else "suggestions/of_case.html"
    return render(template, case=case, suggested=found, form_at=form_at)


def _step(case: Case, person: Any) -> str:
    """The step that decides the category next, if this person may take one."""
    open_to = {step.name for step in CASE.open_to(person, case)}
    return next((name for name in DECIDING if name in open_to), "")


def _panel(case: Case, person: Any) -> panels.Panel | None:
    wanted = case.status == CaseState.LODGED and person.can(Can.CASE_TRIAGE, case)
    return panels.Panel("suggestions/_panel.html") if wanted else None


panels.PANELS.append(_panel)


# How good they are ---------------------------------------------------------------------------------------------------


@suggestions.page("/category-suggestions", allow=Can.TRIAGE_KEEP)
def index() -> Any:
    standing = queries.standing()
    lines = queries.table(standing.used) if standing.used else []
    return render("suggestions/index.html", standing=standing, lines=lines, whys=queries.whys())


@suggestions.page("/category-suggestions/train", allow=Can.TRIAGE_KEEP, methods=["POST"])
def train() -> Any:
    services.begin(me())
    flash(_("It is being learned. This page will say how the test came out."))
    return redirect(url_for(".index"), 303)


def _learned(facts: dict[str, Any]) -> str:
    return _("from %(learned_from)s cases; of the latest %(tested_on)s, %(right)s right", **facts)


_WHY = {
    "too_few": _l("too few closed cases"),
    "not_installed": _l("the part that learns is not installed"),
    "broke_off": _l("it broke off"),
}
words.extend(
    {
        "triage.begun": _l("Had suggestions of categories learned"),
        "triage.learned": _l("Learned suggestions of categories from closed cases"),
        "triage.failed": _l("Learned no suggestions of categories"),
    },
    {"triage.learned": _learned, "triage.failed": lambda facts: _WHY.get(facts.get("why", ""), "")},
    {
        "triage_training": words.Kind(
            _l("Category suggestions"), lambda entry: url_for("suggestions.index"), Can.TRIAGE_KEEP
        )
    },
)
