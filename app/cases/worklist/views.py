"""Pages beside the queue: filters that were kept, and how one likes the list."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases.queries import by_number
from app.cases.queries.queue import clocks_of, queue
from app.cases.services.parts import statement_of
from app.cases.staffing import services as staffing
from app.cases.workflow import CASE
from app.cases.worklist import bulk, export, presence, queries, services
from app.cases.worklist.forms import BulkForm, ExportForm, FilterForm, HabitForm, KeptForm
from app.core import clock
from app.core.area import Area
from app.core.errors import Invalid
from app.files.serve import download
from app.ui import render

SHOWN = 50  # refusals that a preview lists

worklist = Area("worklist", __name__, kinds={"center"}, url_prefix="/cases", template_folder=None)


@worklist.page("/filters", allow=Can.CASE_READ)
def index() -> Any:
    return render("worklist/index.html", kept=queries.kept(me()), listing=queue(me()))


@worklist.page("/filters", allow=Can.CASE_READ, methods=["POST"])
def keep() -> Any:
    form = FilterForm()
    try:
        if form.validate_on_submit():
            asked = dict(parse_qsl((form.asked.data or "").removeprefix("?")))
            saved = services.keep(
                me(), asked, name=form.name.data or "", shared=form.shared.data, usual=form.usual.data
            )
            flash(_("The filter is kept."))
            return redirect(url_for("cases.index", **saved.asked), 303)
    except Invalid as refusal:
        form.say(refusal)
    return render("worklist/keep.html", form=form), 422


@worklist.page("/filters/counts", allow=Can.CASE_READ)
def counts() -> Any:
    """A fragment: how many cases each kept filter finds by now."""
    kept, listing = queries.kept(me())[: queries.SHOWN], queue(me())
    return render(
        "worklist/_kept.html",
        kept=kept,
        counts=queries.counted(listing, kept),
        most=queries.MOST,
        counted_at=clock.now(),
        asked=listing.read(request.args).asked,
    )


@worklist.page("/filters/<uuid:key>", allow=Can.CASE_READ, methods=["GET", "POST"])
def edit(key: UUID) -> Any:
    saved = queries.one(key, me(), change=True)
    form = KeptForm(obj=saved)
    try:
        if form.validate_on_submit():
            services.change(saved, me(), name=form.name.data or "", shared=form.shared.data)
            flash(_("Saved."))
            return redirect(url_for(".index"), 303)
    except Invalid as refusal:
        form.say(refusal)
    return render("worklist/edit.html", form=form, saved=saved), 422 if form.errors else 200


@worklist.page("/filters/<uuid:key>/remove", allow=Can.CASE_READ, methods=["POST"])
def remove(key: UUID) -> Any:
    services.take_away(queries.one(key, me(), change=True), me())
    flash(_("The filter was taken away."))
    return redirect(url_for(".index"), 303)


@worklist.page("/habits", allow=Can.CASE_READ, methods=["GET", "POST"])
def habits() -> Any:
    mine = queries.mine(me())
    form = HabitForm(obj=mine.habit).offer(mine.kept)
    try:
        if form.validate_on_submit():
            services.like(me(), **form.liked)
            flash(_("Saved."))
            return redirect(url_for("cases.index"), 303)
    except Invalid as refusal:
        form.say(refusal)
    return render("worklist/habits.html", form=form), 422 if form.errors else 200


@worklist.page("/<number>/glance", allow=Can.CASE_READ)
def glance(number: str) -> Any:
    """A fragment: a case as one sees it without leaving the list."""
    case = by_number(number)
    return render(
        "worklist/_glance.html",
        case=case,
        statement=statement_of(case),
        clocks=clocks_of([case]),
        steps=CASE.open_to(me(), case),
    )


@worklist.page("/<number>/here", allow=Can.CASE_READ, methods=["POST"])
def here(number: str) -> Any:
    """A fragment: who else has this case open just now."""
    others = presence.arrive(by_number(number), me(), writes=bool(request.form.get("text", "").strip()))
    return render("worklist/_here.html", others=others)


@worklist.page("/<number>/draft", allow=Can.CASE_READ)
def draft(number: str) -> Any:
    """What this person had written and not sent."""
    kept = presence.draft_of(by_number(number), me())
    return {"text": kept.text, "at": kept.saved_at.isoformat()} if kept else {"text": ""}


@worklist.page("/<number>/draft", allow=Can.CASE_READ, methods=["POST"], endpoint="keep_draft")
def keep_draft(number: str) -> Any:
    presence.keep_draft(by_number(number), me(), request.form.get("text", ""))
    return {}


# Many cases at once --------------------------------------------------------------------------------------------------


@worklist.page("/bulk", allow=Can.CASE_READ, methods=["POST"])
def preview() -> Any:
    """What would become of each of the chosen cases; nothing is done yet."""
    try:
        return _looked_over(BulkForm())
    except Invalid as refusal:
        flash(refusal.message, "warn")
        return redirect(_back(), 303)


def _looked_over(form: BulkForm) -> Any:
    action = bulk.named(form.action.data or "", me())
    foreseen = bulk.look_over(action, bulk.chosen(me(), *_which()), me())
    form.offer(action)
    code = 422 if form.errors or form.form_errors else 200
    return render(
        "worklist/bulk.html",
        form=form,
        action=action,
        foreseen=foreseen,
        chosen=request.form.getlist("chosen"),
        which=request.form.get("which", ""),
        asked=request.form.get("asked", ""),
        back=_back(),
        shown=SHOWN,
    ), code


def _which() -> tuple[list[str], dict[str, str] | None]:
    """The ticked cases, or the address of the list whose cases are all meant."""
    everything = request.form.get("which") == "all"
    return request.form.getlist("chosen"), _address() if everything else None


def _address() -> dict[str, str]:
    return dict(parse_qsl(request.form.get("asked", "").removeprefix("?")))


def _back() -> str:
    return url_for("cases.index") + queue(me()).read({"scope": "open", **_address()}).url()


@worklist.page("/bulk", allow=Can.CASE_READ, endpoint="preview_again")
@worklist.page("/print", allow=Can.CASE_READ, endpoint="print_again")
def back_to_the_list() -> Any:
    """Where somebody came back to, or switched the language: which cases were ticked, the address does not say."""
    flash(_("Tick the cases again, please."), "warn")
    return redirect(_back(), 303)


@worklist.page("/bulk/start", allow=Can.CASE_READ, methods=["POST"])
def start() -> Any:
    form = BulkForm()
    action = bulk.named(form.action.data or "", me())
    try:
        begun = bulk.begin(action, bulk.chosen(me(), *_which()), me(), **form.said)
        if "assignee" in begun.facts and (warning := staffing.away(UUID(begun.facts["assignee"]))):
            flash(warning, "warn")
        return redirect(url_for(".result", bulk_id=begun.id), 303)
    except Invalid as refusal:
        form.say(refusal)
    return _looked_over(form)


@worklist.page("/print", allow=Can.CASE_READ, methods=["POST"])
def print_list() -> Any:
    """The chosen cases on paper: a list of them, or a sheet for each."""
    try:
        cases = bulk.chosen(me(), *_which())
        sheets = queries.sheets_of(cases) if request.form.get("sheets") else None
    except Invalid as refusal:
        flash(refusal.message, "warn")
        return redirect(_back(), 303)
    if sheets is not None:
        return render("worklist/sheets.html", sheets=sheets, at=clock.now())
    return render("worklist/print.html", cases=cases, at=clock.now())


@worklist.page("/bulk/<uuid:bulk_id>", allow=Can.CASE_READ)
def result(bulk_id: UUID) -> Any:
    """How far it has come, and what became of each case."""
    found = bulk.of(bulk_id, me())
    view = bulk.ROWS.read(request.args)
    return render(
        "worklist/result.html",
        bulk=found,
        counts=bulk.counts(found),
        view=view,
        rows=bulk.page_of(view, found),
        step=CASE[found.step],
        held=bulk.is_held_back(found),
        may_undo=bulk.may_undo(found, me()),
    )


@worklist.page("/bulk/<uuid:bulk_id>/undo", allow=Can.CASE_READ, methods=["POST"])
def undo(bulk_id: UUID) -> Any:
    found = bulk.of(bulk_id, me())
    held, count = bulk.is_held_back(found), bulk.undo(found, me())
    if held:
        flash(_("Called off: nothing was done."))
    else:
        flash(ngettext("%(num)d case was put back.", "%(num)d cases were put back.", count))
    if count == found.total == 1 and not held:
        return redirect(url_for("cases.show", number=bulk.rows_of(found)[0].number), 303)
    return redirect(url_for(".result", bulk_id=bulk_id), 303)


# Into a spreadsheet --------------------------------------------------------------------------------------------------


@worklist.page("/exports", allow=Can.TRANSFER_EXPORT)
def exports() -> Any:
    rows = [(one, export.narrowed(queue(me()).read(one.asked), one.chosen)) for one in export.mine(me())]
    return render("worklist/exports.html", rows=rows)


@worklist.page("/exports/new", allow=Can.TRANSFER_EXPORT, methods=["GET", "POST"])
def new_export() -> Any:
    form = ExportForm()
    if request.method == "GET":
        form.asked.data = queue(me()).read(request.args).url()
    chosen: list[str] = []
    try:
        if ticked := request.form.getlist("ticked"):
            chosen = [case.number for case in bulk.chosen(me(), ticked)]
        if form.validate_on_submit():
            said = {"personal": form.personal.data, "reason": form.reason.data or "", "columns": form.columns.data}
            begun = export.begin(me(), _asked(form), chosen=chosen, **said)
            return redirect(url_for(".show_export", export_id=begun.id), 303)
    except Invalid as refusal:
        form.say(refusal)
    return _export_page(form, chosen), 422 if form.errors else 200


@worklist.page("/exports/chosen", allow=Can.TRANSFER_EXPORT, methods=["POST"])
def export_chosen() -> Any:
    """The ticked cases of a list on their way into a spreadsheet; nothing is written yet."""
    if request.form.get("which") == "all":
        return redirect(url_for(".new_export") + queue(me()).read(_address()).url(), 303)
    try:
        cases = bulk.chosen(me(), request.form.getlist("chosen"))
    except Invalid as refusal:
        flash(refusal.message, "warn")
        return redirect(_back(), 303)
    form = ExportForm(formdata=None, asked=request.form.get("asked", ""))
    return _export_page(form, [case.number for case in cases])


@worklist.page("/exports/chosen", allow=Can.TRANSFER_EXPORT)
def export_again() -> Any:
    """As for the other things that are done to ticked cases."""
    return back_to_the_list()


def _asked(form: ExportForm) -> dict[str, str]:
    return queue(me()).read(dict(parse_qsl((form.asked.data or "").removeprefix("?")))).asked


def _export_page(form: ExportForm, chosen: list[str]) -> Any:
    held = export.narrowed(queue(me()).read(_asked(form)), chosen)
    return render("worklist/export.html", form=form, chosen=chosen, held=held)


@worklist.page("/exports/<uuid:export_id>", allow=Can.TRANSFER_EXPORT)
def show_export(export_id: UUID) -> Any:
    found = export.of(export_id, me())
    held = export.narrowed(queue(me()).read(found.asked), found.chosen)
    return render("worklist/exported.html", export=found, held=held, now=clock.now())


@worklist.page("/exports/<uuid:export_id>/cases.xlsx", allow=Can.TRANSFER_EXPORT)
def fetch_export(export_id: UUID) -> Any:
    return download(export.fetched(export.of(export_id, me()), me()), by=me())


def _for_whom(facts: dict[str, Any]) -> str:
    return _("for everybody in the center") if facts.get("shared") else ""


def _step(facts: dict[str, Any]) -> str:
    return f"{CASE[facts['step']].label} · {ngettext('%(num)d case', '%(num)d cases', facts['cases'])}"


def _personal(facts: dict[str, Any]) -> str:
    rows = ngettext("%(num)d case", "%(num)d cases", facts["rows"]) if "rows" in facts else ""
    return " · ".join(filter(None, [rows, _("with names and phones") if facts.get("personal") else ""]))


words.extend(
    {
        "filter.kept": _l("Kept a filter"),
        "filter.changed": _l("Changed a kept filter"),
        "filter.removed": _l("Took a kept filter away"),
        "habit.changed": _l("Changed how the list of cases is shown"),
        "export.begun": _l("Asked for a list of cases as a spreadsheet"),
        "export.done": _l("Wrote a list of cases as a spreadsheet"),
        "export.failed": _l("A spreadsheet of cases broke off"),
        "export.fetched": _l("Fetched a list of cases as a spreadsheet"),
        "export.expired": _l("Took away a spreadsheet whose time was over"),
        "bulk.begun": _l("Began a step on many cases"),
        "bulk.done": _l("Finished a step on many cases"),
        "bulk.failed": _l("A step on many cases broke off"),
        "bulk.undone": _l("Took a step on many cases back"),
    },
    {
        event: lambda facts: _("for everybody in the center") if facts.get("shared") else ""
        for event in ("filter.kept",)
    },
    {"case_filter": words.Kind(_l("Kept filter"))},
    {"filter": {"name": words.Field(_l("Name"))}},
)
