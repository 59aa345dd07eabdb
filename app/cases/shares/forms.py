"""The forms of the ledger of a joint complaint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional

from app.cases.shares.queries import Line
from app.core import clock
from app.core.forms import Form, Money, Prose, max_length, options
from app.core.forms import Line as OneLine
from app.files.fields import EvidenceField

ANSWERS = {"": "—", "yes": _l("agrees"), "no": _l("does not agree")}
_SAID = {None: "", True: "yes", False: "no"}
_needed = DataRequired(_l("This is needed."))


class LedgerForm(Form):
    """The line of each, in fields of its own: `claimed-`, `agreed-` and `answer-`, and their position."""

    parties: dict[str, UUID]

    on = DateField(_l("Day of the answers"), [InputRequired(_l("Choose a day."))], default=clock.today)
    table = Prose(
        _l("Or from a table, a line each"),
        [Optional(), max_length(60_000)],
        description=_l("Name, phone, amount agreed, consent (yes or no). What it says counts before the fields below."),
    )

    @property
    def given(self) -> dict[UUID, dict[str, Any]]:
        """What was sent: party -> claimed, agreed, agrees."""
        given: dict[UUID, dict[str, Any]] = {}
        for name, said in self.facts.items():
            column, dash, position = name.partition("-")
            if dash and self[name].raw_data:
                answered = {"agrees": {"yes": True, "no": False}.get(said)} if column == "answer" else {column: said}
                given.setdefault(self.parties[position], {}).update(answered)
        return given


def ledger_form(lines: Sequence[Line], version: int, **more: Any) -> LedgerForm:
    """The ledger as it stands, to be written over."""
    fields: dict[str, Any] = {}
    stands: dict[str, Any] = {"version": version, "on": clock.today()}
    for line in lines:
        at, who = line.party.position, f"{line.party.position + 1} {line.party.name or '—'}"
        fields[f"claimed-{at}"] = Money(_l("Claimed: %(who)s", who=who), [Optional()])
        fields[f"agreed-{at}"] = Money(_l("Agreed: %(who)s", who=who), [Optional()])
        fields[f"answer-{at}"] = SelectField(_l("Answer: %(who)s", who=who), choices=options(ANSWERS.items()))
        stands |= {f"claimed-{at}": line.claimed, f"agreed-{at}": line.agreed, f"answer-{at}": _SAID[line.agrees]}
    form: LedgerForm = type("OneLedgerForm", (LedgerForm,), fields)(**more, data=stands)
    form.parties = {str(line.party.position): line.party.id for line in lines}
    return form


class PayForm(Form):
    amount = Money(_l("What the merchant paid"), [InputRequired(_l("This is needed."))])
    on = DateField(_l("Paid on"), [InputRequired(_l("Choose a day."))], default=clock.today)
    evidence = OneLine(
        _l("Which paper shows it"),
        [max_length(200)],
        description=_l("The receipt, and where it is; or put it in here."),
    )
    proofs = EvidenceField(_l("Proofs"))

    @classmethod
    def of(cls, version: int, **given: Any) -> PayForm:
        return cls(**given, data={"version": version})


class ReasonForm(Form):
    text = Prose(_l("Reason"), [_needed, max_length(1000)])

    @classmethod
    def of(cls, version: int, **given: Any) -> ReasonForm:
        return cls(**given, data={"version": version})


class SheetForm(Form):
    text = OneLine(_l("What you need it for"), [_needed, max_length(200)])
