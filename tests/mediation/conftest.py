"""A county with rooms and mediators, cases in mediation, and a way to arrange."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.cases.queries import by_number
from app.core import clock
from app.mediation.models import MediationSession
from app.mediation.services import register, sessions
from app.mediation.services.sessions import Plan
from tenants.database import db
from tests.cases.conftest import lodged as unasked  # noqa: F401 (a case about which nobody has agreed to anything)
from tests.cases.conftest import standing, take  # noqa: F401 (cases to mediate in)
from tests.consents import agreed
from tests.town import EAST, WEST


@pytest.fixture
def lodged(town: Any, unasked: Any) -> Callable[..., str]:  # noqa: F811
    """A case in which both sides agree to somebody entrusted."""

    def make(place: str = EAST, **facts: Any) -> str:
        number: str = unasked(place, **facts)
        with town.at(place):
            agreed(by_number(number), town.person(place, "handler"))
            db.session.commit()
        return number

    return make


@pytest.fixture
def house(town: Any) -> Any:
    """Two rooms; the handler as a mediator, an entrusted lawyer, and a body."""
    made = SimpleNamespace()
    for slug in (EAST, WEST):
        with town.at(slug):
            by = town.person(slug, "director")
            handler = town.person(slug, "handler")
            there = SimpleNamespace(
                one=register.add_room(by, name="调解室一", place="一楼", seats=8).id,
                two=register.add_room(by, name="调解室二").id,
                inside=register.enter(by, kind="inside", person=str(handler.id)).id,
                lawyer=register.enter(by, kind="person", name="秦律师", speciality="预付卡", contract="委2026-3").id,
                body=register.enter(by, kind="body", name="美容美发协会").id,
            )
            db.session.commit()
            setattr(made, slug, there)
    return made


def soon(hour: int = 9, minute: int = 0, *, days: int = 7) -> datetime:
    return clock.at(clock.today() + timedelta(days=days), hour, minute)


def planned(place: Any, at: datetime | None = None, **changes: Any) -> Plan:
    """In room one for an hour, with the lawyer; to be called inside the county."""
    from app.mediation import queries

    facts: dict[str, Any] = {"room": place.one, "mediators": (place.lawyer,), **changes}
    room = queries.room(facts["room"]) if facts["room"] else None
    who = [queries.mediator(key) for key in facts["mediators"]]
    rest = {name: value for name, value in facts.items() if name not in ("room", "mediators")}
    shape = {"lasts": 60, "way": "room" if room else "phone", **rest}
    return Plan(starts_at=at or soon(), room=room, mediators=who, **shape)


@pytest.fixture
def arranged(town: Any, house: Any) -> Callable[..., Any]:
    """Arrange a session in a transaction of its own; its key."""

    def make(number: str, at: datetime | None = None, *, place: str = EAST, login: str = "handler", **plan: Any) -> Any:
        with town.at(place):
            wanted = planned(getattr(house, place), at, **plan)
            made: MediationSession = sessions.arrange(by_number(number), town.person(place, login), wanted)
            db.session.commit()
            return made.id

    return make
