"""The calendar, the sessions of a case and their steps, recusals, and what a calendar elsewhere may fetch."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, request, session, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from app import audit
from app.accounts import me
from app.accounts.permissions import Can
from app.cases import story
from app.cases.models import Agreement, Case
from app.cases.papers.queries import of_case as papers_of
from app.cases.queries import by_number
from app.cases.services.consents import SIDES
from app.core import clock
from app.core.area import ANYONE, Area
from app.core.errors import Invalid, Late
from app.core.forms import Form, code_of
from app.files.names import disposition
from app.files.serve import download
from app.mediation import confirmation as law
from app.mediation import forms, ics, jobs, panels, queries, words
from app.mediation.ladder import ladder
from app.mediation.models import MediationSession
from app.mediation.services import confirming, feeds, offers, performance, sessions
from app.mediation.workflow import SESSION
from app.ui import render, was_done
from app.workflow.forms import step_form
from tenants import realm

__all__ = ["jobs", "mediation", "panels", "words"]

mediation = Area("mediation", __name__, kinds={"center"})


@mediation.page("/mediation", allow=Can.CASE_READ)
def calendar() -> Any:
    mine = request.args.get("who") == "me"
    shown = queries.week(queries.day_of(request.args.get("week")), me() if mine else None)
    return render("mediation/calendar.html", week=shown, mine=mine, this=queries.day_of(None))


@mediation.page("/cases/<number>/mediation", allow=Can.CASE_READ)
def index(number: str) -> Any:
    case = by_number(number)
    return _page(case, forms.OfferForm(formdata=None))


def _page(case: Case, offer: Form) -> Any:
    told = offers.ledger(case)
    return render(
        "mediation/index.html",
        case=case,
        sessions=queries.of_case(case),
        recusals=queries.recusals(case),
        agreed=queries.agreed(case),
        today=clock.today(),
        offers=told,
        ladder=ladder(told),
        form=offer,
    )


@mediation.page("/cases/<number>/mediation/offers", allow=Can.CASE_HANDLE, methods=["POST"])
def offer(number: str) -> Any:
    case, form = by_number(number), forms.OfferForm()
    if form.validate():
        try:
            offers.note(case, me(), **form.said)
            flash(_("Noted."))
            return redirect(url_for(".index", number=number, _anchor="offers-title"), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.OfferForm, formdata=None))
    return _page(case, form), code_of(form)


@mediation.page("/cases/<number>/mediation/new", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def new(number: str) -> Any:
    case = by_number(number)
    form = forms.plan_form(forms.PlanForm, case)
    if form.validate_on_submit():
        try:
            made = sessions.arrange(case, me(), form.plan)
            flash(_("The session is arranged."))
            return redirect(url_for(".show", number=number, session_id=made.id), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.plan_form, forms.PlanForm, case, formdata=None))
    return render("mediation/plan.html", case=case, form=form, session=None, step=None), code_of(form)


@mediation.page("/cases/<number>/mediation/<uuid:session_id>", allow=Can.CASE_READ)
def show(number: str, session_id: UUID) -> Any:
    case = by_number(number)
    sitting = queries.session_of(case, session_id)
    rows = story.story(audit.trail(sitting.id))
    return render("mediation/show.html", case=case, session=sitting, steps=SESSION.open_to(me(), sitting), rows=rows)


@mediation.page(
    "/cases/<number>/mediation/<uuid:session_id>/steps/<step>", allow=Can.CASE_READ, methods=["GET", "POST"]
)
def step(number: str, session_id: UUID, step: str) -> Any:
    case, declared = by_number(number), SESSION[step]
    sitting = queries.session_of(case, session_id)
    form = _step_form(declared, case, sitting)
    if form.validate_on_submit():
        try:
            SESSION.take(step, sitting, by=me(), seen=form.version.data or 0, **_said(form))
            flash(was_done(declared.done))
            return redirect(url_for(".show", number=number, session_id=session_id), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_step_form, declared, case, sitting, formdata=None))
    page = "mediation/plan.html" if isinstance(form, forms.PlanForm) else "mediation/step.html"
    return render(page, case=case, session=sitting, step=declared, form=form), code_of(form)


def _step_form(declared: Any, case: Case, sitting: MediationSession, **given: Any) -> Any:
    form = step_form(SESSION, declared.name, sitting, **given)
    if not isinstance(form, forms.PlanForm):
        return form
    plan = forms.plan_form(type(form), case, sitting, **given)
    plan.possible = form.possible
    return plan


def _said(form: Form) -> dict[str, Any]:
    return {"plan": form.plan, "text": form.text.data} if isinstance(form, forms.MoveForm) else form.facts


@mediation.page("/cases/<number>/recusals/new", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def recuse(number: str) -> Any:
    case, form = by_number(number), forms.RecusalForm.of()
    if form.validate_on_submit():
        try:
            sessions.recuse(case, queries.chosen(form.mediator.data), me(), **form.decided)
            flash(_("Noted."))
            return redirect(url_for(".index", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.RecusalForm.of, formdata=None))
    return render("mediation/recusal.html", case=case, form=form), code_of(form)


# What was agreed -----------------------------------------------------------------------------------------------------


@mediation.page("/cases/<number>/instalments/<uuid:part_id>", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def perform(number: str, part_id: UUID) -> Any:
    case = by_number(number)
    part = queries.part_of(case, part_id)
    form = forms.PerformForm.of(part)
    if form.validate_on_submit():
        try:
            performance.note(part, case, me(), seen=form.version.data or 0, **form.told)
            flash(_("Noted."))
            return redirect(url_for(".index", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.PerformForm.of, part, formdata=None))
    return render("mediation/perform.html", case=case, part=part, form=form), code_of(form)


@mediation.page("/cases/<number>/proofs/<uuid:proof_id>", allow=Can.CASE_READ)
def proof(number: str, proof_id: UUID) -> Any:
    return download(queries.proof_of(by_number(number), proof_id), by=me(), inline="inline" in request.args)


@mediation.page("/cases/<number>/confirmation", allow=Can.CASE_HANDLE, methods=["GET", "POST"])
def confirm(number: str) -> Any:
    case = by_number(number)
    agreed = queries.agreement_of(case)
    form = _confirming(agreed.agreement)
    if form.validate_on_submit():
        try:
            seen = form.version.data or 0
            confirming.note(case, agreed.agreement, agreed.confirmation, me(), seen=seen, **form.told)
            flash(_("Noted."))
            return redirect(url_for(".confirm", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_confirming, agreed.agreement, formdata=None))
    return _confirmation(case, queries.agreement_of(case), form, forms.PackForm(formdata=None))


def _confirming(agreement: Agreement, **given: Any) -> forms.ConfirmationForm:
    """How far it is, as it stands now."""
    return forms.ConfirmationForm.of(queries.confirmation_of(agreement), agreement.agreed_on, **given)


@mediation.page("/cases/<number>/confirmation/pack", allow=Can.CASE_REVEAL, methods=["POST"])
def pack(number: str) -> Any:
    """What goes to the court; that it was made, and what for, stands in the story."""
    case, form = by_number(number), forms.PackForm()
    agreed = queries.agreement_of(case)
    if form.validate():
        try:
            response = Response(confirming.pack(case, me(), reason=form.text.data or ""), mimetype="application/pdf")
            response.headers["Content-Disposition"] = disposition("attachment", f"司法确认{number}.pdf")
            return response
        except Invalid as refusal:
            form.say(refusal)
    return _confirmation(case, agreed, _confirming(agreed.agreement, formdata=None), form)


def _confirmation(case: Case, agreed: queries.Agreed, form: Form, asked: Form) -> Any:
    papers = law.pack(papers_of(case))
    page = render("mediation/confirmation.html", case=case, agreed=agreed, form=form, pack=asked, papers=papers)
    return page, max(code_of(form), code_of(asked))


# For calendars elsewhere ---------------------------------------------------------------------------------------------


@mediation.page("/cases/<number>/mediation/<uuid:session_id>/session.ics", allow=Can.CASE_READ)
def ics_of(number: str, session_id: UUID) -> Any:
    case = by_number(number)
    return _ics(number, [(queries.session_of(case, session_id), case)])


@mediation.page("/mediation/feed", allow=Can.CASE_READ)
def feed() -> Any:
    """One's own link; it can be read only when it has just been made."""
    ticket = session.pop("feed", None)
    link = url_for(".fed", ticket=ticket, _external=True) if ticket else ""
    return render("mediation/feed.html", link=link, there=feeds.has(me()))


