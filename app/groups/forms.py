"""The forms of a group."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DecimalField, IntegerField, RadioField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import TextInput

from app.cases.papers.forms import PaperForm, paper_form
from app.core import clock
from app.core.errors import Invalid
from app.core.forms import Form, Line, Money, Prose, max_length, narrow
from app.documents.kinds import Form as Kind
from app.files.fields import EvidenceField
from app.groups.services import LONGEST_TITLE, MOST_INSTALMENTS
from app.groups.sharing import FEN

_needed = DataRequired(_l("This is needed."))


class OpenForm(Form):
    title = Line(_l("Name of the group"), [_needed, max_length(LONGEST_TITLE)], description=_l("Names nobody."))


class AddForm(Form):
    """Which cases are chosen stands in the list beside it."""


class NoteForm(Form):
    kind = RadioField(
        _l("What it is"), choices=lambda: [("fact", _l("a fact")), ("finding", _l("a finding"))], default="fact"
    )
    text = Prose(_l("What holds for all"), [_needed, max_length(4000)])


class FilesForm(Form):
    evidence = EvidenceField(_l("Papers that hold for all"))


class OfferForm(Form):
    percent = DecimalField(
        _l("Share of each claim, in percent"),
        [InputRequired(_l("This is needed.")), NumberRange(0.01, 100)],
        widget=TextInput(),
    )
    agreed = BooleanField(_l("Everybody agrees to it"))


class PlanForm(Form):
    count = IntegerField(
        _l("Number of instalments"), [InputRequired(_l("This is needed.")), NumberRange(1, MOST_INSTALMENTS)]
    )
    first = DateField(_l("First one by"), [InputRequired(_l("Choose a day."))])
    months = IntegerField(_l("Months between"), [InputRequired(), NumberRange(1, 12)], default=1)


class PayForm(Form):
    amount = Money(_l("What the merchant paid"), [InputRequired(_l("Enter an amount."))])
    on = DateField(_l("Paid on"), [InputRequired(_l("Choose a day."))], default=clock.today)
    evidence = Line(
        _l("Which paper shows it"), [_needed, max_length(200)], description=_l("The receipt, and where it is.")
    )


class ReasonForm(Form):
    text = Prose(_l("Reason"), [_needed, max_length(1000)])


class SettleForm(Form):
    on = DateField(_l("Agreed on"), [InputRequired(_l("Choose a day."))], default=clock.today)
    terms = Prose(_l("What was agreed"), [_needed, max_length(4000)], description=_l("The same words for everybody."))
    perform_by = DateField(_l("To be performed by"), [Optional()])


def amount_of(said: str, number: str) -> Decimal | None:
    """An amount as it was typed into the line of a case; None for none. Raises Invalid."""
    cleaned = narrow(said).replace(",", "").replace("¥", "").replace("元", "").replace(" ", "")
    try:
        amount = Decimal(cleaned).quantize(FEN) if cleaned else None
    except InvalidOperation:
        amount = Decimal(-1)
    if amount is not None and not 0 <= amount < Decimal("1e12"):
        raise Invalid("", _("%(number)s: enter an amount in yuan, such as 4680 or 4680.50.", number=number))
    return amount


def batch_form(kind: Kind) -> PaperForm:
    """The form of one kind of document for all: what each case says by itself may be left empty."""
    fields = tuple(replace(one, needed=one.needed and not one.prefill) for one in kind.fields)
    form = paper_form(replace(kind, fields=fields))
    for one in kind.fields:
        if one.prefill:
            form[one.name].description = _l("Left empty, each document says here what its case says.")
    return form
