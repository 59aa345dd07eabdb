"""Forms of calling in and of organisations."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from app.bureau.models import Extent
from app.cases import lists
from app.core import clock
from app.core.forms import Form, Line, Prose, max_length, options
from app.deadlines import Regime, load_rules
from app.deadlines.wording import say
from tenants.realm import BUREAU_ID
from tenants.registry import registry

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


class RegimeForm(Form):
    """By which limits an organisation works. A field for every channel is added by `regime_form()`."""

    organisation = SelectField(_l("For whom"), [_FILLED], coerce=int)
    effective_from = DateField(_l("From this day on"), [_FILLED], default=clock.today)
    family = RadioField(_l("Rule"), [Optional()])
    in_flight = RadioField(
        _l("What was received before and is still open"),
        [_FILLED],
        choices=options([("old", _l("keeps the rule of its day of receipt")), ("new", _l("goes by the new rule"))]),
    )
    on_transfer = RadioField(
        _l("What is taken over from another county"),
        [_FILLED],
        choices=options([("anew", _l("time begins anew")), ("carry", _l("the time used there counts"))]),
    )
    supplement = BooleanField(
        _l("Waiting for papers or proof of identity stops the decision on acceptance"),
        description=_l("The orders are silent on this."),
    )
    reason = Prose(_l("Reason"), [_FILLED, max_length(400)])

    def by_channel(self) -> list[Any]:
        return [field for field in self if field.name.startswith(_CHANNEL)]

    def regime(self) -> Regime:
        chosen = {field.name.removeprefix(_CHANNEL): field.data for field in self.by_channel() if field.data}
        return Regime(
            organisation=self.organisation.data,
            effective_from=self.effective_from.data,
            family=self.family.data or None,
            in_flight=self.in_flight.data,
            on_transfer=self.on_transfer.data,
            supplement=self.supplement.data,
            channels=chosen,
            reason=self.reason.data,
        )


_CHANNEL = "channel_"


def regime_form(now: Regime) -> RegimeForm:
    """The form, filled in with how an organisation works now."""
    rules = load_rules()
    whole, beside = rules.families(whole=True), rules.families(whole=False)
    bound = [
        ("", "—"),
        *((family, _("instead: %(name)s", name=say(one.name))) for family, one in whole.items()),
        *((family, _("beside: %(name)s", name=say(one.name))) for family, one in beside.items()),
    ]
    channels = {
        f"{_CHANNEL}{code}": SelectField(words, choices=options(bound), default=now.channels.get(code, ""))
        for code, words in lists.choices("channels")
    }
    form: RegimeForm = type("RegimeForm", (RegimeForm,), channels)(
        organisation=now.organisation,
        family=now.family or "",
        in_flight=now.in_flight,
        on_transfer=now.on_transfer,
        supplement=now.supplement,
    )
    centers = [place for place in registry.places().values() if place.kind == "center"]
    form.organisation.choices = [(BUREAU_ID, _("the whole city")), *((one.id, one.short_name) for one in centers)]
    form.family.choices = [("", _("as the city has it")), *((family, say(one.name)) for family, one in whole.items())]
    return form
