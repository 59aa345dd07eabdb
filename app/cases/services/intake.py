"""Taking a complaint in: once, whatever the browser, the network or the person does twice."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from app import audit, deadlines
from app.cases import lists
from app.cases.models import (
    Case,
    CaseClock,
    CaseConsent,
    CaseCredential,
    CaseFile,
    CaseState,
    CaseStatement,
    Party,
    Prepaid,
    Role,
)
from app.cases.services.parts import carry_over, document, first_limit, redate
from app.core import clock
from app.core.errors import Invalid
from app.core.numbering import next_number, numbered
from app.core.privacy import blind_index, known_words, mask_name, mask_phone, names_nobody, redact
from app.deadlines import NoRule, Profile, Rules
from app.files import services as stored
from app.merchants.models import Merchant
from app.search import services as search
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db

ANONYMOUS = "匿名"
LONGEST_TITLE = 40
LONGEST_SUMMARY = 600
GROUP = 5  # who complain together make a group (群体投诉)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SENTENCE = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True)
class Complainant:
    """Somebody who complains together with others; `consented`: to that, and to being represented."""

    name: str
    phone: str = ""
    amount: Decimal | None = None
    consented: bool = False


@dataclass(frozen=True)
class Agent:
    """Who acts for the complainant, by a letter that says what for, with which powers and until when."""

    name: str
    phone: str = ""
    id_number: str = ""
    powers: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Card:
    """What is known of a prepaid card, course or membership."""

    number: str = ""
    paid: Decimal | None = None
    used: Decimal | None = None
    paid_on: date | None = None
    lessor: str = ""
    last_open_on: date | None = None
    records: str = ""  # merchant | consumer | both | nobody

    def __bool__(self) -> bool:
        return any(value not in ("", None) for value in vars(self).values())


@dataclass(frozen=True)
class Complaint:
    """What was told, as it came in.

    `title` is what somebody here calls it. `heading` and `summary` are the words of who passed it on; they, and what a
    rule makes of the facts where there are none, stay with the statement until a handler has read them.
    """

    facts: str
    demand: str = ""
    heading: str = ""
    title: str = ""
    summary: str = ""
    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    nature: str = "C"
    channel: str = "window"
    category: str | None = None
    problem: str | None = None
    claims: Sequence[str] = ()
    amount: Decimal | None = None
    merchant: Merchant | None = None
    merchant_name: str = ""
    merchant_address: str = ""
    merchant_phone: str = ""
    prepaid: bool = False
    minor: bool = False
    elderly: bool = False
    purchased_on: date | None = None
    order_number: str = ""
    place: str | None = None
    platform: str = ""
    stream: str = ""
    act_place: str = ""
    traits: Sequence[str] = ()
    held: Sequence[str] = ()
    card: Card | None = None
    agent: Agent | None = None
    others: Sequence[Complainant] = ()
    consents: Sequence[str] = ()  # to what the consumer agrees: entrust, publish
    reference: str | None = None
    told_at: datetime | None = None
    received_at: datetime | None = None
    profile: Profile | None = field(default=None, repr=False)
    carried: Mapping[str, Any] | None = field(default=None, repr=False)  # the time used by who referred it

    def check(self, *, taken_over: bool = False) -> None:
        """Raises Invalid beside the field that cannot be taken; what comes over keeps codes retired since."""
        if not self.facts.strip():
            raise Invalid("facts", _("Say what happened."))
        if len(self.title) > LONGEST_TITLE:
            raise Invalid("title", _("At most %(limit)s characters, please.", limit=LONGEST_TITLE))
        if not taken_over:  # else both stood in a letter that the city has read
            who = [known_words(self.name, self.address), *(known_words(one.name) for one in self.others)]
            names_nobody([word for words in who for word in words], title=self.title)
            names_nobody(merchant_name=self.merchant_name)
        if self.received_at and self.received_at > clock.now():
            raise Invalid("received_at", _("It cannot have been received in the future."))
        for name, code, where in (
            ("natures", self.nature, "nature"),
            ("channels", self.channel, "channel"),
            ("categories", self.category, "category"),
            ("problems", self.problem, "problem"),
            ("places", self.place, "place"),
        ):
            lists.check(name, code, where, _("This is not on the list."), kept=code if taken_over else None)
        if set(self.consents) - {"entrust", "publish"}:
            raise Invalid("consents", _("This is not on the list."))
        for name, codes in (("claims", self.claims), ("traits", self.traits)):
            for code in codes:
                lists.check(name, code, name, _("This is not on the list."), kept=code if taken_over else None)
        if self.purchased_on and self.purchased_on > clock.today():
            raise Invalid("purchased_on", _("That day has not come yet."))
        if self.card and self.card.paid is not None and self.card.used is not None and self.card.used > self.card.paid:
            raise Invalid("used", _("More than was paid cannot have been used."))
        if self.agent and not self.agent.powers.strip():
            raise Invalid("powers", _("Say what the letter of authorisation allows the agent to do."))
        if self.agent and self.agent.until and self.agent.until < clock.today():
            raise Invalid("until", _("The letter of authorisation has run out."))

    def fingerprint(self, evidence: Iterable[Any] = ()) -> str:
        """Equal for equal bodies: what a repeated submission is compared by."""
        said = {**vars(self), "merchant": getattr(self.merchant, "number", None), "profile": None, "carried": None}
        said["files"] = [(file.name, file.size) for file in evidence]
        body = json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
        return blind_index(hashlib.sha256(body.encode()).hexdigest(), "submission") or ""


@dataclass(frozen=True)
class Lodged:
    """The case, whether this very call made it, and the credentials for the slip if they were asked for."""

    case: Case
    fresh: bool
    receipt: str | None = None
    code: str | None = None  # in clear, this once


def lodge(
    complaint: Complaint,
    by: Any,
    *,
    key: str | None = None,
    evidence: Sequence[Any] = (),
    slip: bool = False,
    origin_id: UUID | None = None,
    origin_from: int | None = None,
) -> Lodged:
    """Open a case; `key` makes it one, however often the same thing is sent.

    Raises Invalid, also when `key` was used for something else. `origin_id` and `origin_from` are the handoff that a
    case is taken over by, and its sender.
    """
    complaint.check(taken_over=origin_id is not None)
    fingerprint = complaint.fingerprint(evidence)
    known = _sent_before(key, fingerprint)
    if known is None:
        number = next_number("case", _year(complaint))
        known = _sent_before(key, fingerprint)  # the counter's lock let an earlier copy of this request finish
    if known is not None:
        credential = db.session.scalars(select(CaseCredential).where(CaseCredential.case_id == known.id)).first()
        again = issue_code(known) if slip and (credential is None or credential.shown_at is None) else None
        return Lodged(known, False, *(again or (credential.receipt if credential else None, None)))
    case, statement, party = rows_of(complaint, number, key, fingerprint, deadlines.load_rules())
    if origin_id is not None:
        case.origin, case.origin_id, case.origin_from = "taken_over", origin_id, origin_from
    db.session.add_all([case, statement, party, *beside(complaint, case, by)])
    db.session.flush()
    if evidence:
        stored.attach(CaseFile, evidence, case_id=case.id, added_by=getattr(by, "id", None), added_at=clock.now())
    search.index(document(case, statement, complaint.merchant))
    _record(case, by, files=len(evidence))
    return Lodged(case, True, *(issue_code(case) if slip else (None, None)))


def lodge_many(complaints: Sequence[tuple[str, Complaint]], by: Any) -> dict[str, Case]:
    """Open a case for each (key, complaint) whose key is new, in a few statements; key -> the new case.

    For imports: what is there already is left alone and not in the answer. Raises Invalid for the first bad one.
    """
    for _key, complaint in complaints:
        complaint.check()
    keys = {key for key, _complaint in complaints}
    known = set(db.session.scalars(select(Case.submission_key).where(Case.submission_key.in_(keys))))
    new = {key: complaint for key, complaint in complaints if key not in known}
    rules = deadlines.load_rules()
    made: dict[str, Case] = {}
    for year in sorted({_year(complaint) for complaint in new.values()}):
        batch = {key: complaint for key, complaint in new.items() if _year(complaint) == year}
        first = int(next_number("case", year, count=len(batch)).rpartition("-")[2])
        rows = [
            rows_of(complaint, numbered("", year, ordinal), key, complaint.fingerprint(), rules)
            for ordinal, (key, complaint) in enumerate(batch.items(), start=first)
        ]
        db.session.add_all(row for group in rows for row in group)
        db.session.add_all(
            row for (case, *_rest), told in zip(rows, batch.values(), strict=True) for row in beside(told, case, by)
        )
        db.session.flush()
        merchants = [complaint.merchant for complaint in batch.values()]
        search.index(
            *(document(case, told, merchant) for (case, told, _party), merchant in zip(rows, merchants, strict=True))
        )
        made |= dict(zip(batch, (case for case, *_others in rows), strict=True))
    for case in made.values():
        _record(case, by)
    return made


def renew_code(case: Case, by: Any) -> str:
    """A new code for somebody who lost theirs, or never had one; that it was given out stays in the story."""
    audit.record("case.code_renewed", case, by)
    return issue_code(case)[1]


def issue_code(case: Case) -> tuple[str, str]:
    """(receipt, code): a new tracking code; the one before it is dead. Only its HMAC is kept."""
    known = db.session.scalars(select(CaseCredential).where(CaseCredential.case_id == case.id)).first()
    credential, code = credential_of(case)
    if known is None:
        db.session.add(credential)
        return credential.receipt, code
    known.tracking_index, known.issued_at, known.shown_at = credential.tracking_index, credential.issued_at, None
    return known.receipt, code


def credential_of(case: Case) -> tuple[CaseCredential, str]:
    """A new credential for a case, nobody's row yet, and its code in clear."""
    code = _random(4)
    credential = CaseCredential(
        case_id=case.id,
        receipt=f"{case.number[:4]}-{_random(3)}",
        tracking_index=blind_index(code, "tracking") or "",
        issued_at=clock.now(),
    )
    return credential, code


