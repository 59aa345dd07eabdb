"""Asking somebody to sign in: with the way back, and with what was typed into a form while the session ended.

The sign-in page carries what was typed, sealed for whose session it was; nothing of it stays on the server. After the
sign-in it goes back into its form, which shows it and sends nothing by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn
from urllib.parse import urlsplit

from flask import Response, abort, make_response, redirect, request, url_for

from app.accounts import presence, words
from app.accounts.forms import SignInForm
from app.accounts.models import Person
from app.core import faults
from app.core.forms import BROUGHT_BACK, PLUMBING
from app.core.privacy import Unopened, unwrap, wrap
from app.ui import render

LASTS = timedelta(minutes=30)
MOST = 1_000_000  # bytes; sealed and written into the sign-in form they still are less than a form may have
_PURPOSE = "typed"


@dataclass(frozen=True)
class Typed:
    """A form as it was sent: where to, what was in it, and whether files were chosen, which nobody carries."""

    path: str
    fields: list[tuple[str, str]]
    files: bool


def ask() -> NoReturn:
    """Lead to the sign-in page and back.

    Of an htmx form only 401 is said: the script keeps what was typed on the page.
    """
    if "HX-Request" in request.headers:
        answer = Response(status=401)
        if request.method == "GET":
            answer.headers["HX-Redirect"] = url_for("accounts.sign_in", next=_wish())
        abort(answer)
    if kept := _keep():
        form = SignInForm(formdata=None, data={"kept": kept})
        abort(make_response(page(form, _wish()), 401))
    abort(redirect(url_for("accounts.sign_in", next=_wish()), 303))


def page(form: SignInForm, goal: str | None) -> str:
    return render("accounts/sign_in.html", form=form, goal=goal, over=words.over(presence.visit().over))


def typed(kept: str | None, by: Person) -> Typed | None:
    """What the sign-in page carried, if it was theirs who signed in now."""
    try:
        path, fields, files = json.loads(unwrap(kept or "", purpose=_PURPOSE, holder=by.id))
    except Unopened:
        return None
    return Typed(path, [(name, said) for name, said in fields], files)


def _keep() -> str | None:
    """This request's form, sealed; None when nobody knows whose it is, or nothing was typed.

    The form has been held against the token of its session by now, so nobody else can have sent it.
    """
    whose = presence.visit().whose
    fields = [
        (name, said)
        for name, said in request.form.items(multi=True)
        if name not in ("csrf_token", BROUGHT_BACK) and "password" not in name
    ]
    if whose is None or not any(said and name not in PLUMBING for name, said in fields):
        return None
    path = request.script_root + request.full_path.removesuffix("?")
    said = json.dumps([path, fields, any(file.filename for file in request.files.values())], ensure_ascii=False)
    if len(said.encode()) > MOST:
        abort(faults.page(401, seen=faults.typed()))
    return wrap(said, purpose=_PURPOSE, holder=whose, lasts=LASTS)


def _wish() -> str | None:
    """Where to go on after signing in: this page, or the one that the form stood on."""
    if "HX-Request" in request.headers:
        came = request.headers.get("HX-Current-URL", "")
    elif request.method == "GET":
        came = request.script_root + request.full_path.removesuffix("?")
    else:
        came = request.referrer or ""
    parts = urlsplit(came)
    wish = presence.own_path(parts.path + (f"?{parts.query}" if parts.query else ""))
    return None if wish == f"{request.script_root}/" else wish
