"""The pages of who complains with whom and through whom, of the prepaid card, and of the papers."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app import audit
from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases import advice, forms, intake, joint, lists, panels, queries, reuniting, story
from app.cases import party_forms as asked
from app.cases.models import MIXED, Case, CaseState
from app.cases.queries.parties import parties as parties_of
from app.cases.services import consents as consenting
from app.cases.services import dividing
from app.cases.services import parties as services
from app.cases.services.parts import statement_of
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.core.privacy import redact
from app.documents import letterhead
from app.ui import render
from tenants import realm

parties = Area("parties", __name__, kinds={"center"}, url_prefix="/cases")


@parties.page("/<number>/complainants", allow=Can.CASE_READ)
def index(number: str) -> Any:
    return _people(queries.by_number(number), asked.JoinForm(), asked.ElectForm())


@parties.page("/<number>/complainants", allow=Can.CASE_INTAKE, methods=["POST"], endpoint="join")
def join(number: str) -> Any:
    """Take in the people of a pasted table; all of them, or none and a word about every line."""
    case, form = queries.by_number(number), asked.JoinForm()
    if form.validate():
        try:
            new = services.join(case, me(), form.people)
            flash(ngettext("%(num)d person was added.", "%(num)d people were added.", new))
            return redirect(url_for(".index", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return _people(case, form, asked.ElectForm(formdata=None)), 422


@parties.page("/<number>/representatives", allow=Can.CASE_INTAKE, methods=["POST"])
def note(number: str) -> Any:
    """That those chosen were elected to represent all, or that they have consented."""
    case, form = queries.by_number(number), asked.ElectForm()
    chosen = {int(one) for one in request.form.getlist("chosen") if one.isdigit()}
    if form.validate():
        try:
            if form.act.data == "elect":
                services.elect(case, me(), chosen, text=form.text.data or "")
            else:
                services.consent(case, me(), chosen)
            flash(_("Noted."))
            return redirect(url_for(".index", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return _people(case, asked.JoinForm(formdata=None), form), 422


def _people(case: Case, join: Any, elect: Any) -> Any:
    said = parties_of(case, everybody=True)
    return render("cases/complainants.html", case=case, said=said, join=join, elect=elect, most=joint.MOST)


@parties.page("/<number>/complainants/<uuid:party_id>", allow=Can.CASE_REVEAL, methods=["GET", "POST"])
def reveal(number: str, party_id: UUID) -> Any:
    """One of them in clear, in exchange for a reason."""
    case, form, shown = queries.by_number(number), forms.RevealForm(), None
    party = services.party_of(case, party_id)
    if form.validate_on_submit():
        try:
            shown = services.reveal_party(case, me(), party, reason=form.text.data)
        except Invalid as refusal:
            form.say(refusal)
    return render("cases/complainant.html", case=case, party=party, form=form, shown=shown), _code(form)


@parties.page("/<number>/agent", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def agent(number: str) -> Any:
    case = queries.by_number(number)
    form = asked.AgentForm.of(parties_of(case).agent)
    if form.validate_on_submit():
        try:
            services.authorise(case, me(), asked.said_of(form))
            flash(_("Saved."))
            return redirect(url_for("cases.show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("cases/agent.html", case=case, form=form), _code(form)


@parties.page("/<number>/correct", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def correct(number: str) -> Any:
    """Put right what was taken down when it came in."""
    case = queries.by_number(number)
    form = asked.CorrectForm.of(case, statement_of(case))
    if form.validate_on_submit():
        try:
            services.correct(case, me(), seen=form.version.data or 0, **form.facts)
            flash(_("Saved."))
            return redirect(url_for("cases.show", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, lambda: asked.CorrectForm.of(case, statement_of(case), formdata=None))
    return render("cases/correct.html", case=case, form=form), code_of(form)


@parties.page("/<number>/card", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def card(number: str) -> Any:
    case = queries.by_number(number)
    form = asked.CardForm.of(parties_of(case).card)
    if form.validate_on_submit():
        try:
            services.describe_card(case, me(), asked.card_of(form))
            flash(_("Saved."))
            return redirect(url_for("cases.show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("cases/card.html", case=case, form=form), _code(form)


@parties.page("/<number>/consents", allow=Can.CASE_READ)
def consents(number: str) -> Any:
    case = queries.by_number(number)
    return _consents(case, asked.ConsentForm() if case.is_complaint and _may_change(case, me()) else None)


@parties.page("/<number>/consents", allow=Can.CASE_INTAKE, methods=["POST"])
def answer(number: str) -> Any:
    """Note what one side answered."""
    case, form = queries.by_number(number), asked.ConsentForm()
    if form.validate():
        try:
            consenting.note(case, me(), **form.said)
            flash(_("Noted."))
            return redirect(url_for(".consents", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return _consents(case, form)


def _consents(case: Case, form: Any) -> Any:
    facts: dict[str, Any] = {"noted": consenting.noted(case), "form": form, **_agreed(case)}
    return render("cases/consents.html", case=case, **facts), _code(form) if form else 200


def _agreed(case: Case) -> dict[str, Any]:
    return {"standing": consenting.standing(case), "matters": consenting.MATTERS, "sides": consenting.SIDES}


@parties.page("/<number>/checklist", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def checklist(number: str) -> Any:
    case, form = queries.by_number(number), asked.ChecklistForm()
    if form.validate_on_submit():
        services.tick(case, me(), form.held.data)
        flash(_("Saved."))
        return redirect(url_for("cases.show", number=number), 303)
    return render("cases/checklist.html", case=case, form=form, wanted=parties_of(case).lines), _code(form)


@parties.page("/<number>/divide", allow=Can.CASE_TRIAGE, methods=["GET", "POST"])
def divide(number: str) -> Any:
    """A mixed letter becomes a complaint and a report."""
    case = queries.by_number(number)
    dividing.require(case)
    form = asked.DivideForm(**intake.halves(case))
    if form.validate_on_submit():
        try:
            made = dividing.divide(case, me(), **form.facts)
            flash(_("Divided. The report is %(number)s.", number=made.number))
            return redirect(url_for("cases.show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("cases/divide.html", case=case, form=form), _code(form)


@parties.page("/<number>/reunite", allow=Can.CASE_TRIAGE, methods=["GET", "POST"])
def reunite(number: str) -> Any:
    """The two halves become the letter again; or what stands in the way of it."""
    case = queries.by_number(number)
    done = reuniting.in_the_way(reuniting.halves_of(case)) if request.method == "GET" else []
    form = _reunion(case)
    if form.validate_on_submit():
        try:
            letter = reuniting.reunite(case, me(), reason=form.text.data, seen=form.version.data or 0)
            flash(_("The division is taken back."))
            return redirect(url_for("cases.show", number=letter.number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_reunion, case, formdata=None))
    return render("cases/reunite.html", case=case, form=form, rows=_named(done, case)), code_of(form)


def _named(done: list[audit.Line], case: Case) -> list[dict[str, Any]]:
    """Rows of a timeline in which each says what it was done to."""
    rows = story.story(done, case)
    return [{**row, "tags": [line.entry.subject_number]} for row, line in zip(rows, done, strict=True)]


def _reunion(case: Case, **given: Any) -> forms.ReasonForm:
    form = forms.ReasonForm(**given)
    if form.anew:
        form.version.data = case.version
    form.possible = dividing.is_half(case)
    return form


@parties.page("/<number>/missing", allow=Can.CASE_READ)
def missing(number: str) -> Any:
    """What the consumer is asked to bring, to hand over or to send."""
    case = queries.by_number(number)
    return render("cases/missing.html", case=case, said=parties_of(case), letterhead=letterhead.present())


@parties.page("/new/checklist", allow=Can.CASE_INTAKE)
def wanted() -> Any:
    """A fragment: the papers for what has been said of a complaint so far."""
    return render("cases/_checklist.html", wanted=intake.papers(request.args))


def _code(form: Any) -> int:
    return 422 if form.errors or form.form_errors else 200


def _panel(case: Case, person: Any) -> panels.Panel:
    facts = {"said": parties_of(case), "other": dividing.other_half(case), **_agreed(case)}
    return panels.Panel("cases/_parties.html", facts)


def _whose(case: Case, person: Any) -> panels.Panel | None:
    """Before somebody has decided: whose matter it is."""
    if case.status != CaseState.LODGED or not person.can(Can.CASE_TRIAGE, case):
        return None
    told = statement_of(case)
    advices = advice.advise(case, platform=told.platform, bought_on=told.purchased_on, act_place=redact(told.act_place))
    return panels.Panel("cases/_advice.html", {"advices": advices, "guide": case.is_outside})


def _actions(case: Case, person: Any) -> list[panels.Action]:
    if case.nature == MIXED and case.status == CaseState.LODGED and person.can(Can.CASE_TRIAGE, case):
        return [panels.Action(_("Divide the letter"), url_for("parties.divide", number=case.number))]
    if not _may_change(case, person):
        return []
    found = [panels.Action(_("Who complains"), url_for("parties.index", number=case.number))]
    if case.is_complaint:
        found.append(panels.Action(_("Consents"), url_for("parties.consents", number=case.number)))
    return [*found, panels.Action(_("Correct what was taken down"), url_for("parties.correct", number=case.number))]


def _may_change(case: Case, person: Any) -> bool:
    return bool(case.is_open and person.can(Can.CASE_INTAKE, case) and realm.current().writes == case.tenant_id)


def _answered(facts: dict[str, Any]) -> str:
    """委托调解 · 消费者 · 同意"""
    said = _("agrees") if facts["given"] else _("does not agree")
    return f"{consenting.MATTERS[facts['matter']]} · {consenting.SIDES[facts['side']]} · {said}"


panels.PANELS[:0] = [_whose, _panel]
panels.ACTIONS.append(_actions)
words.extend(
    {
        "case.divided": _l("Divided a mixed letter into complaint and report"),
        "case.joined": _l("Added people who complain together"),
        "case.represented": _l("Noted who represents all"),
        "case.consented": _l("Noted consents"),
        "case.answered_for": _l("Noted what a side answered"),
        "case.authorised": _l("Noted the agent's authorisation"),
        "case.card": _l("Noted what is known of the card"),
        "case.corrected": _l("Corrected what was taken down"),
        "case.papers": _l("Went through the checklist"),
        "case.party_revealed": _l("Looked at somebody who complains"),
    },
    {"case.answered_for": _answered, "case.divided": lambda facts: facts["other"]},
    fields={
        "case.card": {
            "paid": words.Field(_l("Paid in")),
            "used": words.Field(_l("Used up")),
            "paid_on": words.Field(_l("Paid on")),
            "last_open_on": words.Field(_l("Last day the shop was open")),
            "records": words.Field(_l("Who keeps the record of use")),
            "lessor": words.Field(_l("Mall or landlord")),
        },
        "case.corrected": {
            "name": words.Field(_l("Name")),
            "phone": words.Field(_l("Phone")),
            "id_number": words.Field(_l("ID number")),
            "address": words.Field(_l("Address")),
            "elderly": words.Field(_l("60 or older")),
            "minor": words.Field(_l("under 18")),
            "claims": words.Field(
                _l("Claims"), lambda codes: _(", ").join(lists.named("claims", code) for code in codes)
            ),
            "place": words.Field(_l("How it was bought"), lambda code: lists.named("places", code)),
            "channel": words.Field(_l("Channel"), lambda code: lists.named("channels", code)),
            "reference": words.Field(_l("Number at its source")),
            "purchased_on": words.Field(_l("Day of purchase")),
            "order_number": words.Field(_l("Order or contract number")),
            "platform": words.Field(_l("Platform")),
            "stream": words.Field(_l("Live room or streamer")),
            "merchant_address": words.Field(_l("Address of the merchant")),
            "merchant_phone": words.Field(_l("Telephone of the merchant")),
        },
        "case.authorised": {
            "name": words.Field(_l("Name")),
            "phone": words.Field(_l("Phone")),
            "id_number": words.Field(_l("ID number")),
            "powers": words.Field(_l("What the agent may do")),
            "until": words.Field(_l("Valid until")),
        },
    },
)
