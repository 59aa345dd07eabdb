"""Consumers of one merchant, and the group that is made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.cases.queries import by_number
from app.cases.services import lodge
from app.cases.workflow import CASE
from app.core import clock
from app.groups import queries, services
from tenants.database import db
from tests.cases.conftest import TOLD, lodged, look, standing, take
from tests.town import EAST

__all__ = ["lodged", "look", "standing", "take"]


@pytest.fixture
def crowd(town: Any) -> Callable[..., list[str]]:
    """Complaints of so many consumers against one merchant, accepted: `crowd(3, claims=[100, 200, 300])`."""

    def make(count: int, *, place: str = EAST, claims: list[Any] | None = None, steps: tuple[str, ...] = ("accept",)):
        amounts = claims or [100 * (n + 1) for n in range(count)]
        numbers = []
        with town.at(place):
            director = town.person(place, "director")
            for n in range(count):
                told = replace(TOLD, name=f"消费者{n}", phone=f"1395678{n:04d}", amount=Decimal(str(amounts[n])))
                case = lodge(told, director).case
                for step in steps:
                    CASE.take(step, case, by=director)
                    db.session.flush()
                numbers.append(case.number)
            db.session.commit()
        return numbers

    return make


@pytest.fixture
def grouped(town: Any, crowd: Any) -> Callable[..., str]:
    """A group of East of so many: `grouped(40)`."""

    def make(count: int, **told: Any) -> str:
        numbers = crowd(count, **told)
        with town.at(EAST):
            cases = [by_number(number) for number in numbers]
            group = services.open_group(town.person(EAST, "handler"), title="悦动健身闭店群体案", cases=cases)
            db.session.commit()
            return group.number

    return make


@pytest.fixture
def within(town: Any) -> Callable[..., Any]:
    """Do something to a group of East, in a transaction of its own: `within(number, lambda group, by: …)`."""

    def do(number: str, what: Callable[[Any, Any], Any], *, login: str = "handler") -> Any:
        with town.at(EAST):
            done = what(queries.by_number(number), town.person(EAST, login))
            db.session.commit()
            return done

    return do


@pytest.fixture
def settled(grouped: Any, within: Any) -> Callable[..., str]:
    """A group of East that agreed on all that is claimed and settled: `settled(3, claims=[…], count=3, first=…)`."""

    def make(
        people: int, *, claims: list[Any] | None = None, on: Any = None, effective_on: Any = None, **plan: Any
    ) -> str:
        number = grouped(people, claims=claims)
        day = on or clock.today()

        def settle(group: Any, by: Any) -> None:
            services.offer(group, by, percent=Decimal(100), agreed=True)
            services.plan(group, by, **{"terms": "分期退还", "count": 1, "first": day, **plan})
            answers = {line.member.id: True for line in queries.ledger(group)}
            done = services.settle(group, by, answers, on=day, effective_on=effective_on, consented=True)
            assert not [row.why for row in done if row.why]

        within(number, settle)
        return number

    return make
