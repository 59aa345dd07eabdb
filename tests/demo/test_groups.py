"""The demo has groups with a ledger and a payment, and matters that came twice."""

from __future__ import annotations

from sqlalchemy import func, select

from app.cases.claimants.models import ClaimantDecision
from app.cases.models import Case, CaseJoin
from app.groups import queries
from app.groups.models import CaseGroup, GroupPayment, GroupShare
from tenants import realm
from tenants.database import db
from tenants.registry import registry


def test_a_county_has_a_group_that_was_paid_to_the_fen(built: int) -> None:
    grouped = joined = judged = late = declined = received = 0
    for place in registry.centers():
        with realm.enter(registry.realm(place), db.leave):
            for group in db.session.scalars(select(CaseGroup)):
                lines = queries.ledger(group)
                grouped += len(lines)
                settled = [line for line in lines if line.case.status == "settled"]
                assert settled
                assert all(line.parts and line.paid + line.outstanding == line.agreed for line in settled)
                late += any(line.late for line in settled)
                declined += any(line.declined for line in lines)
            paid, shared = select(func.sum(GroupPayment.amount)), select(func.sum(GroupShare.amount))
            assert db.session.scalar(paid) == db.session.scalar(shared)
            received += db.session.scalar(paid) or 0
            joined += db.session.scalar(select(func.count()).select_from(Case).where(Case.outcome == "joined")) or 0
            assert not db.session.scalars(select(CaseJoin).where(CaseJoin.case_id == CaseJoin.into_id)).all()
            judged += db.session.scalar(select(func.count()).select_from(ClaimantDecision)) or 0
    assert grouped >= 2
    assert received > 0
    assert late
    assert declined
    assert joined >= 1
    assert judged >= 1
