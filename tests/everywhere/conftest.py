"""The portal as in the journeys, before a town that has something of every kind, which is there before its worker."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.isolation import scenario
from tests.journeys.conftest import address, chromium, note_who_confided, sit, work  # noqa: F401 (a portal of our own)


@pytest.fixture(scope="package", autouse=True)
def at_work(whole_app: Any, root: Engine) -> None:
    """Built by nobody else at the same time: what is queued meanwhile is done here."""
    with whole_app.app_context():
        scenario.build(whole_app, root)
