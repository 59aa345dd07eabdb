"""The pages of the lists that cases are classified by: the bureau keeps the city's, a center its own below them."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases.list_forms import EntryForm, NewEntryForm
from app.cases.lists import LISTS, entries, keeps
from app.cases.services import lists as services
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import code_of
from app.ui import render

reference = Area("reference", __name__, kinds={"bureau", "center"}, url_prefix="/lists")


@reference.page("", allow=Can.LIST_KEEP)
def index() -> Any:
    return render("cases/lists.html", lists=LISTS, entries=entries)


@reference.page("/<name>", allow=Can.LIST_KEEP)
def show(name: str) -> Any:
    if name not in LISTS:
        raise Missing
    return render("cases/list.html", name=name, listed=LISTS[name], entries=entries(name).values(), keeps=keeps(name))


@reference.page("/<name>/new", allow=Can.LIST_KEEP, methods=["GET", "POST"])
def new(name: str) -> Any:
    if name not in LISTS or LISTS[name].law:
        raise Missing
    form = NewEntryForm.of(name, parent=request.args.get("parent", ""))
    if form.validate_on_submit():
        try:
            services.add(me(), name, **form.said)
            flash(_("It is on the list."))
            return redirect(url_for(".show", name=name), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("cases/list_entry.html", form=form, name=name, listed=LISTS[name], entry=None), code_of(form)


@reference.page("/<name>/<code>", allow=Can.LIST_KEEP, methods=["GET", "POST"])
def entry(name: str, code: str) -> Any:
    shown, form = services.kept_here(name, code), _standing(name, code)
    if form.validate_on_submit():
        try:
            services.change(me(), name, code, seen=form.version.data or 0, **form.said)
            flash(_("Saved."))
            return redirect(url_for(".show", name=name), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_standing, name, code, formdata=None))
    return render("cases/list_entry.html", form=form, name=name, listed=LISTS[name], entry=shown), code_of(form)


def _standing(name: str, code: str, **given: Any) -> EntryForm:
    return EntryForm.of(name, services.kept_here(name, code), services.row_of(name, code), **given)


def _which(facts: dict[str, Any]) -> str:
    title = LISTS[facts["listed"]].title if facts.get("listed") in LISTS else ""
    return f"{title} {facts.get('code', '')}"


words.extend(
    {"list.added": _l("Added an entry to a list"), "list.changed": _l("Changed an entry of a list")},
    {"list.added": _which, "list.changed": _which},
    {"list_entry": words.Kind(_l("Entry of a list"))},
    {
        "list": {
            "active": words.Field(
                _l("Offered in forms"),
                lambda offered: pgettext("answer", "yes") if offered else pgettext("answer", "no"),
            ),
            "position": words.Field(_l("Place in the list")),
        }
    },
)
