"""The packet (随件材料): exactly the fields and files that the sender ticked, sealed anew, and a ledger of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.cases import lists
from app.cases.models import Case, CaseFile, CaseStatement, Party
from app.cases.queries import parties
from app.cases.services import Complaint, lodge
from app.cases.services.parts import main_limits
from app.core import clock
from app.core.errors import Invalid, Missing
from app.core.privacy import known_words, redact
from app.deadlines import Rules, load_rules
from app.files import services as stored
from app.handoffs import queries
from app.handoffs.kinds import FULL, MASKED
from app.handoffs.models import (
    Handoff,
    HandoffDisclosure,
    HandoffFile,
    HandoffMessage,
    HandoffPersonal,
)
from app.merchants.models import Merchant
from tenants.database import db

Given = tuple[str, str, str]  # field | file, its code, full | masked


@dataclass(frozen=True)
class Material:
    """What a case has of personal data, as its own organisation reads it."""

    party: Party
    statement: CaseStatement


@dataclass(frozen=True)
class Field:
    """One personal field that may be ticked: read whole or masked from the case, kept under its name in the packet."""

    code: str
    label: Any
    whole: Callable[[Material], str]
    masked: Callable[[Material], str]
    sealed: bool = True  # in the packet too; the consumer's own words are kept as they are


def words_of(told: Party | HandoffPersonal) -> tuple[str, ...]:
    """The words that would give somebody away."""
    return known_words(told.reveal("name"), told.reveal("address"))


def _of_party(code: str) -> Field:
    return Field(
        code, Party.FIELDS[code], lambda it: it.party.reveal(code) or "", lambda it: str(getattr(it.party, code))
    )


def _of_statement(code: str, column: str, label: Any) -> Field:
    return Field(
        code,
        label,
        lambda it: getattr(it.statement, column),
        lambda it: redact(getattr(it.statement, column), words_of(it.party)),
        sealed=False,
    )


FIELDS: dict[str, Field] = {
    field.code: field
    for field in (
        *(_of_party(code) for code in Party.FIELDS),
        _of_statement("story", "facts", _l("Consumer's account")),
        _of_statement("demand", "demand", _l("Consumer's demand")),
    )
}


def field(code: str) -> Field:
    """Raises Missing for a field that does not exist: a made-up address."""
    if code not in FIELDS:
        raise Missing
    return FIELDS[code]


@dataclass(frozen=True)
class Line:
    """One field as the receiver is to see it: `value` is masked where only that was shared."""

    code: str
    label: Any
    value: str
    extent: str
    hidden: bool = False  # whole in the packet, masked on the page until somebody says why


def material(case: Case) -> Material:
    return Material(
        db.session.scalars(select(Party).where(Party.case_id == case.id, Party.position == 0)).one(),
        db.session.scalars(select(CaseStatement).where(CaseStatement.case_id == case.id)).one(),
    )


def known(handoff: Handoff) -> tuple[str, ...]:
    """The words that would give away whom it is about, as far as our side knows them."""
    if case := queries.own_case(handoff):
        return parties.known(case.id)
    told = db.session.scalars(select(HandoffPersonal).where(HandoffPersonal.handoff_id == handoff.id)).first()
    return words_of(told) if told else ()


def check(fields: Mapping[str, str], need: str) -> None:
    """Raises Invalid for a field that does not exist, and where a whole sealed field is shared without a reason."""
    for code, extent in fields.items():
        if code not in FIELDS or extent not in (FULL, MASKED):
            raise Invalid("fields", _("There is no such field."))
    if not need.strip() and any(extent == FULL and FIELDS[code].sealed for code, extent in fields.items()):
        raise Invalid("need", _("Say why the other side needs the whole of a personal field."))


def preview(case: Case, fields: Mapping[str, str]) -> list[Line]:
    """What the receiver would see, in the order of the form, before anything has left."""
    own = material(case)
    return [
        line for code, field in FIELDS.items() if code in fields and (line := _line(field, fields[code], own)).value
    ]


def _line(field: Field, extent: str, own: Material) -> Line:
    whole, masked = field.whole(own), field.masked(own)
    return Line(field.code, field.label, masked, extent, hidden=extent == FULL and whole != masked)


def facts_of(case: Case) -> dict[str, Any]:
    """What goes with every handoff: codes, amounts, dates, and the merchant's name and code. Nothing personal."""
    merchant = case.merchant
    return {
        "nature": case.nature,
        "channel": lists.as_city("channels", case.channel),
        "category": case.category and lists.as_city("categories", case.category),
        "problem": case.problem and lists.as_city("problems", case.problem),
        "claims": list(dict.fromkeys(lists.as_city("claims", code) for code in case.claims)),
        "amount": str(case.amount) if case.amount is not None else None,
        "prepaid": case.prepaid,
        "minor": case.minor,
        "elderly": case.elderly,
        "merchant_name": case.merchant_name,
        "credit_code": merchant.credit_code if merchant else None,
        "received_on": clock.on(case.received_at).isoformat(),
        "accepted_on": clock.on(case.accepted_at).isoformat() if case.accepted_at else None,
        "profile": [case.profile_code, case.profile_version],
        "clocks": used(case),
    }


