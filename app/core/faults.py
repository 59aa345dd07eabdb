"""Refusals and faults as pages: a sentence, a way on, and the number of the request."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from app.core import trace
from app.core.errors import Refusal, TooMany
from tenants import realm
from tenants.database import db

log = logging.getLogger("hengping.faults")


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
        503: (_("Not available for a moment"), _("Please try again in a few seconds. What you typed is still in the form.")),
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
    """The longer texts that were in the form, so that a refusal loses nothing of them."""
    if request.method != "POST":
        return {}
    return {
        name: value
        for name, value in request.form.items()
        if len(value) > 12 and "token" not in name and "password" not in name and name != "submission_key"
    }


def init_app(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        _undo()
        response = page(refusal.code, refusal.message, seen=typed(), back=request.referrer)
        if isinstance(refusal, TooMany):
            response.headers["Retry-After"] = str(refusal.seconds)
        return response

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        _undo()
        return page(400, _("The form had expired. Go back, reload the page and send it again."))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        _undo()
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        return page(error.code or 500)

    @app.errorhandler(TimeoutError)
    @app.errorhandler(OperationalError)
    def unavailable(error: Exception) -> Response:
        _undo()
        log.warning("the database did not answer", exc_info=error)
        response = page(503)
        response.headers["Retry-After"] = "5"
        return response

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        _undo()
        log.error("a fault", exc_info=error)
        if app.config["TESTING"]:
            raise error
        return page(500)


def _undo() -> None:
    if not realm.absent():
        db.session.rollback()