def slip_shown(case: Case) -> None:
    """The code has been on a page: from now on a repeated submission gets no other one."""
    credential = db.session.scalars(select(CaseCredential).where(CaseCredential.case_id == case.id)).one()
    credential.shown_at = credential.shown_at or clock.now()


def entitle(text: str) -> str:
    """A short title from what somebody wrote, without personal data: how it begins, and never half of it."""
    first, most = redact(_SENTENCE.split(text.strip(), maxsplit=1)[0]).strip() or "—", min(30, len(text) // 2)
    return first if len(first) <= most else f"{first[: max(most - 1, 1)]}…"


def propose(case: Case, statement: CaseStatement, title: str = "", summary: str = "") -> None:
    """Call a case by rule until a handler has read it: what stands in a letter is its author's secret till then.

    A summary is proposed only where whoever passed the letter on has written one.
    """
    statement.title, statement.summary = title or entitle(statement.facts), summary
    set_committed_value(case, "proposed_title", statement.title)
    set_committed_value(case, "proposed_summary", statement.summary)


def rows_of(
    complaint: Complaint, number: str, key: str | None, fingerprint: str, rules: Rules
) -> tuple[Case, CaseStatement, Party]:
    """What a complaint becomes on the day it is lodged; nobody's rows yet."""
    received = complaint.received_at or clock.now()
    on, here = clock.on(received), realm.current().writes or 0
    channel = lists.as_city("channels", complaint.channel) if rules.regimes else complaint.channel
    try:
        profile = complaint.profile or rules.binding(here, channel, on, clock.today())
    except NoRule:
        raise Invalid("received_at", _("No legal profile covers that day.")) from None
    case = Case(
        id=uuid7(),
        number=number,
        given_title=complaint.title,
        given_summary="",
        party_label=mask_name(complaint.name) or ANONYMOUS,
        phone_mask=mask_phone(complaint.phone),
        nature=complaint.nature,
        channel=complaint.channel,
        category=complaint.category or None,
        problem=complaint.problem or None,
        claims=list(complaint.claims),
        amount=complaint.amount,
        prepaid=complaint.prepaid or bool(complaint.card),
        place=complaint.place or None,
        traits=_traits(complaint),
        people=1 + len(complaint.others),
        minor=complaint.minor,
        elderly=complaint.elderly,
        reference=complaint.reference,
        merchant_id=complaint.merchant.id if complaint.merchant else None,
        merchant_name=complaint.merchant.called if complaint.merchant else complaint.merchant_name,
        status=CaseState.LODGED.value,
        origin="first",
        received_at=received,
        profile_code=profile.code,
        profile_version=profile.version,
        version=1,
        submission_key=key,
        submission_hash=fingerprint if key else None,
    )
    first = first_limit(case.nature, profile)
    if first is not None:
        decision = deadlines.start(CaseClock, profile, first, on, rules=rules, case_id=case.id)
        case.clocks.append(decision)
        if complaint.carried and rules.regime(here, on).on_transfer == "carry":
            carry_over(decision, complaint.carried, rules)
    if beside := rules.beside(here, channel, on):
        started = (deadlines.start(CaseClock, beside, code, on, rules=rules, case_id=case.id) for code in beside.limits)
        case.clocks.extend(started)
    redate(case)
    statement = CaseStatement(
        case_id=case.id,
        facts=complaint.facts,
        demand=complaint.demand,
        told_at=complaint.told_at,
        purchased_on=complaint.purchased_on,
        order_number=complaint.order_number,
        platform=complaint.platform,
        stream=complaint.stream,
        merchant_address=complaint.merchant_address,
        act_place=complaint.act_place,
        held=list(complaint.held),
    )
    statement.merchant_phone = complaint.merchant_phone
    propose(case, statement, complaint.heading, complaint.summary)
    party = Party(case_id=case.id, role=Role.COMPLAINANT.value, position=0)
    party.name, party.phone = complaint.name, complaint.phone
    party.id_number, party.address = complaint.id_number, complaint.address
    return case, statement, party


def beside(complaint: Complaint, case: Case, by: Any = None) -> list[Any]:
    """The rows that only some complaints have: a prepaid card, an agent, consents, and others who complain together."""
    rows: list[Any] = []
    if card := complaint.card:
        rows.append(prepaid_of(card, case))
    if agent := complaint.agent:
        party = Party(case_id=case.id, role=Role.AGENT.value, position=1, powers=agent.powers, until=agent.until)
        party.name, party.phone, party.id_number = agent.name, agent.phone, agent.id_number
        rows.append(party)
    rows += [
        CaseConsent(
            case_id=case.id,
            matter=matter,
            side="consumer",
            given=True,
            said_on=clock.on(case.received_at),
            noted_by_name=getattr(by, "name", ""),
            noted_at=clock.now(),
        )
        for matter in (complaint.consents if case.is_complaint else ())  # others are asked one by one
    ]
    return rows + joined(complaint.others, case, after=1 if complaint.agent else 0)


def joined(others: Iterable[Complainant], case: Case, *, after: int) -> list[Party]:
    """The rows of those who complain together, numbered from `after` on."""
    rows = []
    for position, other in enumerate(others, start=after + 1):
        party = Party(case_id=case.id, role=Role.COMPLAINANT.value, position=position, amount=other.amount)
        party.name, party.phone = other.name, other.phone
        party.consented_on = clock.today() if other.consented else None
        rows.append(party)
    return rows


def prepaid_of(card: Card, case: Case) -> Prepaid:
    row = Prepaid(case_id=case.id)
    write_card(row, card)
    return row


def write_card(row: Prepaid, card: Card) -> None:
    for name in ("paid", "used", "paid_on", "lessor", "last_open_on", "records"):
        setattr(row, name, getattr(card, name))
    if card.number or row.card_sealed is None:
        row.card = card.number


def _traits(complaint: Complaint) -> list[str]:
    """Those that were told, and that five people or more are a group."""
    found = list(complaint.traits)
    if 1 + len(complaint.others) >= GROUP and "group" not in found and "major_group" not in found:
        found.append("group")
    return found


def _record(case: Case, by: Any, **facts: Any) -> None:
    facts = {"channel": case.channel, "due": case.due_on, **{name: value for name, value in facts.items() if value}}
    audit.record("case.lodge", case, by, facts=facts, public=True)


def _sent_before(key: str | None, fingerprint: str) -> Case | None:
    if not key:
        return None
    case = db.session.scalars(select(Case).where(Case.submission_key == key)).first()
    if case is not None and case.submission_hash != fingerprint:
        raise Invalid("", _("This form was sent before with other words. Open it afresh and try again."))
    return case


def _year(complaint: Complaint) -> int:
    return clock.on(complaint.received_at or clock.now()).year


def _random(groups: int) -> str:
    """`groups` of four random signs without I, L, O and U: 20 bits each."""
    return "-".join("".join(secrets.choice(_CROCKFORD) for _sign in range(4)) for _group in range(groups))
