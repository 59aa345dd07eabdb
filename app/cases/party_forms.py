"""The forms about who complains, with whom and through whom; the prepaid card; the checklist."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.cases import checklist, joint, lists
from app.cases.models import Case, CaseStatement, Party, Prepaid
from app.cases.services.consents import ASKED, MATTERS, SIDES
from app.cases.services.intake import Agent, Card, Complainant
from app.core import clock
from app.core.errors import Invalid
from app.core.forms import Code, Form, Line, Money, Prose, max_length, options, telephone
from app.files.accept import EVIDENCE, MEGABYTE
from app.files.fields import EvidenceField

_needed = DataRequired(_l("This is needed."))
_KEPT = _l("Left empty, it stays as it is.")


class ManyCheckboxField(SelectMultipleField):
    """Several of a list, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def table_field() -> Prose:
    return Prose(
        _l("The others, a line each"),
        [Optional(), max_length(60_000)],
        description=_l("Name, phone, amount, consent (yes or no); pasted from a spreadsheet, or with commas between."),
    )


class CardFields:
    """Mixed into forms that ask for a prepaid card."""

    card_number = Code(_l("Card or member number"), [max_length(40)])
    paid = Money(_l("Paid in"), [Optional()])
    used = Money(_l("Used up"), [Optional()], description=_l("The balance is what is left."))
    paid_on = DateField(_l("Paid on"), [Optional()])
    lessor = Line(
        _l("Mall or landlord"), [max_length(80)], description=_l("Liable too, if it did not check the shop's licence.")
    )
    last_open_on = DateField(_l("Last day the shop was open"), [Optional()])
    records = SelectField(
        _l("Who keeps the record of use"),
        choices=lambda: [
            ("", "—"),
            ("merchant", _l("the merchant")),
            ("consumer", _l("the consumer")),
            ("both", _l("both")),
            ("nobody", _l("nobody, or it is withheld")),
        ],
        default="",
    )


class AgentFields:
    """Mixed into forms that ask for an agent."""

    agent_name = Line(_l("Agent's name"), [max_length(60)])
    agent_phone = Code(_l("Agent's phone"), [max_length(20), telephone])
    agent_id = Code(_l("Agent's ID number"), [max_length(20)])
    powers = Prose(
        _l("What the letter of authorisation allows"),
        [max_length(400)],
        description=_l("Matter and powers: to complain, to mediate, to settle, to receive money."),
    )
    until = DateField(_l("Valid until"), [Optional()])


def card_of(form: Any) -> Card | None:
    """The card that was described; None where nothing was said of one."""
    card = Card(
        number=form.card_number.data or "",
        paid=form.paid.data,
        used=form.used.data,
        paid_on=form.paid_on.data,
        lessor=form.lessor.data or "",
        last_open_on=form.last_open_on.data,
        records=form.records.data or "",
    )
    return card or None


def agent_of(form: Any) -> Agent | None:
    """The agent that was named; None where nobody was. Raises Invalid for what is said of nobody."""
    said = (form.agent_phone.data, form.agent_id.data, form.powers.data, form.until.data)
    if not form.agent_name.data and any(said):
        raise Invalid("agent_name", _("This is needed."))
    return said_of(form) if form.agent_name.data else None


def said_of(form: Any) -> Agent:
    return Agent(
        form.agent_name.data or "",
        form.agent_phone.data or "",
        form.agent_id.data or "",
        form.powers.data or "",
        form.until.data,
    )


def people_of(form: Any, field: str) -> list[Complainant]:
    """Those of the pasted table. Raises Invalid with a word about every line that cannot be taken."""
    return people_in(joint.read(form[field].data or ""), field)


def people_in(told: joint.Told, field: str) -> list[Complainant]:
    if told.faults:
        raise Invalid(field, " ".join(told.faults[:20]))
    return told.people


class CardForm(CardFields, Form):
    @classmethod
    def of(cls, card: Prepaid | None) -> CardForm:
        """What is known; the number is written anew, not shown again."""
        form = cls(obj=card)
        form.card_number.description = _KEPT if card else ""
        return form


