"""Merchants of East, with cases against them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.cases.services import lodge
from app.merchants import services
from app.merchants.models import Merchant
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import EAST


@pytest.fixture
def entered(town: Any) -> Callable[..., str]:
    """Enter a merchant in East's register, with so many cases against it; its number."""

    def enter(name: str, *, cases: int = 0, **facts: Any) -> str:
        with town.at(EAST):
            handler = town.person(EAST, "handler")
            merchant = services.add(handler, name=name, **facts)
            for n in range(cases):
                lodge(replace(TOLD, merchant=merchant, title=f"{name}第{n + 1}件"), handler)
            number = merchant.number
            db.session.commit()
        return number

    return enter


def row(number: str) -> Merchant:
    from app.merchants.queries import by_number

    return by_number(number)
