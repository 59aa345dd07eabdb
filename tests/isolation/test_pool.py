"""One connection, many organisations: nothing of the last borrower is left for the next."""

from __future__ import annotations

import random
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool


def test_a_thousand_stays_on_one_connection_never_meet_the_wrong_tenant(settings: Any, app: Any) -> None:
    """Commits, rollbacks, errors and cancelled statements in between (TI4)."""
    engine = create_engine(settings.url("portal_app"), poolclass=QueuePool, pool_size=1, max_overflow=0)
    draw = random.Random(4)
    wrong = 0
    for _ in range(1000):
        tenant = draw.choice((2, 3))
        with engine.connect() as connection:
            before = connection.execute(text("select count(*) from person")).scalar_one()
            wrong += before != 0
            connection.execute(text("select portal.set_realm(array[cast(:t as bigint)], :t, :t)"), {"t": tenant})
            seen = set(connection.execute(text("select tenant_id from person")).scalars())
            wrong += seen != {tenant}
            end = draw.choice(("commit", "rollback", "error", "cancel", "nothing"))
            if end == "commit":
                connection.commit()
            elif end == "rollback":
                connection.rollback()
            elif end == "error":
                with pytest.raises(DBAPIError):
                    connection.execute(text("select 1 / 0"))
            elif end == "cancel":
                connection.execute(text("set local statement_timeout = 1"))
                with pytest.raises(DBAPIError) as fault:
                    connection.execute(text("select pg_sleep(1)"))
                assert isinstance(fault.value.orig, errors.QueryCanceled)
    engine.dispose()
    assert wrong == 0
