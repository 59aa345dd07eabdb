"""Checking a paper that somebody holds in their hands; and the templates, which an administrator may replace."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from app.accounts import me
from app.accounts.permissions import Can
from app.core.area import ANYONE, Area
from app.core.errors import Invalid, Late, Missing
from app.core.forms import Form, Line, code_of
from app.deadlines.wording import say
from app.documents import checks, library
from app.documents import letterhead as heads
from app.documents.kinds import GROUPS, kinds
from app.documents.kinds import Form as Kind
from app.documents.services import Unfilled, fill, masked
from app.files.accept import EVIDENCE
from app.files.fields import EvidenceField
from app.files.names import disposition
from app.ui import render

documents = Area("documents", __name__, kinds={"center"})
templates = Area("templates", __name__, kinds={"bureau", "center"}, url_prefix="/templates")
WORD = EVIDENCE[".docx"]


@documents.page("/check/<ticket>", allow=ANYONE)
def check(ticket: str) -> Any:
    """Number, kind and day of an issued document, for whoever scans the code on it, and whom to ask; nothing else."""
    found = checks.check(ticket)
    return render("documents/check.html", found=found, title=say(found.form.title), letterhead=heads.present())


# Templates -----------------------------------------------------------------------------------------------------------


class TemplateForm(Form):
    template = EvidenceField(
        _l("Template"),
        [InputRequired(_l("Choose a Word file."))],
        kinds={".docx": WORD},
        most=1,
        largest=2 * 2**20,
        description=_l("A .docx of at most 2 MB. It is looked over first; it may fill in, repeat and omit."),
    )


@templates.page("", allow=Can.LIST_KEEP)
def index() -> Any:
    groups = [(group, [form for form in kinds().values() if form.group == group]) for group in GROUPS]
    return render("documents/templates.html", groups=groups, replaced=library.replaced(), prefix=heads.prefix())


class LetterheadForm(Form):
    prefix = Line(
        _l("Numbers begin with"),
        description=_l("Such as 临消: 临消调受〔2026〕第12号. Numbers that were given stay as they are."),
    )
    address = Line(_l("Address"), description=_l("Where people find your office: district or town, street and number."))
    telephone = Line(
        _l("Telephone"),
        description=_l("The number of the office, such as 0309-6110315 or 12315; an extension may follow."),
    )
    hours = Line(_l("Office hours"), description=_l("Such as 周一至周五 9:00—17:00, holidays excepted."))


@templates.page("/letterhead", allow=Can.LIST_KEEP, methods=["GET", "POST"])
def letterhead() -> Any:
    """What papers say of who issues them."""
    form = _standing()
    if form.validate_on_submit():
        try:
            heads.change(me(), seen=form.version.data or 0, **form.facts)
            flash(_("Papers say so from now on."))
            return redirect(url_for(".index"), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_standing, formdata=None))
    return render("documents/letterhead.html", form=form), code_of(form)


def _standing(**given: Any) -> LetterheadForm:
    return LetterheadForm(**given, obj=heads.present())


@templates.page("/<kind>", allow=Can.LIST_KEEP, methods=["GET", "POST"])
def show(kind: str) -> Any:
    """What a template may say, what it looks like with samples, and a place to put another."""
    chosen, form = _kind(kind), TemplateForm()
    if form.validate_on_submit():
        try:
            given = form.template.data[0]
            library.replace(chosen, me(), name=given.name, content=given.content)
            flash(_("The new template is used from now on."))
            return redirect(url_for(".show", kind=kind), 303)
        except Unfilled as fault:
            for sentence in fault.sentences:
                form.say(Invalid("template", sentence))
    return render("documents/template.html", kind=chosen, form=form, **_shown(chosen)), 422 if form.errors else 200


def _shown(kind: Kind) -> dict[str, Any]:
    sample = fill(library.template_of(kind), kind, masked(kind, kind.samples()), want=("blocks",))
    return {"shown": sample.blocks, "row": library.in_place(kind), "history": library.history(kind)}


@templates.page("/<kind>/template.docx", allow=Can.LIST_KEEP)
def word(kind: str) -> Any:
    """The template that is used, to be changed in Word."""
    chosen = _kind(kind)
    response = Response(library.template_of(chosen), mimetype=WORD.media_type)
    response.headers["Content-Disposition"] = disposition("attachment", f"{chosen.title.zh}（模板）.docx")
    return response


@templates.page("/<kind>/restore", allow=Can.LIST_KEEP, methods=["POST"])
def restore(kind: str) -> Any:
    library.restore(_kind(kind), me())
    flash(_("The template that was there before is used again."))
    return redirect(url_for(".show", kind=kind), 303)


def _kind(code: str) -> Kind:
    if code not in kinds():
        raise Missing
    return kinds()[code]


templates.add_app_template_filter(say, "say")
