"""The phrases of a center and of one person, and how they read in a case."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases.phrases import forms, queries, services
from app.cases.phrases.models import Phrase
from app.cases.phrases.variables import VARIABLES
from app.cases.queries import by_number
from app.core.area import Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import code_of
from app.ui import render

phrases = Area("phrases", __name__, kinds={"center"})
center_phrases = Area("center_phrases", __name__, kinds={"center"}, url_prefix="/center-phrases")


@phrases.page("/phrases", allow=Can.CASE_READ)
def index() -> Any:
    """The center's, and one's own below them."""
    shelves: dict[str, Any] = {"center": queries.kept(None), "own": queries.kept(me().id)}
    return render("phrases/index.html", **shelves, places=queries.places())


@center_phrases.page("", allow=Can.LIST_KEEP, endpoint="index")
def of_center() -> Any:
    return render("phrases/index.html", center=queries.kept(None), own=None, places=queries.places())


@phrases.page("/phrases/new", allow=Can.CASE_READ, methods=["GET", "POST"])
def new() -> Any:
    return _new(of_center=False)


@center_phrases.page("/new", allow=Can.LIST_KEEP, methods=["GET", "POST"], endpoint="new")
def new_of_center() -> Any:
    return _new(of_center=True)


def _new(*, of_center: bool) -> Any:
    form, shown = forms.PhraseForm(), ""
    if form.validate_on_submit():
        try:
            if not form.looks:
                services.add(me(), of_center=of_center, **form.facts)
                flash(_("The phrase is kept."))
                return redirect(url_for(".index"), 303)
            shown = services.look(form.words.data)
        except Invalid as refusal:
            form.say(refusal)
    return _page(form, shown, of_center=of_center)


@phrases.page("/phrases/<uuid:key>", allow=Can.CASE_READ, methods=["GET", "POST"])
def edit(key: UUID) -> Any:
    return _edit(queries.one(key, me().id))


@center_phrases.page("/<uuid:key>", allow=Can.LIST_KEEP, methods=["GET", "POST"], endpoint="edit")
def edit_of_center(key: UUID) -> Any:
    return _edit(queries.one(key, None))


def _edit(phrase: Phrase) -> Any:
    form, shown, of_center = forms.of(phrase), "", phrase.owner_id is None
    if form.validate_on_submit():
        try:
            if not form.looks:
                services.change(phrase, me(), seen=form.version.data or 0, **form.facts)
                flash(_("Saved."))
                return redirect(url_for(".index"), 303)
            shown = services.look(form.words.data)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.of, phrase, formdata=None))
    return _page(form, shown, of_center=of_center, title=phrase.title)


def _page(form: forms.PhraseForm, shown: str, **facts: Any) -> Any:
    facts = {"title": "", "variables": VARIABLES, **facts}
    return render("phrases/edit.html", form=form, shown=shown, **facts), code_of(form)


@phrases.page("/phrases/<uuid:key>/up", allow=Can.CASE_READ, methods=["POST"])
def up(key: UUID) -> Any:
    services.move_up(queries.one(key, me().id), me())
    return redirect(url_for(".index"), 303)


@center_phrases.page("/<uuid:key>/up", allow=Can.LIST_KEEP, methods=["POST"], endpoint="up")
def up_of_center(key: UUID) -> Any:
    services.move_up(queries.one(key, None), me())
    return redirect(url_for(".index"), 303)


@phrases.page("/cases/<number>/phrases", allow=Can.CASE_READ)
def of_case(number: str) -> Any:
    """A page of those for a place of the case, filled in; to a script a fragment, to put one of them in."""
    case, place = by_number(number), request.args.get("place", queries.ANYWHERE)
    if place not in queries.places():
        raise Missing
    template = "phrases/_offered.html" if "HX-Request" in request.headers else "phrases/of_case.html"
    offered = queries.offered(case, place, me())
    return render(template, case=case, offered=offered, title=queries.places()[place])


words.extend(
    {
        "phrase.added": _l("Added a phrase"),
        "phrase.changed": _l("Changed a phrase"),
        "phrase.moved": _l("Moved a phrase up"),
    },
    kinds={"phrase": words.Kind(_l("Phrase"))},
    fields={
        "phrase": {
            "title": words.Field(_l("Title")),
            "words": words.Field(_l("Words")),
            "place": words.Field(_l("Meant for"), lambda place: queries.places().get(place, place)),
            "active": words.Field(
                _l("Offered in forms"),
                lambda offered: pgettext("answer", "yes") if offered else pgettext("answer", "no"),
            ),
        }
    },
)
