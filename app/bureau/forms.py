"""Forms of calling in and of organisations."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.bureau.models import Extent
from app.core.forms import Form, Line, Prose, max_length

_FILLED = InputRequired(_l("Please fill this in."))


class CallInForm(Form):
    reason = Prose(
        _l("Why the file is needed"),
        [_FILLED, max_length(400)],
        description=_l("The county reads this reason on its own page of the case. Name nobody."),
    )
    extent = RadioField(
        _l("How much of it"),
        [_FILLED],
        choices=[SelectChoice(one.value, one.label) for one in Extent],
        default=Extent.STORY.value,
    )
    days = IntegerField(_l("For how many days"), [_FILLED], default=3)


class AdministratorForm(Form):
    person = Line(_l("Name of the administrator"), [_FILLED, Length(max=40, message=_l("At most 40 characters."))])
    login = Line(
        _l("Sign-in name"),
        [_FILLED],
        description=_l("Letters and digits, such as wang.fang or a staff number. It cannot be changed later."),
    )


class OrganisationForm(AdministratorForm):
    kind = RadioField(
        _l("What it is"),
        [_FILLED],
        choices=[SelectChoice("center", _l("County center")), SelectChoice("department", _l("Partner department"))],
        default="center",
    )
    name = Line(_l("Name of the organisation"), [_FILLED, Length(max=60, message=_l("At most 60 characters."))])
    short_name = Line(
        _l("Short name"),
        [_FILLED, Length(max=12, message=_l("At most 12 characters."))],
        description=_l("As in lists and charts."),
    )
    slug = Line(
        _l("Its address"),
        [_FILLED],
        description=_l("Small letters in pinyin, such as linhe. It begins every address there and is never changed."),
    )
    region_code = Line(
        _l("Region code"),
        [Length(max=12, message=_l("At most 12 characters."))],
        description=_l("The six digits of the administrative division, if it has them."),
    )

    @property
    def facts(self) -> dict[str, Any]:
        return {**super().facts, "slug": (self.slug.data or "").strip().lower()}
