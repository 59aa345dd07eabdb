"""The forms of the register, of a session and of a recusal."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, TimeField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.accounts import queries as people
from app.cases.forms import ReasonForm
from app.cases.models import Case
from app.cases.party_forms import ManyCheckboxField
from app.cases.services.consents import SIDES
from app.core import clock
from app.core.forms import Code, Form, Line, Money, Prose, max_length, options
from app.files.fields import EvidenceField
from app.mediation import queries
from app.mediation.models import Confirmation, ConfirmationState, Instalment, InstalmentState, MediationSession
from app.mediation.services.offers import SIDES as OFFERED_BY
from app.mediation.services.sessions import ASKED_BY, WAYS, Plan

__all__ = ["ReasonForm"]

LENGTHS = (30, 45, 60, 90, 120, 180, 240)  # minutes
_needed = DataRequired(_l("This is needed."))
_chosen = InputRequired(_l("Choose one."))


class RoomForm(Form):
    name = Line(_l("Name of the room"), [_needed, max_length(40)])
    place = Line(_l("Where it is"), [max_length(80)])
    seats = IntegerField(_l("Seats"), [Optional(), NumberRange(1, 500)])
    active = BooleanField(_l("In use"), default=True)


class MediatorForm(Form):
    """Of one of the center's people the name is known; of anybody else it is typed."""

    kind = RadioField(
        _l("Who it is"),
        [_chosen],
        choices=lambda: [
            ("inside", _l("one of the center's people")),
            ("person", _l("an entrusted person")),
            ("body", _l("an entrusted body")),
        ],
        default="person",
    )
    person = SelectField(_l("Of the center"), validate_choice=False, default="")
    name = Line(_l("Name"), [max_length(40)], description=_l("For one of the center's people it is known."))
    office = Line(_l("Belongs to"), [max_length(80)])
    speciality = Line(_l("Speciality"), [max_length(80)], description=_l("Prepaid cards, cars, housing …"))
    contract = Line(_l("Entrusted by"), [max_length(60)], description=_l("Number of the letter or contract."))
    until = DateField(_l("Entrusted until"), [Optional()])
    phone = Code(_l("Phone"), [max_length(20)], description=_l("Left empty, it stays as it is."))
    active = BooleanField(_l("May mediate at present"), default=True)

    @property
    def described(self) -> dict[str, Any]:
        """What may be changed of an entry: not which of the people it is."""
        return {name: said for name, said in self.facts.items() if name not in ("kind", "person")}

    @classmethod
    def new(cls) -> MediatorForm:
        form = cls()
        form.person.choices = [("", "—"), *((str(key), name) for key, name in people.named())]
        return form


class PlanForm(Form):
    """When, where and with whom. `plan` is what the services take."""

    on = DateField(_l("Day"), [InputRequired(_l("Choose a day."))], default=clock.today)
    at = TimeField(_l("Time"), [InputRequired(_l("Choose a time."))], default=time(9))
    lasts = SelectField(_l("Length in minutes"), choices=options((n, str(n)) for n in LENGTHS), coerce=int, default=60)
    way = RadioField(_l("How"), [_chosen], choices=lambda: list(WAYS.items()), default="room")
    room = SelectField(_l("Room"), validate_choice=False, default="")
    place = Line(_l("Where, if it is no room of ours"), [max_length(120)])
    presides = SelectField(_l("Presides"), [_needed], validate_choice=False)
    mediators = ManyCheckboxField(_l("Other mediators"), validate_choice=False)
    recorder = SelectField(_l("Takes the minutes"), validate_choice=False, default="")
    consumers = Line(_l("Comes for the consumer"), [max_length(200)])
    merchants = Line(_l("Comes for the business"), [max_length(200)])

    def offer(self, case: Case) -> None:
        """Fill the choices: rooms in use, mediators who may sit in this case, the center's people."""
        self._offered = queries.offered(case)
        self.room.choices = [("", "—"), *((str(one.id), one.name) for one in self._offered.rooms)]
        named = [(str(one.id), queries.called(one)) for one in self._offered.mediators]
        self.presides.choices = [("", "—"), *named]
        self.mediators.choices = named
        self.recorder.choices = [("", "—"), *((str(one.id), one.name) for one in self._offered.people)]

    @property
    def plan(self) -> Plan:
        """What was filled in; a room, mediator or person that is not offered is none."""
        rooms, mediators, persons = self._offered.by_key
        chosen = dict.fromkeys([self.presides.data, *(self.mediators.data or ())])
        assert self.on.data is not None
        assert self.at.data is not None
        return Plan(
            starts_at=datetime.combine(self.on.data, self.at.data, clock.SHANGHAI),
            lasts=self.lasts.data,
            way=self.way.data,
            mediators=[mediators[key] for key in chosen if key in mediators],
            room=rooms.get(self.room.data or "") if self.way.data == "room" else None,
            place=self.place.data or "",
            recorder=persons.get(self.recorder.data or ""),
            consumers=self.consumers.data or "",
            merchants=self.merchants.data or "",
        )


class MoveForm(PlanForm):
    text = Line(_l("Why it is moved"), [_needed, max_length(200)])


