"""How things go here: every workflow as a picture, with its steps and who takes them, drawn from what is declared."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.accounts.permissions import LABELS, ROLES, Can, Role, roles_of
from app.advocacy.workflow import EXPOSURE, LITIGATION
from app.cases.papers.workflow import PAPER
from app.cases.services import timing
from app.cases.workflow import CASE
from app.core.area import SIGNED_IN, Area
from app.core.errors import Missing
from app.handoffs.workflow import LETTER, REFERRAL, REQUEST
from app.investigations.workflow import INVESTIGATION
from app.mediation.workflow import SESSION
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from app.ui import render
from app.workflow import Step, Workflow
from app.workflow.drawing import drawn, numbered
from tenants import realm

# The lives that an organisation of each kind has a part in, by name.
_BETWEEN: dict[str, tuple[Any, Workflow]] = {
    "referral": (_l("Referral to another county"), REFERRAL),
    "request": (_l("Request to a department"), REQUEST),
}
_CASE: dict[str, tuple[Any, Workflow]] = {"case": (_l("Case"), CASE)}
FLOWS: dict[str, dict[str, tuple[Any, Workflow]]] = {
    "center": {
        **_CASE,
        "session": (_l("Mediation session"), SESSION),
        "document": (_l("Document"), PAPER),
        "letter": (_l("Letter"), LETTER),
        **_BETWEEN,
        "investigation": (_l("Investigation"), INVESTIGATION),
        "interview": (_l("Interview"), INTERVIEW),
        "commitment": (_l("Commitment"), COMMITMENT),
        "litigation": (_l("Support of a lawsuit"), LITIGATION),
        "exposure": (_l("Exposure through media"), EXPOSURE),
    },
    "bureau": {**_CASE, **_BETWEEN},
    "department": {"request": _BETWEEN["request"]},
}

flows = Area("flows", __name__, template_folder=None)
roles = Area("roles", __name__, template_folder=None)


@flows.page("/flows", allow=SIGNED_IN)
def index() -> Any:
    kind = realm.home().kind
    lives = [(name, title, drawn(flow), _rows(flow)) for name, (title, flow) in FLOWS[kind].items()]
    return render("desk/flows.html", lives=lives)


@roles.page("/roles/<code>", allow=SIGNED_IN)
def show(code: str) -> Any:
    """What a role finds in its menu and which steps it takes: looked at by the table, with nobody's rights."""
    kind, found = realm.home().kind, ROLES.get(code)
    if found is None or found.kind != kind:
        raise Missing
    lives = [(title, _taken(flow, found)) for title, flow in FLOWS[kind].values()]
    return render(
        "desk/role.html",
        role=found,
        others=[one for one in roles_of(kind) if one is not found],
        finds=current_app.extensions["menu_of"](found),
        may=[label for can, label in LABELS.items() if can in found.can],
        lives=[(title, rows) for title, rows in lives if rows],
    )


def _taken(flow: Workflow, role: Role) -> list[dict[str, Any]]:
    """The steps that a role takes or approves, as they are declared."""
    rows = [
        {
            "label": step.label,
            "sources": [state.label for state in flow.states if state in step.source],
            "takes": step.permission in role.can,
            "approves": step.approval in role.can,
            "asks": _who(step.approval, step) if step.approval and step.approval not in role.can else [],
        }
        for _number, step in numbered(flow)
        if not step.hidden
    ]
    return [row for row in rows if row["takes"] or row["approves"]]


def _rows(flow: Workflow) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "label": step.label,
            "sources": [state.label for state in flow.states if state in step.source],
            "target": flow.states(step.target).label if step.target else None,
            "who": _who(step.permission, step),
            "approval": _who(step.approval, step) if step.approval else [],
            "limits": [timing.title_of(code) for code in step.starts],
            "public": step.public,
        }
        for number, step in numbered(flow)
    ]


def _who(may: Any, step: Step) -> list[Any]:
    """The roles that take a step, of whichever kind of organisation; none where the portal itself takes it."""
    if step.hidden:
        return []
    every = [role for kind in ("center", "department", "bureau") for role in roles_of(kind)]
    return [role.label for role in every if Can(may) in role.can]
