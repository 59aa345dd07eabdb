"""Refusals and faults as pages: a sentence, a way on, and the number of the request."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, SecurityError
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from app.core import trace, unit
from app.core.errors import Refusal, TooMany
from app.core.forms import PLUMBING, mark, marks

log = logging.getLogger("hengping.faults")

_HEAD = 512 * 1024  # of a form that is too large: as far as texts are looked for


def page(code: int, message: Any = None, **context: Any) -> Response:
    """An error page that needs nothing from the database."""
    words = {
        400: (_("This request could not be read"), _("Please go back and try again.")),
        401: (_("Please sign in"), _("Your session has ended. Sign in to go on.")),
        403: (_("Not allowed"), _("Your role does not include this.")),
        404: (_("Not found"), _("There is nothing at this address, or it is not yours to see.")),
        405: (_("Not possible here"), _("This address does not take that kind of request.")),
        409: (_("Changed in the meantime"), _("Please look at the present state and decide again.")),
        413: (_("Too large"), _("What was sent is larger than the portal takes. What you typed is still in the form.")),
        422: (_("Please check what was entered"), _("Something in it could not be taken.")),
        429: (_("Too often"), _("Please wait a little and try again.")),
        500: (_("A fault on our side"), _("It has been noted. Nothing of what you sent was half stored.")),
        503: (
            _("Not available for a moment"),
            _("Please try again in a few seconds. What you typed is still in the form."),
        ),
    }
    heading, hint = words.get(code, words[400])
    body = render_template(
        "error.html",
        code=code,
        heading=heading,
        message=message or hint,
        request_id=trace.current().request_id,
        **context,
    )
    return make_response(body, code)


def typed() -> dict[str, str]:
    """The longer texts that somebody typed into the form, so that a refusal loses nothing of them."""
    if request.method != "POST":
        return {}
    sent = dict(_sent())
    loaded = marks(sent.get("loaded", ""))
    return {
        name: value
        for name, value in sent.items()
        if len(value) > 12 and "token" not in name and "password" not in name and name not in PLUMBING | {"kept"}
        if loaded.get(name) != mark(value)
    }


def _sent() -> Iterator[tuple[str, str]]:
    """What is in the form; of one that is too large as a whole, what stands before its first file."""
    try:
        yield from request.form.items()
    except RequestEntityTooLarge:
        if (request.content_length or 0) > (request.max_content_length or 0):  # nothing of it has been read yet
            yield from _before_the_files(request.environ["wsgi.input"].read(_HEAD))


def _before_the_files(head: bytes) -> Iterator[tuple[str, str]]:
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary:
        return
    decoder = MultipartDecoder(boundary.encode(), max_parts=request.max_form_parts)
    decoder.receive_data(head)
    name, text = "", b""
    while not isinstance(event := decoder.next_event(), File | NeedData | Epilogue):
        if isinstance(event, Field):
            name, text = event.name, b""
        elif isinstance(event, Data):
            text += event.data
            if not event.more_data:
                yield name, text.decode("utf-8", "replace")


def init_app(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        unit.undo()
        response = page(refusal.code, refusal.message, seen=typed(), back=request.referrer)
        if isinstance(refusal, TooMany):
            response.headers["Retry-After"] = str(refusal.seconds)
        return response

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        unit.undo()
        if not (_from_here() and current_user.is_authenticated):
            return page(400, _("The form had expired. Go back, reload the page and send it again."), seen=typed())
        words = _("You have signed in anew since this page was opened. Nothing was sent, and what you typed is kept.")
        to = request.script_root + request.full_path.removesuffix("?")
        return page(400, words, again=list(request.form.items(multi=True)), to=to)

    @app.errorhandler(SecurityError)
    def elsewhere(error: SecurityError) -> Response:
        """Asked for under a name that is not ours: no address can be made then, so no page of ours can."""
        unit.undo()
        return Response(_("This request could not be read"), 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        unit.undo()
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        response = page(error.code or 500, seen=typed() if error.code == 413 else {})
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.allow.update(error.valid_methods)
        return response

    @app.errorhandler(TimeoutError)
    @app.errorhandler(OperationalError)
    def unavailable(error: Exception) -> Response:
        unit.undo()
        log.warning("the database did not answer", exc_info=error)
        response = page(503, seen=typed())
        response.headers["Retry-After"] = "5"
        return response

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        unit.undo()
        log.error("a fault", exc_info=error)
        if app.config["TESTING"]:
            raise error
        return page(500)


def _from_here() -> bool:
    """Whether a page of ours sent this; what only a token could tell otherwise, browsers say of every form."""
    return request.headers.get("Origin") == request.host_url.rstrip("/")
