"""The form of a document, made from what its kind asks for; and how it was served."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional

from app.cases.papers.bundle import PARTS
from app.cases.papers.models import MODES
from app.cases.papers.services import recipients
from app.cases.party_forms import ManyCheckboxField
from app.core import clock
from app.core.forms import Form, Line, Prose, max_length, options
from app.deadlines.wording import say
from app.documents.kinds import Field
from app.documents.kinds import Form as Kind
from app.files.fields import EvidenceField


class PaperForm(Form):
    """What a person fills in. `filled` is what the document keeps: texts, days as 2026-12-03."""

    @property
    def filled(self) -> dict[str, str]:
        return {
            name: value.isoformat() if isinstance(value, date) else value or "" for name, value in self.facts.items()
        }


def paper_form(kind: Kind, filled: dict[str, Any] | None = None, **given: Any) -> PaperForm:
    """The form of one kind of document, with what is filled in already."""
    fields = {one.name: _field(one) for one in kind.fields}
    dates = {one.name for one in kind.fields if one.kind == "date"}
    known = {name: _day(value) if name in dates and value else value for name, value in (filled or {}).items()}
    made: PaperForm = type("OnePaperForm", (PaperForm,), fields)(**given, data=known)
    return made


def _day(said: str) -> date:
    """2026-11-30 of a draft, 2026年11月30日 of what was issued."""
    year, month, day = map(int, re.findall(r"\d+", said))
    return date(year, month, day)


def _field(one: Field) -> Any:
    """What the case answers with somebody's name may be left empty; without one it is asked for when it is written."""
    words, needed = say(one.words), one.needed and not one.personal
    if one.kind == "date":
        return DateField(words, [InputRequired(_l("Choose a day."))] if needed else [Optional()])
    checks = [DataRequired(_l("This is needed."))] if needed else [Optional()]
    told = _l("Left empty, the document says here what the case says.") if one.personal else ""
    if one.kind == "prose":
        return Prose(words, [*checks, max_length(4000)], description=told)
    return Line(words, [*checks, max_length(200)], description=told)


class BundleForm(Form):
    whole = RadioField(
        _l("What it shows"),
        choices=lambda: [
            ("", _l("Masked, without the evidence itself")),
            ("yes", _l("Whole, with personal data and evidence")),
        ],
        default="",
        validators=[Optional()],
    )
    parts = ManyCheckboxField(_l("Parts"), choices=options(PARTS.items()), default=lambda: list(PARTS))
    text = Line(_l("What you need the whole of it for"), [Optional(), max_length(200)])


class ServiceForm(Form):
    party = SelectField(_l("Served on"))
    mode = SelectField(_l("How"), choices=lambda: list(MODES.items()))
    served_on = DateField(_l("On"), [InputRequired(_l("Choose a day."))], default=clock.today)
    note = Prose(
        _l("Receipt or remark"),
        [Optional(), max_length(1000)],
        description=_l("The number of the receipt, who signed, who answered the telephone."),
    )
    proof = EvidenceField(
        _l("Proof of delivery"), most=3, description=_l("The signed receipt, the slip of the post, a screenshot.")
    )

    @classmethod
    def of(cls, kind: str, **given: Any) -> ServiceForm:
        """Of a document that may be served on some of them."""
        form = cls(**given)
        form.party.choices = list(recipients(kind).items())
        return form
