"""/<slug>/… becomes SCRIPT_NAME: url_for() is right, and no view knows which organisation it serves."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from werkzeug.wsgi import ClosingIterator

from tenants import realm
from tenants.database import db
from tenants.registry import RESERVED, Registry

WSGI = Any


class Mount:
    """WSGI middleware: enter the organisation's realm, and stay until the last byte of the answer has left."""

    def __init__(self, app: WSGI, registry: Registry) -> None:
        self.app = app
        self.registry = registry

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        slug, _, rest = environ.get("PATH_INFO", "/").lstrip("/").partition("/")
        place = None if not slug or slug in RESERVED else self.registry.find(slug)
        if place is None or not place.active:
            answer: Iterable[bytes] = self.app(environ, start_response)
            return answer
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{slug}"
        environ["PATH_INFO"] = f"/{rest}"
        inside = ExitStack()
        inside.enter_context(realm.enter(self.registry.realm(place), db.leave))
        try:
            answer = self.app(environ, start_response)
        except BaseException:
            inside.close()
            raise
        return ClosingIterator(answer, [inside.close])
