"""The forms of a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from wtforms import BooleanField, DateField, DecimalField, IntegerField, RadioField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import TextInput

from app.cases.papers.forms import PaperForm, paper_form
from app.core import clock
from app.core.errors import Invalid
from app.core.forms import Form, Line, Money, Prose, max_length, narrow
from app.core.sharing import FEN
from app.documents.kinds import Form as Kind
from app.files.fields import EvidenceField
from app.groups import queries
from app.groups.models import GroupPlan
from app.groups.services import LONGEST_TITLE, MOST_INSTALMENTS
from app.groups.services.payments import too_much

_needed = DataRequired(_l("This is needed."))


class OpenForm(Form):
    title = Line(_l("Name of the group"), [_needed, max_length(LONGEST_TITLE)], description=_l("Names nobody."))


class AddForm(Form):
    """Which cases are chosen stands in the list beside it."""


AMOUNTS = {"claimed": _l("Claimed"), "offered": _lp("ledger", "Offered"), "agreed": _l("Agreed")}


class LedgerForm(Form):
    """The amounts of every line, each in a field of its own: `claimed-` and the number of the case."""

    members: dict[str, UUID]

    @property
    def given(self) -> dict[UUID, dict[str, Decimal | None]]:
        """What was sent, member -> claimed, offered, agreed."""
        given: dict[UUID, dict[str, Decimal | None]] = {}
        for name, amount in self.facts.items():
            column, _dash, number = name.partition("-")
            if self[name].raw_data:
                given.setdefault(self.members[number], {})[column] = amount
        return given


def ledger_form(lines: Sequence[queries.Line], version: int, typed: Mapping[str, str], **more: Any) -> LedgerForm:
    """The ledger to be written over: what was agreed of whoever is decided only where somebody sends it."""
    fields, stands = {}, {"version": version}
    for line in lines:
        for column, title in AMOUNTS.items():
            name = f"{column}-{line.case.number}"
            if column != "agreed" or line.is_under_way or name in typed:
                fields[name] = Money(f"{title} {line.case.number}", [Optional()])
                stands[name] = getattr(line.member, column)
    form: LedgerForm = type("OneLedgerForm", (LedgerForm,), fields)(**more, data=stands)
    form.members = {line.case.number: line.member.id for line in lines}
    return form


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

    @classmethod
    def of(cls, version: int, **given: Any) -> OfferForm:
        return cls(**given, data={"version": version})


class _DaysForm(Form):
    """By which days everybody is paid."""

    count = IntegerField(
        _l("Number of instalments"), [InputRequired(_l("This is needed.")), NumberRange(1, MOST_INSTALMENTS)]
    )
    first = DateField(_l("First one by"), [InputRequired(_l("Choose a day."))])
    months = IntegerField(_l("Months between"), [InputRequired(), NumberRange(1, 12)], default=1)


class PlanForm(_DaysForm):
    terms = Prose(_l("What was agreed"), [_needed, max_length(4000)], description=_l("The same words for everybody."))
    reason = Prose(_l("Why it is laid down anew"), [Optional(), max_length(1000)])

    @classmethod
    def of(cls, there: GroupPlan | None, version: int, **given: Any) -> PlanForm:
        stands = {"terms": there.terms, **_days(there)} if there else {}
        return cls(**given, data={**stands, "version": version})


class AmendForm(_DaysForm):
    reason = Prose(_l("Why it is amended"), [_needed, max_length(1000)])
    on = DateField(_l("Agreed on"), [InputRequired(_l("Choose a day."))], default=clock.today)
    consented = BooleanField(
        _l("The merchant and all who are chosen have consented"), description=_l("The papers are in the file.")
    )

    @classmethod
    def of(cls, version: int, **given: Any) -> AmendForm:
        return cls(**given, data={"version": version})


def _days(there: GroupPlan) -> dict[str, Any]:
    return {"count": there.count, "first": there.first_on, "months": there.months}


class PayForm(Form):
    """A sum that is shared out, or in the line of each case what it got: beside the form, as `amount-` and its number.

    `wrong` is what is wrong with the lines, by the number of the case, once they were read.
    """

    wrong: dict[str, str] | None = None

    way = RadioField(
        _l("What you know"),
        choices=lambda: [
            ("sum", _l("one sum for all: share it out in proportion")),
            ("rows", _l("what each got: it is entered below")),
        ],
        default="sum",
    )
    amount = Money(_l("What the merchant paid"), [Optional()], description=_l("Of a sum that is shared out."))
    on = DateField(_l("Paid on"), [InputRequired(_l("Choose a day."))], default=clock.today)
    evidence = Line(
        _l("Which paper shows it"),
        [max_length(200)],
        description=_l("The receipt, and where it is; or put it in here."),
    )
    proofs = EvidenceField(_l("Proofs"))

    @classmethod
    def of(cls, version: int, **given: Any) -> PayForm:
        return cls(**given, data={"version": version})

    def read(self, lines: Sequence[queries.Line], typed: Mapping[str, str]) -> Decimal | dict[UUID, Decimal] | None:
        """What was paid; None where a line cannot be taken, of which `wrong` tells."""
        self.wrong = {}
        if self.way.data == "sum":
            return self.amount.data or Decimal()
        got: dict[UUID, Decimal] = {}
        for line in lines:
            number = line.case.number
            try:
                amount = amount_of(typed.get(f"amount-{number}", ""), number)
            except Invalid as refusal:
                self.wrong[number] = str(refusal.message)
                continue
            if amount and amount > line.outstanding:
                self.wrong[number] = too_much(line)
            elif amount:
                got[line.member.id] = amount
        self.form_errors.extend(self.wrong.values())
        return None if self.wrong else got


class ReasonForm(Form):
    text = Prose(_l("Reason"), [_needed, max_length(1000)])

    @classmethod
    def of(cls, version: int, **given: Any) -> ReasonForm:
        return cls(**given, data={"version": version})


class SettleForm(Form):
    on = DateField(_l("Agreed on"), [InputRequired(_l("Choose a day."))], default=clock.today)
    effective_on = DateField(
        _l("In force since"),
        [Optional()],
        description=_l("The day both have signed. For 30 days from then both may ask the court to confirm it."),
    )
    consented = BooleanField(
        _l("All who consent have done so in writing, whoever they represent too"),
        description=_l("Order 20 art. 11; the papers are in the file."),
    )

    @classmethod
    def of(cls, version: int, **given: Any) -> SettleForm:
        return cls(**given, data={"version": version})


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
