"""The in-tray of an organisation, the exchange behind each row of it, and the letters it sends."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app import deadlines
from app.accounts.permissions import Can
from app.accounts.presence import me
from app.cases.queries import by_number, files_of
from app.core import clock
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import code_of, tidy
from app.core.privacy import tells_of_somebody
from app.files.serve import download
from app.handoffs import forms, packet, panels, queries, services, story, words
from app.handoffs.kinds import KINDS
from app.handoffs.models import Handoff, HandoffDraft
from app.handoffs.workflow import LETTER, life_of
from app.ui import render, was_done
from app.workflow.forms import step_form
from tenants import realm
from tenants.registry import registry

handoffs = Area("handoffs", __name__, kinds={"center", "department"})

__all__ = ["handoffs", "panels", "words"]  # to import these is to put them on the page of a case and in the trail
LONGEST_SEARCH = 100


# In-trays -----------------------------------------------------------------------------------------------------------


@handoffs.page("/inbox", allow=Can.HANDOFF_READ)
def inbox() -> Any:
    """What has to be signed for or decided, by its last day."""
    return _tray("received")


@handoffs.page("/under-way", allow=Can.HANDOFF_READ)
def under_way() -> Any:
    return _tray("under_way")


@handoffs.page("/answered", allow=Can.HANDOFF_READ)
def answered() -> Any:
    return _tray("answered")


@handoffs.page("/outbox", allow=Can.HANDOFF_READ)
def outbox() -> Any:
    return _tray("outbox")


@handoffs.page("/found", allow=Can.HANDOFF_READ)
def found() -> Any:
    """What the box on top of a department's pages finds, among all that it received or sent."""
    said = tidy(request.args.get("q"))[:LONGEST_SEARCH]
    said = "" if tells_of_somebody(said) else said
    rows = queries.found(said, after=_after_row()) if said else []
    return _opened("found", rows, sought=said)


def _tray(box: str) -> str:
    return _opened(box, queries.box(box, after=_after_row()))


def _after_row() -> Handoff | None:
    """?after=<reference> turns the page of a tray."""
    last = request.args.get("after")
    return queries.by_reference(last) if last else None


def _opened(box: str, rows: list[Handoff], **facts: Any) -> str:
    """A whole tray with its first letter open beside it; on a phone only the tray is seen."""
    if not rows:
        return render("handoffs/tray.html", **_beside(box, rows), **facts)
    return render("handoffs/show.html", **_letter_of(rows[0]), **_beside(box, rows, rows[0]), **facts, open=False)


def _beside(box: str, rows: list[Handoff], shown: Handoff | None = None) -> dict[str, Any]:
    more = queries.reference(rows[-1]) if len(rows) == queries.PAGE else None
    endpoints = {"received": "inbox"}
    endpoint = f"handoffs.{endpoints.get(box, box)}"
    # A center has one entry in its menu for all that it receives.
    under = "handoffs.inbox" if realm.home().kind == "center" and box != "outbox" else endpoint
    return {
        "box": box,
        "rows": story.tray(rows, shown),
        "more": more,
        "endpoint": endpoint,
        "under": under,
        "tray_url": url_for(endpoint),
    }


@handoffs.page("/inbox/sign", allow=Can.HANDOFF_RECEIVE, methods=["POST"])
def sign_many() -> Any:
    """Sign for the letters ticked in the in-tray; each that could not be signed for is named with the reason."""
    chosen = request.form.getlist("chosen")[: queries.PAGE]
    signed, refused = services.sign_many(chosen, me())
    if signed:
        flash(ngettext("%(num)d letter was signed for.", "%(num)d letters were signed for.", len(signed)))
    for name, why in refused:
        flash(_("%(letter)s was not signed for. %(why)s", letter=name, why=why), "warn")
    if not chosen:
        flash(_("Choose at least one letter first."), "warn")
    return redirect(url_for(".inbox"), 303)


# One of them --------------------------------------------------------------------------------------------------------


@handoffs.page("/handoffs/<reference>", allow=Can.HANDOFF_READ)
def show(reference: str) -> Any:
    return _shown(queries.by_reference(reference))


