"""What is served to anybody."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from sqlalchemy import text

from app.core.area import ANYONE, Area
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


@portal.page("/healthz", allow=ANYONE)
def healthz() -> Any:
    return {"status": "ok"}


@portal.page("/readyz", allow=ANYONE)
def readyz() -> Any:
    """Ready when the database answers and the schema is there; 503 otherwise."""
    with db.engine.connect() as connection:
        revision = connection.execute(text("select version_num from alembic_version")).scalar()
    return {"status": "ready", "schema": revision}
