"""What the exchange adds to the page of a case: the panel 往来, and the buttons that begin a letter."""

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
from app.cases.workflow import CASE
from app.handoffs import queries, story
from app.handoffs.kinds import KINDS, kinds_for
from app.handoffs.models import Handoff
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
        Action(kind.verb, url_for("handoffs.new", number=case.number, kind=kind.code), "r" if kind.moves_case else None)
        for kind in kinds_for(realm.home())
        if (CASE.possible(CASE["refer"], case) if kind.moves_case else case.is_open)
    ]


def before_closing(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    """What others were asked and have not answered: a case may be closed without it, by who knows that it will come."""
    waits = counted(
        Handoff.sender_case_id, cases, Handoff.sender_id == realm.current().writes, Handoff.ended_at.is_(None)
    )

    def lines(case: Case) -> Iterator[Line]:
        if n := waits[case.id]:
            missing = ngettext(
                "%(num)d letter to another organisation is not answered yet.",
                "%(num)d letters to other organisations are not answered yet.",
                n,
            )
            yield Line(_("Nothing is awaited from others"), missing, binding=False)

    return lines


ASKS.append(before_closing)
PANELS.append(exchange)
ACTIONS.append(letters)
