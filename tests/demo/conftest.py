"""The fictional city, built into the town of the other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.clock import SHANGHAI
from app.demo import builder
from tests.conftest import forget, keep_in

NOW = datetime(2026, 11, 22, 9, 40, tzinfo=SHANGHAI)


@pytest.fixture
def city(app: Any, root: Engine) -> Iterator[Callable[[], None]]:
    """A town without Jiangzhou, as often as it is asked for."""

    def afresh() -> None:
        with root.begin() as connection:
            connection.execute(text("select town.restore()"))
        forget()

    yield afresh
    afresh()


@pytest.fixture
def built(city: Any, settings: Any, root: Engine) -> int:
    """Jiangzhou with a few cases of every sort; how many. Built once and kept, for all who look at it."""
    with root.begin() as connection:
        if connection.execute(text("select to_regproc('jiangzhou.restore') is not null")).scalar_one():
            connection.execute(text("select jiangzhou.restore()"))
            forget()
            return int(connection.execute(text("select count(*) from case_record")).scalar_one())
    builder.build(settings, 600, 7, NOW)  # enough that some merchant has two open complaints
    with root.begin() as connection:
        for statement in keep_in("jiangzhou"):
            connection.exec_driver_sql(statement)
        return int(connection.execute(text("select count(*) from case_record")).scalar_one())
