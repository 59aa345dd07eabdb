"""Handing files out, in a way that no browser takes them for a page of ours."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wsgi import wrap_file

from app import audit
from app.core import unit
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
