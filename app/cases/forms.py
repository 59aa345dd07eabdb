"""The forms of intake and of every step."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.cases import advice, grounds, lists
from app.cases.models import BY_DEED
from app.cases.party_forms import AgentFields, CardFields, ManyCheckboxField, paper_choices, table_field
from app.cases.queries.duplicates import earlier
from app.cases.queries.file import files_of
from app.cases.services import timing
from app.cases.services.consents import MATTERS
from app.cases.services.file import LONGEST_CONTACT, WAYS, WHOM
from app.cases.services.intake import LONGEST_SUMMARY, LONGEST_TITLE
from app.core import clock
from app.core.forms import Code, Form, Line, Money, Prose, max_length, options, telephone
from app.deadlines.wording import days, say
from app.files.fields import EvidenceField
from app.workflow.forms import day_and_time, moment

LONGEST_TEXT = 4000
_needed = DataRequired(_l("This is needed."))


def _text(label: Any, *, needed: bool = False, description: Any = "", limit: int = LONGEST_TEXT) -> Prose:
    return Prose(label, [_needed if needed else Optional(), max_length(limit)], description=description)


def _on(label: Any, description: Any = "") -> DateField:
    return DateField(label, [InputRequired(_l("Choose a day."))], default=clock.today, description=description)


def _categories(form: Form, field: SelectField) -> dict[str, list[tuple[str, str]]]:
    return {"": [("", "—")], **lists.leaves(keep=field.object_data)}


def _problems(form: Form, field: SelectField) -> dict[str, list[tuple[str, str]]]:
    """Both ways of counting side by side, and the problems of reports."""
    return {"": [("", "—")], **lists.grouped("problems", keep=field.object_data)}


def _natures(form: Form, field: SelectField) -> list[tuple[str, str]]:
    return lists.choices("natures", keep=field.object_data)


def marks() -> list[tuple[str, Any]]:
    """The traits that somebody may tick."""
    return [pair for pair in lists.choices("traits") if pair[0] not in BY_DEED]


def _act_place() -> Line:
    return Line(
        _l("Where what is reported took place"),
        [max_length(100)],
        description=_l("County and address, as far as known: it decides whose matter a report is."),
    )


class IntakeForm(CardFields, AgentFields, Form):
    """What somebody says at the window or on the telephone, in the order in which they say it."""

    name = Line(_l("Consumer's name"), [max_length(60)])
    phone = Code(
        _l("Phone"), [max_length(20), telephone], description=_l("Blanks, dashes and full-width digits do not matter.")
    )
    told = _text(_l("What happened"), needed=True, description=_l("When, where, what was bought, what went wrong."))
    demand = _text(_l("What is wanted, in the consumer's words"), limit=1000)
    claims = ManyCheckboxField(_l("Claims"), choices=lambda: lists.choices("claims"))
    amount = Money(_l("Amount in dispute"), [Optional()])
    merchant_name = Line(
        _l("Merchant"),
        [max_length(80)],
        description=_l("Name, shop sign or credit code. Not in the list? Leave what was said."),
    )
    merchant_number = Line(_l("Merchant of the register"))  # a choice that the look-up puts on the page
    merchant_address = Line(_l("Address of the merchant"), [max_length(200)])
    merchant_phone = Code(_l("Telephone of the merchant"), [max_length(20), telephone])
    category = SelectField(_l("Category"), choices=_categories, default="")
    problem = SelectField(_l("Problem"), choices=_problems, default="")
    prepaid = BooleanField(_l("Prepaid card or membership"))
    elderly = BooleanField(_l("The consumer is 60 or older"))
    minor = BooleanField(_l("The consumer is under 18"))
    purchased_on = DateField(_l("Day of purchase"), [Optional()])
    order_number = Line(_l("Order or contract number"), [max_length(60)])
    place = SelectField(_l("How it was bought"), choices=lambda: [("", "—"), *lists.choices("places")], default="")
    platform = Line(_l("Platform"), [max_length(60)], description=_l("Its name; the order number goes beside the day."))
    stream = Line(_l("Live room or streamer"), [max_length(80)])
    act_place = _act_place()
    traits = ManyCheckboxField(_l("Traits"), choices=marks)
    held = ManyCheckboxField(_l("Evidence that is there"), choices=paper_choices)
    others = table_field()
    consents = ManyCheckboxField(_l("The consumer agrees to"), choices=options(MATTERS.items()))
    title = Line(
        _l("Title"),
        [max_length(LONGEST_TITLE)],
        description=_l("What is wanted, against what; names nobody. Made from the facts when left empty."),
    )
    channel = SelectField(_l("Channel"), choices=lambda: lists.choices("channels"), default="window")
    nature = SelectField(_l("Nature"), choices=lambda: lists.choices("natures"), default="C")
    received_on = DateField(
        _l("Received on"),
        [Optional()],
        description=_l("Left empty, today. Of a letter, the day it was signed for: time limits count from it."),
    )
    reference = Line(
        _l("Number at its source"), [max_length(60)], description=_l("Of the order of the hotline, of the letter.")
    )
    id_number = Code(_l("ID number"), [max_length(20)])
    address = Line(_l("Address"), [max_length(200)])
    evidence = EvidenceField(_l("Evidence"))


class TextForm(Form):
    text = _text(_l("Remark"))


class ReasonForm(Form):
    text = _text(_l("Reason"), needed=True)


def _consented() -> BooleanField:
    """Of a joint complaint only: the page leaves it out of others."""
    return BooleanField(
        _l("All who complain together have consented"), description=_l("Order 20 art. 11; the papers are in the file.")
    )


class WithdrawForm(ReasonForm):
    consented = _consented()


class RetractForm(Form):
    on = _on(_l("Withdrawn on"))
    text = _text(
        _l("How it was withdrawn"), needed=True, description=_l("By letter, on the telephone, at the window; and why.")
    )
    consented = _consented()


class DescribeForm(Form):
    """What the city sees of the case, as a handler has read it."""

    title = Line(_l("Title"), [_needed, max_length(LONGEST_TITLE)], description=_l("What is wanted; names nobody."))
    summary = _text(
        _l("Summary without personal data"),
        limit=LONGEST_SUMMARY,
        description=_l("The city reads it. Left empty, it is made of the classification."),
    )
    nature = SelectField(_l("Nature"), choices=_natures)
    category = SelectField(_l("Category"), [_needed], choices=_categories)
    problem = SelectField(_l("Problem"), [_needed], choices=_problems)
    amount = Money(_l("Amount in dispute"), [Optional()])
    act_place = _act_place()  # of a report only: the page leaves it out of others
    foreign = BooleanField(
        _l("The consumer is from abroad"), description=_l("Documents are proposed in Chinese and English.")
    )
    merchant_name = Line(
        _l("Merchant"), [max_length(80)], description=_l("Choose from the register, or leave as told.")
    )
    merchant_number = Line(_l("Merchant of the register"))  # a choice that the look-up puts on the page


class AcceptForm(DescribeForm):
    text = _text(_l("Remark"))


class AssignForm(Form):
    assignee = SelectField(_l("Assign to"), [_needed], validate_choice=False)
    text = _text(_l("Remark"))


class FlagForm(Form):
    """What a case is marked with."""

    traits = ManyCheckboxField(_l("Traits"), choices=marks)
    text = _text(_l("Remark"))


class SessionForm(Form):
    on = _on(_l("Day of the session"))
    text = _text(_l("Minutes"), needed=True, description=_l("Who was there, what was offered, where it stands."))


class SettleForm(Form):
    on = _on(_l("Agreed on"))
    terms = _text(_l("What was agreed"), needed=True)
    amount = Money(_l("Amount recovered"), [InputRequired(_l("Enter an amount; 0 if nothing is paid."))])
    perform_by = DateField(
        _l("To be performed by"), [Optional()], description=_l("With instalments, the day of the last one.")
    )
    instalments = _text(
        _l("Instalments, a line each"),
        description=_l("Day, amount, what it is: 2026-12-05 1560 首期. The amounts come to the amount recovered."),
    )
    effective_on = DateField(
        _l("In force since"),
        [Optional()],
        description=_l("The day both have signed. For 30 days from then both may ask the court to confirm it."),
    )
    shares = _text(
        _l("What each gets, a line each"),
        limit=60_000,
        description=_l(
            "Name, phone, amount, consent (yes or no), as for joining. Of whom nothing is said here, the ledger "
            "counts; what is left is shared out in proportion to the claims."
        ),
    )
    consented = _consented()
    text = _text(_l("Remark"))

    @property
    def facts(self) -> dict[str, Any]:
        """The lines as lines: whose they are goes into no trail."""
        told = super().facts
        return {**told, "shares": told["shares"].splitlines()} if told.get("shares") else told | {"shares": []}


class OfCase(Form):
    """A form whose choices depend on the case."""

    def fit(self, case: Any) -> None:
        """Offer what this case has to choose from; with nothing to choose the step itself will refuse."""
        for name, choices in self.offers(case).items():
            field = self[name]
            field.choices, field.validate_choice = choices, bool(choices)
            if not choices:
                field.validators = [Optional()]

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        raise TypeError(f"{type(self).__name__} does not say what it offers")


class RefuseForm(OfCase):
    ground = RadioField(_l("Ground"), [InputRequired(_l("Choose the ground."))])
    text = _text(_l("Reason, as the letter will give it"), needed=True)

    def offers(self, case: Any) -> dict[str, Any]:
        return {"ground": grounds.choices("refusal_grounds", case)}


class GuideForm(OfCase):
    """What the sender of what is neither complaint nor report is told; proposed is the way laid down for it."""

    text = _text(_l("What the sender is told, as the letter will say it"), needed=True)

    def fit(self, case: Any) -> None:
        told = advice.route(case)
        if self.anew and told is not None and told.sender:
            self.text.data = f"{told.sender}\n依据：{told.law}。"

    def offers(self, case: Any) -> dict[str, Any]:
        return {}


class EndForm(OfCase):
    ground = RadioField(_l("Ground"), [InputRequired(_l("Choose the ground."))])
    text = _text(_l("Reason, as the letter will give it"), needed=True)

    def offers(self, case: Any) -> dict[str, Any]:
        return {"ground": grounds.choices("ending_grounds", case)}


class JoinEarlierForm(OfCase):
    into = SelectField(
        _l("The earlier case"),
        [Optional()],  # the service says what is wrong with it, once the step itself is possible
        description=_l("The matter goes on there. This case is closed; until something happens it can be taken out."),
    )
    text = _text(_l("Remark"))

    def fit(self, case: Any) -> None:
        super().fit(case)
        self.into.validate_choice = False

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        return {"into": [(one.number, f"{one.number} {one.title} · {one.party_label}") for one in earlier(case)]}


class ClockForm(OfCase):
    """Of the clocks that a step may be taken with, one is chosen; where there is only one, it is."""

    clock = SelectField(_l("Time limit"), [_needed])

    def fit(self, case: Any) -> None:
        super().fit(case)
        self.clock.data = self.clock.data or next((code for code, _title in self.clock.choices), None)


def _clocks(clocks: Any) -> list[tuple[str, str]]:
    return [(one.code, say(timing.limit_of(one).title)) for one in clocks]


class PauseForm(ClockForm):
    reason = SelectField(_l("Why the clock stops"), [_needed])
    evidence = Line(
        _l("Number of the paper"),
        [_needed],
        description=_l("Of the order for testing, or of the letter to the consumer."),
    )
    file = SelectField(_l("The paper in the file"), [Optional()])
    on = _on(_l("Stops on"))
    text = _text(_l("Remark"))

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        clocks = timing.pausable(case)
        reasons = {code: say(words) for one in clocks for code, words in timing.reasons(one).items()}
        files = [("", "—"), *((str(file.id), file.name) for file in files_of(case))]
        return {"clock": _clocks(clocks), "reason": list(reasons.items()), "file": files}


class ResumeForm(ClockForm):
    on = _on(_l("Goes on from"))
    text = _text(_l("Remark"))

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        return {"clock": _clocks(timing.paused(case))}


class ExtendForm(ClockForm):
    amount = IntegerField(_l("Days more"), [InputRequired(), NumberRange(1, 366)])
    evidence = Line(_l("Number of the paper"), [_needed])
    needs_met = BooleanField(_l("The condition is met"))
    text = _text(_l("Reason"), needed=True)

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        clocks = timing.extendable(case)
        self.left = {one.code: timing.limit_of(one).extends_by - one.extended_by for one in clocks}
        self.limits = {one.code: timing.limit_of(one) for one in clocks}
        self.amount.description = _(", ").join(
            _("%(limit)s: at most %(days)s more", limit=say(limit.title), days=days(self.left[code], limit.unit))
            for code, limit in self.limits.items()
        )
        asked = [say(limit.extends_if) for limit in self.limits.values() if limit.extends_needs and limit.extends_if]
        if asked:
            self.needs_met.description = _("Asked for: %(condition)s", condition=_(", ").join(asked))
        else:
            del self.needs_met
        return {"clock": _clocks(clocks)}

    def validate(self, extra_validators: Any = None) -> bool:
        """What the director would have to refuse is said to who drafts it."""
        good = super().validate(extra_validators)
        limit = self.limits.get(self.clock.data or "")
        if limit is None or self.amount.errors:
            return good
        if self.amount.data > self.left[limit.code]:
            most = self.left[limit.code]
            self.amount.errors = [_("At most %(days)s more.", days=days(most, limit.unit))]
        if limit.extends_needs and not self.needs_met.data:
            self.needs_met.errors = [_("Tick this once it is so, and give the number of the paper that shows it.")]
        return good and not self.errors


class RuleForm(OfCase):
    profile = RadioField(_l("The rule"), [InputRequired(_l("Choose one of the rules."))])
    text = _text(_l("Reason"), needed=True, description=_l("Why this case is counted differently from others."))

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        return {"profile": [(f"{one.code}/{one.version}", say(one.name)) for one in timing.rules_to_choose(case)]}


class AddLimitForm(OfCase):
    limit = SelectField(_l("Time limit"), [_needed])
    on = _on(_l("Day of the event"), _l("The day itself is not counted."))
    text = _text(_l("Remark"))

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        return {
            "limit": [
                (timing.key_of(one), f"{say(one.title)} · {days(one.amount, one.unit)} · {say(one.law)}")
                for one in timing.limits_to_add(case)
            ]
        }


class MeetLimitForm(ClockForm):
    on = _on(_l("Done on"))
    text = _text(_l("Remark"))

    def offers(self, case: Any) -> dict[str, list[tuple[str, str]]]:
        return {"clock": _clocks(timing.further(case))}


class NotifyForm(Form):
    mode = SelectField(
        _l("How they were told"),
        choices=lambda: [
            ("handed", _l("handed over")),
            ("post", _l("by post")),
            ("phone", _l("by telephone")),
            ("message", _l("by text message")),
            ("email", _l("by e-mail")),
            ("internet", _l("over the internet")),
        ],
    )
    on = _on(_l("Told on"))
    text = _text(_l("Remark"))


class NoteForm(Form):
    text = _text(_l("Note"), needed=True)
    public = RadioField(
        _l("Who may read it"),
        choices=lambda: [("", _l("Only we")), ("yes", _l("The consumer too"))],
        default="",
        validators=[Optional()],
    )


class ContactForm(Form):
    """Whom somebody called, visited or wrote to; as it stands, that the consumer was called just now and answered."""

    whom = RadioField(lazy_pgettext("contact", "With whom"), choices=options(WHOM.items()), default="consumer")
    way = RadioField(_l("By which way"), choices=options(WAYS.items()), default="phone")
    reached = RadioField(
        _l("Result"), choices=lambda: [("yes", _l("Reached")), ("no", _l("Not reached"))], default="yes"
    )
    at = day_and_time(_l("When"), now=True)
    said = _text(lazy_pgettext("contact", "What was said"), limit=LONGEST_CONTACT)

    @property
    def contact(self) -> dict[str, Any]:
        """As the service takes it."""
        told = {"whom": self.whom.data, "way": self.way.data, "reached": self.reached.data == "yes"}
        return {**told, "at": moment(self.at.data), "text": self.said.data or ""}


class RevealForm(Form):
    text = Line(_l("What you need it for"), [_needed, max_length(200)])


class EvidenceForm(Form):
    evidence = EvidenceField(_l("Evidence"))
