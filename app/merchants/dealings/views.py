"""Interviews and commitments: a form for a new one and for every step; they are shown on the merchant's page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import lazy_gettext as _l

from app.accounts import me
from app.accounts.permissions import Can
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import code_of
from app.merchants.dealings import forms, queries, services, words
from app.merchants.dealings.models import MerchantCommitment, MerchantInterview
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from app.merchants.models import Merchant
from app.merchants.queries import by_number
from app.ui import render, was_done
from app.workflow import Workflow
from app.workflow.forms import step_form

__all__ = ["dealings", "words"]


@dataclass(frozen=True)
class Kind:
    model: Any
    life: Workflow
    form: Any
    begin: Any
    title: Any
    begun: Any

    def opened(self, merchant: Merchant, **given: Any) -> Any:
        """The form of a new one."""
        form = self.form(**given)
        form.fit(merchant)
        return form


KINDS = {
    "interviews": Kind(
        MerchantInterview,
        INTERVIEW,
        forms.CallInForm,
        services.call_in,
        _l("Call in for an interview"),
        _l("Called in."),
    ),
    "commitments": Kind(
        MerchantCommitment, COMMITMENT, forms.NoteForm, services.note, _l("Note a commitment"), _l("Noted.")
    ),
}

dealings = Area("dealings", __name__, kinds={"center"}, url_prefix="/merchants/<number>/<kind>")


@dealings.page("/new", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def new(number: str, kind: str) -> Any:
    merchant, made = by_number(number), _known(kind)
    form = made.opened(merchant)
    if form.validate_on_submit():
        try:
            made.begin(merchant, me(), **form.told)
            flash(str(made.begun))
            return redirect(url_for("merchants.show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(made.opened, merchant, formdata=None))
    return render("dealings/form.html", merchant=merchant, form=form, title=made.title, one=None), code_of(form)


@dealings.page("/<uuid:key>/steps/<step>", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def step(number: str, kind: str, key: UUID, step: str) -> Any:
    merchant, life = by_number(number), _known(kind).life
    one, declared = queries.one_of(KINDS[kind].model, merchant, key), life[step]
    form = step_form(life, step, one)
    if form.validate_on_submit():
        try:
            life.take(step, one, by=me(), seen=form.version.data or 0, **form.told)
            flash(was_done(declared.done))
            return redirect(url_for("merchants.show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(step_form, life, step, one, formdata=None))
    return render("dealings/form.html", merchant=merchant, form=form, title=declared.label, one=one), code_of(form)


def _known(kind: str) -> Kind:
    if kind not in KINDS:
        raise Missing
    return KINDS[kind]
