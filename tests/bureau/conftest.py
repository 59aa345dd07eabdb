"""The small town, as the bureau looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tenants.database import db
from tests.facts.conftest import fresh_town, small_town

__all__ = ["fresh_town", "small_town"]


@pytest.fixture
def statements(whole_app: Any) -> Callable[[], Any]:
    """The statements that a block sends, without the announcement of the realm and what is read again by the clock."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not any(word in statement for word in ("set_realm", "FROM tenant", "legal_limit")):
                sent.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return listen