class HoldForm(Form):
    came = ManyCheckboxField(_l("Who came"), choices=lambda: list(SIDES.items()))
    text = Prose(
        _l("Minutes"),
        [_needed, max_length(8000)],
        description=_l("Who was there, what was offered, where it stands."),
    )


class OfferForm(Form):
    side = RadioField(_l("Who says it"), [_chosen], choices=lambda: list(OFFERED_BY.items()), default="consumer")
    amount = Money(_l("Amount"), [Optional()])
    words = Prose(
        _l("In words"), [max_length(1000)], description=_l("What else is asked for or offered, and on what terms.")
    )
    said_on = DateField(_l("Said on"), [InputRequired(_l("Choose a day."))], default=clock.today)

    @property
    def said(self) -> dict[str, Any]:
        return {**self.facts, "words": self.words.data or ""}


class PerformForm(Form):
    status = RadioField(
        _l("What became of it"),
        [_chosen],
        choices=lambda: [
            ("done", _l("It was performed")),
            ("failed", _l("It was not performed")),
            ("due", _l("Neither: the entry was wrong")),
        ],
        default="done",
    )
    on = DateField(_l("Performed on"), [Optional()], default=clock.today)
    remark = Prose(_l("Remark"), [max_length(1000)], description=_l("How it was paid, who confirmed it; or why not."))
    proofs = EvidenceField(_l("Proofs"))

    @classmethod
    def of(cls, part: Instalment, **given: Any) -> PerformForm:
        """As it stands; of one that nobody has noted yet, as if it were performed today."""
        noted = {"status": part.status, "on": part.performed_on or clock.today(), "remark": part.remark}
        return cls(**given, data={**(noted if part.status != InstalmentState.DUE else {}), "version": part.version})

    @property
    def told(self) -> dict[str, Any]:
        facts = self.facts
        return {
            "status": facts["status"],
            "on": facts["on"],
            "remark": facts["remark"] or "",
            "proofs": facts["proofs"],
        }


class ConfirmationForm(Form):
    effective_on = DateField(
        _l("In force since"), [InputRequired(_l("Choose a day."))], description=_l("The day both have signed.")
    )
    status = RadioField(
        _l("How far it is"),
        [_chosen],
        choices=lambda: [(one.value, one.label) for one in ConfirmationState],
        default="open",
    )
    court = Line(_l("Court"), [max_length(60)])
    applied_on = DateField(_l("Applied on"), [Optional()])
    reference = Code(_l("Number of the court"), [max_length(40)])
    decided_on = DateField(_l("Decided on"), [Optional()])

    @property
    def told(self) -> dict[str, Any]:
        return {**self.facts, "court": self.court.data or "", "reference": self.reference.data or ""}

    @classmethod
    def of(cls, there: Confirmation | None, agreed_on: date, **given: Any) -> ConfirmationForm:
        unnoted = {"effective_on": agreed_on, "status": "open", "version": 0}
        return cls(**given, obj=there) if there else cls(**given, data=unnoted)


class PackForm(Form):
    text = Line(_l("What you need it for"), [_needed, max_length(200)])


class RecusalForm(Form):
    mediator = SelectField(_l("Mediator"), [_needed], validate_choice=False)
    asked_by = SelectField(_l("Asked for by"), choices=lambda: list(ASKED_BY.items()))
    reason = Prose(
        _l("Reason"),
        [_needed, max_length(1000)],
        description=_l("Kin of a side, an interest of their own, or another tie that may sway them."),
    )
    granted = RadioField(
        _l("Decision"),
        [_chosen],
        choices=lambda: [("yes", _l("The mediator keeps out of the case")), ("no", _l("There is no reason to"))],
        default="yes",
    )

    @property
    def decided(self) -> dict[str, Any]:
        return {
            "asked_by": self.asked_by.data,
            "reason": self.reason.data or "",
            "granted": self.granted.data == "yes",
        }

    @classmethod
    def of(cls, **given: Any) -> RecusalForm:
        form = cls(**given)
        form.mediator.choices = [("", "—"), *((str(one.id), queries.called(one)) for one in queries.mediators())]
        return form


def plan_form(kind: type[PlanForm], case: Case, session: MediationSession | None = None, **given: Any) -> PlanForm:
    """A plan to be filled in: of a session that is there as it stands, of a new one with whoever handles the case."""
    form = kind(**given, data=_standing(session) if session else {"presides": _usual(case)})
    form.offer(case)
    return form


def _standing(session: MediationSession) -> dict[str, Any]:
    local, sit = clock.local(session.starts_at), session.mediators
    return {
        "on": local.date(),
        "at": local.time(),
        "lasts": session.lasts,
        "way": session.way,
        "room": str(session.room_id or ""),
        "place": session.place,
        "presides": str(sit[0].id) if sit else "",
        "mediators": [str(one.id) for one in sit[1:]],
        "recorder": str(session.recorder_id or ""),
        "consumers": session.consumers,
        "merchants": session.merchants,
        "version": session.version,
    }


def _usual(case: Case) -> str:
    handler: UUID | None = case.assignee_id
    return next((str(one.id) for one in queries.mediators() if one.person_id and one.person_id == handler), "")
