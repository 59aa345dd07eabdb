"""The forms of an investigation and of its steps. What is typed is in Line and Prose fields, the rest are codes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from app.core.forms import Form
from app.files.fields import EvidenceField
from app.handoffs import services as handoffs
from app.investigations import queries
from app.investigations.models import Conclusion, Custody, Investigation, Scope
from app.workflow.forms import NEEDED, ReasonForm, RemarkForm, StepForm, day, day_and_time, line, listed, prose

__all__ = ["ReasonForm", "RemarkForm", "StepForm"]


class ProposeForm(Form):
    scope = RadioField(_l("Why it is looked into"), [InputRequired(_l("Choose one."))], choices=lambda: listed(Scope))
    text = prose(_l("Reason"), description=_l("What is to be found out that a mediation cannot."))


class PlanForm(StepForm):
    text = prose(_l("What is to be found out"))
    person = SelectField(_l("By whom"), [NEEDED])
    due_on = day(_l("Until"), today=False)

    def offers(self, one: Investigation) -> dict[str, list[tuple[str, Any]]]:
        return {"person": [(str(person.id), person.name) for person in queries.people()]}


class FinishForm(StepForm):
    point = SelectField(_l("Point of the plan"), [NEEDED])
    text = prose(_l("What came of it"))

    def offers(self, one: Investigation) -> dict[str, list[tuple[str, Any]]]:
        return {"point": [(str(point.ordinal), point.text) for point in queries.open_points(one)]}


class VisitForm(StepForm):
    visited_at = day_and_time(_l("When"))
    place = line(_l("Where"))
    present = line(_l("Who went, who was there"))
    text = prose(_l("What was found"))


class CollectForm(StepForm):
    title = line(_l("What it is"))
    source = line(_l("From whom or where"))
    taken_on = day(_l("Taken on"))
    holder = line(_l("Who keeps it"), needed=False, description=_l("You, if nobody is named."))
    evidence = EvidenceField(_l("The file"), most=1)
    text = prose(_l("Remark"), needed=False)


class HandOnForm(StepForm):
    item = SelectField(_l("Piece of evidence"), [NEEDED])
    act = SelectField(_l("What was done"), [NEEDED], choices=lambda: listed(tuple(Custody)[1:]))
    holder = line(_l("Who has it now"), needed=False, description=_l("To whom it was handed or given back."))
    moved_on = day(_l("On"))
    text = prose(_l("Remark"), needed=False, description=_l("Number of the seal, of the receipt."))

    def offers(self, one: Investigation) -> dict[str, list[tuple[str, Any]]]:
        return {"item": [(str(item.ordinal), f"{item.ordinal} · {item.title}") for item in queries.items_of(one)]}


class OrderForm(StepForm):
    laboratory = line(_l("Laboratory"))
    tested = line(_l("What is tested"))
    text = prose(_l("What is asked"))
    payer = line(_l("Who pays"), description=_l("As the two agreed; where they cannot, mediation may be ended (T4)."))
    answer_by = day(_l("To be done by"), today=False)


class EndOrderForm(StepForm):
    order = SelectField(_l("Order"), [NEEDED])
    ended_on = day(_l("On"))
    text = prose(_l("What the report says, or why it was called off"))

    def offers(self, one: Investigation) -> dict[str, list[tuple[str, Any]]]:
        return {
            "order": [(str(order.ordinal), f"{order.number} · {order.tested}") for order in queries.orders_out(one)]
        }


class AdviseForm(StepForm):
    department = SelectField(_l("Department of the city"), [Optional()])
    office = line(
        _l("Or another authority"), needed=False, description=_l("It gets a letter on paper; its answer is noted here.")
    )
    findings = prose(_l("What was found"))
    text = prose(_l("What is recommended"), description=_l("No names of consumers: they have to be shared on purpose."))
    answer_by = day(_l("To be answered by"), today=False)

    def offers(self, one: Investigation) -> dict[str, list[tuple[str, Any]]]:
        listed = [(str(place.id), place.name) for place in handoffs.receivers("request")]
        return {"department": [("", _("Not a department of this city")), *listed]}


class AnsweredForm(StepForm):
    letter = SelectField(_l("Letter"), [NEEDED])
    answered_on = day(_l("Answered on"))
    text = prose(_l("What was answered"))

    def offers(self, one: Investigation) -> dict[str, list[tuple[str, Any]]]:
        return {"letter": [(str(advice.ordinal), advice.receiver) for advice in queries.unanswered(one)]}


class ConcludeForm(StepForm):
    conclusion = RadioField(
        _l("What was reported or claimed is"), [InputRequired(_l("Choose one."))], choices=lambda: listed(Conclusion)
    )
    text = prose(_l("Findings"), description=_l("What is proved, by which evidence; what is not."))
