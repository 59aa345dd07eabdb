"""What is asked about groups: the list, the ledger with its sums, who could be taken in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.cases.models import GROUPED, OPEN, Agreement, Case, CaseState, Outcome
from app.core import clock
from app.core.errors import Missing
from app.core.listing import Filter, Listing, Order
from app.groups.models import (
    CaseGroup,
    GroupBatch,
    GroupBatchRow,
    GroupFile,
    GroupMember,
    GroupNote,
    GroupPayment,
    GroupPlan,
    GroupProof,
    GroupShare,
)
from app.mediation.models import Confirmation, ConfirmationState, Instalment, InstalmentState
from tenants.database import db

CANDIDATES = 200
NOTHING = Decimal()
_UNDER_WAY = (CaseState.LODGED, CaseState.ACCEPTED, CaseState.MEDIATING)

GROUPS = Listing(
    filters=[Filter("merchant", _l("Merchant"), lambda value: CaseGroup.merchant_name == value)],
    orders=[Order("newest", _l("Newest first"), (CaseGroup.opened_at, CaseGroup.id), descending=True)],
)


@dataclass(frozen=True)
class Line:
    """A member's line of the ledger, in yuan, and the settlement that its case has, with its instalments."""

    member: GroupMember
    agreement: Agreement | None = None
    parts: list[Instalment] = field(default_factory=list)  # without those that another plan has replaced
    before: list[Instalment] = field(default_factory=list)  # paid under a settlement that stands no more

    @property
    def case(self) -> Case:
        return self.member.case

    @property
    def agreed(self) -> Decimal:
        """What was signed, on top of what was paid before; before that, what the ledger says."""
        return self.paid_before + self.agreement.amount if self.agreement else self.member.agreed or NOTHING

    @property
    def paid_before(self) -> Decimal:
        return sum((part.paid for part in self.before), NOTHING)

    @property
    def paid(self) -> Decimal:
        """What was paid stays paid, whatever became of the settlement under which it was."""
        return self.paid_before + sum((part.paid for part in self.parts), NOTHING)

    @property
    def owed(self) -> list[Instalment]:
        """The instalments that are still to be paid, wholly or in part, the earliest first."""
        return [part for part in self.parts if part.owed]

    @property
    def outstanding(self) -> Decimal:
        return sum((part.owed for part in self.parts), NOTHING)

    @property
    def late(self) -> Decimal:
        """What of it should have been paid by now."""
        today = clock.today()
        return sum((part.owed for part in self.parts if _is_late(part, today)), NOTHING)

    @property
    def is_under_way(self) -> bool:
        return self.case.status in _UNDER_WAY

    @property
    def is_on_plan(self) -> bool:
        """They settled on the plan, and that settlement stands."""
        return self.member.plan_id is not None and self.agreement is not None

    @property
    def is_reopened(self) -> bool:
        """They settled on the plan, and their case was reopened: they are asked again."""
        return self.member.plan_id is not None and self.is_under_way

    @property
    def declined(self) -> bool:
        """They did not consent, and their case goes on by itself."""
        return self.member.consented is False and self.is_under_way


def _is_late(part: Instalment, today: date) -> bool:
    return part.status == InstalmentState.FAILED or part.is_late(today)


@dataclass(frozen=True)
class Sums:
    """The ledger, added up."""

    claimed: Decimal
    offered: Decimal
    agreed: Decimal
    paid: Decimal
    outstanding: Decimal
    late: Decimal


@dataclass(frozen=True)
class Due:
    """What all together are to be paid by a day."""

    due_on: date
    amount: Decimal
    paid: Decimal
    late: Decimal
    people: int

    @property
    def tone(self) -> str:
        return "ok" if self.paid >= self.amount else "red" if self.late else "warn" if self.paid else ""


@dataclass(frozen=True)
class Opened:
    """A group on its page."""

    lines: list[Line]
    sums: Sums
    dues: list[Due]
    plan: GroupPlan | None
    notes: list[GroupNote]
    files: list[GroupFile]
    payments: list[GroupPayment]
    batches: list[GroupBatch]

    @property
    def next_due(self) -> tuple[date, Decimal] | None:
        return next_due(self.dues)


