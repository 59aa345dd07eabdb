"""The rules as they ship, and a clock table that no database has: counting needs neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.deadlines import clock as clocks
from app.deadlines.profiles import Rules
from app.deadlines.services import shipped_rules


class Paper(DeclarativeBase):
    """A base apart from the house's, so that these tables are in no migration."""


class Matter(Paper):
    __tablename__ = "matter"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    clocks: Mapped[list[PaperClock]] = relationship()


class PaperClock(clocks.ClockColumns, Paper):
    __tablename__ = "paper_clock"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matter.id"))


@pytest.fixture(scope="session")
def rules() -> Rules:
    return shipped_rules()


@pytest.fixture
def matter() -> Matter:
    return Matter()


@pytest.fixture
def running(rules: Rules) -> Callable[..., PaperClock]:
    """running("mediation", date(2026, 9, 18)): a clock of the profile in force on that day."""

    def begin(code: str, on: date, *, profile: str | None = None, **options: int) -> PaperClock:
        chosen = rules.profile(profile) if profile else rules.in_force(on)
        return clocks.start(PaperClock, chosen, code, on, rules=rules, **options)

    return begin
