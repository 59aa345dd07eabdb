"""The forms of absences and of handing over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional

from app.accounts import absence
from app.cases.party_forms import ManyCheckboxField
from app.core import clock
from app.core.forms import Form, Line, max_length


class AbsenceForm(Form):
    """Who is away, and who deputises."""

    person = SelectField(_l("Who is away"), [InputRequired(_l("This is needed."))])
    first_on = DateField(_l("First day"), [InputRequired(_l("Choose a day."))], default=clock.today)
    last_on = DateField(_l("Last day"), [InputRequired(_l("Choose a day."))])
    deputy = SelectField(
        _l("Deputy"),
        [Optional()],
        description=_l("Gets the notices and sees the cases under “Mine” for as long."),
    )

    def fit(self, me: Any) -> None:
        """Offer those whose absence this person may enter."""
        people = absence.colleagues()
        self.person.choices = [(str(one.id), one.name) for one in people if absence.may_enter(one.id, me)]
        self.deputy.choices = [("", "—"), *((str(one.id), one.name) for one in people)]
        self.person.data = self.person.data or str(me.id)

    @property
    def said(self) -> dict[str, Any]:
        deputy = UUID(self.deputy.data) if self.deputy.data else None
        days = {"first_on": self.first_on.data, "last_on": self.last_on.data}
        return {"person": UUID(self.person.data), "deputy": deputy, **days}


class HandOverForm(Form):
    """Whose cases go to whom, and why."""

    person = HiddenField()
    to = ManyCheckboxField(
        _l("To whom"), [DataRequired(_l("Choose at least one colleague who handles cases."))], choices=list
    )
    text = Line(_l("Why they change hands"), [DataRequired(_l("This is needed.")), max_length(200)])