def _shown(handoff: Handoff, message: Any = None) -> str:
    """The page of a handoff; a message that could not be taken is handed in again with its errors."""
    box = queries.box_of(handoff)
    tray = _beside(box, queries.box(box), handoff)
    return render("handoffs/show.html", **_letter_of(handoff, message), **tray, open=True)


def _letter_of(handoff: Handoff, message: Any = None) -> dict[str, Any]:
    """The right pane: one letter, what is shared with it, and the exchange."""
    told, today = queries.story(handoff), clock.today()
    if message is None and services.may_write(handoff, me()):
        message = forms.AnswerForm(formdata=None)
    return {
        "handoff": handoff,
        "reference": queries.reference(handoff),
        "kind": KINDS[handoff.kind],
        "sender": registry.by_id(handoff.sender_id),
        "receiver": registry.by_id(handoff.receiver_id),
        "side": handoff.side_of(realm.current().writes),
        "case_here": queries.own_case(handoff),
        "steps": life_of(handoff).open_to(me(), handoff),
        "message": message,
        "form": message,
        "ask": next((one.words for one in told if one.step.step == "send"), handoff.ask),
        "flow": story.flow(handoff),
        "timeline": story.timeline(told),
        "told": told,
        "matter": story.matter(handoff),
        "lines": packet.lines(packet.personal_of(handoff)),
        "files": [file for one in told for file in one.files],
        "shut": handoff.status == "withdrawn",
        "ledger": queries.ledger(handoff),
        "fields": packet.FIELDS,
        "clocks": [deadlines.view(one, today) for one in handoff.clocks],
    }


@handoffs.page("/handoffs/<reference>/steps/<step>", allow=Can.HANDOFF_READ, methods=["GET", "POST"])
def step(reference: str, step: str) -> Any:
    """One view for all steps: take it, or show its form again with what was typed."""
    handoff = queries.by_reference(reference)
    declared = life_of(handoff)[step]
    form = step_form(life_of(handoff), step, handoff)
    if form.validate_on_submit():
        try:
            services.take(handoff, step, me(), seen=form.version.data or 0, **form.facts)
            flash(f"{handoff.number} · {was_done(declared.done)}")
            return redirect(url_for(".show", reference=reference), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(step_form, life_of(handoff), step, handoff, formdata=None))
    return render("handoffs/step.html", **_step(handoff, declared, form)), code_of(form)


def _step(handoff: Handoff, declared: Any, form: Any) -> dict[str, Any]:
    box = queries.box_of(handoff)
    facts = {"handoff": handoff, "reference": queries.reference(handoff), "step": declared, "form": form}
    return {**facts, **_beside(box, queries.box(box), handoff)}


@handoffs.page("/handoffs/<reference>/messages", allow=Can.HANDOFF_READ, methods=["POST"])
def write(reference: str) -> Any:
    """A message in the exchange; it moves nothing."""
    handoff = queries.by_reference(reference)
    form = forms.AnswerForm()
    if form.validate_on_submit():
        try:
            services.write(handoff, me(), **form.facts)
            return redirect(url_for(".show", reference=reference), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.AnswerForm, formdata=None))
    return _shown(handoff, message=form), code_of(form)


@handoffs.page("/handoffs/<reference>/files/<uuid:file>", allow=Can.HANDOFF_READ)
def file(reference: str, file: UUID) -> Any:
    """A file of the packet or of an answer; the receiver has it only while it is open."""
    return download(queries.file_of(queries.by_reference(reference), file), by=me(), inline="show" in request.args)


@handoffs.page("/handoffs/<reference>/fields/<field>", allow=Can.HANDOFF_READ, methods=["GET", "POST"])
def reveal(reference: str, field: str) -> Any:
    """The whole of a field that was shared, for a reason that is recorded."""
    handoff, form, value = queries.by_reference(reference), forms.RevealForm(), None
    if form.validate_on_submit():
        try:
            value = services.reveal(handoff, me(), field=field, reason=form.text.data)
        except Invalid as refusal:
            form.say(refusal)
    facts: dict[str, Any] = {"handoff": handoff, "reference": reference, "form": form, "value": value}
    return render("handoffs/reveal.html", field=packet.field(field), **facts), code_of(form)


