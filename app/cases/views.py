"""The queue, intake, one case and its steps."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.cases import contact_pages, forms, grounds, intake, lists, panels, queries, services, story
from app.cases.models import Case
from app.cases.queries.filters import handlers
from app.cases.queries.queue import MOST, beside
from app.cases.services.parties import represented
from app.cases.services.parts import statement_of
from app.cases.shares import queries as shares
from app.cases.staffing import services as staffing
from app.cases.workflow import CASE
from app.cases.worklist import bulk, presence
from app.cases.worklist import queries as liked
from app.cases.worklist.models import Bulk
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import Form, code_of
from app.core.listing import View
from app.deadlines import wording
from app.documents import letterhead
from app.files import viewer
from app.files.serve import display, download
from app.notifications import services as telling
from app.ui import render, was_done
from app.ui.text import NOTHING
from app.workflow import Approval, Step
from tenants.registry import registry

cases = Area("cases", __name__, kinds={"center"}, url_prefix="/cases")


@cases.page("", allow=Can.CASE_READ)
def index() -> Any:
    mine = liked.mine(me())
    if not request.args and mine.usual:
        return redirect(url_for(".index", **mine.usual.asked))
    listing = replace(queries.queue(me()), size=mine.habit.size)
    numbers, view = queries.figures(me()), listing.read(request.args)
    shown = queries.rows_of(view, numbers)
    session["list"] = view.asked
    tabs = queries.tabs(view, numbers)
    around = {"numbers": numbers, "tabs": tabs, "mine": mine, "beside": beside(shown.rows), **_around(view, mine)}
    return render("cases/index.html", view=view, shown=shown, **around)


def _around(view: View, mine: liked.Mine) -> dict[str, Any]:
    """What stands around the list."""
    return {
        "columns": liked.CHOICES,
        "heads": [_heading(view, code) for code in mine.columns],
        "kept": mine.kept,
        "asked": view.asked,
        "counts": None,
        "actions": bulk.actions(me()),
        "may_refer": lambda case: me().can(Can.HANDOFF_SEND, case) and CASE.possible(CASE["refer"], case),
        "may_assign": lambda case: me().can(Can.CASE_ASSIGN, case) and CASE.possible(CASE["assign"], case),
        "most": MOST,
    }


def _heading(view: View, code: str) -> dict[str, Any]:
    """The head of a column; the list can be ordered by those that it has an order for."""
    title, num = liked.CHOICES[code]
    order = {"due": "due", "received": "newest"}.get(code)
    return view.head(order, title, num=num) if order else {"title": title, "num": num}


# Intake --------------------------------------------------------------------------------------------------------------


@cases.page("/new", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def new() -> Any:
    form = intake.blank(request.args)
    if form.validate_on_submit():
        try:
            complaint = intake.complaint(form, me())
            lodged = services.lodge(
                complaint, me(), key=form.submission_key.data, evidence=form.evidence.data, slip=True
            )
            session["slip"] = [lodged.case.number, lodged.code]
            return redirect(url_for(".slip", number=lodged.case.number), 303)
        except Invalid as refusal:
            form.say(refusal)
    wanted = intake.papers(request.form)
    return render("cases/new.html", form=form, found=intake.found(form), alike=None, wanted=wanted), code_of(form)


@cases.page("/new/duplicates", allow=Can.CASE_INTAKE, methods=["POST"])
def duplicates() -> Any:
    """A fragment: what may be the same matter. By POST, because a phone number has no place in an address."""
    return render("cases/_hints.html", alike=intake.hints(request.form))


@cases.page("/<number>/slip", allow=Can.CASE_INTAKE)
def slip(number: str) -> Any:
    case = queries.by_number(number)
    issued_for, code = session.pop("slip", (None, None))
    code = code if issued_for == number else None
    if code:
        services.slip_shown(case)
    return render("cases/slip.html", code=code, slip=queries.slip_of(case), letterhead=letterhead.present())


@cases.page("/<number>/slip", allow=Can.CASE_INTAKE, methods=["POST"], endpoint="renew_code")
def renew_code(number: str) -> Any:
    session["slip"] = [number, services.renew_code(queries.by_number(number), me())]
    return redirect(url_for(".slip", number=number), 303)


# One case ------------------------------------------------------------------------------------------------------------


@cases.page("/<number>", allow=Can.CASE_READ)
def show(number: str) -> Any:
    return _page(queries.by_number(number), forms.NoteForm())


def _page(case: Case, note: forms.NoteForm, code: int = 200) -> Any:
    opened = queries.opened(case, me())
    return render(
        "cases/show.html",
        case=case,
        opened=opened,
        form=note,
        steps=[] if opened.draft else CASE.open_to(me(), case),
        drafted=CASE[opened.draft.step] if opened.draft else None,
        asked=story.drafted(opened.draft, case) if opened.draft else "",
        rows=story.story(opened.lines, case),
        flow=story.flow(case, opened.lines),
        panels=[contact_pages.beside(opened.contacts), *panels.panels(case, me())],
        actions=panels.actions(case, me()),
        may_remove=services.may_remove,
    ), code


@cases.page("/<number>/mute", allow=Can.CASE_READ, methods=["POST"])
def mute(number: str) -> Any:
    telling.mute(queries.by_number(number), by=me())
    flash(_("Of this case you are told only what is red, and what you are asked for yourself."))
    return redirect(url_for(".show", number=number), 303)


@cases.page("/<number>/notes", allow=Can.CASE_READ, methods=["POST"])
def note(number: str) -> Any:
    case, form = queries.by_number(number), forms.NoteForm()
    if not form.validate_on_submit():
        return _page(case, form, 422)
    services.note(case, me(), text=form.text.data, public=form.public.data == "yes")
    presence.drop_draft(case, me())
    flash(_("The note is in the story."))
    return redirect(url_for(".show", number=number), 303)


@cases.page("/<number>/reveal/<field>", allow=Can.CASE_REVEAL, methods=["GET", "POST"])
def reveal(number: str, field: str) -> Any:
    if field not in services.PERSONAL:
        raise Missing
    case, form, value = queries.by_number(number), forms.RevealForm(), None
    if form.validate_on_submit():
        try:
            value = services.reveal(case, me(), field=field, reason=form.text.data)
        except Invalid as refusal:
            form.say(refusal)
    facts = {"field": field, "title": services.PERSONAL[field], "value": value}
    return render("cases/reveal.html", case=case, form=form, **facts), code_of(form)


@cases.page("/<number>/steps/<name>", allow=Can.CASE_READ, methods=["GET", "POST"])
def step(number: str, name: str) -> Any:
    case, declared = queries.by_number(number), CASE[name]
    if declared.hidden:
        raise Missing
    if request.method == "GET":
        CASE.require(declared, case)
    form = _step_form(declared, case)
    if form.validate_on_submit():
        try:
            ahead = _ahead(case)
            taken, kept = bulk.take_one(name, case, me(), seen=form.version.data or 0, **form.facts)
            return _taken(taken, case, ahead, kept)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_step_form, declared, case, formdata=None))
    return _step_page(case, declared, form)


def _step_page(case: Case, declared: Step, form: Any) -> Any:
    """The form, and beside it what it decides on."""
    facts = {"step": declared, "form": form, "found": intake.found(form), "told": statement_of(case)}
    asked = shares.asked(case) if "shares" in form else None
    return render("cases/step.html", case=case, asked=asked, **facts), code_of(form)


def _step_form(declared: Step, case: Case, **given: Any) -> Any:
    """The form of a step, filled in with what the case says already; given formdata=None, whatever was sent in."""
    kind = declared.form or Form
    known = {"obj": case} if issubclass(kind, forms.DescribeForm | forms.FlagForm) else {}
    if issubclass(kind, forms.DescribeForm):
        known |= intake.known(case)
    form = kind(**known, **given)
    form.possible = declared in CASE.open_to(me(), case)
    if form.anew:
        form.version.data = case.version
    if isinstance(form, forms.DescribeForm) and not given and request.method == "GET":
        intake.take_over(form, request.args)
    if isinstance(form, forms.OfCase):
        form.fit(case)
    if "consented" in form and not represented(case):
        del form.consented
    if "act_place" in form and not case.is_report:
        del form.act_place
    if "shares" in form and case.people == 1:
        del form.shares
    if isinstance(form, forms.AssignForm):
        form.assignee.data = form.assignee.data or str(case.assignee_id or "")
        form.assignee.choices = staffing.choices(handlers())
    return form


def _ahead(case: Case) -> str:
    """Where a step leads this person: as a rule to the case, else to the list that was open last, or to its next."""
    after, asked = liked.habit_of(me()).after, session.get("list") or {"scope": "open"}
    found = queries.next_in(me(), asked, case) if after == "next" else None
    if found:
        return url_for(".show", number=found)
    return url_for(".show", number=case.number) if after == "case" else url_for(".index") + f"?{urlencode(asked)}"


def _done(taken: Step, case: Case, kept: Bulk | None) -> Any:
    """What is said of a step; of one that can be taken back, with where."""
    done = was_done(taken.done or taken.label)
    if kept is None:
        return done
    return {"text": done, "number": case.number, "back": url_for("worklist.undo", bulk_id=kept.id)}


def _taken(taken: Step | Approval, case: Case, ahead: str = "", kept: Bulk | None = None) -> Any:
    if isinstance(taken, Approval):
        flash(_("Drafted. It waits for the director's approval."))
    else:
        flash(_done(taken, case, kept))
        if taken.name == "assign" and (warning := staffing.away(case.assignee_id)):
            flash(warning, "warn")
    return redirect(ahead or url_for(".show", number=case.number), 303)


@cases.page("/<number>/clocks/<uuid:clock_id>", allow=Can.CASE_READ, endpoint="clock")
def time_limit(number: str, clock_id: UUID) -> Any:
    """Why its last day is that day."""
    case = queries.by_number(number)
    shown = queries.clock_page(case, clock_id)
    return render(
        "cases/clock.html",
        case=case,
        shown=shown,
        others=queries.clocks_beside(case, clock_id),
        rows=story.story(shown.lines, case),
        kinds=wording.day_kinds(),
        say=wording.say,
        days=wording.days,
    )


# Drafts that wait for the director -----------------------------------------------------------------------------------


@cases.page("/<number>/drafts/<uuid:draft_id>/approve", allow=Can.CASE_APPROVE, methods=["POST"])
def approve(number: str, draft_id: UUID) -> Any:
    case = queries.by_number(number)
    taken = CASE.approve(queries.draft_of(case, draft_id), case, by=me())
    return _taken(taken, case)


@cases.page("/<number>/drafts/<uuid:draft_id>/reject", allow=Can.CASE_APPROVE, methods=["GET", "POST"])
def reject(number: str, draft_id: UUID) -> Any:
    case, form = queries.by_number(number), forms.ReasonForm()
    draft = queries.draft_of(case, draft_id)
    if form.validate_on_submit():
        CASE.reject(draft, case, by=me(), text=form.text.data)
        flash(_("The draft went back."))
        return redirect(url_for(".show", number=number), 303)
    return render("cases/reject.html", case=case, form=form, draft=draft, step=CASE[draft.step]), code_of(form)


# Evidence ------------------------------------------------------------------------------------------------------------


@cases.page("/<number>/files", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def files(number: str) -> Any:
    case, form = queries.by_number(number), forms.EvidenceForm()
    form.evidence.beside(queries.files_of(case))
    if form.validate_on_submit():
        try:
            services.attach(case, me(), form.evidence.data)
            flash(_("Added to the file."))
            return redirect(url_for(".show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("cases/files.html", case=case, form=form), code_of(form)


@cases.page("/<number>/files/<uuid:file_id>", allow=Can.CASE_READ)
def file(number: str, file_id: UUID) -> Any:
    hand_out = display if "inline" in request.args else download
    return hand_out(queries.file_of(queries.by_number(number), file_id), by=me())


@cases.page("/<number>/files/<uuid:file_id>/view", allow=Can.CASE_READ)
def evidence(number: str, file_id: UUID) -> Any:
    """A file of the case to look at, and the others before and after it."""
    case = queries.by_number(number)
    return viewer.page(
        queries.files_of(case),
        file_id,
        whose=f"{number} · {case.title}",
        back=url_for(".show", number=number),
        page_of=partial(url_for, ".evidence", number=number),
        bytes_of=partial(url_for, ".file", number=number),
    )


@cases.page("/<number>/files/<uuid:file_id>/remove", allow=Can.CASE_INTAKE, methods=["GET", "POST"])
def remove_file(number: str, file_id: UUID) -> Any:
    case, form = queries.by_number(number), forms.ReasonForm()
    kept = queries.file_of(case, file_id)
    if form.validate_on_submit():
        services.remove_file(case, kept, me(), reason=form.text.data)
        flash(_("Taken out of the file."))
        return redirect(url_for(".show", number=number), 303)
    return render("cases/remove.html", case=case, form=form, file=kept), code_of(form)


@cases.app_context_processor
def create_button() -> dict[str, Any]:
    """The one create button on top of every page, for those who register complaints."""
    person = me()
    if not getattr(person, "is_authenticated", False) or not person.can(Can.CASE_INTAKE):
        return {}
    return {"create": {"url": url_for("cases.new"), "title": _("Register a complaint")}}


# Codes in words, for templates ---------------------------------------------------------------------------------------


@cases.app_template_filter()
def classified(case: Case) -> list[str]:
    """Goods or services, category, problem: as far as they are known."""
    entry = lists.entries("categories").get(case.category or "")
    kind = {"goods": _("Goods"), "service": _("Services")}[entry.group] if entry else ""
    known = (kind, lists.named("categories", case.category), lists.named("problems", case.problem))
    return [words for words in known if words] or [lists.named("natures", case.nature)]


@cases.app_template_filter()
def meanwhile(late: Late) -> list[dict[str, Any]]:
    """The rows of a timeline of what was done before this came; what it changed stands in the form."""
    case = late.subject if isinstance(late.subject, Case) else None
    return [{**row, "anchor": "", "changes": []} for row in story.story(late.lines, case)]


@cases.app_template_filter()
def claims(case: Case) -> str:
    return _(", ").join(lists.named("claims", code) for code in case.claims)


@cases.app_template_filter()
def channel(case: Case) -> str:
    return lists.named("channels", case.channel)


@cases.app_template_filter()
def nature(case: Case) -> str:
    return lists.named("natures", case.nature)


@cases.app_template_filter()
def place(case: Case) -> str:
    return lists.named("places", case.place) or NOTHING


@cases.app_template_filter()
def ground(case: Case) -> str:
    return f"{case.ground} {grounds.named(case.profile_code, case.ground)}"


@cases.app_template_filter()
def place_name(tenant_id: int) -> str:
    """The short name of another organisation: public, unlike anything it holds."""
    return registry.by_id(tenant_id).short_name
