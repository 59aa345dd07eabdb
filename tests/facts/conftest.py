"""The small town, on its Thursday: built once to be looked at, and anew for whoever changes something in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core import clock
from tenants.registry import registry
from tests.facts.small_town import TODAY, Builder, build
from tests.town import Town


@pytest.fixture(scope="module")
def small_town(whole_app: Any, root: Engine) -> Iterator[Builder]:
    with root.begin() as connection:
        connection.execute(text("select town.restore()"))
    registry.forget()
    with whole_app.app_context(), clock.freeze(TODAY):
        yield build(Town(whole_app))


@pytest.fixture
def fresh_town(town: Town) -> Iterator[Builder]:
    with clock.freeze(TODAY):
        yield build(town)