# Letters before they are sent ---------------------------------------------------------------------------------------


@handoffs.page("/letters", allow=Can.HANDOFF_SEND)
def letters() -> Any:
    """Letters that have not gone out: those that wait for approval first."""
    return render("handoffs/letters.html", drafts=queries.open_drafts(), kinds=KINDS, places=registry.by_id)


@handoffs.page("/cases/<number>/letters/new", allow=Can.HANDOFF_SEND, methods=["GET", "POST"])
def new(number: str) -> Any:
    """Begin a letter from a case: ?kind=referral | request."""
    case, kind = by_number(number), _kind(request.args.get("kind", ""))
    form = forms.letter_form(case, kind)
    if form.validate_on_submit():
        try:
            draft = services.prepare(case, me(), kind=kind.code, **form.letter)
            return redirect(url_for(".letter", number=draft.number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("handoffs/edit.html", form=form, case=case, kind=kind, draft=None), code_of(form)


@handoffs.page("/letters/<number>", allow=Can.HANDOFF_SEND)
def letter(number: str) -> Any:
    """Exactly what the other side will see, before anything has left."""
    draft = queries.draft(number)
    return render("handoffs/letter.html", **_letter(draft))


def _letter(draft: HandoffDraft) -> dict[str, Any]:
    case = by_number(draft.case_number)
    chosen = [file for file in files_of(case) if str(file.id) in draft.files]
    steps = LETTER.open_to(me(), draft)
    if any(step.name == "send" for step in steps):  # who may send has nobody to submit it to
        steps = [step for step in steps if step.name != "submit"]
    return {
        "draft": draft,
        "case": case,
        "kind": KINDS[draft.kind],
        "receiver": registry.by_id(draft.receiver_id),
        "lines": packet.preview(case, draft.fields),
        "files": chosen,
        "steps": steps,
        "changeable": LETTER.possible(LETTER["revise"], draft) and me().can(Can.HANDOFF_SEND, draft),
        "reference": queries.reference_of(draft),
    }


@handoffs.page("/letters/<number>/edit", allow=Can.HANDOFF_SEND, methods=["GET", "POST"])
def edit(number: str) -> Any:
    draft = queries.draft(number)
    case, kind = by_number(draft.case_number), KINDS[draft.kind]
    form = _revised(draft)
    if form.validate_on_submit():
        try:
            services.revise(draft, me(), seen=form.version.data or 0, **form.letter)
            return redirect(url_for(".letter", number=number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_revised, draft, formdata=None))
    return render("handoffs/edit.html", form=form, case=case, kind=kind, draft=draft), code_of(form)


def _revised(draft: HandoffDraft, **given: Any) -> forms.LetterForm:
    """The letter as it stands, to be written over."""
    form = forms.letter_form(by_number(draft.case_number), KINDS[draft.kind], draft, **given)
    form.possible = LETTER.possible(LETTER["revise"], draft)
    if not form.is_submitted():
        LETTER.require(LETTER["revise"], draft)
    return form


@handoffs.page("/letters/<number>/steps/<step>", allow=Can.HANDOFF_SEND, methods=["GET", "POST"])
def letter_step(number: str, step: str) -> Any:
    draft = queries.draft(number)
    form = step_form(LETTER, step, draft)
    if form.validate_on_submit():
        try:
            LETTER.take(step, draft, by=me(), seen=form.version.data or 0, **form.facts)
            flash(was_done(LETTER[step].done))
            return redirect(_after(draft), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(step_form, LETTER, step, draft, formdata=None))
    return render("handoffs/letter_step.html", draft=draft, step=LETTER[step], form=form), code_of(form)


def _after(draft: HandoffDraft) -> str:
    """To the handoff once it is sent, to the case once it is dropped, else to the letter."""
    if reference := queries.reference_of(draft):
        return url_for(".show", reference=reference)
    if draft.status == "discarded":
        return url_for("cases.show", number=draft.case_number)
    return url_for(".letter", number=draft.number)


def _kind(code: str) -> Any:
    if code not in KINDS:
        raise Missing
    return KINDS[code]
