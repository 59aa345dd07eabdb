"""Making a group, taking cases in and out, and what is written once for all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.cases.models import GROUPED, OPEN, Case, CaseState, Prepaid
from app.cases.queries.parties import known
from app.core import clock
from app.core.errors import Invalid
from app.core.numbering import next_number
from app.core.privacy import names_nobody
from app.files import services as stored
from app.groups import queries
from app.groups.models import CaseGroup, GroupFile, GroupMember, GroupNote
from app.groups.services.changes import lock, may, record
from tenants.database import db

MOST = 500
LONGEST_TITLE = 40


def open_group(by: Any, *, title: str, cases: Sequence[Case]) -> CaseGroup:
    """Make a group of cases against one merchant. Raises Invalid where they are not, or are in one already."""
    may(by)
    if len(cases) < 2:
        raise Invalid("chosen", _("A group has two cases or more."))
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise Invalid("title", _("Between 1 and %(limit)s characters, please.", limit=LONGEST_TITLE))
    names_nobody(known(*(case.id for case in cases)), title=title)
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
    lock(group, by)
    if not cases:
        raise Invalid("chosen", _("Choose at least one case."))
    _take_in(group, by, cases)
    record("group.added", group, by, facts={"cases": len(cases)})
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


def remove(group: CaseGroup, by: Any, member: GroupMember, *, reason: str, seen: int | None = None) -> None:
    """Take a case out of the group. Raises WrongMoment once it has got money through it."""
    lock(group, by)
    db.session.refresh(member)
    if member.left_at is not None:
        raise audit.too_late(_("It is in the group no longer."), group, seen)
    if queries.was_paid(member):
        raise audit.too_late(_("It has got its share of a payment, and stays in the ledger."), group, seen)
    audit.only_as_seen(group, seen)
    if not reason.strip():
        raise Invalid("text", _("Say why it is taken out."))
    member.left_at = clock.now()
    member.case.traits = [trait for trait in member.case.traits if trait != GROUPED]
    record("group.removed", group, by, facts={"case": member.case.number}, text=reason.strip())
    audit.record("case.ungrouped", member.case, by, facts={"group": group.number}, text=reason.strip())


# Written once --------------------------------------------------------------------------------------------------------


def note(group: CaseGroup, by: Any, *, kind: str, text: str) -> GroupNote:
    """Write down a fact or a finding that holds for all."""
    lock(group, by)
    if not text.strip():
        raise Invalid("text", _("Write it first."))
    row = GroupNote(group_id=group.id, kind=kind, text=text.strip(), written_by_name=by.name, written_at=clock.now())
    db.session.add(row)
    record("group.noted", group, by, facts={"kind": kind})
    return row


def attach(group: CaseGroup, by: Any, files: Sequence[Any]) -> list[GroupFile]:
    """Put papers in that hold for all."""
    lock(group, by)
    if not files:
        raise Invalid("evidence", _("Choose at least one file."))
    rows = stored.attach(GroupFile, files, group_id=group.id, added_by=by.id, added_at=clock.now())
    record("group.filed", group, by, facts={"files": len(rows)}, text="、".join(row.name for row in rows))
    return rows
