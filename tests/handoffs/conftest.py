"""A case in East and what is needed to hand it over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from app.cases.models import Case
from app.cases.services import Complaint, lodge
from app.core import clock
from app.handoffs import queries, services
from app.handoffs.models import Handoff
from app.jobs import drain
from tenants.database import db
from tests.town import EAST, MARKET, WEST, Town

MONDAY = datetime(2026, 6, 1, 2, 0, tzinfo=clock.SHANGHAI)
PHONE, IDENTITY, ADDRESS = "13812346027", "110101199003078478", "江州市临河县城关镇柳荫路12号"
TOLD = Complaint(
    facts="2026年5月20日在悦动健身办卡，门店关闭。我的电话13812346027。",
    demand="退还余额4680元",
    name="林晓梅",
    phone=PHONE,
    id_number=IDENTITY,
    address=ADDRESS,
    merchant_name="悦动健身",
    category="S0401",
    problem="P02",
)
REFERRAL = {
    "kind": "referral",
    "receiver": 3,
    "subject": "健身卡退费",
    "ask": "经营者在贵县，请接手办理。",
    "fields": {"name": "full", "phone": "full", "story": "full", "demand": "full"},
    "need": "需联系消费者核实",
}
REQUEST = {
    "kind": "request",
    "receiver": 5,
    "subject": "核查预付卡备案",
    "ask": "请核查该店单用途预付卡备案。",
    "fields": {"story": "masked", "demand": "full"},
}


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    """Monday, 1 June 2026: Order 121 is in force, no holiday near but 19 June."""
    with clock.freeze(MONDAY):
        yield


class Exchange:
    """Shorthand for two sides at work."""

    def __init__(self, town: Town) -> None:
        self.town = town

    def lodge(self, told: Complaint = TOLD) -> str:
        """A case in East; its number."""
        with self.town.at(EAST):
            case = lodge(told, self.town.person(EAST, "clerk")).case
            db.session.commit()
            return case.number

    def send(self, number: str, letter: dict[str, Any], files: Any = ()) -> str:
        """Sent by the director of East; the reference."""
        with self.town.at(EAST):
            draft = services.send(case(number), self.town.person(EAST, "director"), **letter, files=list(files))
            db.session.commit()
            return queries.reference_of(draft) or ""

    def do(self, slug: str, login: str, reference: str, step: str, **facts: Any) -> None:
        with self.town.at(slug):
            services.take(queries.by_reference(reference), step, self.town.person(slug, login), **facts)
            db.session.commit()

    def see(self, slug: str, reference: str) -> Handoff:
        with self.town.at(slug):
            handoff = queries.by_reference(reference)
            db.session.expunge_all()
            return handoff

    def case_at(self, slug: str, number: str) -> Case:
        with self.town.at(slug):
            found = case(number)
            db.session.expunge_all()
            return found

    def tell(self) -> int:
        """Let the jobs run that wait."""
        return drain()


def case(number: str) -> Case:
    from app.cases.queries import by_number

    return by_number(number)


@pytest.fixture
def exchange(town: Town) -> Exchange:
    return Exchange(town)


@pytest.fixture
def referral(exchange: Exchange) -> str:
    """East has referred a case to West."""
    return exchange.send(exchange.lodge(), REFERRAL)


@pytest.fixture
def request_(exchange: Exchange) -> str:
    """East has asked the market department something."""
    return exchange.send(exchange.lodge(), REQUEST)


Do = Callable[..., None]
__all__ = ["EAST", "MARKET", "WEST"]
