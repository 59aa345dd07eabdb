"""The forms of kept filters and of habits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from app.cases import lists
from app.cases.forms import LONGEST_TEXT, marks
from app.cases.party_forms import ManyCheckboxField
from app.cases.queries.filters import handlers
from app.cases.worklist.bulk import GROUNDS, Action
from app.cases.worklist.export import COLUMNS
from app.cases.worklist.models import SIZES
from app.cases.worklist.queries import CHOICES
from app.core.forms import Form, Line, Prose, max_length, options


class FilterForm(Form):
    """A name for what the list is narrowed to."""

    asked = HiddenField()
    name = Line(_l("Name of the filter"))
    shared = BooleanField(_l("For everybody in the center"))
    usual = BooleanField(_l("Open the list with it"))


class KeptForm(Form):
    """Another name for it."""

    name = Line(_l("Name of the filter"))
    shared = BooleanField(_l("For everybody in the center"))


class HabitForm(Form):
    """How one likes the list."""

    columns = ManyCheckboxField(
        _l("Columns of the list"), choices=options((code, title) for code, (title, _n) in CHOICES.items())
    )
    size = SelectField(_l("Cases on a page"), coerce=int, choices=options((size, str(size)) for size in SIZES))
    density = RadioField(_l("Rows"), choices=options([("normal", _l("normal")), ("compact", _l("close together"))]))
    usual_id = SelectField(_l("What opens the list"))
    after = RadioField(
        _l("After a step"),
        choices=options(
            [
                ("case", _l("stay with the case")),
                ("next", _l("go to the next of the list")),
                ("list", _l("go to the list")),
            ]
        ),
    )

    def offer(self, kept: list[Any]) -> HabitForm:
        """The filters that may open the list."""
        self.usual_id.choices = options([("", _l("All open")), *((str(one.id), one.name) for one in kept)])
        return self

    @property
    def liked(self) -> dict[str, Any]:
        """What was chosen, for `like()`."""
        return {**self.facts, "usual_id": UUID(self.usual_id.data) if self.usual_id.data else None}


class BulkForm(Form):
    """What is done to many cases, and with what."""

    action = HiddenField()
    assignee = SelectField(_l("Assign to"), validate_choice=False)
    flag = SelectField(_l("Trait"), validate_choice=False)
    ground = SelectField(_l("Ground"), validate_choice=False)
    into = Line(_l("Number of the earlier case"), [max_length(40)])
    text = Prose(_l("Remark"), [max_length(LONGEST_TEXT)])

    def offer(self, action: Action) -> None:
        """The choices of what the action asks for."""
        if action.asks == "assignee":
            self.assignee.choices = options((str(person.id), person.name) for person in handlers())
        if action.asks == "flag":
            self.flag.choices = options(marks())
        if action.asks in GROUNDS:
            self.ground.choices = options((code, f"{code} {words}") for code, words in lists.choices(action.asks))
        if action.needs_words:
            self.text.label.text = _("Reason, as the letter will give it")
            self.text.flags.required = True

    @property
    def said(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("assignee", "flag", "ground", "into", "text")}


class ExportForm(Form):
    """What goes into the spreadsheet, and why."""

    asked = HiddenField()
    columns = ManyCheckboxField(
        _l("Columns of the spreadsheet"),
        choices=options((code, column.title) for code, column in COLUMNS.items()),
        default=list(COLUMNS),
        validators=[InputRequired(_l("Choose at least one column."))],
    )
    personal = BooleanField(_l("With names and phones of the complainants"))
    reason = Line(_l("What the names and phones are needed for"), [max_length(200)])
