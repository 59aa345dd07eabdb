"""Cases of the city without personal data, and files that were called in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.bureau import boards, queries, services
from app.bureau.forms import CallInForm
from app.bureau.views import bureau
from app.cases import story
from app.core import clock
from app.core.errors import Invalid
from app.facts import periods
from app.files.serve import download
from app.ui import render
from app.ui.text import when


@bureau.page("/counties/cases", allow=Can.CITY_READ)
def cases() -> Any:
    view = queries.CASES.read(request.args)
    found = queries.listed(view)
    return render(
        "bureau/cases.html",
        view=view,
        found=found,
        count=queries.counted(view),
        most=queries.MOST,
        clocks=queries.clocks_of(found.rows),
        months=periods.choices(clock.today()),
    )


@bureau.page("/counties/<slug>/cases/<number>", allow=Can.CITY_READ)
def case(slug: str, number: str) -> Any:
    county = queries.county(slug)
    found = queries.case_of(county, number)
    seen = queries.seen(found)
    return render(
        "bureau/case.html",
        county=county,
        case=found,
        seen=seen,
        rows=story.story(seen.lines, found),
        flow=story.flow(found, seen.lines),
        handoffs=boards.exchange_rows(seen.handoffs),
        grant=queries.grant_for(found, me()),
    )


# Files called in 调阅 -------------------------------------------------------------------------------------------------


@bureau.page("/counties/<slug>/cases/<number>/call-in", allow=Can.CITY_CALL_IN, methods=("GET", "POST"))
def call_in(slug: str, number: str) -> Any:
    county, form = queries.county(slug), CallInForm()
    found = queries.case_of(county, number)
    longest = current_app.config["SETTINGS"].grant_days
    if form.validate_on_submit():
        try:
            grant = services.call_in(found, me(), longest=longest, **form.facts)
            flash(_("Called in until %(when)s. The county has been told.", when=when(grant.until)))
            return redirect(url_for(".file", slug=slug, number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
    page = render("bureau/call_in.html", form=form, case=found, county=county, longest=longest)
    return page, 422 if form.errors else 200


@bureau.page("/counties/<slug>/cases/<number>/file", allow=Can.CITY_CALL_IN)
def file(slug: str, number: str) -> Any:
    """The called-in file; to look at this page is an entry in both trails."""
    county = queries.county(slug)
    held = queries.grant_for(queries.case_of(county, number), me())
    with services.reading(held, me()) as grant:
        opened = queries.file_of(grant)
    return render(
        "bureau/file.html",
        county=county,
        case=opened.case,
        opened=opened,
        grant=grant,
        rows=story.story(opened.lines, opened.case),
    )


@bureau.page("/counties/<slug>/cases/<number>/file/<uuid:paper>", allow=Can.CITY_CALL_IN)
def paper(slug: str, number: str, paper: UUID) -> Any:
    held = queries.grant_for(queries.case_of(queries.county(slug), number), me())
    with services.reading(held, me(), paper=paper) as grant:
        return download(queries.paper_of(grant, paper), by=me())


@bureau.page("/grants", allow=Can.CITY_CALL_IN)
def grants() -> Any:
    """Which files were called in, by whom and why."""
    view = queries.GRANTS.read(request.args)
    return render("bureau/grants.html", view=view, found=queries.grants(view), now=clock.now())


@bureau.page("/grants/<number>/give-back", allow=Can.CITY_CALL_IN, methods=("POST",))
def give_back(number: str) -> Any:
    services.give_back(queries.grant(number), me())
    flash(_("The file is closed to you again. The county's trail says so."))
    return redirect(url_for(".grants"), 303)
