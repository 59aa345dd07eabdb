"""What a case is related to, and what else its merchant and its consumer have here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy import case as either

from app.cases.links.models import CaseLink
from app.cases.models import Case, Party
from app.core.errors import Missing
from tenants.database import db

SHOWN = 5  # of the merchant's cases, and of the consumer's
# Of a relation: as the case says it on which it was put down, and as the other one says it where that differs.
TIES: dict[str, Any] = {
    "dispute": _l("the same dispute"),
    "consumer": _l("the same consumer"),
    "merchant": _l("the same merchant"),
    "follows": _l("this case follows from that one"),
    "other": _l("something else"),
}
SEEN_FROM_THERE = {"follows": "led_to"}
_WORDS = {**TIES, "led_to": _l("that one follows from this case")}


def tie_name(tie: str) -> str:
    return str(_WORDS.get(tie, tie))


@dataclass(frozen=True)
class Related:
    """A relation as one of the two cases sees it."""

    link: CaseLink
    case: Case  # the other one
    tie: str


def related(case: Case) -> list[Related]:
    """What a case is related to, in the order in which somebody put it down; one statement."""
    other = either((CaseLink.case_id == case.id, CaseLink.other_id), else_=CaseLink.case_id)
    query = (
        select(CaseLink, Case)
        .join(Case, and_(Case.tenant_id == CaseLink.tenant_id, Case.id == other))
        .where(or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id), CaseLink.removed_at.is_(None))
        .order_by(CaseLink.id)
    )
    return [Related(link, there, _seen_from(case, link)) for link, there in db.session.execute(query)]


def ever_related(case: Case) -> set[UUID]:
    """The keys of all cases that it was related to, of those taken away too: its story may still name their people."""
    mine = or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id)
    pairs = db.session.execute(select(CaseLink.case_id, CaseLink.other_id).where(mine))
    return {key for pair in pairs for key in pair} - {case.id}


def _seen_from(case: Case, link: CaseLink) -> str:
    return tie_name(link.tie if link.case_id == case.id else SEEN_FROM_THERE.get(link.tie, link.tie))


def link_of(case: Case, link_id: UUID) -> CaseLink:
    """A relation of this case, one that was taken away too. Raises Missing."""
    mine = or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id)
    link = db.session.scalars(select(CaseLink).where(CaseLink.id == link_id, mine)).first()
    if link is None:
        raise Missing
    return link


def other_of(case: Case, link: CaseLink) -> Case:
    there = link.other_id if link.case_id == case.id else link.case_id
    return db.session.scalars(select(Case).where(Case.id == there)).one()


def _related_to(case: Case) -> ColumnElement[bool]:
    """The condition that a case is related to that one."""
    pair = or_(
        and_(CaseLink.case_id == case.id, CaseLink.other_id == Case.id),
        and_(CaseLink.other_id == case.id, CaseLink.case_id == Case.id),
    )
    return select(CaseLink.id).where(pair, CaseLink.removed_at.is_(None)).correlate(Case).exists()


def of_merchant(case: Case) -> Sequence[Case]:
    """The latest other cases against its merchant, of the register or else of the same name; not those related."""
    if not case.merchant_name and case.merchant_id is None:
        return []
    against = Case.merchant_id == case.merchant_id if case.merchant_id else Case.merchant_name == case.merchant_name
    return _latest(case, against)


def of_consumer(case: Case) -> Sequence[Case]:
    """The latest other cases of whoever has the phone that its consumer has; not those that are related to it."""
    phone = select(Party.phone_index).where(Party.case_id == case.id, Party.position == 0).scalar_subquery()
    return _latest(case, Case.id.in_(select(Party.case_id).where(Party.phone_index == phone)))


def _latest(case: Case, these: Any) -> Sequence[Case]:
    query = select(Case).where(these, Case.id != case.id, ~_related_to(case))
    return db.session.scalars(query.order_by(Case.received_at.desc(), Case.id.desc()).limit(SHOWN)).all()
