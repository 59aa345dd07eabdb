"""The judicial confirmation of an agreement: for how long both may apply, why until that day, and with what.

Both sides apply together within 30 days from the day the agreement takes effect (Civil Procedure Law art. 205, People's
Mediation Law art. 33). The limit is the parties', not the center's: it is no clock of the case, but counted as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import deadlines
from app.cases.models import Case
from app.cases.papers.models import CaseDocument
from app.core import clock
from app.deadlines import ClockView, Explanation
from app.deadlines.clock import ClockColumns
from app.documents.kinds import Form, bilingual, kinds
from app.documents.models import DocumentState

CODE = "judicial_confirmation"
USUAL = "order-121"  # whose limit counts where the profile of a case does not name it
# What goes to the court, in this order. The application itself and the agreement have to be there.
PACK = ("judicial-confirmation", "mediation-agreement", "minutes", "authorisation", "performance")
NEEDED = frozenset({"judicial-confirmation", "mediation-agreement"})


class _Window(ClockColumns):
    """The thirty days as a clock that stands in no table."""

    def __init__(self, **facts: Any) -> None:
        for name, value in facts.items():
            setattr(self, name, value)
        self.id = self.paused_on = self.paused_reason = self.met_on = None


@dataclass(frozen=True)
class Window:
    """Until when both may apply, in words and as a bar."""

    due_on: date
    view: ClockView
    reason: Explanation
    closed: bool


def window(case: Case, effective_on: date, *, applied_on: date | None = None) -> Window:
    """The window of an agreement of the case that took effect on a day; met on the day they applied."""
    rules = deadlines.load_rules()
    profile = rules.profile(case.profile_code, case.profile_version)
    if CODE not in profile.limits:
        profile = rules.profile(USUAL)
    one = deadlines.start(_Window, profile, CODE, effective_on, rules=rules)
    if applied_on is not None:
        deadlines.meet(one, applied_on, rules=rules)
    today = clock.today()
    return Window(
        due_on=one.due_on,
        view=deadlines.view(one, today, rules),
        reason=deadlines.explain(one, rules),
        closed=applied_on is None and today > one.due_on,
    )


@dataclass(frozen=True)
class Paper:
    """A document that goes to the court: issued, or not there yet."""

    form: Form
    issued: CaseDocument | None
    needed: bool


def pack(papers: Sequence[CaseDocument]) -> list[Paper]:
    """What goes to the court, the newest of each kind that was issued, in Chinese or with English in it too."""
    return list(_pack(papers))


def _pack(papers: Sequence[CaseDocument]) -> Iterator[Paper]:
    for code in PACK:
        alike = (code, bilingual().get(code))
        issued = [one for one in papers if one.kind in alike and one.status == DocumentState.ISSUED]
        if issued or code in NEEDED:
            newest = max(issued, key=lambda one: one.id, default=None)
            yield Paper(newest.form if newest else kinds()[code], newest, code in NEEDED)
