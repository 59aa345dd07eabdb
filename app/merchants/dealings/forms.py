"""The forms of interviews and commitments, and of their steps."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import Optional

from app.core import clock
from app.merchants.dealings import queries
from app.merchants.dealings.models import InterviewState
from app.workflow.forms import ReasonForm, StepForm, day, day_and_time, line, prose

__all__ = ["ReasonForm"]


class CallInForm(StepForm):
    held_at = day_and_time(_l("When"))
    place = line(_l("Where"))
    text = prose(_l("What about"), description=_l("What keeps coming, and what is asked of the merchant."))
    case = SelectField(
        _l("Papers go into the file of"), [Optional()], description=_l("The notice and the record are written there.")
    )

    def offers(self, one: Any) -> dict[str, list[tuple[str, Any]]]:
        against = [(case.number, f"{case.number} {case.title}") for case in queries.cases_against(one)]
        return {"case": [("", _("no case")), *against]}

    @property
    def told(self) -> dict[str, Any]:
        return {**super().told, "case": self.case.data or ""}


class MoveForm(StepForm):
    held_at = day_and_time(_l("When"))
    place = line(_l("Where"))
    text = prose(_l("Reason"), needed=False)

    def fit(self, one: Any) -> None:
        if self.anew:
            self.held_at.data, self.place.data = clock.local(one.held_at), one.place


class HoldForm(StepForm):
    held_at = day_and_time(_l("When"))
    present = line(_l("Who was there"), limit=300)
    text = prose(_l("What was said"))

    def fit(self, one: Any) -> None:
        if self.anew:
            self.held_at.data = clock.local(min(one.held_at, clock.now()))


class NoteForm(StepForm):
    text = prose(_l("What the merchant undertakes"))
    due_on = day(_l("To be kept by"), today=False)
    watcher = SelectField(_l("Who sees to it"), [Optional()])
    interview = SelectField(_l("Given in the interview of"), [Optional()])

    def offers(self, one: Any) -> dict[str, list[tuple[str, Any]]]:
        held = [one for one in queries.interviews(one) if one.status == InterviewState.HELD]
        return {
            "watcher": [(str(person.id), person.name) for person in queries.watchers()],
            "interview": [("", _("none")), *((str(talk.id), clock.on(talk.held_at).isoformat()) for talk in held)],
        }

    @property
    def told(self) -> dict[str, Any]:
        told = {name: value for name, value in super().told.items() if name != "said"}
        return {**told, "watcher": self.watcher.data or "", "interview": self.interview.data or ""}


class CheckForm(StepForm):
    checked_on = day(_l("Checked on"))
    text = prose(_l("What was found"), description=_l("What shows it: a visit, a receipt, a call to consumers."))