def opened(group: CaseGroup) -> Opened:
    """All that its page says."""
    lines = ledger(group)
    return Opened(
        lines, sums(lines), dues(lines), plan(group), notes(group), files(group), payments(group), batches(group)
    )


def by_number(number: str) -> CaseGroup:
    """Raises Missing where this organisation has no such group."""
    group = db.session.scalars(
        select(CaseGroup).where(CaseGroup.number == number).options(joinedload(CaseGroup.merchant))
    ).first()
    if group is None:
        raise Missing
    return group


def listed(view: Any) -> Any:
    """A page of the groups."""
    return view.page(select(CaseGroup))


def counts(groups: Sequence[CaseGroup]) -> dict[UUID, int]:
    """group -> how many are in it."""
    query = (
        select(GroupMember.group_id, func.count())
        .where(GroupMember.group_id.in_([group.id for group in groups]), GroupMember.left_at.is_(None))
        .group_by(GroupMember.group_id)
    )
    return dict(db.session.execute(query).all()) if groups else {}


def members(group: CaseGroup) -> list[GroupMember]:
    """Those who are in it, in the order in which their cases came in."""
    query = (
        select(GroupMember)
        .join(Case, (Case.tenant_id == GroupMember.tenant_id) & (Case.id == GroupMember.case_id))
        .where(GroupMember.group_id == group.id, GroupMember.left_at.is_(None))
        .options(joinedload(GroupMember.case).selectinload(Case.clocks))
    )
    return list(db.session.scalars(query.order_by(Case.received_at, Case.id)))


def member_of(group: CaseGroup, member_id: UUID) -> GroupMember:
    """Raises Missing for a member of another group, or none at all."""
    query = select(GroupMember).where(GroupMember.group_id == group.id, GroupMember.id == member_id)
    member = db.session.scalars(query.options(joinedload(GroupMember.case))).first()
    if member is None:
        raise Missing
    return member


def ledger(group: CaseGroup, *, lock: bool = False) -> list[Line]:
    """The lines of all members; with `lock`, their instalments change only here until the transaction ends."""
    there = members(group)
    settled = [member.case_id for member in there if member.case.outcome == Outcome.SETTLED]
    all_ = select(Agreement).where(Agreement.case_id.in_(settled)).order_by(Agreement.id)
    agreements = {one.case_id: one for one in db.session.scalars(all_)} if settled else {}  # the newest of each
    parts: dict[UUID, list[Instalment]] = {}
    before: dict[UUID, list[Instalment]] = {}
    stand = {agreement.id for agreement in agreements.values()}
    for part in _parts(stand, [member.case_id for member in there if member.case.reopened], lock):
        (parts if part.agreement_id in stand else before).setdefault(part.case_id, []).append(part)
    return [
        Line(member, agreements.get(member.case_id), parts.get(member.case_id, []), before.get(member.case_id, []))
        for member in there
    ]


