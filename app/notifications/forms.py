"""The form of what a person wishes to be told."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.core.forms import Form, options
from app.deadlines import SOON, URGENT


class WishForm(Form):
    """From when on one is told of a limit."""

    within = SelectField(
        _l("Working days before a limit"),
        coerce=int,
        choices=options((days, str(days)) for days in range(SOON, URGENT - 1, -1)),
        description=_l("In the morning notice. What is late is told in any case."),
    )
