"""The count beside «Notices» on every page of somebody who is signed in."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import Flask, url_for
from flask_login import current_user

from app.notifications import queries
from app.ui.text import up_to
from tenants import realm


class TopBar:
    """Asked only where a page shows it, and once."""

    @cached_property
    def url(self) -> str:
        return url_for("notifications.index")

    @cached_property
    def count(self) -> str:
        """12, or 99+; empty where nothing waits."""
        return up_to(queries.unread(current_user), queries.MOST)


def init_app(app: Flask) -> None:
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {"notices": None if realm.absent() or not current_user.is_authenticated else TopBar()}
