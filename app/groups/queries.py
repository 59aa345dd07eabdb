"""What is asked about groups: the list, the ledger with its sums, who could be taken in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.cases.models import OPEN, Case, CaseState
from app.core import clock
from app.core.errors import Missing
from app.core.listing import Filter, Listing, Order
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
from tenants.database import db

GROUPED = "grouped"  # the trait of a case that is in a group
CANDIDATES = 200
NOTHING = Decimal()
_UNDER_WAY = (CaseState.LODGED, CaseState.ACCEPTED, CaseState.MEDIATING)

GROUPS = Listing(
    filters=[Filter("merchant", _l("Merchant"), lambda value: CaseGroup.merchant_name == value)],
    orders=[Order("newest", _l("Newest first"), (CaseGroup.opened_at, CaseGroup.id), descending=True)],
)


@dataclass(frozen=True)
class Line:
    """A member's line of the ledger, in yuan."""

    member: GroupMember
    paid: Decimal

    @property
    def case(self) -> Case:
        return self.member.case

    @property
    def agreed(self) -> Decimal:
        return self.member.agreed or NOTHING

    @property
    def outstanding(self) -> Decimal:
        return max(self.agreed - self.paid, NOTHING)

    @property
    def is_under_way(self) -> bool:
        return self.case.status in _UNDER_WAY


@dataclass(frozen=True)
class Sums:
    """The ledger, added up."""

    claimed: Decimal
    offered: Decimal
    agreed: Decimal
    paid: Decimal
    outstanding: Decimal


@dataclass(frozen=True)
class Due:
    """An instalment, and how far what was paid covers it: the earliest first."""

    row: GroupInstalment
    covered: Decimal

    @property
    def tone(self) -> str:
        if self.covered >= self.row.amount:
            return "ok"
        return "red" if self.row.due_on < clock.today() else "warn" if self.covered else ""


@dataclass(frozen=True)
class Opened:
    """A group on its page."""

    lines: list[Line]
    sums: Sums
    dues: list[Due]
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
    added = sums(lines)
    return Opened(
        lines, added, instalments(group, added.paid), notes(group), files(group), payments(group), batches(group)
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


def paid(group: CaseGroup) -> dict[UUID, Decimal]:
    """member -> what they have got, of payments that count."""
    query = (
        select(GroupShare.member_id, func.sum(GroupShare.amount))
        .join(
            GroupPayment,
            (GroupPayment.tenant_id == GroupShare.tenant_id) & (GroupPayment.id == GroupShare.payment_id),
        )
        .where(GroupPayment.group_id == group.id, GroupPayment.voided_at.is_(None))
        .group_by(GroupShare.member_id)
    )
    return dict(db.session.execute(query).all())


def ledger(group: CaseGroup) -> list[Line]:
    """The lines of all members."""
    got = paid(group)
    return [Line(member, got.get(member.id, NOTHING)) for member in members(group)]


def sums(lines: Sequence[Line]) -> Sums:
    return Sums(
        claimed=sum((line.member.claimed or NOTHING for line in lines), NOTHING),
        offered=sum((line.member.offered or NOTHING for line in lines), NOTHING),
        agreed=sum((line.agreed for line in lines), NOTHING),
        paid=sum((line.paid for line in lines), NOTHING),
        outstanding=sum((line.outstanding for line in lines), NOTHING),
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


def shares(payment: GroupPayment) -> list[tuple[GroupMember, Decimal]]:
    """Who got what of it."""
    query = (
        select(GroupMember, GroupShare.amount)
        .join(GroupShare, (GroupShare.tenant_id == GroupMember.tenant_id) & (GroupShare.member_id == GroupMember.id))
        .join(Case, (Case.tenant_id == GroupMember.tenant_id) & (Case.id == GroupMember.case_id))
        .where(GroupShare.payment_id == payment.id)
        .options(joinedload(GroupMember.case))
    )
    return list(db.session.execute(query.order_by(Case.received_at, Case.id)))


def instalments(group: CaseGroup, total_paid: Decimal) -> list[Due]:
    """The plan, with what has come in laid over it from the first day on."""
    query = select(GroupInstalment).where(GroupInstalment.group_id == group.id).order_by(GroupInstalment.due_on)
    dues, left = [], total_paid
    for row in db.session.scalars(query):
        covered = min(left, row.amount)
        dues.append(Due(row, covered))
        left -= covered
    return dues


def next_due(dues: Sequence[Due]) -> tuple[date, Decimal] | None:
    """The first day on which something is open, and how much."""
    return next(((due.row.due_on, due.row.amount - due.covered) for due in dues if due.covered < due.row.amount), None)


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
