"""Handing files out, in a way that no browser takes them for a page of ours."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from app import audit
from app.core import headers, unit
from app.files.names import disposition
from app.files.refusal import Unreadable
from app.files.store import store
from tenants import realm


def download(file: Any, *, by: Any = None, inline: bool = False) -> Response:
    """The bytes of a StoredFile row that the caller has found through its case.

    `inline` is honoured for pictures, which were made anew on the way in; anything else is saved, not shown.
    Raises Unreadable, and records it, when the bytes are gone or are not what was stored.
    """
    try:
        content = store.open(file)
    except Unreadable:
        if realm.current().writes is not None:
            with unit.apart():
                audit.record("file.unreadable", file, by)
        raise
    shown = inline and file.is_picture
    response = Response(wrap_file(request.environ, content), mimetype=file.media_type, direct_passthrough=True)
    response.content_length = file.size
    response.headers["Content-Disposition"] = disposition("inline" if shown else "attachment", file.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def display(file: Any, *, by: Any = None) -> Response:
    """The bytes for the page that shows them: a PDF may stand in it, of sound and film a part may be asked for.

    What no page shows is saved, as by `download`. Raises Unreadable as that does, and RequestedRangeNotSatisfiable.
    """
    response = download(file, by=by, inline=True)
    if file.shown_as == "pdf":
        response.headers["Content-Disposition"] = disposition("inline", file.name)
        headers.stand_inside(response)
    elif file.shown_as in ("audio", "video"):
        response.headers["Content-Disposition"] = disposition("inline", file.name)
        _in_parts(response, file)
    return response


def _in_parts(response: Response, file: Any) -> None:
    """Answer for the part that was asked for (RFC 9110, 14): who moves on in a recording waits for no more."""
    response.set_etag(file.sha256)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=file.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
