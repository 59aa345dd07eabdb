"""The pages of the register: who may mediate, and in which rooms."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.mediation import queries
from app.mediation.forms import MediatorForm, RoomForm
from app.mediation.services import register
from app.ui import render

mediators = Area("mediators", __name__, kinds={"center"}, url_prefix="/mediators")


@mediators.page("", allow=Can.MEDIATION_KEEP)
def index() -> Any:
    people, rooms = queries.mediators(active=False), queries.rooms(active=False)
    return render("mediation/register.html", mediators=people, rooms=rooms)


@mediators.page("/new", allow=Can.MEDIATION_KEEP, methods=["GET", "POST"])
def new() -> Any:
    form = MediatorForm.new()
    if form.validate_on_submit():
        try:
            entered = register.enter(me(), **form.facts)
            flash(_("%(name)s is in the register.", name=entered.name))
            return redirect(url_for(".index"), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("mediation/mediator.html", form=form, mediator=None), code_of(form)


@mediators.page("/<uuid:mediator_id>", allow=Can.MEDIATION_KEEP, methods=["GET", "POST"])
def edit(mediator_id: UUID) -> Any:
    mediator = queries.mediator(mediator_id)
    form = _form_of(mediator)
    if form.validate_on_submit():
        try:
            register.change(mediator, me(), seen=form.version.data or 0, **form.described)
            flash(_("Saved."))
            return redirect(url_for(".index"), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_form_of, mediator, formdata=None))
    return render("mediation/mediator.html", form=form, mediator=mediator), code_of(form)


def _form_of(mediator: Any, **given: Any) -> MediatorForm:
    """What is known of an entry, without the phone: it is written anew, not shown again."""
    known = {
        name: getattr(mediator, name)
        for name in ("kind", "name", "office", "speciality", "contract", "until", "active", "version")
    }
    form = MediatorForm(**given, data=known)
    form.person.choices = [("", "—")]
    return form


@mediators.page("/rooms/new", allow=Can.MEDIATION_KEEP, methods=["GET", "POST"])
def new_room() -> Any:
    form = RoomForm()
    if form.validate_on_submit():
        try:
            register.add_room(me(), **form.facts)
            flash(_("Saved."))
            return redirect(url_for(".index"), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("mediation/room.html", form=form, room=None), code_of(form)


@mediators.page("/rooms/<uuid:room_id>", allow=Can.MEDIATION_KEEP, methods=["GET", "POST"])
def edit_room(room_id: UUID) -> Any:
    room = queries.room(room_id)
    form = RoomForm(obj=room)
    if form.validate_on_submit():
        try:
            register.change_room(room, me(), seen=form.version.data or 0, **form.facts)
            flash(_("Saved."))
            return redirect(url_for(".index"), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(RoomForm, formdata=None, obj=room))
    return render("mediation/room.html", form=form, room=room), code_of(form)
