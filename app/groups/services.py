"""What is done to a group: members, the common facts, the ledger, instalments and payments, settling, documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import OPEN, Case, CaseState, Prepaid
from app.cases.papers import services as papers
from app.cases.papers.facts import proposed
from app.cases.services.mediation import not_ahead
from app.cases.workflow import CASE
from app.core import clock, unit
from app.core.errors import Changed, Invalid, NotAllowed, Refusal, WrongMoment
from app.core.numbering import next_number
from app.documents.kinds import Form
from app.files import services as stored
from app.groups import jobs, queries
from app.groups.models import (
    CaseGroup,
    GroupBatch,
    GroupBatchRow,
    GroupFile,
    GroupInstalment,
    GroupMember,
    GroupNote,
    GroupPayment,
    GroupShare,
)
from app.groups.queries import GROUPED, Line
from app.groups.sharing import FEN, evenly, share_out
from tenants.database import db

MOST = 500
MOST_INSTALMENTS = 36
LONGEST_TITLE = 40
NOTHING = Decimal()
LEDGER = audit.Watch(codes=("claimed", "offered", "agreed"))


# The group and its members -------------------------------------------------------------------------------------------


def open_group(by: Any, *, title: str, cases: Sequence[Case]) -> CaseGroup:
    """Make a group of cases against one merchant. Raises Invalid where they are not, or are in one already."""
    _may(by)
    if len(cases) < 2:
        raise Invalid("chosen", _("A group has two cases or more."))
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise Invalid("title", _("Between 1 and %(limit)s characters, please.", limit=LONGEST_TITLE))
    first = cases[0]
    group = CaseGroup(
        number=next_number("group", clock.today().year, prefix="G"),
        title=title.strip(),
        merchant_id=first.merchant_id,
        merchant_name=first.merchant_name,
        opened_at=clock.now(),
        version=1,
    )
    db.session.add(group)
    db.session.flush()
    audit.record("group.opened", group, by, facts={"cases": len(cases)})
    _take_in(group, by, cases)
    return group


def add(group: CaseGroup, by: Any, cases: Sequence[Case]) -> int:
    """Take more cases in; how many. Raises Invalid."""
    _lock(group, by)
    if not cases:
        raise Invalid("chosen", _("Choose at least one case."))
    _take_in(group, by, cases)
    _record("group.added", group, by, facts={"cases": len(cases)})
    return len(cases)


def _take_in(group: CaseGroup, by: Any, cases: Sequence[Case]) -> None:
    ids = [case.id for case in cases]
    list(db.session.scalars(select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()))
    if taken := queries.in_a_group(ids):
        raise Invalid("chosen", _("In a group already: %(numbers)s.", numbers="、".join(taken)))
    if len(queries.members(group)) + len(cases) > MOST:
        raise Invalid("chosen", _("At most %(most)s cases in one group.", most=MOST))
    for case in cases:
        if case.merchant_id != group.merchant_id or (
            not group.merchant_id and case.merchant_name != group.merchant_name
        ):
            raise Invalid("chosen", _("%(number)s is against somebody else.", number=case.number))
        if case.nature != "C" or case.status not in OPEN:
            raise Invalid("chosen", _("%(number)s is no open complaint.", number=case.number))
    cards: dict[UUID, Decimal | None] = dict(
        db.session.execute(select(Prepaid.case_id, Prepaid.balance).where(Prepaid.case_id.in_(ids))).all()
    )
    for case in cases:
        claimed = case.amount if case.amount is not None else cards.get(case.id)
        member = GroupMember(group_id=group.id, case_id=case.id, claimed=claimed, joined_at=clock.now())
        if case.status == CaseState.SETTLED:
            member.agreed = case.recovered
        db.session.add(member)
        if GROUPED not in case.traits:
            case.traits = [*case.traits, GROUPED]
        audit.record("case.grouped", case, by, facts={"group": group.number})
    db.session.flush()


def remove(group: CaseGroup, by: Any, member: GroupMember, *, reason: str) -> None:
    """Take a case out of the group. Raises WrongMoment once it has got money through it."""
    _lock(group, by)
    if not reason.strip():
        raise Invalid("text", _("Say why it is taken out."))
    if member.left_at is not None:
        raise WrongMoment(_("It is in the group no longer."))
    if queries.paid(group).get(member.id):
        raise WrongMoment(_("It has got its share of a payment, and stays in the ledger."))
    member.left_at = clock.now()
    member.case.traits = [trait for trait in member.case.traits if trait != GROUPED]
    _record("group.removed", group, by, facts={"case": member.case.number}, text=reason.strip())
    audit.record("case.ungrouped", member.case, by, facts={"group": group.number}, text=reason.strip())


# Written once --------------------------------------------------------------------------------------------------------


def note(group: CaseGroup, by: Any, *, kind: str, text: str) -> GroupNote:
    """Write down a fact or a finding that holds for all."""
    _lock(group, by)
    if not text.strip():
        raise Invalid("text", _("Write it first."))
    row = GroupNote(group_id=group.id, kind=kind, text=text.strip(), written_by_name=by.name, written_at=clock.now())
    db.session.add(row)
    _record("group.noted", group, by, facts={"kind": kind})
    return row


def attach(group: CaseGroup, by: Any, files: Sequence[Any]) -> list[GroupFile]:
    """Put papers in that hold for all."""
    _lock(group, by)
    if not files:
        raise Invalid("evidence", _("Choose at least one file."))
    rows = stored.attach(GroupFile, files, group_id=group.id, added_by=by.id, added_at=clock.now())
    _record("group.filed", group, by, facts={"files": len(rows)}, text="、".join(row.name for row in rows))
    return rows


# The ledger ----------------------------------------------------------------------------------------------------------


def enter(
    group: CaseGroup, by: Any, given: Mapping[UUID, Mapping[str, Decimal | None]], *, seen: int | None = None
) -> int:
    """Write amounts into the lines of some members: member -> claimed, offered, agreed; how many lines changed.

    What a settled case agreed on stays as it was signed. Raises Changed when `seen` is not the version any more: a
    ledger is sent as a whole, and would put back what somebody else has written since.
    """
    _lock(group, by)
    if seen is not None and seen != group.version:
        db.session.expire_all()  # what is shown next is how it stands now
        raise Changed(_("Somebody else has changed this in the meantime."), group)
    changed = 0
    for line in queries.ledger(group):
        member, was = line.member, LEDGER.look(line.member)
        for name, amount in given.get(member.id, {}).items():
            if name == "agreed" and amount != member.agreed:
                _may_agree(line, amount)
            setattr(member, name, amount)
        if changes := LEDGER.since(was, member):
            audit.record("case.group_ledger", line.case, by, facts={"group": group.number}, changes=changes)
            changed += 1
    if changed:
        _record("group.ledger", group, by, facts={"cases": changed})
    return changed


def _may_agree(line: Line, amount: Decimal | None) -> None:
    if not line.is_under_way:
        raise Invalid("agreed", _("%(number)s is decided: what was agreed stays.", number=line.case.number))
    if (amount or NOTHING) < line.paid:
        raise Invalid("agreed", _("%(number)s has got more than that already.", number=line.case.number))


def offer(group: CaseGroup, by: Any, *, percent: Decimal, agreed: bool = False) -> int:
    """The merchant offers everybody the same share of what they claim; with `agreed`, they agree to it."""
    if not 0 < percent <= 100:
        raise Invalid("percent", _("Between 1 and 100, please."))
    lines = [line for line in queries.ledger(group) if line.is_under_way and line.member.claimed is not None]
    if not lines:
        raise Invalid("percent", _("Nobody who is still open has said a claim."))
    shares = {line.member.id: ((line.member.claimed or NOTHING) * percent / 100).quantize(FEN) for line in lines}
    return enter(
        group, by, {key: {"offered": share, **({"agreed": share} if agreed else {})} for key, share in shares.items()}
    )


def plan(group: CaseGroup, by: Any, *, count: int, first: date, months: int = 1) -> list[GroupInstalment]:
    """Lay down by which days the merchant pays what was agreed with all; the plan before goes."""
    _lock(group, by)
    total = sum((line.agreed for line in queries.ledger(group)), NOTHING)
    if not total:
        raise Invalid("count", _("Nothing has been agreed yet."))
    if not 1 <= count <= MOST_INSTALMENTS or not 1 <= months <= 12:
        raise Invalid("count", _("Between 1 and %(most)s instalments, please.", most=MOST_INSTALMENTS))
    if total < count * FEN:
        raise Invalid("count", _("That is more instalments than there are fen."))
    db.session.execute(delete(GroupInstalment).where(GroupInstalment.group_id == group.id))
    rows = [
        GroupInstalment(group_id=group.id, due_on=_months_after(first, n * months), amount=amount)
        for n, amount in enumerate(evenly(total, count))
    ]
    db.session.add_all(rows)
    db.session.flush()
    _record("group.planned", group, by, facts={"count": count, "total": str(total), "first": first})
    return rows


def pay(group: CaseGroup, by: Any, *, amount: Decimal, on: date, evidence: str) -> GroupPayment:
    """Note what the merchant paid for all, and share it out in proportion to what was agreed with each, to the fen.

    Nobody gets more than is still open; what that cuts off goes to the others.
    """
    _lock(group, by)
    if on > clock.today():
        raise Invalid("on", _("That day has not come yet."))
    if not evidence.strip():
        raise Invalid("evidence", _("Say which paper shows the payment."))
    lines = [line for line in queries.ledger(group) if line.agreed]
    open_ = sum((line.outstanding for line in lines), NOTHING)
    if amount <= 0 or amount > open_:
        raise Invalid("amount", _("Between 0.01 and %(most)s: so much is still open.", most=f"{open_:,.2f}"))
    payment = GroupPayment(
        group_id=group.id,
        paid_on=on,
        amount=amount,
        evidence=evidence.strip(),
        noted_by_name=by.name,
        noted_at=clock.now(),
    )
    db.session.add(payment)
    db.session.flush()
    shares = share_out(amount, [line.agreed for line in lines], [line.outstanding for line in lines])
    for line, share in zip(lines, shares, strict=True):
        if share:
            db.session.add(GroupShare(payment_id=payment.id, member_id=line.member.id, amount=share))
            audit.record("case.group_paid", line.case, by, facts={"group": group.number, "amount": share, "on": on})
    _record("group.paid", group, by, facts={"amount": amount, "on": on, "people": sum(map(bool, shares))})
    return payment


def void(group: CaseGroup, by: Any, payment: GroupPayment, *, reason: str) -> None:
    """A payment that was noted by mistake counts no more; that it was noted stays."""
    _lock(group, by)
    if not reason.strip():
        raise Invalid("text", _("Say why it does not count."))
    if payment.voided_at is not None:
        raise WrongMoment(_("It does not count any more."))
    payment.voided_at, payment.void_reason = clock.now(), reason.strip()
    _record("group.unpaid", group, by, facts={"amount": payment.amount, "on": payment.paid_on}, text=reason.strip())


# For all at once -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What becomes of one member when something is done for all: nothing to say, or why not."""

    line: Line
    why: str = ""


