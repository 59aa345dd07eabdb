"""What mediation adds to the page of a case: the panel 调解, and the button that arranges a session."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.panels import ACTIONS, PANELS, Action, Panel
from app.mediation import queries
from app.mediation.services.sessions import ARRANGED_IN
from tenants import realm


def panel(case: Case, person: Any) -> Panel | None:
    """Its sessions, and what is to be performed, once it is being mediated."""
    if case.accepted_at is None:
        return None
    return Panel("mediation/_panel.html", {"rows": queries.brief(case)})


def arrange(case: Case, person: Any) -> list[Action]:
    if case.status not in ARRANGED_IN or not person.can(Can.CASE_HANDLE, case):
        return []
    if realm.current().writes != case.tenant_id:
        return []
    return [Action(_("Arrange a session"), url_for("mediation.new", number=case.number))]


PANELS.append(panel)
ACTIONS.append(arrange)
