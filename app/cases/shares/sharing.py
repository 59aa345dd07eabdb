"""Sharing out: what was agreed among those who settle, and what was paid among those of whom something is open.

Called where a case is settled and where an instalment is performed, within their transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.cases import joint
from app.cases.models import Agreement, Case, Party
from app.cases.shares import queries
from app.cases.shares.models import CaseShare
from app.core import clock
from app.core.errors import Invalid
from app.core.privacy import mask_name
from app.core.sharing import share_out
from app.mediation.models import Instalment
from app.ui.text import money
from tenants.database import db

NOTHING = Decimal()


def lay_down(case: Case, by: Any, agreed: Agreement, *, table: str = "", consented: bool = False) -> None:
    """Share out what was agreed among all who have not declined, to the fen; nothing of a complaint of one person.

    What `table` or the ledger says somebody gets stays; the rest goes to the others in proportion to their claims.
    What was paid under the settlement before and goes on in this one comes first. `consented`: who has not answered
    did so too. Raises Invalid where it does not come to the sum agreed, or nobody is left.
    """
    if case.people == 1:
        return
    there = queries.people(case, lock=True)
    for party in there:
        ask_anew(party)
    write(there, by, read(table, there), on=agreed.agreed_on)
    for party in there:
        if consented and party.agrees is None:
            answer(party, by, True, agreed.agreed_on)
    settle = [party for party in there if party.agrees is not False]
    if not settle:
        raise Invalid("shares", _("Nobody is left to settle with: all have declined."))
    amount, had = Decimal(agreed.amount), _had(case, agreed)
    claimed = dict(zip([party.id for party in there], queries.claims(case, there), strict=True))
    rest = [party for party in settle if party.agreed is None]
    left = amount - sum((party.agreed or NOTHING for party in settle), NOTHING)
    left -= sum((had.get(party.id, NOTHING) for party in rest), NOTHING)
    if left < 0 or (left and not rest):
        said = {"sum": money(amount - left, cents=True), "amount": money(amount, cents=True)}
        raise Invalid("shares", _("What each gets comes to %(sum)s, the agreement to %(amount)s.", **said))
    weights = [claimed[party.id] or NOTHING for party in rest]
    for party, share in zip(rest, share_out(left, weights, [left] * len(rest)), strict=True):
        party.agreed = had.get(party.id, NOTHING) + share
    for party in settle:
        party.agreement_id = agreed.id


def _had(case: Case, agreed: Agreement) -> dict[UUID, Decimal]:
    """What each had got of the instalments that go on in this settlement."""
    query = (
        select(CaseShare.party_id, CaseShare.amount)
        .join(Instalment, (Instalment.tenant_id == CaseShare.tenant_id) & (Instalment.id == CaseShare.instalment_id))
        .where(CaseShare.case_id == case.id, CaseShare.voided_at.is_(None), Instalment.agreement_id == agreed.id)
    )
    had: dict[UUID, Decimal] = {}
    for party_id, amount in db.session.execute(query):
        had[party_id] = had.get(party_id, NOTHING) + amount
    return had


def read(table: str, there: Sequence[Party]) -> dict[UUID, dict[str, Any]]:
    """A pasted table, a line each as for joining: party -> agreed and agrees, as far as it says so.

    People are known by their phone. Raises Invalid with a word about every line that cannot be taken.
    """
    if not table.strip():
        return {}
    told = joint.read(table)
    by_phone = {joint.bare(phone): party.id for party in there if (phone := party.reveal("phone"))}
    strange = [
        _("%(name)s: nobody in this case has this phone.", name=mask_name(one.name))
        for one in told.people
        if one.phone not in by_phone
    ]
    if faults := [*told.faults, *strange]:
        raise Invalid("shares", " ".join(faults[:20]))
    given: dict[UUID, dict[str, Any]] = {}
    for one in told.people:
        said: dict[str, Any] = given.setdefault(by_phone[one.phone], {})
        if one.amount is not None:
            said["agreed"] = one.amount
        if one.phone not in told.unsaid:
            said["agrees"] = one.consented
    return given


def write(there: Sequence[Party], by: Any, given: Mapping[UUID, Mapping[str, Any]], *, on: date) -> list[int]:
    """Write what is given of some: claimed, agreed, agrees; the positions of those whose line has changed.

    Who declines gets nothing here.
    """
    changed = []
    for party in there:
        said, was = given.get(party.id, {}), (party.amount, party.agreed, party.agrees)
        party.amount = said.get("claimed", party.amount)
        party.agreed = said.get("agreed", party.agreed)
        if said.get("agrees", party.agrees) != party.agrees:
            answer(party, by, said["agrees"], on)
        if party.agrees is False:
            party.agreed = None
        if was != (party.amount, party.agreed, party.agrees):
            changed.append(party.position)
    return changed


def answer(party: Party, by: Any, agrees: bool | None, on: date) -> None:
    party.agrees, party.answered_on = agrees, None if agrees is None else on
    party.answer_noted_by = "" if agrees is None else by.name


def ask_anew(party: Party) -> None:
    """What they answered to a settlement that was reopened holds for no other."""
    if party.agreement_id is not None:
        party.agreement_id = party.agreed = party.agrees = party.answered_on = None
        party.answer_noted_by = ""


def follow(part: Instalment, case: Case, by: Any, *, on: date | None = None) -> int:
    """Bring what each got of an instalment into line with what was paid of it; how many got something now.

    More paid: the rest is shared out in proportion to what is open of each, to the fen. Less: what was shared out does
    not count any more, and what is left of it is shared out anew; what one got alone stays theirs.
    """
    if case.people == 1:
        return 0
    db.session.scalars(select(Case.id).where(Case.id == case.id).with_for_update()).one()
    query = select(CaseShare).where(CaseShare.instalment_id == part.id, CaseShare.voided_at.is_(None))
    rows = list(db.session.scalars(query))
    rest = part.paid - sum((row.amount for row in rows), NOTHING)
    if rest < 0:
        common = [row for row in rows if not row.alone]
        for row in common:
            row.voided_at = clock.now()
        rest += sum((row.amount for row in common), NOTHING)
        on = on or max((row.paid_on for row in common), default=None)
    lines = [line for line in queries.lines(case) if line.open > 0 and line.party.agreement_id == part.agreement_id]
    caps = [line.open for line in lines]
    shares = share_out(min(max(rest, NOTHING), sum(caps, NOTHING)), caps, caps)
    now = {"paid_on": on or part.performed_on or clock.today(), "noted_by_name": by.name, "noted_at": clock.now()}
    got = [
        CaseShare(case_id=case.id, party_id=line.party.id, instalment_id=part.id, amount=share, **now)
        for line, share in zip(lines, shares, strict=True)
        if share
    ]
    db.session.add_all(got)
    return len(got)
