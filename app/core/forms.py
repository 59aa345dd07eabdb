"""Forms that keep what was typed, forgive full-width digits, and say what is wrong beside the field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeField,
    DecimalField,
    Field,
    FileField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectFieldBase
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput, TextInput

from app.core import unit
from app.core.errors import Invalid, Late

PLUMBING = frozenset({"csrf_token", "loaded", "submit", "submission_key", "version"})
BROUGHT_BACK = "brought_back"  # sent beside a form that came back after a sign-in
SHORTEST_PHONE = 7
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")  # Cc, but for tab and line feed


def narrow(value: str | None) -> str:
    """Full-width letters and digits become plain ones; blanks at the ends go; control characters go."""
    text = unicodedata.normalize("NFKC", value or "")
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign)[0] != "C").strip()


def tidy(value: str | None) -> str:
    """Free text as typed, Chinese punctuation kept, without control characters and blank ends."""
    return _CONTROL.sub("", (value or "").replace("\r\n", "\n")).strip()


def options(pairs: Iterable[tuple[Any, Any]], *, group: str | None = None) -> list[SelectChoice]:
    """(value, words) pairs as the choices of a select or radio field."""
    return [SelectChoice(value, words, optgroup=group) for value, words in pairs]


class Line(StringField):
    """One line of text."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = tidy(valuelist[0]).replace("\n", " ")


class Code(StringField):
    """Something without blanks or dashes in it: a phone number, a credit code."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = "".join(sign for sign in narrow(valuelist[0]) if sign not in " -‐–—()").upper()


def telephone(form: Any, field: Any) -> None:
    """A validator: what is given as a telephone number has as many digits as the shortest has without its area."""
    if field.data and sum(sign.isdigit() for sign in field.data) < SHORTEST_PHONE:
        raise ValidationError(_("A telephone number has at least seven digits."))


class Prose(TextAreaField):
    """Several lines of text."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = tidy(valuelist[0])


class Money(DecimalField):
    """An amount in yuan, with or without ¥ and thousands separators."""

    widget = TextInput()  # a number input would not let them be typed

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = narrow(valuelist[0]) if valuelist else ""
        self.data = None
        cleaned = typed.replace(",", "").replace("¥", "").replace("元", "").replace(" ", "")
        if not cleaned:
            return
        self.raw_data = [typed]
        try:
            amount = Decimal(cleaned)
        except InvalidOperation:
            raise ValueError(_("Enter an amount in yuan, such as 4680 or 4680.50.")) from None
        if not amount.is_finite() or not 0 <= amount < Decimal("1e12"):
            raise ValueError(_("Enter an amount between 0 and 1,000,000,000,000 yuan."))
        self.data = amount.quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a field, and what stands there by now."""

    label: str
    now: str
    typed: str


class Form(FlaskForm):
    """What every form of the portal has: CSRF, the version that was seen, and the key of this submission."""

    version = IntegerField(widget=HiddenInput())
    submission_key = HiddenField()
    late: Late | None = None  # once somebody else was faster, and then:
    typed: list[Typed] | None = None
    possible = True  # whether it can be sent at all, as it stands now: hidden only once `late` says why it cannot
    _loaded: str | None = None

    def __init__(self, *given: Any, **more: Any) -> None:
        self.anew = not self.is_submitted() or ("formdata" in more and more["formdata"] is None)  # nobody's yet
        super().__init__(*given, **more)

    @property
    def loaded(self) -> str:
        """A mark of what stood in each field when the form was first shown; it travels along, beside the version."""
        if self._loaded is not None:
            return self._loaded
        return self._marks() if self.anew else request.form.get("loaded", "")

    def _marks(self) -> str:
        return " ".join(f"{field.name}:{mark(_sent(field))}" for field in self if field.name not in PLUMBING)

    def heed(self, refusal: Invalid | Late, anew: Callable[[], Form]) -> None:
        """What a service would not do: said beside its field, or where somebody else was faster, beside how it stands.

        `anew` makes the same form as it would be opened now.
        """
        if isinstance(refusal, Invalid):
            self.say(refusal)
        else:
            unit.undo()
            self.catch_up(refusal, anew())

    def catch_up(self, late: Late, now: Form) -> None:
        """Somebody else was faster: what was typed here stays, all else becomes what `now` says; see `typed`.

        Sent once more, this form changes only what somebody meant to change.
        """
        loaded, self.typed, self._loaded = marks(self.loaded), [], now._marks()
        self.late, self.possible = late, now.possible
        self.version.data, self.version.raw_data = now.version.data, None
        for field in self:
            if field.name not in PLUMBING and field.name in now:
                self._catch_up(field, now[field.name], loaded)

    def _catch_up(self, field: Field, fresh: Field, loaded: dict[str, str]) -> None:
        if isinstance(field, FileField):
            field.data, field.raw_data = fresh.data, None  # a browser sends no file twice
            return
        stands, said, words = _sent(fresh), _sent(field), _in_words(field)
        if isinstance(field, SelectFieldBase):
            field.choices = fresh.choices
        if mark(said) == loaded.get(field.name, mark(stands)):
            field.data, field.raw_data = fresh.data, None
        elif said != stands:
            assert self.typed is not None
            self.typed.append(Typed(field.label.text, _in_words(fresh), words))

    def put_in(self, **values: Any) -> None:
        """Fill in what somebody has just chosen elsewhere; it counts as typed, not as what stood there."""
        self._loaded = self.loaded
        for name, value in values.items():
            self[name].data = value

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Not of a form that was brought back: it is shown with all that is in it, to be looked over and sent."""
        return BROUGHT_BACK not in request.form and bool(super().validate_on_submit(extra_validators))

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, without the plumbing."""
        return {name: value for name, value in self.data.items() if name not in PLUMBING}

    def say(self, refusal: Invalid) -> None:
        """Put a service's objection beside its field, or at the top when the field is not on this form."""
        field: Field | None = self._fields.get(refusal.field)
        if field is None:
            self.form_errors.append(refusal.message)
        else:
            field.errors = [*field.errors, refusal.message]


def code_of(form: Form) -> int:
    """With which code a page answers that shows a form again, or for the first time."""
    return 409 if form.typed is not None else 422 if form.errors or form.form_errors else 200


def mark(text: str) -> str:
    """The same for the same text, whatever a browser made of its line ends; tells nothing else about it."""
    return sha256(tidy(text).encode()).hexdigest()[:12]


def marks(sent: str) -> dict[str, str]:
    """Form.loaded, as it came back: field -> mark."""
    return {name: known for name, _colon, known in (pair.partition(":") for pair in sent.split())}


def _sent(field: Field) -> str:
    """What is in a field, as a browser sends it."""
    if isinstance(field, DateTimeField) and field.data is not None:
        return str(field.data.strftime(field.format[0]))
    if isinstance(field.data, list):
        return "\n".join(str(one) for one in field.data)
    return "" if field.data is None else str(field.data)


def _in_words(field: Field) -> str:
    """What is in a field, as somebody reads it: of a list the words, not the code."""
    if isinstance(field, BooleanField):
        return str(_("yes") if field.data else _("no"))
    if isinstance(field, SelectFieldBase):
        return str(_(", ")).join(str(option.label.text) for option in field if option.checked)
    return _sent(field)


def max_length(limit: int) -> Any:
    """A soft limit said in words, instead of cutting what was typed."""

    def check(form: Form, field: Field) -> None:
        if field.data and len(field.data) > limit:
            raise ValidationError(_("At most %(limit)s characters, please.", limit=limit))

    return check
