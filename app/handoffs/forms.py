"""The letter before it is sent, and the forms of the steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional

from app.cases.models import Case
from app.cases.party_forms import ManyCheckboxField
from app.cases.queries import files_of
from app.cases.services.intake import LONGEST_TITLE
from app.core.forms import Form, Line, Prose, max_length, options
from app.files.fields import EvidenceField
from app.handoffs.kinds import FULL, MASKED, Kind, ReturnReason
from app.handoffs.models import HandoffDraft
from app.handoffs.packet import FIELDS, material
from tenants import realm

LONGEST_TEXT = 4000
_needed = DataRequired(_l("This is needed."))
_SEEN = _l("The bureau reads this too; personal data are masked for it.")


def _text(label: Any, *, needed: bool = True, description: Any = "", limit: int = LONGEST_TEXT) -> Prose:
    return Prose(label, [_needed if needed else Optional(), max_length(limit)], description=description)


def _key(said: Any) -> int | None:
    return int(said) if said not in (None, "") else None


class LetterForm(Form):
    """To whom, what is asked, and what goes with it: nothing that was not ticked here leaves the house."""

    receiver = SelectField(_l("Receiver"), [InputRequired(_l("Choose an organisation from the list."))], coerce=_key)
    subject = Line(
        _l("Title of the letter"),
        [_needed, max_length(LONGEST_TITLE)],
        description=_l("The bureau reads it; it names nobody."),
    )
    ask = _text(_l("What is asked"), description=_SEEN)
    wanted = Line(_l("What we hope for"), [max_length(120)], description=_l("For example: findings, measures taken."))
    legal_basis = Line(_l("Legal basis"), [max_length(120)])
    need = _text(
        _l("Why the whole of a personal field is needed"),
        needed=False,
        limit=300,
        description=_l("Wherever the name, a number or the address is shared whole. It stands in the ledger."),
    )
    files = ManyCheckboxField(_l("Files that go with it"))
    _masked: dict[str, str] = {}

    @property
    def shares(self) -> Iterator[Field]:
        """The fields that are ticked one by one, in their order."""
        for code in FIELDS:
            yield self[f"share_{code}"]

    @property
    def letter(self) -> dict[str, Any]:
        """What was filled in, as the services take it."""
        facts = {name: "" if value is None else value for name, value in self.facts.items() if "share_" not in name}
        extents = {code: self[f"share_{code}"].data for code in FIELDS}
        return {**facts, "fields": {code: extent for code, extent in extents.items() if extent}}

    @property
    def masked(self) -> dict[str, str]:
        """How each field of this case looks masked; one that is empty cannot be shared."""
        return self._masked

    def offer(self, case: Case, kind: Kind) -> None:
        """Fill the choices: who may receive it, which files there are, what there is to tick."""
        own = material(case)
        self._masked = {code: field.masked(own) for code, field in FIELDS.items()}
        for share in self.shares:
            share.flags.required = True  # one of the three is always chosen, so it is not called optional
        there = [(place.id, place.name) for place in kind.receivers_for(realm.home())]
        self.receiver.choices = options(there if len(there) == 1 else [("", _l("Choose one")), *there])
        self.files.choices = options((str(file.id), file.name) for file in files_of(case))


def letter_form(case: Case, kind: Kind, draft: HandoffDraft | None = None, **given: Any) -> LetterForm:
    """The form of a letter from a case: as it was drafted, or as the kind proposes it.

    Of what was sent in, nothing is filled up with proposals: what is not ticked is not shared. Given formdata=None,
    it is filled in anew, whatever was sent in.
    """
    form = LetterForm(**given)
    if given or not form.is_submitted():
        form.process(data=_filled(draft) if draft else _proposed(case, kind))
    form.offer(case, kind)
    return form


def _proposed(case: Case, kind: Kind) -> dict[str, Any]:
    shares = {f"share_{code}": extent for code, extent in kind.fields.items()}
    # What a rule made of the letter is not proposed: nobody here has put it so, and it would leave the house.
    return {"subject": case.given_title, "legal_basis": kind.basis_for(case.profile_code), **shares}


def _filled(draft: HandoffDraft) -> dict[str, Any]:
    shares = {f"share_{code}": extent for code, extent in draft.fields.items()}
    own = {
        name: getattr(draft, name) for name in ("subject", "ask", "wanted", "legal_basis", "need", "files", "version")
    }
    return {**own, "receiver": draft.receiver_id, **shares}


for _code, _field in FIELDS.items():
    setattr(
        LetterForm,
        f"share_{_code}",
        RadioField(
            _field.label,
            [Optional()],
            choices=options([("", _l("Not shared")), (MASKED, _l("Masked")), (FULL, _l("Whole"))]),
            default="",
            validate_choice=False,  # the packet knows what may be shared; a field that is not sent is not shared
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
        choices=options((reason.value, reason.label) for reason in ReturnReason),
    )
    text = _text(_l("In words"), description=_SEEN)


class AnswerForm(Form):
    text = _text(_l("In words"), description=_SEEN)
    files = EvidenceField(_l("Files"))


class RevealForm(Form):
    text = _text(_l("What it is needed for"), limit=200)
