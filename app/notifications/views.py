"""A person's notices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.routing import BuildError

from app.accounts import me
from app.audit import words as trail
from app.core.area import SIGNED_IN, Area
from app.core.errors import Missing
from app.notifications import queries, services, words
from app.notifications.forms import WishForm
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
        form=WishForm(data={"within": queries.within(me())}),
        muted=queries.muted_by(me()),
    )


@notifications.page("/notices/wish", allow=SIGNED_IN, methods=("POST",))
def wish() -> Any:
    form = WishForm()
    if not form.validate_on_submit():
        raise Missing
    services.wish(form.within.data, by=me())
    flash(_("Saved."))
    return redirect(url_for(".index"), 303)


@notifications.page("/notices/muted/<uuid:muted_id>/end", allow=SIGNED_IN, methods=("POST",))
def unmute(muted_id: UUID) -> Any:
    row = services.unmute(muted_id, by=me())
    flash(_("You are told of case %(number)s again.", number=row.subject_number))
    return redirect(url_for(".index"), 303)


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


trail.extend(
    {
        "notice.muted": _l("Muted the notices of a case"),
        "notice.unmuted": _l("Wants to be told of a case again"),
        "notice.wished": _l("Chose how early to be told of limits"),
    },
    {
        "notice.muted": lambda facts: facts["number"],
        "notice.unmuted": lambda facts: facts["number"],
        "notice.wished": lambda facts: f"{facts['before']} → {facts['after']}",
    },
)
