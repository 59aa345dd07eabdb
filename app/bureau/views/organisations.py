"""The organisations of the city: opened, suspended, exported, and the walls between them."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Any

from flask import current_app, flash, redirect, send_file, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts import services as accounts
from app.accounts.permissions import Can
from app.bureau import queries, services
from app.bureau.forms import AdministratorForm, OrganisationForm
from app.bureau.views import bureau
from app.core import clock
from app.core.errors import Invalid
from app.ui import render
from tenants.realm import Place
from tenants.registry import registry

IN_MEMORY = 8 * 2**20  # bytes of an export; a larger one is spooled to disk


@bureau.page("/organisations", allow=Can.CITY_ADMINISTER)
def organisations() -> Any:
    return render("bureau/organisations.html", places=registry.places().values(), people=queries.head_counts())


@bureau.page("/organisations/new", allow=Can.CITY_ADMINISTER, methods=("GET", "POST"))
def new_organisation() -> Any:
    form = OrganisationForm()
    if form.validate_on_submit():
        try:
            return _slip(*services.open_organisation(me(), **form.facts))
        except Invalid as refusal:
            form.say(refusal)
    return render("bureau/new_organisation.html", form=form), 422 if form.errors else 200


@bureau.page("/organisations/walls", allow=Can.CITY_ADMINISTER)
def walls() -> Any:
    """Whether the walls in PostgreSQL are those that the models ask for, looked at now."""
    return render("bureau/walls.html", faults=queries.walls(), tables=queries.walled(), looked_at=clock.now())


@bureau.page("/organisations/<slug>", allow=Can.CITY_ADMINISTER, methods=("GET", "POST"))
def organisation(slug: str) -> Any:
    """One organisation; posting appoints somebody who keeps its people."""
    found, form = queries.organisation(slug), AdministratorForm()
    if form.validate_on_submit():
        try:
            return _slip(found, *services.appoint_administrator(found, me(), **form.facts))
        except Invalid as refusal:
            form.say(refusal)
    people = queries.people_of(found)
    return render("bureau/organisation.html", form=form, found=found, people=people), 422 if form.errors else 200


@bureau.page("/organisations/<slug>/suspend", allow=Can.CITY_ADMINISTER, methods=("POST",))
def suspend(slug: str) -> Any:
    return _set_active(queries.organisation(slug), active=False)


@bureau.page("/organisations/<slug>/resume", allow=Can.CITY_ADMINISTER, methods=("POST",))
def resume(slug: str) -> Any:
    return _set_active(queries.organisation(slug), active=True)


def _set_active(found: Place, *, active: bool) -> Any:
    services.set_active(found, me(), active=active)
    name = found.short_name
    flash(
        _("%(name)s is let in again within seconds.", name=name)
        if active
        else _("%(name)s is shut out within seconds. Its data stay.", name=name)
    )
    return redirect(url_for(".organisation", slug=found.slug), 303)


@bureau.page("/organisations/<slug>/export", allow=Can.CITY_ADMINISTER, methods=("POST",))
def export(slug: str) -> Any:
    """What the bureau may see of an organisation, as a zip of CSV files."""
    found = queries.organisation(slug)
    out = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (send_file closes it with the response)
    services.export(found, me(), out)  # type: ignore[arg-type]  # it is a BinaryIO in all but name
    out.seek(0)
    name = f"{found.slug}-{clock.today()}.zip"
    return send_file(out, mimetype="application/zip", as_attachment=True, download_name=name, max_age=0)


def _slip(place: Place, person: Any, code: str) -> Any:
    """The only time that the code is seen: an answer to print, never an address to come back to."""
    address = f"{current_app.config['SETTINGS'].base_url}/{place.slug}/sign-in"
    back = {"url": url_for(".organisation", slug=place.slug), "title": place.short_name}
    until = clock.now() + accounts.SLIP_LASTS
    return render("accounts/slip.html", person=person, code=code, until=until, address=address, back=back)
