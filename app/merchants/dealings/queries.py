"""What was taken up with a merchant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import deadlines
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import Case
from app.core import clock
from app.core.errors import Missing
from app.deadlines import SOON
from app.merchants.dealings.models import MerchantCommitment, MerchantInterview
from app.merchants.models import Merchant
from tenants.database import db

OFFERED = 30  # latest cases that an interview may be about
MOST = 10


def interviews(merchant: Merchant) -> list[MerchantInterview]:
    """Latest first, each with the case that its papers lie in."""
    query = select(MerchantInterview).where(MerchantInterview.merchant_id == merchant.id)
    query = query.options(joinedload(MerchantInterview.case))
    return list(db.session.scalars(query.order_by(MerchantInterview.held_at.desc(), MerchantInterview.id)))


def commitments(merchant: Merchant) -> list[MerchantCommitment]:
    """Those to be kept first, by their day."""
    query = select(MerchantCommitment).where(MerchantCommitment.merchant_id == merchant.id)
    query = query.options(joinedload(MerchantCommitment.watcher))
    found = db.session.scalars(query.order_by(MerchantCommitment.due_on, MerchantCommitment.id))
    return sorted(found, key=lambda one: one.status != "open")


def one_of(model: Any, merchant: Merchant, key: UUID) -> Any:
    """Raises Missing where this merchant has no such interview or commitment."""
    found = db.session.scalars(select(model).where(model.id == key, model.merchant_id == merchant.id)).first()
    if found is None:
        raise Missing
    return found


def cases_against(merchant: Merchant) -> list[Case]:
    query = select(Case).where(Case.merchant_id == merchant.id).order_by(Case.received_at.desc(), Case.id)
    return list(db.session.scalars(query.limit(OFFERED)))


def watchers() -> list[Person]:
    """Who may see to it that a word is kept."""
    people = db.session.scalars(select(Person).where(Person.active).order_by(Person.name, Person.id))
    return [person for person in people if person.can(Can.CASE_HANDLE)]


def due(me: Any) -> list[tuple[MerchantCommitment, Merchant]]:
    """What merchants have to do within five working days, or are late with: mine; for who assigns, everybody's."""
    last = deadlines.load_calendar().last_day_within(clock.today(), SOON)
    query = (
        select(MerchantCommitment, Merchant)
        .join(
            Merchant,
            (Merchant.tenant_id == MerchantCommitment.tenant_id) & (Merchant.id == MerchantCommitment.merchant_id),
        )
        .where(MerchantCommitment.status == "open", MerchantCommitment.due_on <= last)
    )
    if not me.can(Can.CASE_ASSIGN):
        query = query.where(MerchantCommitment.watched_by == me.id)
    found = db.session.execute(query.order_by(MerchantCommitment.due_on, MerchantCommitment.id).limit(MOST))
    return [(one, merchant) for one, merchant in found]
