"""A person's day, and the search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.cases import queries
from app.cases.queries.queue import clocks_of
from app.cases.staffing import queries as staffing
from app.cases.tasks import queries as tasks
from app.core.area import SIGNED_IN, Area
from app.core.privacy import mask_phone
from app.desk.approvals import waiting
from app.desk.palette import Target, found
from app.desk.search import address_of, asked, find, narrowed
from app.merchants.dealings import queries as dealings
from app.ui import render

desk = Area("desk", __name__, kinds={"center"})


@desk.page("/desk/today", allow=SIGNED_IN)
def today() -> Any:
    """What a person begins with; who reads no cases is told where their work is."""
    if not me().can(Can.CASE_READ):
        return render("desk/elsewhere.html")
    day = queries.day(me())
    return render(
        "desk/today.html",
        day=day,
        clocks=clocks_of(day.cases),
        numbers=queries.figures(me()),
        waiting=waiting() if me().can(Can.CASE_APPROVE) else [],
        tasks=tasks.mine(me()),
        bar=tasks.bar,
        commitments=dealings.due(me()),
        burden=staffing.burden() if me().can(Can.CASE_ASSIGN) else None,
    )


@desk.page("/palette", allow=SIGNED_IN, methods=["POST"])
def palette() -> Any:
    """A fragment: where to go and what to do, by what was typed; by POST, as all that is typed."""
    menu = current_app.extensions["menu"]()
    pages = [Target(str(item["title"]), str(_("Page")), item["url"]) for group in menu for item in group["items"]]
    targets = found(request.form.get("q", ""), me(), pages, request.form.getlist("here"), url_for)
    return render("desk/_palette.html", targets=targets)


@desk.page("/search", allow=Can.CASE_READ, methods=["POST"], endpoint="look_up")
def look_up() -> Any:
    """From the one box, by POST: histories and logs keep addresses, and a phone number has no place in them."""
    return redirect(f"{url_for('.search')}?{urlencode(address_of(request.form.get('q', ''), me()))}", 303)


@desk.page("/search", allow=Can.CASE_READ)
def search() -> Any:
    wish, view = asked(request.args, me()), narrowed(request.args, me())
    hits = find(wish.said, view, after=request.args.get("after"))
    older = f"?{urlencode({**request.args, 'after': hits.older})}" if hits.older else None
    return render(
        "desk/search.html",
        sought=wish.said,
        fault=wish.fault,
        masked=mask_phone(wish.said),
        found=hits,
        clocks=clocks_of(hits.cases),
        older=older,
        view=view,
    ), (422 if wish.fault else 200)
