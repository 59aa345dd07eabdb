"""Signing in and out, one's own account, the organisation's people and the table of roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.accounts import asking, me, presence, queries, services, sessions
from app.accounts.forms import NewPersonForm, PasswordForm, PersonForm, SignInForm
from app.accounts.models import Person
from app.accounts.permissions import LABELS, Can, roles_of
from app.accounts.services import Entrance
from app.core import clock
from app.core.area import ANYONE, SIGNED_IN, Area
from app.core.errors import Invalid, TooMany
from app.core.forms import BROUGHT_BACK
from app.ui import render
from tenants import realm

accounts = Area("accounts", __name__)


# Coming and going ----------------------------------------------------------------------------------------------------


@accounts.page("/sign-in", allow=ANYONE, methods=("GET", "POST"))
def sign_in() -> Any:
    goal = presence.own_path(request.values.get("next"))
    form, status, wait = SignInForm(), 200, 0
    if current_user.is_authenticated and (request.method == "GET" or BROUGHT_BACK in request.form):
        return _onward(me(), goal, form.kept.data)
    if form.validate_on_submit():
        try:
            return _welcome(_sign_in(form), goal, form.kept.data)
        except Invalid as refusal:
            form.say(refusal)
        except TooMany as refusal:
            form.form_errors.append(refusal.message)
            status, wait = refusal.code, refusal.seconds
    status = 422 if form.errors and status == 200 else status
    return asking.page(form, goal), status, {"Retry-After": str(wait)} if wait else {}


def _sign_in(form: SignInForm) -> Entrance:
    device = presence.device(request.user_agent.string)
    return services.sign_in(
        form.login.data,
        form.password.data,
        device=device,
        address=request.remote_addr,
        leaving=presence.visit().sign_in,
    )


def _welcome(entrance: Entrance, goal: str | None, kept: str | None = None) -> Any:
    """The cookie from now on: everything before sign-in goes, the CSRF secret too."""
    session.clear()
    g.pop("csrf_token", None)
    session["token"] = entrance.token
    return _onward(entrance.person, goal, kept)


def _onward(by: Person, goal: str | None, kept: str | None) -> Any:
    """To where somebody wanted to go, by way of what they had typed."""
    goal = goal or url_for("portal.home")
    if typed := asking.typed(kept, by):
        return render("accounts/brought_back.html", typed=typed, goal=goal)
    return redirect(goal, 303)


@accounts.page("/sign-out", allow=ANYONE, methods=("POST",))
def sign_out() -> Any:
    here = presence.visit().sign_in
    if here is not None:
        services.sign_out(here, by=me())
    return _farewell(_("You have signed out."))


def _farewell(words_: str) -> Any:
    """Leave nothing behind: not the session, not pages in the browser's cache."""
    session.clear()
    flash(words_)
    answer = redirect(url_for("accounts.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


# One's own account ---------------------------------------------------------------------------------------------------


@accounts.page("/account", allow=SIGNED_IN)
def account() -> Any:
    visit = presence.visit()
    return render(
        "accounts/account.html",
        here=visit.sign_in,
        devices=sessions.open_of(me()),
        idle=sessions.IDLE,
        absolute=sessions.ABSOLUTE,
        at_most=sessions.AT_MOST,
    )


@accounts.page("/account/alive", allow=SIGNED_IN, methods=("GET", "POST"))
def alive() -> Any:
    """Somebody is still there: asked for is enough. Forms opened before a new sign-in learn their token from it."""
    return ("", 204) if request.method == "POST" else {"token": generate_csrf()}


@accounts.page("/account/password", allow=SIGNED_IN, methods=("GET", "POST"))
def new_password() -> Any:
    here = presence.visit().sign_in
    assert here is not None
    form, status = PasswordForm(), 200
    if here.by_slip:
        del form.old_password
    if form.validate_on_submit():
        try:
            entrance = services.change_password(me(), form.old, form.new_password.data, within=here)
            flash(_("Your password has been changed. Every other device is signed out."))
            return _welcome(entrance, url_for("accounts.account"))
        except (Invalid, TooMany) as refusal:
            form.say(refusal if isinstance(refusal, Invalid) else Invalid("old_password", refusal.message))
            status = refusal.code
    status = 422 if form.errors and status == 200 else status
    return render("accounts/password.html", form=form, by_slip=here.by_slip), status


@accounts.page("/account/devices/<uuid:sign_in_id>/end", allow=SIGNED_IN, methods=("POST",))
def end_session(sign_in_id: UUID) -> Any:
    here = presence.visit().sign_in
    services.end_session(sign_in_id, by=me())
    if here is not None and here.id == sign_in_id:
        return _farewell(_("You have signed out."))
    flash(_("The device is signed out."))
    return redirect(url_for("accounts.account"), 303)


@accounts.page("/account/devices/end", allow=SIGNED_IN, methods=("POST",))
def end_sessions() -> Any:
    services.end_sessions(me(), by=me())
    return _farewell(_("You are signed out everywhere."))


# People --------------------------------------------------------------------------------------------------------------


@accounts.page("/people", allow=Can.PERSON_KEEP)
def people() -> Any:
    view = queries.PEOPLE.read(request.args)
    active = "show" not in view.values
    found = view.page(queries.people(active=active))
    return render("accounts/people.html", view=view, found=found, active=active, counts=queries.head_count())


@accounts.page("/people/new", allow=Can.PERSON_KEEP, methods=("GET", "POST"))
def new_person() -> Any:
    form = NewPersonForm()
    if form.validate_on_submit():
        try:
            person, code = services.appoint(**form.facts, by=me())
            return _slip(person, code)
        except Invalid as refusal:
            form.say(refusal)
    return render("accounts/new.html", form=form), 422 if form.errors else 200


@accounts.page("/people/<uuid:person_id>", allow=Can.PERSON_KEEP, methods=("GET", "POST"))
def person(person_id: UUID) -> Any:
    found = queries.person(person_id)
    form = PersonForm(obj=found)
    if form.validate_on_submit():
        try:
            services.change_person(found, **form.facts, by=me())
            flash(_("Saved."))
            return redirect(url_for(".person", person_id=person_id), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render(
        "accounts/person.html", form=form, person=found, door=queries.door(found), devices=sessions.open_of(found)
    ), (422 if form.errors else 200)


@accounts.page("/people/<uuid:person_id>/disable", allow=Can.PERSON_KEEP, methods=("POST",))
def disable(person_id: UUID) -> Any:
    services.disable(queries.person(person_id), by=me())
    flash(_("The account is disabled and signed out everywhere."))
    return redirect(url_for(".person", person_id=person_id), 303)


@accounts.page("/people/<uuid:person_id>/enable", allow=Can.PERSON_KEEP, methods=("POST",))
def enable(person_id: UUID) -> Any:
    services.enable(queries.person(person_id), by=me())
    flash(_("The account is enabled again."))
    return redirect(url_for(".person", person_id=person_id), 303)


@accounts.page("/people/<uuid:person_id>/slip", allow=Can.PERSON_KEEP, methods=("POST",))
def slip(person_id: UUID) -> Any:
    found = queries.person(person_id)
    return _slip(found, services.slip(found, by=me()))


def _slip(person: Any, code: str) -> Any:
    """The only time that the code is seen: an answer to print, never an address to come back to."""
    until = clock.now() + services.SLIP_LASTS
    return render("accounts/slip.html", person=person, code=code, until=until, address=_front_door())


def _front_door() -> str:
    return f"{current_app.config['SETTINGS'].base_url}/{realm.home().slug}/sign-in"


@accounts.page("/roles", allow=SIGNED_IN)
def roles() -> Any:
    known = roles_of(realm.home().kind)
    rows = [(label, [can in role.can for role in known]) for can, label in LABELS.items()]
    return render("accounts/roles.html", roles=known, rows=[row for row in rows if any(row[1])])
