"""The form of a phrase."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import DataRequired

from app.cases.phrases.models import Phrase
from app.cases.phrases.queries import ANYWHERE, places
from app.cases.phrases.services import LONGEST, LONGEST_TITLE
from app.core.forms import Form, Line, Prose, max_length, options

_needed = DataRequired(_l("This is needed."))


class PhraseForm(Form):
    """What it is found by, where it is meant for, and its words."""

    title = Line(
        _l("Title"), [_needed, max_length(LONGEST_TITLE)], description=_l("What it is found by; no citizen reads it.")
    )
    place = SelectField(_l("Meant for"), choices=lambda: options(places().items()), default=ANYWHERE)
    words = Prose(
        _l("Words"),
        [_needed, max_length(LONGEST)],
        description=_l("What differs from case to case is a variable, a name in braces."),
    )
    active = BooleanField(_l("Offered in forms"), default=True)

    @property
    def looks(self) -> bool:
        """Whether somebody only wants to see how it reads."""
        return "preview" in request.form


def of(phrase: Phrase, **given: Any) -> PhraseForm:
    """The form of a phrase as it stands."""
    return PhraseForm(**given, obj=phrase)
