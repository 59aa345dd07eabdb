"""A person's day, and the search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request

from app.accounts import me
from app.accounts.permissions import Can
from app.cases import queries
from app.cases.queries.queue import clocks_of
from app.cases.workflow import CASE
from app.core.area import SIGNED_IN, Area
from app.desk.search import find
from app.ui import render

desk = Area("desk", __name__, kinds={"center"})


@desk.page("/desk/today", allow=SIGNED_IN)
def today() -> Any:
    """What a person begins with; who reads no cases is told where their work is."""
    if not me().can(Can.CASE_READ):
        return render("desk/elsewhere.html")
    day = queries.day(me())
    return render(
        "desk/today.html", day=day, clocks=clocks_of(day.cases), numbers=queries.figures(me()), steps=CASE.by_name
    )


@desk.page("/search", allow=Can.CASE_READ)
def search() -> Any:
    said, only_open = request.args.get("q", "")[:100], "open" in request.args
    found = find(said, after=request.args.get("after"), only_open=only_open)
    kept = {"q": said, **({"open": "1"} if only_open else {})}
    older = f"?{urlencode({**kept, 'after': found.older})}" if found.older else None
    return render("desk/search.html", said=said, found=found, clocks=clocks_of(found.cases), older=older)
