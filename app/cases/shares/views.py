"""The ledger of a joint complaint: to look up and print, to write, to note what was paid, and as a spreadsheet."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.queries import by_number
from app.cases.shares import forms, queries, services, sheet, words
from app.core import sheets
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.files.names import disposition
from app.mediation.queries import part_of
from app.ui import render

__all__ = ["words"]

shares = Area("shares", __name__, kinds={"center"}, url_prefix="/cases")


@shares.page("/<number>/shares", allow=Can.CASE_READ)
def index(number: str) -> Any:
    case = by_number(number)
    return render("shares/index.html", case=case, told=queries.opened(case))


@shares.page("/<number>/shares/ledger", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def ledger(number: str) -> Any:
    """The lines of all, to be written over."""
    case = by_number(number)
    form = _written(case)
    if form.validate_on_submit():
        try:
            said = {"on": form.on.data, "table": form.table.data or "", "seen": form.version.data or 0}
            services.enter(case, me(), form.given, **said)
            flash(_("Saved."))
            return redirect(url_for(".index", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(_beside(refusal), partial(_written, case, formdata=None))
    return render("shares/ledger.html", case=case, told=queries.opened(case), form=form), code_of(form)


def _written(case: Case, **given: Any) -> forms.LedgerForm:
    told = queries.opened(case)
    form = forms.ledger_form(told.lines, case.version, **given)
    form.possible = told.writable
    return form


def _beside(refusal: Invalid | Late) -> Invalid | Late:
    """What is wrong with a pasted table is said beside it; with the step of the case it has another name."""
    wrong = isinstance(refusal, Invalid) and refusal.field == "shares"
    return Invalid("table", refusal.message) if wrong else refusal


@shares.page("/<number>/shares/<uuid:party_id>/payment", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def pay(number: str, party_id: UUID) -> Any:
    """What the merchant paid to one of them alone."""
    case = by_number(number)
    line, form = queries.line_of(case, party_id), forms.PayForm.of(case.version)
    if form.validate_on_submit():
        try:
            services.pay(case, me(), line, **form.facts, seen=form.version.data or 0)
            flash(_("The payment is noted."))
            return redirect(url_for(".index", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.PayForm.of(case.version, formdata=None))
    return render("shares/pay.html", case=case, line=line, form=form), code_of(form)


@shares.page("/<number>/shares/payments/<uuid:share_id>/void", allow=Can.CASE_APPROVE, methods=["GET", "POST"])
def void(number: str, share_id: UUID) -> Any:
    case = by_number(number)
    share, form = queries.share_of(case, share_id), forms.ReasonForm.of(case.version)
    if form.validate_on_submit():
        try:
            services.void(case, me(), share, reason=form.text.data or "", seen=form.version.data or 0)
            flash(_("The payment does not count any more."))
            return redirect(url_for(".index", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.ReasonForm.of(case.version, formdata=None))
    return render("shares/reason.html", case=case, form=form, title=_("The payment does not count")), code_of(form)


@shares.page("/<number>/shares/<uuid:party_id>/own-case", allow=Can.CASE_HANDLE, methods=["POST"])
def take_out(number: str, party_id: UUID) -> Any:
    """Whoever declined goes on in a case of their own."""
    case = by_number(number)
    try:
        made = services.take_out(case, me(), queries.line_of(case, party_id))
        flash(_("A case of their own is lodged: %(number)s.", number=made.number))
    except Invalid as refusal:
        flash(refusal.message, "warn")
    return redirect(url_for(".index", number=number), 303)


@shares.page("/<number>/shares/instalments/<uuid:part_id>", allow=Can.CASE_READ)
def part(number: str, part_id: UUID) -> Any:
    """Who got what of an instalment: to look up, and to print."""
    case = by_number(number)
    told = queries.part_of(case, part_of(case, part_id))
    return render("shares/part.html", case=case, told=told)


@shares.page("/<number>/shares/ledger.xlsx", allow=Can.CASE_REVEAL, methods=["GET", "POST"])
def take(number: str) -> Any:
    """The ledger with whole names, in exchange for a reason."""
    case, form = by_number(number), forms.SheetForm()
    told = queries.opened(case)
    if form.validate_on_submit():
        try:
            services.taken(case, me(), reason=form.text.data or "")
            response = Response(sheet.book(told), mimetype=sheets.XLSX)
            response.headers["Content-Disposition"] = disposition("attachment", f"{_('Ledger')}{number}.xlsx")
            return response
        except Invalid as refusal:
            form.say(refusal)
    return render("shares/reason.html", case=case, form=form, title=_("Ledger as a spreadsheet")), code_of(form)