def may_settle(group: CaseGroup, by: Any, *, on: date | None = None) -> list[Row]:
    """For every member, whether its case can be settled on what was agreed, and why not."""
    return [Row(line, _why_not(line, by, on or clock.today())) for line in queries.ledger(group)]


def _why_not(line: Line, by: Any, on: date) -> str:
    case = line.case
    if not by.can(CASE["settle"].permission, case):
        return _("Your role does not include this.")
    if not CASE.possible(CASE["settle"], case):
        return _("The status is “%(status)s”.", status=case.state.label)
    if line.member.agreed is None:
        return _("Nothing has been agreed with this person.")
    try:
        not_ahead(case, on)
    except Invalid as refusal:
        return str(refusal.message)
    return ""


def settle(
    group: CaseGroup,
    by: Any,
    chosen: Collection[UUID],
    *,
    terms: str,
    on: date,
    perform_by: date | None = None,
) -> list[Row]:
    """Record the agreement in the case of every chosen member, each through its own step; what became of each.

    One that refuses leaves the others as they are: each is a savepoint of its own.
    """
    _lock(group, by)
    rows = [row for row in may_settle(group, by, on=on) if row.line.member.id in chosen]
    if not rows:
        raise Invalid("chosen", _("Choose at least one case."))
    done = [row if row.why else Row(row.line, _settle(row.line, by, terms, on, perform_by)) for row in rows]
    settled = sum(not row.why for row in done)
    _record("group.settled", group, by, facts={"settled": settled, "refused": len(done) - settled})
    return done


