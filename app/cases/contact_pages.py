"""Whom somebody called, visited or wrote to about a case: the panel on its page, and a page of all of them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts import me
from app.accounts.permissions import Can
from app.cases import forms, panels, queries, services, story
from app.core.area import Area
from app.core.errors import Invalid
from app.core.forms import code_of
from app.ui import render

contacts = Area("contacts", __name__, kinds={"center"}, url_prefix="/cases")


@contacts.page("/<number>/contacts", allow=Can.CASE_READ, methods=["GET", "POST"])
def index(number: str) -> Any:
    case, form = queries.by_number(number), forms.ContactForm()
    if form.validate_on_submit():
        try:
            services.contact(case, me(), **form.contact)
            flash(_("The contact is in the story."))
            return redirect(url_for("cases.show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    found = queries.contacts(case)
    facts: dict[str, Any] = {"rows": story.story(found.lines, case), "counted": _counted(found)}
    return render("cases/contacts.html", case=case, form=form, **facts), code_of(form)


def _counted(found: queries.Contacts) -> str:
    """3 calls, 1 visit"""
    said = {
        "phone": lambda n: ngettext("%(num)d call", "%(num)d calls", n),
        "visit": lambda n: ngettext("%(num)d visit", "%(num)d visits", n),
        "letter": lambda n: ngettext("%(num)d letter", "%(num)d letters", n),
        "message": lambda n: ngettext("%(num)d text message", "%(num)d text messages", n),
        "platform": lambda n: ngettext("%(num)d time over the platform", "%(num)d times over the platform", n),
    }
    return str(_(", ")).join(words(found.ways[way]) for way, words in said.items() if found.ways[way])


def beside(found: queries.Contacts) -> panels.Panel:
    """The panel on the page of a case: how many, how the latest went, and a form for one more."""
    last = story.contact(found.last) if found.last else []
    facts = {"counted": _counted(found), "last": last, "reached": found.last and found.last["reached"]}
    return panels.Panel("cases/_contacts.html", {**facts, "form": forms.ContactForm(formdata=None)})
