"""The form of a try."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired, Optional

from app.cases.callbacks.models import Contact
from app.cases.callbacks.queries import SCORES, named
from app.cases.callbacks.services import LONGEST
from app.core.forms import Form, Prose, max_length


class AttemptForm(Form):
    """What came of a call, and what they said."""

    result = RadioField(
        _l("What came of the call"),
        [InputRequired(_l("Say what came of the call."))],
        choices=lambda: [(one.value, one.label) for one in Contact],
    )
    satisfaction = RadioField(
        _l("Satisfaction, as they say it"),
        [Optional()],
        choices=lambda: [(str(score), f"{score} {named(score)}") for score in SCORES],
    )
    reason = Prose(_l("Their reason"), [Optional(), max_length(LONGEST)], description=_l("Needed from 2 downwards."))
    remark = Prose(_l("Remark"), [Optional(), max_length(LONGEST)])
