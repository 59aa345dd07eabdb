"""The page that shows what everybody counts by."""

from __future__ import annotations

from flask import request

from app.core import clock
from app.core.area import SIGNED_IN, Area
from app.deadlines import queries, wording, words
from app.ui import render

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
    )
