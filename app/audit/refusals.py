"""Entries about closed doors: they stay although the request that met one was rolled back."""

from __future__ import annotations

from flask import Flask, Response, g
from flask_login import current_user

from app.audit.services import record
from app.core import area, trace, unit
from tenants import realm


def init_app(app: Flask) -> None:
    if _remember not in area.on_denied:
        area.on_denied.append(_remember)
    app.after_request(_note)


def _remember(permission: str) -> None:
    g.denied = permission


def _note(response: Response) -> Response:
    """One entry for each answer 403, whether a page or a step refused."""
    if response.status_code == 403 and not realm.absent() and current_user.is_authenticated:
        with unit.apart():
            facts = {"route": trace.current().route, "permission": g.get("denied")}
            record("access.denied", None, current_user._get_current_object(), facts=facts)
    return response
