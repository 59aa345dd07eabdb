"""The fictional city, built into the town of the other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.clock import SHANGHAI
from app.demo import builder
from tenants.registry import registry

NOW = datetime(2026, 11, 22, 9, 40, tzinfo=SHANGHAI)


@pytest.fixture
def city(app: Any, root: Engine) -> Iterator[Callable[[], None]]:
    """A town without Jiangzhou, as often as it is asked for."""

    def afresh() -> None:
        with root.begin() as connection:
            connection.execute(text("select town.restore()"))
        registry.forget()

    yield afresh
    afresh()


@pytest.fixture
def built(city: Any, settings: Any) -> int:
    """Jiangzhou with a few cases of every sort; how many."""
    return builder.build(settings, 150, 7, NOW)
