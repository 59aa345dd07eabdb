"""The form by which the bureau changes the calendar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField
from wtforms.validators import InputRequired

from app.core.forms import Form, Line, Prose, max_length, options

_needed = InputRequired(_l("This is needed."))


class AmendForm(Form):
    first = DateField(_l("First day"), [_needed])
    last = DateField(_l("Last day"), [_needed], description=_l("The same day if it is only one."))
    kind = RadioField(
        _l("What these days are"),
        [_needed],
        choices=options(
            [
                ("holiday", _l("days off")),
                ("workday", _l("weekend days that are worked")),
                ("ordinary", _l("ordinary days again: the week decides")),
            ]
        ),
    )
    name = Line(_l("Name of the holiday"), [max_length(40)], description=_l("Make-up days bear it too."))
    name_en = Line(_l("Its name in English"), [max_length(60)])
    source = Line(_l("Announced in"), [_needed, max_length(80)], description=_l("Such as 国办发明电〔2026〕1号."))
    reason = Prose(_l("Reason"), [_needed, max_length(400)], description=_l("Every organisation reads it."))
    completes = BooleanField(_l("With this all holidays of the year are entered"))
