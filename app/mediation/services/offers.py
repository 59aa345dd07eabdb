"""The ledger of claims and offers: who asked for what, who offered what, round by round."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.mediation.models import MediationOffer
from app.mediation.services.sessions import lock, may_meet
from tenants.database import db

SIDES: dict[str, Any] = {
    "consumer": _l("the consumer asks for"),
    "merchant": _l("the merchant offers"),
    "mediator": _l("the mediator proposes"),
}


def note(
    case: Case, by: Any, *, side: str, said_on: date, amount: Decimal | None = None, words: str = ""
) -> MediationOffer:
    """What a side asks for or offers. A side that speaks again in a round begins the next one."""
    lock(case)
    if not by.can(Can.CASE_HANDLE, case):
        raise NotAllowed(_("Your role does not include this."))
    if not may_meet(case):
        raise audit.too_late(_("Offers are noted while a case is accepted or in mediation."), case, told=CASE.since)
    if amount is None and not words.strip():
        raise Invalid("amount", _("Say how much, or in words what."))
    if not clock.on(case.received_at) <= said_on <= clock.today():
        raise Invalid("said_on", _("Between the day the case came in and today, please."))
    earlier = ledger(case)
    if earlier and said_on < earlier[-1].said_on:
        raise Invalid("said_on", _("The last one noted is of %(day)s.", day=earlier[-1].said_on))
    offer = MediationOffer(
        case_id=case.id,
        ordinal=len(earlier) + 1,
        round=next_round(earlier, side),
        side=side,
        amount=amount,
        words=words.strip(),
        said_on=said_on,
        noted_by_name=by.name,
        noted_at=clock.now(),
    )
    db.session.add(offer)
    facts = {"side": side, "round": offer.round, "amount": amount}
    audit.record("case.mediation_offer", case, by, facts=facts, text=words.strip() or None)
    return offer


def ledger(case: Case) -> list[MediationOffer]:
    """In the order in which they were said."""
    query = select(MediationOffer).where(MediationOffer.case_id == case.id)
    return list(db.session.scalars(query.order_by(MediationOffer.ordinal)))


def next_round(earlier: list[MediationOffer], side: str) -> int:
    """The round in which a side speaks next."""
    if not earlier:
        return 1
    now = earlier[-1].round
    return now + 1 if side in {one.side for one in earlier if one.round == now} else now
