"""The form of a center's settings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import InputRequired

from app.core.forms import Form

_needed = InputRequired(_l("Enter a whole number."))


class SettingForm(Form):
    """Whom to call back, and when to warn that one person holds too much of what is due."""

    call_backs = RadioField(
        _l("Call back after closing"),
        choices=lambda: [("all", _l("every case")), ("sample", _l("a share, drawn by lot")), ("none", _l("no case"))],
    )
    call_back_share = IntegerField(
        _l("Share that is drawn, in percent"),
        [_needed],
        description=_l("The lot falls by a seed that is recorded with every draw, so it can be checked."),
    )
    call_back_days = IntegerField(_l("Within so many working days after closing"), [_needed])

    papers_first = BooleanField(
        _l("Close a case only when the document of its outcome is issued"),
        description=_l(
            "The mediation agreement, or the decision to end mediation. Otherwise the checklist reminds only."
        ),
    )
    burden_share = IntegerField(
        _l("Warn from this share in one person's hands, in percent"),
        [_needed],
        description=_l("Of the cases due within five working days that somebody handles. Usual: 50."),
    )
    burden_least = IntegerField(
        _l("And only from this many of them"),
        [_needed],
        description=_l("Of a few cases one person always holds most. Usual: 6."),
    )
