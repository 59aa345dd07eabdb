"""The pages of group cases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from app import audit
from app.accounts import me
from app.accounts.permissions import Can
from app.cases import panels, story
from app.cases.models import Case
from app.cases.papers.queries import form_of
from app.cases.queries import by_number as case_by_number
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.documents.kinds import kinds
from app.files import viewer
from app.files.serve import display, download
from app.groups import forms, queries, services, words
from app.groups.models import CaseGroup
from app.groups.services.plans import fixed as fixed_of
from app.ui import render
from app.ui.charts import Chart, Series

__all__ = ["groups", "words"]

groups = Area("groups", __name__, kinds={"center"}, url_prefix="/groups")


@groups.page("", allow=Can.CASE_READ)
def index() -> Any:
    view = queries.GROUPS.read(request.args)
    shown = queries.listed(view)
    return render("groups/index.html", view=view, shown=shown, counts=queries.counts(shown.rows))


@groups.page("/new/<case>", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def new(case: str) -> Any:
    """A group of a case and of others against the same merchant."""
    first = case_by_number(case)
    found = queries.candidates(first)
    form = forms.OpenForm(title=_proposed(first))
    if form.validate_on_submit():
        try:
            made = services.open_group(me(), title=form.title.data, cases=_chosen(case))
            flash(_("The group is there."))
            return redirect(url_for(".show", number=made.number), 303)
        except Invalid as refusal:
            form.say(refusal)
    chosen = request.form.getlist("chosen")
    return render("groups/new.html", case=first, found=found, form=form, chosen=chosen), code_of(form)


def _proposed(case: Case) -> str:
    return _("Group against %(merchant)s", merchant=case.merchant_name)[: services.LONGEST_TITLE]


def _chosen(*always: str) -> list[Case]:
    return queries.cases_of({*always, *request.form.getlist("chosen")[: services.MOST]})


@groups.page("/<number>", allow=Can.CASE_READ)
def show(number: str) -> Any:
    group = queries.by_number(number)
    opened = queries.opened(group)
    rows = story.story(audit.trail(group.id))
    return render("groups/show.html", group=group, opened=opened, chart=_picture(opened.lines), rows=rows)


def _picture(lines: Sequence[queries.Line]) -> Chart:
    """What each of those who settled has got, will get, and should have got by now: in the color that warns."""
    lines = [line for line in lines if line.parts]
    return Chart(
        "bar",
        _("How far each has been paid"),
        labels=[line.case.number for line in lines],
        series=[
            Series(_("Paid"), [float(line.paid) for line in lines]),
            Series(pgettext("instalment", "Not due yet"), [float(line.outstanding - line.late) for line in lines]),
            Series(pgettext("instalment", "Late"), [float(line.late) for line in lines]),
        ],
        unit=_("yuan"),
        stacked=True,
        urls=[url_for("cases.show", number=line.case.number) for line in lines],
        by=_("Case"),
    )


# Members -------------------------------------------------------------------------------------------------------------


@groups.page("/<number>/members", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def add(number: str) -> Any:
    group, form = queries.by_number(number), forms.AddForm()
    if form.validate_on_submit():
        try:
            new_ones = services.add(group, me(), _chosen())
            flash(ngettext("%(num)d case was taken in.", "%(num)d cases were taken in.", new_ones))
            return redirect(url_for(".show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("groups/add.html", group=group, found=queries.candidates(group), form=form), code_of(form)


@groups.page("/<number>/members/<uuid:member_id>/remove", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def remove(number: str, member_id: UUID) -> Any:
    group = queries.by_number(number)
    member, form = queries.member_of(group, member_id), forms.ReasonForm.of(group.version)
    if form.validate_on_submit():
        try:
            services.remove(group, me(), member, reason=form.text.data, seen=form.version.data or 0)
            flash(_("Taken out of the group."))
            return redirect(url_for(".show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.ReasonForm.of(group.version, formdata=None))
    title = _("Take %(number)s out of the group", number=member.case.number)
    return render("groups/reason.html", group=group, form=form, title=title), code_of(form)


# Written once --------------------------------------------------------------------------------------------------------


@groups.page("/<number>/notes", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def note(number: str) -> Any:
    group, form = queries.by_number(number), forms.NoteForm()
    if form.validate_on_submit():
        services.note(group, me(), kind=form.kind.data, text=form.text.data)
        flash(_("Written down for all."))
        return redirect(url_for(".show", number=number), 303)
    return render("groups/note.html", group=group, form=form), code_of(form)


@groups.page("/<number>/files", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def files(number: str) -> Any:
    group, form = queries.by_number(number), forms.FilesForm()
    form.evidence.beside(queries.files(group))
    if form.validate_on_submit():
        try:
            services.attach(group, me(), form.evidence.data)
            flash(_("Added to the file."))
            return redirect(url_for(".show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("groups/files.html", group=group, form=form), code_of(form)


@groups.page("/<number>/files/<uuid:file_id>", allow=Can.CASE_READ)
def file(number: str, file_id: UUID) -> Any:
    hand_out = display if "inline" in request.args else download
    return hand_out(queries.file_of(queries.by_number(number), file_id), by=me())


@groups.page("/<number>/files/<uuid:file_id>/view", allow=Can.CASE_READ)
def evidence(number: str, file_id: UUID) -> Any:
    """A paper that holds for all to look at, and the others before and after it."""
    group = queries.by_number(number)
    return viewer.page(
        queries.files(group),
        file_id,
        whose=f"{number} · {group.title}",
        back=url_for(".show", number=number),
        page_of=partial(url_for, ".evidence", number=number),
        bytes_of=partial(url_for, ".file", number=number),
    )


# The ledger ----------------------------------------------------------------------------------------------------------


@groups.page("/<number>/ledger", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def ledger(number: str) -> Any:
    """The amounts of every line, to be written over."""
    group = queries.by_number(number)
    form = _written(group)
    if form.validate_on_submit():
        try:
            changed = services.enter(group, me(), form.given, seen=form.version.data or 0)
            flash(ngettext("%(num)d line has changed.", "%(num)d lines have changed.", changed))
            return redirect(url_for(".show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_written, group, formdata=None))
    return render("groups/ledger.html", group=group, lines=queries.ledger(group), form=form), code_of(form)


def _written(group: CaseGroup, **given: Any) -> forms.LedgerForm:
    """The ledger as it stands, to be written over."""
    return forms.ledger_form(queries.ledger(group), group.version, request.form, **given)


@groups.page("/<number>/offer", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def offer(number: str) -> Any:
    group = queries.by_number(number)
    form = forms.OfferForm.of(group.version)
    if form.validate_on_submit():
        try:
            changed = services.offer(group, me(), **_told(form))
            flash(ngettext("%(num)d line has changed.", "%(num)d lines have changed.", changed))
            return redirect(url_for(".show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.OfferForm.of(group.version, formdata=None))
    return render("groups/offer.html", group=group, form=form), code_of(form)


# The plan, and who settles on it --------------------------------------------------------------------------------------


@groups.page("/<number>/plan", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def plan(number: str) -> Any:
    group = queries.by_number(number)
    form = _planned(group)
    if form.validate_on_submit():
        try:
            services.plan(group, me(), **_told(form))
            flash(_("The plan is laid down."))
            return redirect(url_for(".show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_planned, group, formdata=None))
    fixed, again, sums = fixed_of(group), queries.asked_before(group), queries.sums(queries.ledger(group))
    return render("groups/plan.html", group=group, form=form, sums=sums, fixed=fixed, again=again), code_of(form)


def _planned(group: CaseGroup, **given: Any) -> forms.PlanForm:
    """The plan as it stands, to be laid down anew while it may be."""
    form = forms.PlanForm.of(queries.plan(group), group.version, **given)
    form.possible = not fixed_of(group)
    return form


@groups.page("/<number>/settle", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def settle(number: str) -> Any:
    """Who can be settled and who cannot, before; what became of each, after."""
    group, done = queries.by_number(number), None
    form = forms.SettleForm.of(group.version)
    if form.validate_on_submit():
        try:
            done = services.settle(group, me(), _answers(group), **_told(form))
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.SettleForm.of(group.version, formdata=None))
    rows, there = done if done is not None else services.may_settle(group, me()), queries.plan(group)
    return render(
        "groups/settle.html", group=group, form=form, rows=rows, done=done, plan=there, typed=request.form
    ), code_of(form)


def _answers(group: CaseGroup) -> dict[UUID, bool]:
    """Whether each consents to the plan, of those who were asked."""
    said = {member.id: request.form.get(f"answer-{member.case.number}") for member in queries.members(group)}
    return {key: answer == "yes" for key, answer in said.items() if answer in ("yes", "no")}


@groups.page("/<number>/amendment", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def amend(number: str) -> Any:
    """What is open of those who settled, by other days; what was paid stays."""
    group, done = queries.by_number(number), None
    form = forms.AmendForm.of(group.version)
    if form.validate_on_submit():
        try:
            done = services.amend(group, me(), _members(group), **_told(form))
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.AmendForm.of(group.version, formdata=None))
    rows = done if done is not None else services.may_amend(group, me())
    chosen = set(request.form.getlist("chosen"))  # nobody to begin with: each has to consent
    given: dict[str, Any] = {"rows": rows, "done": done, "chosen": chosen, "waiting": services.waiting(group)}
    return render("groups/amend.html", group=group, form=form, **given), code_of(form)


def _members(group: CaseGroup) -> set[UUID]:
    chosen = set(request.form.getlist("chosen"))
    return {member.id for member in queries.members(group) if member.case.number in chosen}


def _told(form: Any) -> dict[str, Any]:
    """What was filled in, and the version that was seen."""
    return {**form.facts, "seen": form.version.data or 0}


# Payments ------------------------------------------------------------------------------------------------------------


@groups.page("/<number>/payments", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def pay(number: str) -> Any:
    """One sum that is shared out, or a line for each."""
    group = queries.by_number(number)
    form = forms.PayForm.of(group.version)
    if form.validate_on_submit() and (got := form.read(queries.ledger(group), request.form)) is not None:
        try:
            said = {name: form[name].data for name in ("on", "evidence", "proofs")}
            payment = services.pay(group, me(), got, **said, seen=form.version.data or 0)
            flash(_("The payment is noted."))
            return redirect(url_for(".payment", number=number, payment_id=payment.id), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.PayForm.of(group.version, formdata=None))
    return _pay_page(group, form, queries.ledger(group)), code_of(form)


def _pay_page(group: CaseGroup, form: forms.PayForm, lines: Sequence[queries.Line]) -> str:
    owing = [line for line in lines if line.outstanding]
    next_due = queries.next_due(queries.dues(lines))
    return render(
        "groups/pay.html",
        group=group,
        form=form,
        lines=owing,
        sums=queries.sums(lines),
        next_due=next_due,
        typed=request.form,
    )


@groups.page("/<number>/payments/<uuid:payment_id>", allow=Can.CASE_READ)
def payment(number: str, payment_id: UUID) -> Any:
    """Who got what of a payment: to look up, and to print."""
    group = queries.by_number(number)
    shown = queries.payment_of(group, payment_id)
    shares, proofs = queries.shares(shown), queries.proofs(shown)
    return render("groups/payment.html", group=group, payment=shown, shares=shares, proofs=proofs)


@groups.page("/<number>/payments/<uuid:payment_id>/proofs/<uuid:file_id>", allow=Can.CASE_READ)
def proof(number: str, payment_id: UUID, file_id: UUID) -> Any:
    shown = queries.payment_of(queries.by_number(number), payment_id)
    return download(queries.proof_of(shown, file_id), by=me(), inline="inline" in request.args)


@groups.page("/<number>/payments/<uuid:payment_id>/void", allow=Can.CASE_APPROVE, methods=["GET", "POST"])
def void(number: str, payment_id: UUID) -> Any:
    group = queries.by_number(number)
    chosen, form = queries.payment_of(group, payment_id), forms.ReasonForm.of(group.version)
    if form.validate_on_submit():
        try:
            services.void(group, me(), chosen, reason=form.text.data, seen=form.version.data or 0)
            flash(_("The payment does not count any more."))
            return redirect(url_for(".show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: forms.ReasonForm.of(group.version, formdata=None))
    return render("groups/reason.html", group=group, form=form, title=_("The payment does not count")), code_of(form)


# For all at once -----------------------------------------------------------------------------------------------------


@groups.page("/<number>/documents", allow=Can.CASE_HANDLE)
def kind(number: str) -> Any:
    """Which form is written for all."""
    return render("groups/kind.html", group=queries.by_number(number), kinds=kinds().values())


@groups.page("/<number>/documents/new/<code>", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def write(number: str, code: str) -> Any:
    group, chosen = queries.by_number(number), form_of(code)
    form = forms.batch_form(chosen)
    if form.validate_on_submit():
        issue = request.form.get("issue") == "yes"
        batch = services.write(group, me(), chosen, filled=form.filled, issue=issue)
        return redirect(url_for(".batch", number=number, batch_id=batch.id), 303)
    count = len(queries.members(group))
    return render("groups/write.html", group=group, form=form, kind=chosen, count=count), code_of(form)


@groups.page("/<number>/documents/<uuid:batch_id>", allow=Can.CASE_READ)
def batch(number: str, batch_id: UUID) -> Any:
    """What became of the form for each of them."""
    group = queries.by_number(number)
    shown = queries.batch_of(group, batch_id)
    template = "groups/_batch.html" if "HX-Request" in request.headers else "groups/batch.html"
    return render(template, group=group, batch=shown, rows=queries.rows_of(shown))


# On the page of a case -----------------------------------------------------------------------------------------------


def _panel(case: Case, person: Any) -> panels.Panel | None:
    found = queries.group_of(case)
    return panels.Panel("groups/_panel.html", {"group": found[0], "member": found[1]}) if found else None


panels.PANELS.insert(0, _panel)
