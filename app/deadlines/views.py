"""The pages that show what everybody counts by, and the one where the bureau changes it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.core import clock
from app.core.area import SIGNED_IN, Area
from app.core.errors import Invalid
from app.deadlines import forms, queries, services, wording, words
from app.ui import render
from tenants import realm
from tenants.registry import registry

__all__ = ["deadlines", "words"]

deadlines = Area("deadlines", __name__, url_prefix="/deadlines")


@deadlines.page("", allow=SIGNED_IN)
def index() -> str:
    """The calendar of a year (?year=2026), and the profiles with their limits and sources."""
    today = clock.today()
    year = request.args.get("year", today.year, type=int)
    return render(
        "deadlines/index.html",
        shown=queries.calendar_year(year if year in queries.years_shown(today) else today.year, today),
        profiles=queries.profiles_shown(today),
        today=today,
        warning=wording.unconfirmed_warning(queries.unconfirmed_ahead(today)),
        say=wording.say,
        days=wording.days,
        stretch=wording.stretch,
        month_name=wording.month_name,
        may_amend=me().can(Can.CITY_ADMINISTER),
    )


@deadlines.page("/changes", allow=SIGNED_IN)
def changes() -> str:
    """The versions of the calendar, and what each moved here; at the bureau in the whole city."""
    return render("deadlines/changes.html", changes=queries.changes(), all_places=len(registry.places()))


@deadlines.page("/changes/new", allow=Can.CITY_ADMINISTER, methods=("GET", "POST"))
def amend() -> Any:
    form = forms.AmendForm(kind="holiday")
    if form.validate_on_submit():
        try:
            version = services.amend(services.Amendment(**form.facts), me())
            flash(_("Changed. Open time limits are being counted again."))
            return redirect(url_for(".change", version=version), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("deadlines/amend.html", form=form), 422 if form.errors else 200


@deadlines.page("/changes/<version>", allow=SIGNED_IN)
def change(version: str) -> str:
    """What one version changed, and which due dates it moved: here one by one, for the city in numbers."""
    found, bureau = queries.find_change(version), realm.home().is_bureau
    return render(
        "deadlines/change.html",
        found=found,
        places=list(registry.places().values()) if bureau else (),
        totals=queries.totals(found.change.version) if bureau else {},
        moved=None if bureau else queries.MOVES.read(request.args).page(queries.moves(found.change.version)),
        limit_title=wording.limit_title,
        bureau=bureau,
        counting=bureau and found.change.version == queries.latest_version(),
    )