class CorrectForm(Form):
    """What was taken down wrongly, or came later; who it is about is written anew, not shown again."""

    name = Line(_l("Consumer's name"), [max_length(60)], description=_KEPT)
    phone = Code(_l("Phone"), [max_length(20), telephone], description=_KEPT)
    id_number = Code(_l("ID number"), [max_length(20)], description=_KEPT)
    address = Line(_l("Address"), [max_length(200)], description=_KEPT)
    elderly = BooleanField(_l("The consumer is 60 or older"))
    minor = BooleanField(_l("The consumer is under 18"))
    claims = ManyCheckboxField(_l("Claims"), choices=lambda: lists.choices("claims"))
    place = SelectField(_l("How it was bought"), choices=lambda: [("", "—"), *lists.choices("places")], default="")
    purchased_on = DateField(_l("Day of purchase"), [Optional()])
    order_number = Line(_l("Order or contract number"), [max_length(60)])
    platform = Line(_l("Platform"), [max_length(60)])
    stream = Line(_l("Live room or streamer"), [max_length(80)])
    merchant_address = Line(_l("Address of the merchant"), [max_length(200)])
    merchant_phone = Code(_l("Telephone of the merchant"), [max_length(20), telephone], description=_KEPT)
    channel = SelectField(_l("Channel"), choices=lambda: lists.choices("channels"))
    reference = Line(_l("Number at its source"), [max_length(60)])
    text = Prose(_l("Why it is corrected"), [_needed, max_length(400)])

    @classmethod
    def of(cls, case: Case, statement: CaseStatement, **given: Any) -> CorrectForm:
        of_case = {
            name: getattr(case, name) for name in ("elderly", "minor", "claims", "channel", "reference", "version")
        }
        told = ("purchased_on", "order_number", "platform", "stream", "merchant_address")
        of_statement = {name: getattr(statement, name) for name in told}
        form = cls(data={**of_case, **of_statement, "place": case.place or ""}, **given)
        form.possible = case.is_open
        return form


class AgentForm(AgentFields, Form):
    @classmethod
    def of(cls, agent: Party | None) -> AgentForm:
        """The letter as it is known; who the agent is is written anew, not shown again."""
        return cls(powers=agent.powers, until=agent.until) if agent else cls()


class JoinForm(Form):
    table = table_field()
    sheet = EvidenceField(
        _l("Or a spreadsheet"),
        kinds={".xlsx": EVIDENCE[".xlsx"]},
        most=1,
        largest=2 * MEGABYTE,
        description=_l("An .xlsx file; its first sheet has the same four columns. It is read, and not kept."),
    )

    @property
    def people(self) -> list[Complainant]:
        """Those of the table and of the spreadsheet. Raises Invalid with a word about every line."""
        sent = people_in(joint.read_sheet(self.sheet.data[0].content), "sheet") if self.sheet.data else []
        if not sent and not self.table.data:
            raise Invalid("table", _("This is needed."))
        return list({one.phone: one for one in [*people_of(self, "table"), *sent]}.values())


class ConsentForm(Form):
    """What one side answered to one question."""

    asked = SelectField(
        _l("Who was asked for what"),
        choices=lambda: [(f"{matter} {side}", f"{SIDES[side]} · {MATTERS[matter]}") for matter, side in ASKED],
    )
    answer = RadioField(
        _l("Their answer"),
        [InputRequired(_l("Choose one."))],
        choices=options([("yes", _l("agrees")), ("no", _l("does not agree"))]),
    )
    said_on = DateField(_l("Day of the answer"), [InputRequired(_l("Choose a day."))], default=clock.today)
    evidence = Line(
        _l("Shown by"), [max_length(200)], description=_l("The paper and where it is in the file, or how it was said.")
    )

    @property
    def said(self) -> dict[str, Any]:
        matter, side = self.asked.data.split()
        return {
            "matter": matter,
            "side": side,
            "given": self.answer.data == "yes",
            "said_on": self.said_on.data,
            "evidence": self.evidence.data or "",
        }


class ElectForm(Form):
    text = Line(
        _l("By which paper"),
        [max_length(200)],
        description=_l("The record of the election, and where it is in the file."),
    )
    act = RadioField(
        _l("What is noted"),
        choices=lambda: [("elect", _l("they represent all")), ("consent", _l("they have consented"))],
        default="consent",
    )


class DivideForm(Form):
    """The two halves of a mixed letter, each in its own words."""

    complaint = Prose(
        _l("The complaint"),
        [_needed, max_length(4000)],
        description=_l("What the consumer wants settled. The merchant will read papers made from it."),
    )
    demand = Prose(_l("What is wanted, in the consumer's words"), [max_length(1000)])
    report = Prose(
        _l("The report"),
        [_needed, max_length(4000)],
        description=_l("What is said to be unlawful. Nothing of it, and not who said it, goes to the merchant."),
    )
    problem = SelectField(
        _l("What is reported"), choices=lambda: [("", "—"), *lists.choices("problems", group="report")], default=""
    )


def paper_choices() -> list[tuple[str, str]]:
    return [(paper.code, str(paper)) for paper in checklist.papers().values()]


class ChecklistForm(Form):
    held = ManyCheckboxField(_l("What is there"), choices=paper_choices)
