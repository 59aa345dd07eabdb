"""A case to begin with, as the window would take it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.cases.services import Complaint, lodge
from tenants.database import db
from tests.town import EAST

TOLD = Complaint(
    facts="2026年9月10日健身房闭店，店长手机13912340000无人接听，卡里还有4680元。",
    demand="退还余额",
    title="健身房闭店拒退预付卡余额",
    name="林晓梅",
    phone="138 1234 6027",
    merchant_name="悦动健身",
    category="S0401",
    problem="P02",
    prepaid=True,
)


@pytest.fixture
def lodged(town: Any) -> Callable[..., str]:
    """Lodge a complaint in a county and say its number: `lodged()`, `lodged(WEST, elderly=True)`."""

    def make(place: str = EAST, **facts: Any) -> str:
        with town.at(place):
            case = lodge(replace(TOLD, **facts), town.person(place, "handler")).case
            db.session.commit()
            return case.number

    return make
