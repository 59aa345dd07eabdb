"""The small town, on its Thursday."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core import clock
from tests.facts.small_town import TODAY, Builder, build
from tests.town import Town


@pytest.fixture
def small_town(town: Town) -> Iterator[Builder]:
    with clock.freeze(TODAY):
        yield build(town)
