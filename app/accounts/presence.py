"""Who is here: from the cookie to the person."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from flask import Flask, Request, g, redirect, request, session, url_for
from flask_login import current_user

from app.accounts import passwords, sessions
from app.accounts.models import Person
from app.accounts.sessions import Visit
from app.extensions import login
from tenants import realm

# Where somebody may go who came with a slip and has no password yet.
BEFORE_PASSWORD = {"accounts.new_password", "accounts.sign_out", "accounts.alive"}
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_BROWSERS = ("Edg/", "MicroMessenger/", "QQBrowser/", "Firefox/", "Chrome/", "Safari/")
_NAMES = {"Edg/": "Edge", "MicroMessenger/": "WeChat", "QQBrowser/": "QQ"}
_SYSTEMS = ("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def init_app(app: Flask) -> None:
    from app.accounts import asking, jobs  # noqa: F401  (declares the sweep; jobs need the models first)

    settings = app.config["SETTINGS"]
    passwords.configure(settings.environment, settings.password_length)
    sessions.configure(timedelta(days=settings.sign_in_days))
    login.session_protection = None  # the row on the server is the session
    login.request_loader(_load)
    login.unauthorized_handler(asking.ask)
    app.before_request(_hold)
    app.context_processor(_context)


def me() -> Person:
    """The person who is signed in, as the actor that services are told. Only on pages that ask for one."""
    person: Person = current_user._get_current_object()
    return person


def visit() -> Visit:
    """This request's session: nobody's, or whose."""
    if "visit" not in g:
        _load(request)
    found: Visit = g.visit
    return found


def _load(_request: Request) -> Person | None:
    """Asked once per request: when the database did not answer, the page that says so is for nobody."""
    if "visit" not in g:
        g.visit = Visit()
        token = "" if realm.absent() else session.get("token")
        if token:
            g.visit = sessions.resume(token)
    person: Person | None = g.visit.person
    if person is not None and "person_id" not in g:
        g.person_id = person.id
    return person


def _hold() -> Any:
    """Somebody who came with a slip chooses a password first."""
    if realm.absent() or request.endpoint in BEFORE_PASSWORD:
        return None
    here = visit().sign_in
    return redirect(url_for("accounts.new_password"), 303) if here is not None and here.by_slip else None


def own_path(path: str | None) -> str | None:
    """`path` if it is one of this organisation's own pages, else None: `next` leads nowhere else."""
    if not path or len(path) > 2000:
        return None
    for form in (path, unquote(path), unquote(unquote(path))):
        plain = form.partition("?")[0]
        if _CONTROL.search(form) or not plain.startswith(f"{request.script_root}/"):
            return None
        if "//" in plain or ".." in plain.split("/"):
            return None
    return path


def device(user_agent: str) -> str:
    """What people call their device: “Chrome · Windows”. For them to recognise it, nothing depends on it."""
    browser = next((sign for sign in _BROWSERS if sign in user_agent), "")
    system = next((name for name in _SYSTEMS if name in user_agent), "")
    return " · ".join(filter(None, (_NAMES.get(browser, browser.rstrip("/")), system))) or "—"


def _context() -> dict[str, Any]:
    if realm.absent():
        return {}
    return {"session_ends": visit().seconds_left() or None, "session_over": visit().seconds_at_most()}