def used(case: Case) -> dict[str, dict[str, Any]]:
    """For each limit that runs on the case: since when, and what was left out; a pause that lasts ends here."""
    today = clock.today().isoformat()
    return {
        one.code: {
            "since": one.started_on.isoformat(),
            "pauses": [
                {"kind": "pause", "reason": out["reason"], "on": out["on"], "until": out.get("until", today)}
                for out in one.pauses
            ],
        }
        for one in case.clocks
        if one.is_open and one.code in main_limits(case)
    }


def fill(
    handoff: Handoff, case: Case, by: Any, *, fields: Mapping[str, str], need: str, files: list[CaseFile], step_id: UUID
) -> None:
    """Seal the ticked fields for this handoff, copy the ticked files into its store, and note each in the ledger."""
    personal, given = pack(handoff, material(case), fields)
    db.session.add(personal)
    for copied in stored.copy(HandoffFile, files, packet=handoff, step_id=step_id):
        given.append(("file", str(copied.id), FULL))
    disclose(handoff, given, ground_of(handoff, need), by)


def pack(handoff: Handoff, own: Material, fields: Mapping[str, str]) -> tuple[HandoffPersonal, list[Given]]:
    """The ticked fields sealed for this handoff, nobody's row yet, and what of them was given away."""
    personal = HandoffPersonal(**parties_of(handoff))
    given: list[Given] = []
    masked: dict[str, str] = {}
    for code, extent in fields.items():
        field = FIELDS[code]
        value = field.whole(own) if extent == FULL else field.masked(own)
        if not value:
            continue
        given.append(("field", code, extent))
        if extent == FULL:
            setattr(personal, code, value)
        else:
            masked[code] = value
    personal.masked = masked
    return personal, given


def ground_of(handoff: Handoff, need: str) -> str:
    """On what ground a packet was given away: the provision, and why it was needed."""
    return " · ".join(part for part in (handoff.legal_basis, redact(need)) if part)


def disclose(handoff: Handoff, given: Iterable[Given], ground: str, by: Any) -> None:
    """Note in the ledger what was given away."""
    db.session.add_all(ledger(handoff, given, ground, by))


def ledger(handoff: Handoff, given: Iterable[Given], ground: str, by: Any) -> list[HandoffDisclosure]:
    """The lines of the ledger, nobody's rows yet."""
    return [
        HandoffDisclosure(
            **parties_of(handoff),
            what=what,
            code=code,
            extent=extent,
            ground=ground,
            by_id=by.id,
            by_name=by.name,
            at=clock.now(),
        )
        for what, code, extent in given
    ]


def parties_of(handoff: Handoff) -> dict[str, Any]:
    """The columns that tie a row to its handoff."""
    return {"handoff_id": handoff.id, "sender_id": handoff.sender_id, "receiver_id": handoff.receiver_id}


