"""The trail of the organisation."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from app.accounts import me
from app.accounts import queries as people
from app.accounts.permissions import ROLES, Can
from app.audit import words
from app.audit.models import Entry
from app.audit.queries import TRAIL
from app.audit.trail import entries
from app.core.area import Area
from app.ui import render
from tenants import realm
from tenants.registry import registry

audit = Area("audit", __name__)


@audit.page("/audit", allow=Can.AUDIT_READ)
def index() -> Any:
    view = TRAIL.read(request.args)
    found = view.page(entries())
    names = people.names(
        entry.subject_id for entry in found.rows if entry.subject_kind == "person" and entry.subject_id
    )
    changes = words.changes([(entry.event, entry.facts.get("changes", {})) for entry in found.rows])
    rows = [
        {"entry": entry, "changes": told, **_said(entry, names)}
        for entry, told in zip(found.rows, changes, strict=True)
    ]
    return render("audit/index.html", view=view, found=found, rows=rows, filters=TRAIL.filters)


def _said(entry: Entry, names: dict[Any, str]) -> dict[str, Any]:
    """The codes of an entry as words."""
    kind = words.KINDS.get(entry.subject_kind)
    reach = kind is not None and kind.address and entry.subject_id and (kind.can is None or me().can(kind.can))
    role = ROLES.get(entry.actor_role)
    outside = entry.actor_place != realm.home().id
    return {
        "event": words.name(entry.event),
        "detail": words.detail(entry.event, entry.facts),
        "who": _who(entry),
        "role": role.label if role else "",
        "place": registry.by_id(entry.actor_place).short_name if outside else "",
        "kind": kind.label if kind else "",
        "subject": entry.subject_number or names.get(entry.subject_id, ""),
        "url": kind.address(entry) if reach else None,  # type: ignore[union-attr,misc]  # `reach` says that there is one
    }


def _who(entry: Entry) -> Any:
    if entry.actor_role != "system":
        return entry.actor_name
    # Somebody at the sign-in page comes from an address; a job or a command does not.
    return _("Not signed in") if entry.address else _("The portal")
