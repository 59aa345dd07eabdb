"""The form that relates a case to another."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import DataRequired, InputRequired

from app.cases.links.queries import TIES
from app.core.forms import Form, Line, max_length

_needed = DataRequired(_l("This is needed."))


class LinkForm(Form):
    related = Line(_l("Number of the other case"), [_needed, max_length(40)], description=_l("A case of this center."))
    tie = RadioField(
        _l("What they have to do with each other"),
        [InputRequired(_l("Choose one."))],
        choices=lambda: list(TIES.items()),
    )
    why = Line(_l("Why"), [_needed, max_length(200)], description=_l("Nobody outside reads it."))
