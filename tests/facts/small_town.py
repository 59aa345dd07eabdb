"""Nine cases in two counties whose figures anybody can count on their fingers.

East  E1  received 4 May, accepted 6 May, settled 20 May for 800 of 1,000 yuan, closed 21 May: everything in time
      E2  received 6 May, accepted only on 25 May (7 working days end on 15 May), ended 2 June, closed 4 June
      E3  received 6 May, refused 7 May
      E4  received 1 June, withdrawn 2 June
      E5  received 3 June, nobody has looked at it: its 7 working days ended on 12 June
      E6  received 12 June, due on 24 June (the 19th is a holiday): three working days from the 18th
      E7  received 8 June, referred to West on 9 June, taken over there on 10 June
West  W1  the one taken over from East, received there on 10 June, due on 22 June: two working days from the 18th
      W2  received 10 June 2025, settled 20 June for 100 yuan, closed 21 June 2025
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.cases.models import Case
from app.cases.queries import by_number
from app.cases.services import Complaint, lodge
from app.cases.workflow import CASE
from app.core import clock
from app.handoffs import queries as handoffs
from app.handoffs import services as exchange
from app.jobs import drain
from app.merchants import services as merchants
from tenants.database import db
from tests.town import EAST, WEST, Town

TODAY = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)  # the Thursday before the Dragon Boat Festival
CANARY = "金丝雀私语"  # in everything that a county keeps to itself
PHONE = "13812346027"


def noon(day: str) -> datetime:
    return clock.at(date.fromisoformat(day), 12)


class Builder:
    def __init__(self, town: Town) -> None:
        self.town = town
        self.numbers: dict[str, str] = {}

    def lodge(self, name: str, place: str, day: str, **facts: Any) -> None:
        told = {"facts": f"{CANARY}：买的东西坏了，电话{PHONE}。", "demand": f"{CANARY}退款", "title": f"案件{name}"}
        with clock.freeze(noon(day)), self.town.at(place):
            complaint = Complaint(**{**told, "name": "林晓梅", "phone": PHONE, "summary": "商品有质量问题", **facts})
            self.numbers[name] = lodge(complaint, self.town.person(place, "handler")).case.number
            db.session.commit()

    def take(self, name: str, place: str, day: str, step: str, **facts: Any) -> None:
        with clock.freeze(noon(day)), self.town.at(place):
            CASE.take(step, self.case(name), by=self.town.person(place, "director"), **facts)
            db.session.commit()

    def case(self, name: str) -> Case:
        return by_number(self.numbers[name])

    def settle(self, name: str, place: str, day: str, amount: str) -> None:
        on = date.fromisoformat(day)
        self.take(name, place, day, "settle", on=on, terms=f"{CANARY}分期退还", amount=Decimal(amount))


def build(town: Town) -> Builder:
    made = Builder(town)
    card = {"category": "S0401", "problem": "P02"}
    fridge = {"category": "G0201", "problem": "P03", "channel": "hotline"}
    made.lodge("W2", WEST, "2025-06-10", **card)
    made.take("W2", WEST, "2025-06-11", "accept")
    made.settle("W2", WEST, "2025-06-20", "100")
    made.take("W2", WEST, "2025-06-21", "close")

    made.lodge("E1", EAST, "2026-05-04", amount=Decimal(1000), **card)
    made.take("E1", EAST, "2026-05-06", "accept")
    made.take("E1", EAST, "2026-05-07", "mediate")
    made.settle("E1", EAST, "2026-05-20", "800")
    made.take("E1", EAST, "2026-05-21", "close")

    made.lodge("E2", EAST, "2026-05-06", amount=Decimal(500), **fridge)
    made.take("E2", EAST, "2026-05-25", "accept")
    made.take("E2", EAST, "2026-06-02", "end", ground="T3", text=f"{CANARY}不能达成一致")
    made.take("E2", EAST, "2026-06-03", "notify", on=date(2026, 6, 3), mode="phone")
    made.take("E2", EAST, "2026-06-04", "close")

    made.lodge("E3", EAST, "2026-05-06", **card)
    made.take("E3", EAST, "2026-05-07", "refuse", ground="NA3", text=f"{CANARY}不是为生活消费需要")

    made.lodge("E4", EAST, "2026-06-01", **fridge)
    made.take("E4", EAST, "2026-06-02", "withdraw", text=f"{CANARY}来电撤回")
    made.lodge("E5", EAST, "2026-06-03", **fridge)
    made.lodge("E7", EAST, "2026-06-08", **card)
    _refer(made)
    with town.at(EAST):
        shop = merchants.add(town.person(EAST, "handler"), name="优乐母婴")
        db.session.commit()
    made.lodge("E6", EAST, "2026-06-12", merchant=shop)
    drain()
    return made


def _refer(made: Builder) -> None:
    town = made.town
    letter = {"kind": "referral", "receiver": 3, "subject": "健身卡退费", "ask": "经营者在贵县，请接手办理。"}
    with clock.freeze(noon("2026-06-09")), town.at(EAST):
        director = town.person(EAST, "director")
        fields = {"name": "full", "phone": "full", "story": "full", "demand": "full"}
        draft = exchange.send(made.case("E7"), director, **letter, fields=fields, need="需联系", files=[])
        db.session.commit()
        reference = handoffs.reference_of(draft) or ""
    with clock.freeze(noon("2026-06-10")), town.at(WEST):
        for step in ("sign", "accept"):
            exchange.take(handoffs.by_reference(reference), step, town.person(WEST, "director"))
            db.session.commit()
        made.numbers["W1"] = handoffs.by_reference(reference).receiver_case_number or ""
    with clock.freeze(noon("2026-06-10")):
        drain()
