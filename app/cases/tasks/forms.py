"""The form of a task."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import DataRequired, InputRequired

from app.cases.tasks.models import Task
from app.cases.tasks.queries import colleagues
from app.cases.tasks.services import LONGEST
from app.core.forms import Form, Prose, max_length


class OwnTaskForm(Form):
    """What there is to do, for oneself."""

    text = Prose(_l("What is to be done"), [DataRequired(_l("This is needed.")), max_length(LONGEST)])
    due_on = DateField(_l("By when"), [InputRequired(_l("Choose a day."))])


class TaskForm(OwnTaskForm):
    """The same on a case, for whoever is to do it."""

    assignee = SelectField(
        _l("Who is to do it"), choices=lambda: [(str(person.id), person.name) for person in colleagues()]
    )


def of(task: Task, **given: Any) -> OwnTaskForm:
    """The form of a task as it stands."""
    kind = TaskForm if task.case else OwnTaskForm
    stands = {"text": task.text, "due_on": task.due_on, "assignee": str(task.assignee_id), "version": task.version}
    return kind(**given, data=stands)
