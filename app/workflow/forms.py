"""The fields of which the forms of steps are made. What is typed is in Line and Prose fields, the rest are codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField
from wtforms.validators import DataRequired, InputRequired, Optional

from app.core import clock
from app.core.forms import Form, Line, Prose, max_length
from app.workflow.engine import Workflow

NEEDED = DataRequired(_l("This is needed."))
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def line(label: Any, *, needed: bool = True, limit: int = 200, description: Any = "") -> Line:
    return Line(label, [NEEDED if needed else Optional(), max_length(limit)], description=description)


def prose(label: Any, *, needed: bool = True, description: Any = "") -> Prose:
    return Prose(label, [NEEDED if needed else Optional(), max_length(4000)], description=description)


def day(label: Any, *, today: bool = True, description: Any = "") -> DateField:
    default = clock.today if today else None
    return DateField(label, [InputRequired(_l("Choose a day."))], default=default, description=description)


def day_and_time(label: Any, *, now: bool = False) -> DateTimeLocalField:
    default = just_now if now else None
    return DateTimeLocalField(label, [InputRequired(_l("Choose day and time."))], format=_MOMENTS, default=default)


def just_now() -> datetime:
    """This minute, as the clock on the wall says it."""
    return clock.local(clock.now()).replace(second=0, microsecond=0, tzinfo=None)


def moment(typed: datetime) -> datetime:
    """What was typed, as a moment: people type the time of the place."""
    return clock.at(typed.date(), typed.hour, typed.minute)


def listed(states: Any) -> list[tuple[str, Any]]:
    return [(state.value, state.label) for state in states]


class StepForm(Form):
    """The form of a step: `fit` offers what its subject has to choose from."""

    def fit(self, one: Any) -> None:
        for name, choices in self.offers(one).items():
            self[name].choices = choices

    def offers(self, one: Any) -> dict[str, list[tuple[str, Any]]]:
        return {}

    @property
    def told(self) -> dict[str, Any]:
        """What the step is taken with: codes, days and moments as they are, what was typed apart from them."""
        typed = {field.name for field in self if isinstance(field, Line | Prose) and field.name != "text"}
        moments = {field.name for field in self if isinstance(field, DateTimeLocalField)}
        told = {name: value for name, value in self.facts.items() if name not in typed}
        told |= {name: moment(told[name]) for name in moments if told.get(name)}
        return {**told, "said": {name: self[name].data or "" for name in typed}}


class ReasonForm(StepForm):
    text = prose(_l("Reason"))


class RemarkForm(StepForm):
    text = prose(_l("Remark"), needed=False)


def step_form(life: Workflow, name: str, subject: Any, usual: type[Form] = Form, **given: Any) -> Any:
    """The form of a step, with what its subject offers and the version that whoever fills it in has seen.

    Given formdata=None, it is as it would be opened now. Raises WrongMoment where one that is only looked at is not
    possible; what was typed into it is refused when it is taken, and kept.
    """
    step = life[name]
    form = (step.form or usual)(**given)
    if not form.is_submitted():
        life.require(step, subject)
    if isinstance(form, StepForm):
        form.fit(subject)
    if form.anew:
        form.version.data = subject.version
    form.possible = life.possible(step, subject)
    return form
