"""Migrations run as the owner role, one at a time, and never wait long for a lock."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

import app.models  # noqa: F401  (every table is known before anything is compared)
from tenants.database import Base

ONE_AT_A_TIME = 7_310_118  # advisory lock: a second deploy waits, then finds nothing to do


def run(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        include_schemas=False,
        compare_server_default=False,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()


connection = context.config.attributes.get("connection")
if connection is None:
    from flask import current_app
    from sqlalchemy import create_engine

    with create_engine(current_app.config["SETTINGS"].url("portal_owner")).connect() as own:
        run(own)
else:
    run(connection)
