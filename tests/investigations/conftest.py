"""A case of East in mediation, and an investigation of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.cases.queries import by_number
from app.cases.services import lodge
from app.cases.workflow import CASE
from app.investigations import queries
from app.investigations.models import Investigation
from app.investigations.workflow import INVESTIGATION, propose
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import EAST


def mediate(town: Any) -> str:
    """Lodge a case and begin its mediation on the same day; its number."""
    with town.at(EAST):
        case = lodge(TOLD, town.person(EAST, "handler")).case
        for step in ("accept", "mediate"):
            CASE.take(step, case, by=town.person(EAST, "director"))
            db.session.flush()
        db.session.commit()
        return str(case.number)


@pytest.fixture
def mediating(town: Any) -> str:
    return mediate(town)


@pytest.fixture
def opened(town: Any) -> Callable[..., str]:
    """Open an investigation of a case: the director's begins at once, a handler's waits. The number of the case."""

    def make(login: str = "director") -> str:
        number = mediate(town)
        with town.at(EAST):
            propose(by_number(number), town.person(EAST, login), scope="complex", text="牵涉多家门店，账目不清。")
            db.session.commit()
        return number

    return make


@pytest.fixture
def take(town: Any) -> Callable[..., Investigation]:
    """Take a step in a transaction of its own; the investigation as it is then. What is typed goes into `said`."""

    def go(number: str, step: str, *, login: str = "handler", **told: Any) -> Investigation:
        with town.at(EAST):
            one = queries.found(by_number(number))
            INVESTIGATION.take(step, one, by=town.person(EAST, login), **told)
            db.session.commit()
            db.session.refresh(one)
            db.session.expunge_all()
            return one

    return go
