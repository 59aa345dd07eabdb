"""A case goes from one county to another, or comes back."""

from __future__ import annotations

from sqlalchemy import select

from app.audit.models import Entry
from app.cases.models import Case, Party
from tenants.database import db
from tests.handoffs.conftest import Exchange
from tests.town import EAST, WEST, Town


def test_accepting_opens_the_receivers_own_case_and_closes_the_senders(exchange: Exchange, referral: str, town: Town) -> None:
    sent = exchange.see(EAST, referral)
    assert exchange.case_at(EAST, sent.sender_case_number).status == "referred"
    exchange.do(WEST, "handler", referral, "sign")
    exchange.do(WEST, "handler", referral, "accept")
    exchange.tell()
    ended = exchange.case_at(EAST, sent.sender_case_number)
    assert (ended.status, ended.outcome) == ("closed", "taken_over")
    with town.at(WEST):
        case = db.session.scalars(select(Case)).one()
        assert (case.origin, case.origin_id, case.origin_from) == ("taken_over", sent.id, 2)
        party = db.session.scalars(select(Party)).one()
        assert (party.reveal("phone"), party.reveal("name")) == ("13812346027", "林晓梅")
        assert party.reveal("address") is None