@mediation.page("/mediation/feed", allow=Can.CASE_READ, methods=["POST"], endpoint="make_feed")
def make_feed() -> Any:
    session["feed"] = feeds.make(me())
    return redirect(url_for(".feed"), 303)


@mediation.page("/mediation/feed/end", allow=Can.CASE_READ, methods=["POST"])
def end_feed() -> Any:
    feeds.take_back(me())
    flash(_("The link opens nothing any more."))
    return redirect(url_for(".feed"), 303)


@mediation.page("/mediation/feeds/<ticket>", allow=ANYONE)
def fed(ticket: str) -> Any:
    """Somebody's sessions, for whoever holds their sealed link: a calendar cannot sign in."""
    person = feeds.whose(ticket)
    return _ics(realm.home().short_name, queries.fed(person))


def _ics(name: str, found: ics.Fed) -> Response:
    def link(case: Case, sitting: MediationSession) -> str:
        return url_for("mediation.show", number=case.number, session_id=sitting.id, _external=True)

    response = Response(ics.calendar(name, found, link), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = disposition("attachment", f"{name}.ics")
    response.headers["Cache-Control"] = "private, no-store"
    return response


# For templates -------------------------------------------------------------------------------------------------------


@mediation.app_template_filter()
def held_where(sitting: MediationSession) -> str:
    """The room, or how else it is held and where."""
    if sitting.room:
        return sitting.room.name
    return " · ".join(filter(None, (str(sessions.WAYS[sitting.way]), sitting.place)))


@mediation.app_template_filter()
def clock_time(at: datetime) -> str:
    """14:30, as the clocks on the walls show it."""
    return f"{clock.local(at):%H:%M}"


@mediation.app_template_filter()
def weekday(day: date) -> str:
    return str(format_date(day, "EEE"))


@mediation.app_template_filter()
def asked_by(code: str) -> str:
    return str(sessions.ASKED_BY[code])


@mediation.app_template_filter()
def offered_by(code: str) -> str:
    return str(offers.SIDES[code])


@mediation.app_template_filter()
def sides(codes: list[str]) -> str:
    return _(", ").join(str(SIDES[code]) for code in codes) or _("nobody")
