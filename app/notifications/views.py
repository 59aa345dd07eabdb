"""A person's notices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.routing import BuildError

from app.accounts import me
from app.core.area import SIGNED_IN, Area
from app.notifications import queries, services, words
from app.notifications.models import Notice
from app.ui import render
from app.ui.text import up_to

notifications = Area("notifications", __name__)


@notifications.page("/notices", allow=SIGNED_IN)
def index() -> Any:
    view = queries.NOTICES.read(request.args)
    found = view.page(queries.notices(me()))
    rows = [(notice, words.title(notice.event, notice.facts)) for notice in found.rows]
    only_unread = "show" in view.values
    return render(
        "notifications/index.html",
        found=found,
        rows=rows,
        unread=up_to(queries.unread(me()), queries.MOST),
        only_unread=only_unread,
    )


@notifications.page("/notices/<uuid:notice_id>", allow=SIGNED_IN, methods=("POST",))
def open_notice(notice_id: UUID) -> Any:
    """Read it, and go to what it is about."""
    notice = services.read(notice_id, by=me())
    return redirect(_address(notice) or url_for(".index"), 303)


def _address(notice: Notice) -> str | None:
    """None for what led to a page that no longer exists."""
    if notice.endpoint is None:
        return None
    try:
        return url_for(notice.endpoint, **notice.arguments)
    except BuildError:
        return None


@notifications.page("/notices/read", allow=SIGNED_IN, methods=("POST",))
def read_all() -> Any:
    count = services.read_all(by=me())
    flash(_("Marked as read: %(count)s.", count=count))
    return redirect(url_for(".index"), 303)
