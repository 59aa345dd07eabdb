"""Absences, and handing cases over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts import absence, me
from app.accounts import queries as people
from app.accounts.permissions import Can
from app.audit import words
from app.cases.queries.queue import clocks_of
from app.cases.staffing import forms, jobs, queries, services
from app.core.area import SIGNED_IN, Area
from app.core.errors import Invalid
from app.ui import render

__all__ = ["jobs", "staffing"]

staffing = Area("staffing", __name__, kinds={"center"})


@staffing.page("/absences", allow=SIGNED_IN, methods=["GET", "POST"])
def absences() -> Any:
    """Who is away, and the form to enter one's own."""
    form = forms.AbsenceForm()
    form.fit(me())
    if form.validate_on_submit():
        try:
            absence.enter(me(), **form.said)
            flash(_("The absence is entered."))
            return redirect(url_for(".absences"), 303)
        except Invalid as refusal:
            form.say(refusal)
    page = render("staffing/absences.html", form=form, rows=absence.listed(), may_enter=absence.may_enter)
    return page, 422 if form.errors or form.form_errors else 200


@staffing.page("/absences/<uuid:absence_id>/end", allow=SIGNED_IN, methods=["POST"])
def back(absence_id: UUID) -> Any:
    absence.end(absence_id, me())
    flash(_("The absence is over."))
    return redirect(url_for(".absences"), 303)


@staffing.page("/hand-over", allow=Can.CASE_ASSIGN, methods=["GET", "POST"])
def hand_over() -> Any:
    """Choose whose; then which and to whom; then the plan; then what came of it."""
    key = request.values.get("person", "")
    if not key:
        return render("staffing/choose.html", holders=queries.holders())
    form, person, chosen = forms.HandOverForm(person=key), people.person(_key(key)), request.form.getlist("chosen")
    form.to.choices = services.choices([one for one in queries.handlers() if one.id != person.id])
    rows, done = _planned(form, person, chosen) if form.validate_on_submit() else (None, False)
    cases = [] if done else queries.cases_of(person)
    told: dict[str, Any] = {"rows": rows, "done": done, "chosen": chosen or [case.number for case in cases]}
    page = render("staffing/hand_over.html", person=person, form=form, cases=cases, clocks=clocks_of(cases), **told)
    return page, 422 if form.errors or form.form_errors else 200


def _planned(form: forms.HandOverForm, person: Any, chosen: list[str]) -> tuple[Any, bool]:
    """The rows of the plan, or of what came of it, and whether it was carried out."""
    to = {UUID(one) for one in form.to.data}
    try:
        if request.form.get("go") != "yes":
            return services.plan(person, chosen, to, me()), False
        rows = services.hand_over(person, chosen, to, me(), text=form.text.data)
    except Invalid as refusal:
        form.say(refusal)
        return None, False
    flash(_said(sum(row.to is not None for row in rows)))
    return rows, True


def _said(count: int) -> str:
    return str(ngettext("%(num)d case changed hands.", "%(num)d cases changed hands.", count))


def _key(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        return UUID(int=0)


words.extend(
    {"person.absent": _l("Entered an absence"), "person.back": _l("Ended an absence")},
    {"person.absent": lambda facts: _("%(first)s to %(last)s", first=facts["from"], last=facts["until"])},
)
