"""How a group is changed: by one at a time, who may, from the version that was seen; each change makes it newer."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app import audit
from app.accounts.permissions import Can
from app.core.errors import NotAllowed
from app.groups.models import CaseGroup
from tenants.database import db


def may(by: Any) -> None:
    if not by.can(Can.CASE_HANDLE):
        raise NotAllowed(_("Your role does not include this."))


def lock(group: CaseGroup, by: Any, *, seen: int | None = None) -> None:
    """One change of a group at a time, by somebody who may. Raises Changed when `seen` is not the version any more."""
    may(by)
    db.session.refresh(group, with_for_update={"of": CaseGroup})
    audit.only_as_seen(group, seen)


def record(event: str, group: CaseGroup, by: Any, **said: Any) -> None:
    """A change of a group, which makes it a version newer."""
    group.version += 1
    audit.record(event, group, by, **said)
