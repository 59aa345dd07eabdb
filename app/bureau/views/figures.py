"""The city in figures, one county in figures, and how they are made."""

from __future__ import annotations

from typing import Any

from flask import request

from app.accounts.permissions import Can
from app.bureau import boards, queries
from app.bureau.views import bureau
from app.core import clock
from app.facts import periods
from app.facts.measures import MEASURES
from app.facts.periods import Period
from app.ui import render


def _period() -> Period:
    return periods.chosen(request.args.get("period"), clock.today())


@bureau.page("/overview", allow=Can.CITY_READ)
def overview() -> Any:
    period = _period()
    return render(
        "bureau/overview.html", period=period, choices=periods.choices(clock.today()), **boards.overview(period)
    )


@bureau.page("/counties/<slug>", allow=Can.CITY_READ)
def county(slug: str) -> Any:
    place, period = queries.county(slug), _period()
    board = boards.county(place, period)
    return render("bureau/county.html", county=place, period=period, choices=periods.choices(clock.today()), **board)


@bureau.page("/measures", allow=Can.CITY_READ)
def measures() -> Any:
    """What every figure means, made of the table that they are counted by."""
    return render("bureau/measures.html", measures=MEASURES)
