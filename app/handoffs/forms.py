"""The letter before it is sent, and the forms of the steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional

from app.cases.forms import Checkboxes
from app.cases.services.intake import LONGEST_TITLE
from app.core.forms import Form, Line, Prose, max_length
from app.files.fields import EvidenceField
from app.handoffs.kinds import FULL, MASKED, ReturnReason
from app.handoffs.packet import FIELDS

LONGEST_TEXT = 4000
_needed = DataRequired(_l("This is needed."))
_SEEN = _l("The bureau reads this too; personal data are masked for it.")


def _text(label: Any, *, needed: bool = True, description: Any = "", limit: int = LONGEST_TEXT) -> Prose:
    return Prose(label, [_needed if needed else Optional(), max_length(limit)], description=description)


class LetterForm(Form):
    """To whom, what is asked, and what goes with it: nothing that was not ticked here leaves the house."""

    receiver = SelectField(_l("To"), coerce=int)
    subject = Line(
        _l("Subject"), [_needed, max_length(LONGEST_TITLE)], description=_l("The bureau reads it; it names nobody.")
    )
    ask = _text(_l("What is asked"), description=_SEEN)
    wanted = Line(_l("What we hope for"), [max_length(120)], description=_l("For example: findings, measures taken."))
    legal_basis = Line(_l("Legal basis"), [max_length(120)])
    need = _text(
        _l("Why the whole is needed"),
        needed=False,
        limit=300,
        description=_l("Wherever the name, a number or the address is shared whole. It stands in the ledger."),
    )
    files = Checkboxes(_l("Files that go with it"))

    @property
    def shares(self) -> Iterator[Field]:
        """The fields that are ticked one by one, in their order."""
        for code in FIELDS:
            yield self[f"share_{code}"]

    @property
    def letter(self) -> dict[str, Any]:
        """What was filled in, as the services take it."""
        facts = {name: value for name, value in self.facts.items() if not name.startswith("share_")}
        extents = {code: self[f"share_{code}"].data for code in FIELDS}
        return {**facts, "fields": {code: extent for code, extent in extents.items() if extent}}

    def offer(self, receivers: list[Any], files: list[Any], masked: Mapping[str, str]) -> None:
        """Fill the choices: who may receive it, which files there are, and how each field looks masked."""
        self.receiver.choices = [(place.id, place.name) for place in receivers]
        self.files.choices = [(str(file.id), file.name) for file in files]
        for code, field in FIELDS.items():
            self[f"share_{code}"].description = masked.get(code, "") if field.sealed else ""


for _code, _field in FIELDS.items():
    setattr(
        LetterForm,
        f"share_{_code}",
        RadioField(
            _field.label,
            [Optional()],
            choices=[("", _l("Not shared")), (MASKED, _l("Masked")), (FULL, _l("Whole"))],
            default="",
        ),
    )


class WordsForm(Form):
    text = _text(_l("Reason"), description=_SEEN)


class RemarkForm(Form):
    text = _text(_l("Remark"), needed=False, description=_SEEN)


class ReturnForm(Form):
    reason = RadioField(
        _l("Reason"),
        [InputRequired(_l("Choose the reason."))],
        choices=[(reason.value, reason.label) for reason in ReturnReason],
    )
    text = _text(_l("In words"), description=_SEEN)


class AnswerForm(Form):
    text = _text(_l("In words"), description=_SEEN)
    files = EvidenceField(_l("Files"))


class RevealForm(Form):
    text = _text(_l("What it is needed for"), limit=200)