def personal_of(handoff: Handoff) -> HandoffPersonal | None:
    """The personal part, where this realm may open it: not the bureau, nor the receiver after a withdrawal."""
    return db.session.scalars(select(HandoffPersonal).where(HandoffPersonal.handoff_id == handoff.id)).first()


def lines(personal: HandoffPersonal | None) -> list[Line]:
    """What was shared, as the page shows it: the whole stays masked there until somebody says why."""
    if personal is None:
        return []
    found = []
    for code, field in FIELDS.items():
        if code in personal.masked:
            found.append(Line(code, field.label, personal.masked[code], MASKED))
        elif whole := whole_of(personal, code):
            masked = str(getattr(personal, code)) if field.sealed else redact(whole)
            found.append(Line(code, field.label, masked, FULL, hidden=masked != whole))
    return found


def whole_of(personal: HandoffPersonal, code: str) -> str:
    """A field as it was shared whole; empty where it was not."""
    return (personal.reveal(code) if FIELDS[code].sealed else getattr(personal, code)) or ""


def close_to_receiver(handoff: Handoff) -> None:
    """Shut what the sender disclosed; what the receiver wrote or copied into its own case stays the receiver's."""
    for model in (HandoffPersonal, HandoffFile, HandoffMessage):
        db.session.execute(
            update(model)
            .where(model.handoff_id == handoff.id, model.author_id == handoff.sender_id)
            .values(open_to_receiver=False)
            .execution_options(synchronize_session=False)
        )


def take_over(handoff: Handoff, by: Any) -> Case:
    """Open the receiver's own case from the packet: its own number and party, its own copies of the files.

    Its acceptance clock starts on the day it was signed for, or goes on from the first receipt where the city has the
    time used carried over; the profile is the one that bound the first receipt.
    """
    personal = personal_of(handoff)
    shared = shared_in(personal) if personal else {}
    complaint = complaint_in(handoff, shared, _in_our_register(handoff.facts["credit_code"]), load_rules())
    case = lodge(complaint, by, key=f"handoff-{handoff.id}", origin_id=handoff.id, origin_from=handoff.sender_id).case
    stored.copy(CaseFile, queries.packed_files(handoff), case_id=case.id, added_by=by.id, added_at=clock.now())
    return case


def complaint_in(handoff: Handoff, shared: Mapping[str, str], merchant: Merchant | None, rules: Rules) -> Complaint:
    """The complaint as it came over: what everybody reads of the handoff, and what was shared in its packet."""
    facts = handoff.facts
    party: dict[str, Any] = {code: shared.get(code, "") for code in Party.FIELDS}
    return Complaint(
        facts=shared.get("story") or handoff.summary or handoff.ask,
        demand=shared.get("demand", ""),
        title=handoff.subject,
        summary=handoff.summary,
        **party,
        **{code: facts[code] for code in ("nature", "channel", "category", "problem", "prepaid", "minor", "elderly")},
        claims=tuple(facts["claims"]),
        amount=Decimal(facts["amount"]) if facts["amount"] else None,
        merchant=merchant,
        merchant_name=facts["merchant_name"],
        reference=handoff.sender_case_number,
        received_at=handoff.signed_at,
        profile=rules.profile(*facts["profile"]),
        carried={
            "number": handoff.sender_case_number,
            "on": clock.on(handoff.signed_at or clock.now()),
            "clocks": facts.get("clocks", {}),
        },
    )


def shared_in(personal: HandoffPersonal) -> dict[str, str]:
    """What may be written into a case: whole values, and of masked ones those that can still be read."""
    legible = {code: value for code, value in personal.masked.items() if code in ("name", "story", "demand")}
    return legible | {code: whole for code in FIELDS if (whole := whole_of(personal, code))}


def _in_our_register(credit_code: str | None) -> Merchant | None:
    if not credit_code:
        return None
    return db.session.scalars(select(Merchant).where(Merchant.credit_code == credit_code)).first()
