"""Fields that no form asks for, and where they would be found if one took them (TI20)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric, String, Uuid

from tests.isolation import canaries
from tests.isolation.scenario import Scenario

POISON, DAY, AMOUNT = "POISON", "1999-01-01", 987654
NOBODY = "019f0000-0000-7000-8000-0000000000ff"


def poison() -> dict[str, str]:
    """Every column that there is, as a field that nobody asked for."""
    made: dict[str, str] = {}
    for model in canaries.planted_models().values():
        for column in model.__table__.columns:
            made[column.name] = _poisoned(column)
    return {**made, "tenant_id": "3", "sender_id": "3", "receiver_id": "6", "author_id": "3", "by": NOBODY}


def _poisoned(column: Any) -> str:
    kinds: list[tuple[Any, str]] = [
        (String, POISON),
        (Uuid, NOBODY),
        (Date, DAY),
        (DateTime, f"{DAY}T00:00:00+00:00"),
        (Boolean, "1"),
        (Integer, str(AMOUNT)),
        (Numeric, str(AMOUNT)),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), POISON)


def poisoned_cells(scenario: Scenario) -> list[str]:
    """table.column of every cell that holds what only an extra field said."""
    told = []
    for name, model in canaries.planted_models().items():
        for column in model.__table__.columns:
            said = scenario.rows(
                f"select 1 from {name} where {column.name}::text like any "
                f"(array['%{POISON}%', '{DAY}%', '%{AMOUNT}%', '%{NOBODY}%']) limit 1"
            )
            told += [f"{name}.{column.name}"] if said else []
    return told


def counts(scenario: Scenario, slug: str) -> dict[str, int]:
    """How many rows an organisation has in each table; what it is told of is not counted."""
    tenant = scenario.tenant(slug)
    found = {}
    for name, model in canaries.planted_models().items():
        if "tenant_id" in model.__table__.c:
            ((found[name],),) = scenario.rows(f"select count(*) from {name} where tenant_id = :t", t=tenant)
    return found
