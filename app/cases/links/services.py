"""Relating two cases, and taking the relation away. Both write it down; neither becomes another for it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from app import audit
from app.accounts.permissions import Can
from app.cases.links.models import CaseLink
from app.cases.links.queries import SEEN_FROM_THERE, TIES, other_of
from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.core.forms import narrow
from tenants.database import db


def relate(case: Case, by: Any, *, related: str, tie: str, why: str) -> CaseLink:
    """Say what a case has to do with the one of that number, and why. Raises Invalid; two are related once only."""
    _may(case, by)
    other = db.session.scalars(select(Case).where(Case.number == narrow(related))).first()
    if other is None:
        raise Invalid("related", _("There is no such case here."))
    if other.id == case.id:
        raise Invalid("related", _("That is this very case."))
    if tie not in TIES:
        raise Invalid("tie", _("Choose one."))
    if not why.strip():
        raise Invalid("why", _("Say why."))
    _lock(case, other)
    if _are_related(case, other):
        raise Invalid("related", _("The two are related already."))
    link = CaseLink(
        case_id=case.id,
        other_id=other.id,
        tie=tie,
        why=why.strip(),
        linked_by_name=by.name,
        linked_at=clock.now(),
    )
    db.session.add(link)
    db.session.flush()
    _record("linked", link, case, other, by, why.strip())
    return link


def sever(link: CaseLink, case: Case, by: Any, *, reason: str) -> None:
    """Take a relation away. Raises WrongMoment where somebody was faster."""
    _may(case, by)
    if not reason.strip():
        raise Invalid("text", _("Say why."))
    other = other_of(case, link)
    _lock(case, other)
    db.session.refresh(link)
    if link.removed_at is not None:
        raise audit.too_late(_("The two are not related any more."), case, told=_severed)
    link.removed_at = clock.now()
    here, there = (case, other) if link.case_id == case.id else (other, case)
    _record("unlinked", link, here, there, by, reason.strip())


def _may(case: Case, by: Any) -> None:
    if not by.can(Can.CASE_HANDLE, case):
        raise NotAllowed(_("Your role does not include this."))


def _lock(*cases: Case) -> None:
    """Two people who relate the same two, one after the other; always in one order."""
    query = select(Case).where(Case.id.in_([case.id for case in cases])).order_by(Case.id)
    db.session.scalars(query.with_for_update(of=Case)).all()


def _are_related(case: Case, other: Case) -> bool:
    pairs = (and_(CaseLink.case_id == one.id, CaseLink.other_id == two.id) for one, two in _ways(case, other))
    query = select(CaseLink.id).where(or_(*pairs), CaseLink.removed_at.is_(None))
    return db.session.scalars(query).first() is not None


def _ways(case: Case, other: Case) -> tuple[tuple[Case, Case], ...]:
    return (case, other), (other, case)


def _record(what: str, link: CaseLink, case: Case, other: Case, by: Any, said: str) -> None:
    """In the story of both, each as it sees the other; `case` is the one that it was put down on."""
    ties = (link.tie, SEEN_FROM_THERE.get(link.tie, link.tie))
    for (one, seen), tie in zip(_ways(case, other), ties, strict=True):
        audit.record(f"case.{what}", one, by, facts={"other": seen.number, "tie": tie}, text=said)


def _severed(case: Case, seen: int | None) -> list[audit.Line]:
    return audit.trail(case.id, limit=1, events=["case.unlinked"])
