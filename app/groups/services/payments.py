"""Noting what was paid to many at once: it covers the instalments of each, the earliest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid
from app.core.sharing import FEN, share_out
from app.files import services as stored
from app.files.accept import Accepted
from app.groups import queries
from app.groups.models import CaseGroup, GroupPayment, GroupProof, GroupShare
from app.groups.queries import NOTHING, Line
from app.groups.services.changes import lock, record
from app.mediation.models import Instalment
from app.mediation.services import performance
from tenants.database import db


def pay(
    group: CaseGroup,
    by: Any,
    amount: Decimal | Mapping[UUID, Decimal],
    *,
    on: date,
    evidence: str = "",
    proofs: Sequence[Accepted] = (),
    seen: int | None = None,
) -> GroupPayment:
    """Note what the merchant paid: a sum for all, or what each member got; member -> yuan.

    A sum covers what is due first, whole where it can: only the day that it does not cover is shared out, in
    proportion to what is open of it, to the fen. So who pays what everybody is due leaves nobody a fen short. Raises
    Invalid, beside the line of a case where it is about that.
    """
    lock(group, by, seen=seen)
    if on > clock.today():
        raise Invalid("on", _("That day has not come yet."))
    if not evidence.strip() and not proofs:
        raise Invalid("evidence", _("Say which paper shows the payment, or put it in as a file."))
    lines = [line for line in queries.ledger(group, lock=True) if line.outstanding]
    got = amount if isinstance(amount, Mapping) else _shared(amount, lines)
    paid = [(line, got[line.member.id]) for line in lines if got.get(line.member.id)]
    _check(got, paid, on)
    payment = GroupPayment(
        group_id=group.id,
        paid_on=on,
        amount=sum((share for _line, share in paid), NOTHING),
        evidence=evidence.strip(),
        noted_by_name=by.name,
        noted_at=clock.now(),
    )
    db.session.add(payment)
    db.session.flush()
    for line, share in paid:
        db.session.add_all(_cover(group, by, payment, line, share))
        audit.record("case.group_paid", line.case, by, facts={"group": group.number, "amount": share, "on": on})
    stored.attach(GroupProof, proofs, payment_id=payment.id, added_at=clock.now())
    facts = {"amount": payment.amount, "on": on, "people": len(paid), "files": len(proofs) or None}
    record("group.paid", group, by, facts=facts)
    return payment


def _shared(amount: Decimal, lines: Sequence[Line]) -> dict[UUID, Decimal]:
    open_ = sum((line.outstanding for line in lines), NOTHING)
    if not open_:
        raise Invalid("amount", _("Nothing is open: only who has settled in instalments is paid through the group."))
    if not FEN <= amount <= open_:
        raise Invalid("amount", _("Between 0.01 and %(most)s: so much is still open.", most=f"{open_:,.2f}"))
    shares = [NOTHING] * len(lines)
    for day in sorted({part.due_on for line in lines for part in line.owed}):
        due = [sum((part.owed for part in line.owed if part.due_on == day), NOTHING) for line in lines]
        now = min(amount, sum(due, NOTHING))
        shares = [share + more for share, more in zip(shares, share_out(now, due, due), strict=True)]
        amount -= now
    return {line.member.id: share for line, share in zip(lines, shares, strict=True) if share}


def _check(got: Mapping[UUID, Decimal], paid: Sequence[tuple[Line, Decimal]], on: date) -> None:
    if not paid or len(paid) < sum(map(bool, got.values())):
        raise Invalid("rows", _("Enter what somebody got of whom something is open."))
    for line, share in paid:
        if not FEN <= share <= line.outstanding:
            raise Invalid(f"amount-{line.case.number}", too_much(line))
        if line.agreement and on < line.agreement.agreed_on:
            raise Invalid("on", _("%(number)s was agreed later than that.", number=line.case.number))


def too_much(line: Line) -> str:
    """What is said of a line that gets more than is open."""
    said = {"number": line.case.number, "most": f"{line.outstanding:,.2f}"}
    return _("%(number)s: between 0.01 and %(most)s, so much is still open.", **said)


def _cover(group: CaseGroup, by: Any, payment: GroupPayment, line: Line, share: Decimal) -> Iterable[GroupShare]:
    """Cover what one member is owed, the earliest first."""
    remark = _("Paid through the group %(number)s.", number=group.number)
    for part in line.owed:
        if not share:
            return
        taken = min(share, part.owed)
        share -= taken
        performance.cover(part, line.case, by, taken, on=payment.paid_on, remark=remark)
        yield GroupShare(payment_id=payment.id, instalment_id=part.id, amount=taken)


def void(group: CaseGroup, by: Any, payment: GroupPayment, *, reason: str, seen: int | None = None) -> None:
    """A payment that was noted by mistake counts no more; that it was noted stays."""
    lock(group, by)
    db.session.refresh(payment)
    if payment.voided_at is not None:
        raise audit.too_late(_("It does not count any more."), group, seen)
    audit.only_as_seen(group, seen)
    if not reason.strip():
        raise Invalid("text", _("Say why it does not count."))
    payment.voided_at, payment.void_reason = clock.now(), reason.strip()
    shares = queries.shares(payment)
    _held(part for _case, part, _amount in shares)
    lost: dict[Case, Decimal] = {}
    stand = queries.latest_agreements({case for case, _part, _amount in shares})
    for case, part, amount in shares:
        performance.uncover(part, case, by, amount, stands=part.agreement_id in stand)
        lost[case] = lost.get(case, NOTHING) + amount
    for case, amount in lost.items():
        facts = {"group": group.number, "amount": amount, "on": payment.paid_on}
        audit.record("case.group_unpaid", case, by, facts=facts, text=reason.strip())
    facts = {"amount": payment.amount, "on": payment.paid_on}
    record("group.unpaid", group, by, facts=facts, text=reason.strip())


def _held(parts: Iterable[Instalment]) -> None:
    """Read anew and locked, in the order of their keys."""
    query = select(Instalment).where(Instalment.id.in_([part.id for part in parts])).order_by(Instalment.id)
    db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
