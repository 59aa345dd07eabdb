"""Signals on a case, what is judged of them, and the thresholds of the city and of a center."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import DataRequired, InputRequired

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases import panels
from app.cases.claimants import queries, services
from app.cases.models import Case
from app.cases.queries import by_number
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import Form, Prose, code_of, max_length
from app.ui import render
from tenants import realm

claimants = Area("claimants", __name__, kinds={"center"}, url_prefix="/cases")
signals = Area("signals", __name__, kinds={"bureau", "center"}, url_prefix="/claimant-signals", template_folder=None)


class JudgeForm(Form):
    verdict = RadioField(
        _l("The complaint is"),
        [InputRequired(_l("Choose one."))],
        choices=lambda: list(services.VERDICTS.items()),
    )
    reason = Prose(
        _l("Reason"), [DataRequired(_l("Say why.")), max_length(1000)], description=_l("Nobody outside reads it.")
    )


class RuleForm(Form):
    least = IntegerField(_l("From so many on"), [InputRequired(_l("Enter a whole number."))])
    days = IntegerField(_l("Within so many days"), [InputRequired(_l("Enter a whole number."))])
    active = BooleanField(_l("The signal is given"))


@claimants.page("/<number>/claimant", allow=Can.CASE_TRIAGE, methods=["GET", "POST"])
def show(number: str) -> Any:
    """A page, and to a script that asks for it a fragment."""
    case, form = by_number(number), JudgeForm()
    if form.validate_on_submit():
        try:
            services.judge(case, me(), verdict=form.verdict.data, reason=form.reason.data or "")
            flash(_("Your judgment is recorded."))
            return redirect(url_for("cases.show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    template = "claimants/_signals.html" if "HX-Request" in request.headers else "claimants/show.html"
    found, judged = queries.signals(case), queries.decisions(case)
    shown = render(template, case=case, form=form, signals=found, decisions=judged, verdicts=services.VERDICTS)
    return shown, code_of(form)


@signals.page("", allow=Can.LIST_KEEP)
def index() -> Any:
    return render("claimants/rules.html", rules=queries.rules(), titles=queries.TITLES, counted=queries.COUNTED)


@signals.page("/<code>", allow=Can.LIST_KEEP, methods=["GET", "POST"])
def rule(code: str) -> Any:
    if code not in queries.USUAL:
        raise Missing
    form = _standing(code)
    if form.validate_on_submit():
        try:
            services.change_rule(me(), code, seen=form.version.data or 0, **form.facts)
            flash(_("Saved."))
            return redirect(url_for(".index"), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_standing, code, formdata=None))
    titles = {"title": queries.TITLES[code], "counted": queries.COUNTED[code], "timeless": code == queries.TIMELESS}
    return render("claimants/rule.html", form=form, code=code, **titles), code_of(form)


def _standing(code: str, **given: Any) -> RuleForm:
    """The rule as it stands: another organisation's counts as none of ours."""
    stands = queries.rules()[code]
    mine = stands.version if stands.of == realm.home().id else 0
    return RuleForm(**given, least=stands.least, days=stands.days, active=stands.active, version=mine)


def _panel(case: Case, person: Any) -> panels.Panel | None:
    """For those who decide on complaints, while this one is open."""
    if case.nature != "C" or not case.is_open or not person.can(Can.CASE_TRIAGE, case):
        return None
    return panels.Panel("claimants/_panel.html")


panels.PANELS.append(_panel)
words.extend(
    {
        "case.assessed": _l("Judged whether it is about daily consumption"),
        "claimant.rule_changed": _l("Changed from where on a signal about claimants is given"),
    },
    {"claimant.rule_changed": lambda facts: facts.get("code", "")},
    {"claimant_rule": words.Kind(_l("Signal about claimants"))},
    {
        "claimant": {
            "least": words.Field(_l("From so many on")),
            "days": words.Field(_l("Within so many days")),
            "active": words.Field(_l("The signal is given"), lambda given: _("yes") if given else _("no")),
        }
    },
)
