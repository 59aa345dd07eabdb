"""What the tests of the walls share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.isolation import scenario as scenarios
from tests.isolation.scenario import Scenario


@pytest.fixture(scope="module")
def scenario(whole_app: Any, root: Engine) -> Iterator[Scenario]:
    """Two counties at work, once for a module; what its tests change stays until the next module."""
    with whole_app.app_context():
        yield scenarios.build(whole_app, root)
