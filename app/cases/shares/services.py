"""Writing the ledger of a joint complaint, noting what was paid to one alone, and taking out who declined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import BY_DEED, Case, Party
from app.cases.services.intake import Complaint, lodge
from app.cases.services.parts import statement_of
from app.cases.shares import queries, sharing
from app.cases.shares.models import CaseShare
from app.cases.shares.queries import ALONE, Line
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed
from app.core.sharing import FEN
from app.files import services as stored
from app.files.accept import Accepted
from app.mediation.models import Instalment, InstalmentProof
from app.mediation.services import performance
from tenants.database import db

TOGETHER = frozenset({"group", "major_group"})  # traits of many, which are none of one


def enter(
    case: Case, by: Any, given: Mapping[UUID, Mapping[str, Any]], *, on: date, table: str = "", seen: int | None = None
) -> int:
    """Write into the lines of some: party -> claimed, agreed, agrees; how many lines changed.

    `table` is a pasted one, which counts where it says something. Raises Invalid, Changed when `seen` is not the
    version any more, and WrongMoment once it is settled: what was agreed stays as it was signed.
    """
    _lock(case, by)
    rows = queries.lines(case, lock=True)
    if not queries.may_write(case, rows):
        raise audit.too_late(_("What was agreed stays as it was signed."), case, seen, CASE.since)
    audit.only_as_seen(case, seen, CASE.since)
    if not clock.on(case.received_at) <= on <= clock.today():
        raise Invalid("on", _("Between the day of receipt and today, please."))
    there = [line.party for line in rows]
    said = sharing.read(table, there)
    for party in there:
        if case.status in queries.UNDER_WAY:
            sharing.ask_anew(party)
    merged = {key: {**given.get(key, {}), **said.get(key, {})} for key in {*given, *said}}
    changed = sharing.write(there, by, merged, on=on)
    if agreement := queries.agreement_of(case):
        sharing.lay_down(case, by, agreement)
        for part in queries.parts_of(agreement, lock=True):
            sharing.follow(part, case, by)
    elif not changed:
        return 0
    sums = queries.sums(queries.lines(case))
    facts = {"people": len(changed), "lines": changed, "total": sums.agreed, "consent": sums.consent}
    _record("case.shares", case, by, facts={**facts, "decline": sums.decline})
    return len(changed)


def pay(
    case: Case,
    by: Any,
    line: Line,
    *,
    amount: Decimal,
    on: date,
    evidence: str = "",
    proofs: Sequence[Accepted] = (),
    seen: int | None = None,
) -> None:
    """Note what the merchant paid to one of them alone: it covers what is due first, and counts for them only.

    Raises Invalid beside what is missing, and Changed where somebody was faster.
    """
    agreement = queries.agreement_of(case)
    parts = queries.parts_of(agreement, lock=True) if agreement else []
    _lock(case, by)
    audit.only_as_seen(case, seen, CASE.since)
    if agreement is None or not line.is_in:
        raise Invalid("amount", _("Nothing was agreed with this person."))
    open_ = min(queries.line_of(case, line.party.id).open, sum((part.owed for part in parts), Decimal()))
    if not FEN <= amount <= open_:
        raise Invalid("amount", _("Between 0.01 and %(most)s: so much is still open.", most=f"{open_:,.2f}"))
    if not agreement.agreed_on <= on <= clock.today():
        raise Invalid("on", _("Between the day of the agreement and today, please."))
    if not evidence.strip() and not proofs:
        raise Invalid("evidence", _("Say which paper shows the payment, or put it in as a file."))
    noted = {"evidence": evidence.strip(), "noted_by_name": by.name, "noted_at": clock.now(), "paid_on": on}
    left, covered = amount, [part for part in parts if part.owed]
    stored.attach(InstalmentProof, proofs, instalment_id=covered[0].id, added_at=clock.now())
    for part in covered:
        if taken := min(left, part.owed):
            left -= taken
            mine: dict[str, Any] = {"party_id": line.party.id, "instalment_id": part.id, "amount": taken}
            db.session.add(CaseShare(case_id=case.id, alone=True, **mine, **noted))
            performance.cover(part, case, by, taken, on=on, remark=_("Paid to single persons."))
    facts = {"position": line.party.position, "amount": amount, "on": on, "files": len(proofs) or None}
    _record("case.share_paid", case, by, facts=facts)


def void(case: Case, by: Any, share: CaseShare, *, reason: str, seen: int | None = None) -> None:
    """What was noted by mistake of a payment to one alone counts no more; that it was noted stays."""
    part = db.session.scalars(select(Instalment).where(Instalment.id == share.instalment_id).with_for_update()).one()
    db.session.refresh(part)
    _lock(case, by)
    db.session.refresh(share)
    if share.voided_at is not None:
        raise audit.too_late(_("It does not count any more."), case, seen, CASE.since)
    audit.only_as_seen(case, seen, CASE.since)
    if not reason.strip():
        raise Invalid("text", _("Say why it does not count."))
    share.voided_at, share.void_reason = clock.now(), reason.strip()
    stands = (agreement := queries.agreement_of(case)) is not None and agreement.id == part.agreement_id
    performance.uncover(part, case, by, share.amount, stands=stands)
    facts = {"part": part.ordinal, "amount": share.amount, "on": share.paid_on}
    _record("case.share_unpaid", case, by, facts=facts, text=reason.strip())


def take_out(case: Case, by: Any, line: Line) -> Case:
    """Whoever declined goes on in a case of their own, lodged today with what the joint complaint says; made once.

    They stay in the list of those who complained together, and out of its settlement.
    """
    _lock(case, by)
    now = queries.line_of(case, line.party.id)
    if now.own or not now.declined:
        raise audit.too_late(_("Only who declined is taken out, and once."), case, told=CASE.since)
    made = lodge(_alone(case, now.party, now.claimed), by, key=f"{ALONE}{now.party.id}").case
    _record("case.taken_out", case, by, facts={"other": made.number, "position": now.party.position})
    audit.record("case.taken_out", made, by, facts={"other": case.number})
    return made


def _alone(case: Case, party: Party, claimed: Decimal | None) -> Complaint:
    told = statement_of(case)
    return Complaint(
        facts=told.facts,
        demand=told.demand,
        title=case.given_title,
        heading=told.title,
        summary=told.summary,
        name=party.reveal("name") or "",
        phone=party.reveal("phone") or "",
        id_number=party.reveal("id_number") or "",
        address=party.reveal("address") or "",
        nature=case.nature,
        channel=case.channel,
        category=case.category,
        problem=case.problem,
        claims=case.claims,
        amount=claimed,
        merchant=case.merchant,
        merchant_name=case.merchant_name,
        prepaid=case.prepaid,
        place=case.place,
        platform=told.platform,
        stream=told.stream,
        purchased_on=told.purchased_on,
        traits=[code for code in case.traits if code not in BY_DEED | TOGETHER],
        reference=case.reference,
    )


def taken(case: Case, by: Any, *, reason: str) -> None:
    """The ledger with whole names is carried off, for a reason that stays in the story."""
    if not by.can(Can.CASE_REVEAL, case):
        raise NotAllowed(_("Your role does not include this."))
    if len(reason.strip()) < 2:
        raise Invalid("text", _("Say what you need it for."))
    audit.record("case.shares_taken", case, by, facts={"people": case.people}, text=reason.strip())


def _lock(case: Case, by: Any) -> None:
    if not by.can(Can.CASE_HANDLE, case):
        raise NotAllowed(_("Your role does not include this."))
    db.session.refresh(case, with_for_update={"of": Case})
    if not queries.is_joint(case):
        raise Missing


def _record(event: str, case: Case, by: Any, **said: Any) -> None:
    """A change of the ledger, which makes the case a version newer."""
    case.version += 1
    audit.record(event, case, by, **said)