def _parts(stand: Collection[UUID], reopened: Collection[UUID], lock: bool) -> list[Instalment]:
    """The instalments of these agreements, without those that were replaced, and what was paid before of cases that
    were reopened; locked in the order of their keys.
    """
    if not stand and not reopened:
        return []
    paid = or_(Instalment.status == InstalmentState.DONE.value, Instalment.covered > 0)
    query = select(Instalment).where(
        or_(
            and_(Instalment.agreement_id.in_(stand), Instalment.status != InstalmentState.REPLACED.value),
            and_(Instalment.case_id.in_(reopened), Instalment.agreement_id.not_in(stand), Instalment.amount > 0, paid),
        )
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return sorted(db.session.scalars(query.order_by(Instalment.id)), key=lambda part: (part.due_on, part.ordinal))


def latest_agreements(cases: Iterable[Case]) -> set[UUID]:
    """The newest agreement of each."""
    query = select(Agreement.case_id, Agreement.id).where(Agreement.case_id.in_([case.id for case in cases]))
    return set(dict(db.session.execute(query.order_by(Agreement.id)).all()).values())


def plan(group: CaseGroup) -> GroupPlan | None:
    """The plan that stands; None before one is laid down."""
    query = select(GroupPlan).where(GroupPlan.group_id == group.id).order_by(GroupPlan.id.desc()).limit(1)
    return db.session.scalars(query).first()


def settled_on_it(group: CaseGroup) -> int:
    """How many of its cases are settled on the plan; not those that were reopened since."""
    return sum(member.case.outcome == Outcome.SETTLED for member in asked_before(group))


def asked_before(group: CaseGroup) -> list[GroupMember]:
    """Those who once settled on the plan, whether that settlement stands or not."""
    return [member for member in members(group) if member.plan_id is not None]


def before_the_court(lines: Sequence[Line]) -> set[UUID]:
    """The agreements that the court was asked to confirm, or has confirmed."""
    keys = [line.agreement.id for line in lines if line.agreement]
    asked = (ConfirmationState.APPLIED.value, ConfirmationState.CONFIRMED.value)
    query = select(Confirmation.agreement_id).where(Confirmation.agreement_id.in_(keys), Confirmation.status.in_(asked))
    return set(db.session.scalars(query)) if keys else set()


def was_paid(member: GroupMember) -> bool:
    """They got something of a payment that counts."""
    query = (
        select(GroupShare.id)
        .join(
            GroupPayment,
            (GroupPayment.tenant_id == GroupShare.tenant_id) & (GroupPayment.id == GroupShare.payment_id),
        )
        .join(Instalment, (Instalment.tenant_id == GroupShare.tenant_id) & (Instalment.id == GroupShare.instalment_id))
        .where(Instalment.case_id == member.case_id, GroupPayment.voided_at.is_(None))
        .limit(1)
    )
    return db.session.scalar(query) is not None


def sums(lines: Sequence[Line]) -> Sums:
    return Sums(
        claimed=sum((line.member.claimed or NOTHING for line in lines), NOTHING),
        offered=sum((line.member.offered or NOTHING for line in lines), NOTHING),
        agreed=sum((line.agreed for line in lines), NOTHING),
        paid=sum((line.paid for line in lines), NOTHING),
        outstanding=sum((line.outstanding for line in lines), NOTHING),
        late=sum((line.late for line in lines), NOTHING),
    )


def in_a_group(case_ids: Collection[UUID]) -> list[str]:
    """The numbers of those that are in a group already."""
    query = (
        select(Case.number)
        .join(GroupMember, (GroupMember.tenant_id == Case.tenant_id) & (GroupMember.case_id == Case.id))
        .where(GroupMember.case_id.in_(case_ids), GroupMember.left_at.is_(None))
    )
    return list(db.session.scalars(query.order_by(Case.number)))


def group_of(case: Case) -> tuple[CaseGroup, GroupMember] | None:
    """The group that a case is in; asks the database only of one that is marked so."""
    if GROUPED not in case.traits:
        return None
    query = (
        select(CaseGroup, GroupMember)
        .join(GroupMember, (GroupMember.tenant_id == CaseGroup.tenant_id) & (GroupMember.group_id == CaseGroup.id))
        .where(GroupMember.case_id == case.id, GroupMember.left_at.is_(None))
    )
    found = db.session.execute(query).first()
    return (found[0], found[1]) if found else None


def candidates(like: Case | CaseGroup) -> list[Case]:
    """The open complaints against the same merchant that are in no group, the earliest first."""
    against = Case.merchant_id == like.merchant_id if like.merchant_id else Case.merchant_name == like.merchant_name
    query = select(Case).where(against, Case.status.in_(OPEN), Case.nature == "C", ~Case.traits.contains([GROUPED]))
    return list(db.session.scalars(query.order_by(Case.received_at, Case.id).limit(CANDIDATES)))


def cases_of(numbers: Collection[str]) -> list[Case]:
    """Those of our cases that have these numbers."""
    query = select(Case).where(Case.number.in_(numbers)).order_by(Case.received_at, Case.id)
    return list(db.session.scalars(query))


def notes(group: CaseGroup) -> list[GroupNote]:
    return list(db.session.scalars(select(GroupNote).where(GroupNote.group_id == group.id).order_by(GroupNote.id)))


def files(group: CaseGroup) -> list[GroupFile]:
    return list(db.session.scalars(select(GroupFile).where(GroupFile.group_id == group.id).order_by(GroupFile.id)))


def file_of(group: CaseGroup, file_id: UUID) -> GroupFile:
    """Raises Missing for a file of another group, or none at all."""
    file = db.session.scalars(select(GroupFile).where(GroupFile.group_id == group.id, GroupFile.id == file_id)).first()
    if file is None:
        raise Missing
    return file


def payments(group: CaseGroup) -> list[GroupPayment]:
    query = select(GroupPayment).where(GroupPayment.group_id == group.id)
    return list(db.session.scalars(query.order_by(GroupPayment.paid_on, GroupPayment.id)))


def payment_of(group: CaseGroup, payment_id: UUID) -> GroupPayment:
    """Raises Missing for a payment to another group, or none at all."""
    query = select(GroupPayment).where(GroupPayment.group_id == group.id, GroupPayment.id == payment_id)
    payment = db.session.scalars(query).first()
    if payment is None:
        raise Missing
    return payment


def shares(payment: GroupPayment) -> list[tuple[Case, Instalment, Decimal]]:
    """Whose instalments it covers, and how far."""
    query = (
        select(Case, Instalment, GroupShare.amount)
        .join(Instalment, (Instalment.tenant_id == Case.tenant_id) & (Instalment.case_id == Case.id))
        .join(GroupShare, (GroupShare.tenant_id == Instalment.tenant_id) & (GroupShare.instalment_id == Instalment.id))
        .where(GroupShare.payment_id == payment.id)
    )
    rows = db.session.execute(query.order_by(Case.received_at, Case.id, Instalment.due_on, Instalment.ordinal))
    return [(case, part, amount) for case, part, amount in rows]


def proofs(payment: GroupPayment) -> list[GroupProof]:
    query = select(GroupProof).where(GroupProof.payment_id == payment.id)
    return list(db.session.scalars(query.order_by(GroupProof.id)))


def proof_of(payment: GroupPayment, file_id: UUID) -> GroupProof:
    """Raises Missing for a paper of another payment, or none at all."""
    query = select(GroupProof).where(GroupProof.payment_id == payment.id, GroupProof.id == file_id)
    proof = db.session.scalars(query).first()
    if proof is None:
        raise Missing
    return proof


def dues(lines: Sequence[Line]) -> list[Due]:
    """What all together are to be paid by which day, and how far that was done."""
    today = clock.today()
    by_day: dict[date, list[Instalment]] = {}
    for part in (part for line in lines for part in line.parts if part.amount):
        by_day.setdefault(part.due_on, []).append(part)
    return [
        Due(
            due_on,
            amount=sum((part.amount or NOTHING for part in parts), NOTHING),
            paid=sum((part.paid for part in parts), NOTHING),
            late=sum((part.owed for part in parts if _is_late(part, today)), NOTHING),
            people=len({part.case_id for part in parts}),
        )
        for due_on, parts in sorted(by_day.items())
    ]


def next_due(dues: Sequence[Due]) -> tuple[date, Decimal] | None:
    """The first day on which something is open, and how much."""
    return next(((due.due_on, due.amount - due.paid) for due in dues if due.paid < due.amount), None)


def batches(group: CaseGroup) -> list[GroupBatch]:
    query = select(GroupBatch).where(GroupBatch.group_id == group.id).order_by(GroupBatch.id.desc())
    return list(db.session.scalars(query))


def batch_of(group: CaseGroup, batch_id: UUID) -> GroupBatch:
    """Raises Missing for a batch of another group, or none at all."""
    query = select(GroupBatch).where(GroupBatch.group_id == group.id, GroupBatch.id == batch_id)
    batch = db.session.scalars(query).first()
    if batch is None:
        raise Missing
    return batch


def rows_of(batch: GroupBatch) -> list[GroupBatchRow]:
    query = select(GroupBatchRow).where(GroupBatchRow.batch_id == batch.id).options(joinedload(GroupBatchRow.case))
    return list(db.session.scalars(query.order_by(GroupBatchRow.id)))
