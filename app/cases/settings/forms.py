"""The form of a center's settings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.core.forms import Form

_needed = InputRequired(_l("Enter a whole number."))


class SettingForm(Form):
    """Warn the director when one person holds too much of what is due."""

    burden_share = IntegerField(
        _l("Warn from this share in one person's hands, in percent"),
        [_needed, NumberRange(1, 100, _l("Between 1 and 100, please."))],
        description=_l("Of the cases due within five working days that somebody handles. Usual: 50."),
    )
    burden_least = IntegerField(
        _l("And only from this many of them"),
        [_needed, NumberRange(2, 1000, _l("Between 2 and 1000, please."))],
        description=_l("Of a few cases one person always holds most. Usual: 6."),
    )
