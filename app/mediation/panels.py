"""What mediation adds to the page of a case: the panel 调解, and the button that arranges a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.permissions import Can
from app.cases.closing_list import ASKS, Line, counted
from app.cases.models import Case
from app.cases.panels import ACTIONS, PANELS, Action, Panel
from app.mediation import queries
from app.mediation.models import Instalment, InstalmentState, MediationSession, SessionState
from app.mediation.services.sessions import may_meet
from tenants import realm


def panel(case: Case, person: Any) -> Panel | None:
    """Its sessions, and what is to be performed, once it is being mediated."""
    if case.accepted_at is None:
        return None
    rows = queries.brief(case)
    return None if case.is_report and not rows else Panel("mediation/_panel.html", {"rows": rows})


def arrange(case: Case, person: Any) -> list[Action]:
    if not may_meet(case) or not person.can(Can.CASE_HANDLE, case):
        return []
    if realm.current().writes != case.tenant_id:
        return []
    return [Action(_("Arrange a session"), url_for("mediation.new", number=case.number))]


def before_closing(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    """No session that is still to come; and what is paid later is watched after the case is closed."""
    planned = counted(MediationSession.case_id, cases, MediationSession.status == SessionState.PLANNED.value)
    due = counted(Instalment.case_id, cases, Instalment.status == InstalmentState.DUE.value)

    def lines(case: Case) -> Iterator[Line]:
        if n := planned[case.id]:
            missing = ngettext(
                "%(num)d session is still planned: cancel it first.",
                "%(num)d sessions are still planned: cancel them first.",
                n,
            )
            yield Line(_("No session is planned"), missing, endpoint="mediation.index", arguments=_at(case))
        if n := due[case.id]:
            yield Line(
                ngettext(
                    "%(num)d instalment is still to come: it is watched after closing too",
                    "%(num)d instalments are still to come: they are watched after closing too",
                    n,
                )
            )

    return lines


def _at(case: Case) -> dict[str, Any]:
    return {"number": case.number}


ASKS.append(before_closing)
PANELS.append(panel)
ACTIONS.append(arrange)