def _settle(line: Line, by: Any, terms: str, on: date, perform_by: date | None) -> str:
    """Settle one case, or say why not. What was recorded before is written first: a savepoint forgets the rest."""
    audit.flush()
    try:
        with db.session.begin_nested():
            CASE.take("settle", line.case, by=by, terms=terms, amount=line.agreed, on=on, perform_by=perform_by)
            audit.flush()
    except Refusal as refusal:
        return str(refusal.message)
    return ""


def write(group: CaseGroup, by: Any, form: Form, *, filled: Mapping[str, str], issue: bool) -> GroupBatch:
    """Draft one form for every member; with `issue`, each is then issued, or sent for approval, by itself.

    A field that is left empty says in each case what the case says.
    """
    _lock(group, by)
    lines = queries.ledger(group)
    batch = GroupBatch(group_id=group.id, kind=form.code, begun_by=by.id, begun_by_name=by.name, begun_at=clock.now())
    db.session.add(batch)
    db.session.flush()
    rows = []
    for line in lines:
        row = GroupBatchRow(batch_id=batch.id, case_id=line.case.id, status="waiting" if issue else "drafted", why="")
        try:
            if not papers.may_draft(line.case, by):
                raise NotAllowed(_("Your role does not include this."))
            said = {**proposed(line.case, form), **{name: value for name, value in filled.items() if value}}
            paper = papers.draft(line.case, form, by, filled=said)
            db.session.flush()
            row.paper_id = paper.id
        except Refusal as refusal:
            row.status, row.why = "refused", str(refusal.message)
        rows.append(row)
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        if row.status == "waiting":
            unit.afterwards(jobs.write_one, row=row.id, by=by.id)
    _record("group.papers", group, by, facts={"form": form.code, "cases": len(rows)})
    return batch


def _may(by: Any) -> None:
    if not by.can(Can.CASE_HANDLE):
        raise NotAllowed(_("Your role does not include this."))


def _lock(group: CaseGroup, by: Any) -> None:
    """One change of a group at a time, by somebody who may."""
    _may(by)
    db.session.refresh(group, with_for_update={"of": CaseGroup})


def _record(event: str, group: CaseGroup, by: Any, **said: Any) -> None:
    """A change of a group, which makes it a version newer."""
    group.version += 1
    audit.record(event, group, by, **said)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
