"""The entry of a merchant."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from app.core.forms import Code, Form, Line, max_length


class MerchantForm(Form):
    name = Line(_l("Registered name"), [DataRequired(_l("This is needed.")), max_length(80)])
    sign = Line(_l("Shop sign"), [max_length(80)], description=_l("What stands over the door, if it is another."))
    credit_code = Code(_l("Credit code"), [max_length(18)], description=_l("18 characters, on the licence."))
    trade = Line(_l("Trade"), [max_length(40)])
    address = Line(_l("Address"), [max_length(120)])
    contact_name = Line(_l("Whom to call there"), [max_length(40)], description=_l("Left empty, it stays as it is."))
    contact_phone = Code(_l("Telephone there"), [max_length(20)], description=_l("Left empty, it stays as it is."))
