"""What every session does unasked: announce the realm, stamp new rows, refuse strangers' rows, help the planner."""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy.session import Session
from psycopg import errors
from sqlalchemy import Connection, Engine, ExceptionContext, event, text
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.orm.session import SessionTransaction

from tenants import realm
from tenants.bases import Between, BetweenEntry, Owned, Private, Shared

ANNOUNCE = text("select portal.set_realm(:reads, :writes, :opens)")


class NotOurs(PermissionError):
    """A row of another tenant, or any row in a realm without a pen, was about to be written."""


def announce(connection: Connection) -> None:
    """Tell PostgreSQL who is asking until the transaction ends, or until it is told otherwise."""
    here = realm.current()
    connection.execute(ANNOUNCE, {"reads": sorted(here.reads), "writes": here.writes, "opens": here.opens}).close()


@event.listens_for(Session, "after_begin")
def _begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    announce(connection)


@event.listens_for(Engine, "handle_error")
def _gone(context: ExceptionContext) -> None:
    """The server ended the connection: it said so before the line was down, and the driver may not know yet.

    No connection made before that is used again, so that one request meets it and not one for each in the pool.
    """
    if isinstance(context.original_exception, errors.AdminShutdown | errors.CrashShutdown):
        context.is_disconnect = True


@event.listens_for(Session, "before_flush")
def stamp(session: Session, context: Any, instances: Any) -> None:
    mine = realm.current().writes
    for row in session.new:
        if isinstance(row, Owned | Private | Shared) and mine is not None and getattr(row, "tenant_id", None) is None:
            row.tenant_id = mine
    for row in (*session.new, *session.dirty, *session.deleted):
        if not _ours(row, mine):
            raise NotOurs(f"{row!r} is not ours to change")


def _ours(row: object, mine: int | None) -> bool:
    if isinstance(row, Owned | Private | Shared):
        return mine is not None and row.tenant_id == mine
    if isinstance(row, Between):
        return mine in (row.sender_id, row.receiver_id)
    if isinstance(row, BetweenEntry):
        return mine in (row.sender_id, row.receiver_id)
    return mine is not None


@event.listens_for(Session, "do_orm_execute")
def hint(state: ORMExecuteState) -> None:
    """Say `tenant_id = <mine>` beside the policy, so that an index can also give the order.

    A hint for the planner, 8 ms to 0.2 ms on a queue page; the lock is the policy, and its tests run without this.
    """
    if not (state.is_select or state.is_update or state.is_delete) or state.is_column_load:
        return
    here = realm.current()
    options = []
    if len(here.reads) == 1:
        (only,) = here.reads
        options.append(with_loader_criteria(Owned, lambda model: model.tenant_id == only, include_aliases=True))
    if here.opens is not None:
        opens = here.opens
        options.append(with_loader_criteria(Private, lambda model: model.tenant_id == opens, include_aliases=True))
    if options and state.session.info.get("hint", True):
        state.statement = state.statement.options(*options)
