"""What the exchange adds to the page of a case: the panel 往来, and the buttons that begin a letter."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.panels import ACTIONS, PANELS, Action, Panel
from app.cases.workflow import CASE
from app.handoffs import queries, story
from app.handoffs.kinds import KINDS, kinds_for
from tenants import realm


def exchange(case: Case, person: Any) -> Panel | None:
    """What went out from the case, what it came from, and the letters that have not gone out yet."""
    if not person.can(Can.HANDOFF_READ, case):
        return None
    sent, drafts = queries.of_case(case), queries.drafts_of_case(case)
    if not sent and not drafts:
        return None
    return Panel("handoffs/_panel.html", {"rows": story.tray(sent), "drafts": drafts, "kinds": KINDS})


def letters(case: Case, person: Any) -> list[Action]:
    """One button for each kind that may be sent from here now."""
    if not person.can(Can.HANDOFF_SEND, case) or realm.current().writes != case.tenant_id:
        return []
    return [
        Action(kind.verb, url_for("handoffs.new", number=case.number, kind=kind.code))
        for kind in kinds_for(realm.home())
        if (CASE.possible(CASE["refer"], case) if kind.moves_case else case.is_open)
    ]


PANELS.append(exchange)
ACTIONS.append(letters)
