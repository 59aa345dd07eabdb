"""What is served to anybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.presence import own_path
from app.core import schema
from app.core.area import ANYONE, SIGNED_IN, Area
from app.core.errors import Missing
from app.core.privacy import tells_of_somebody
from app.ui import render
from tenants import realm
from tenants.database import db
from tenants.registry import registry

portal = Area("portal", __name__, outside=True)

HOMES = {"center": "desk.today", "bureau": "bureau.overview", "department": "handoffs.inbox"}


@portal.page("/", allow=ANYONE)
def home() -> Any:
    """`/` lists the organisations; `/<slug>/` leads to where their people begin the day."""
    if not realm.absent():
        return redirect(url_for(HOMES[realm.home().kind]))
    places = [place for place in registry.places().values() if place.active]
    return render("portal/organisations.html", places=places)


@portal.page("/narrow", allow=SIGNED_IN, methods=("POST",))
def narrow() -> Any:
    """What was typed to narrow a list, on its way into the list's address: no phone or ID number goes along."""
    asked = request.form.to_dict()
    to = own_path(asked.pop("list", None))
    asked.pop("csrf_token", None)
    if to is None:
        raise Missing
    kept = {name: said for name, said in asked.items() if said and not tells_of_somebody(said)}
    if any(tells_of_somebody(said) for said in asked.values()):
        flash(_("A phone or ID number has no place in the address of a list. Only the search box takes one."), "warn")
    return redirect(f"{to}?{urlencode(kept)}" if kept else to, 303)


@portal.page("/healthz", allow=ANYONE)
def healthz() -> Any:
    return {"status": "ok"}


@portal.page("/readyz", allow=ANYONE)
def readyz() -> Any:
    """Ready when the database answers and its schema is the one that this program needs; 503 otherwise."""
    with db.engine.connect() as connection:
        revision = schema.standing(connection)
    if schema.behind(revision):
        return {"status": "behind", "schema": revision, "needs": schema.revisions()[0]}, 503
    return {"status": "ready", "schema": revision}
