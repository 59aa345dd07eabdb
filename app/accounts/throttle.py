"""How often something may be tried, and how long to wait after that. Run it in `unit.apart()`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Throttle
from app.core import clock
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db

MEMORY = timedelta(days=1)  # after which a lock is the first one again


@dataclass(frozen=True)
class Limit:
    """`tries` within `window`, then a wait that doubles from `first` to `longest`."""

    tries: int
    window: timedelta
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=15)


LIMITS = {
    # From one address, so that a stranger elsewhere cannot lock a colleague out.
    "sign_in": Limit(5, timedelta(seconds=60)),
    # From everywhere together: what many addresses may try on one account.
    "account": Limit(100, timedelta(hours=1), first=timedelta(minutes=15)),
    "password": Limit(5, timedelta(seconds=60)),
}


@dataclass(frozen=True)
class Attempt:
    """What became of asking: `wait` seconds if it may not be tried, `last` if the next one will have to wait."""

    wait: int
    last: bool
    refused: int  # how many were turned away during the present lock


def _key(said: str) -> bytes:
    return hashlib.sha256(said.encode()).digest()


def attempt(kind: str, said: str) -> Attempt:
    """Count one try before it is made, so that no crowd of parallel tries gets past the limit."""
    limit, now = LIMITS[kind], clock.now()
    table = Throttle.__table__.c
    fresh = table.window_from < now - limit.window
    statement = (
        insert(Throttle)
        .values(
            tenant_id=realm.current().writes,
            id=uuid7(),
            kind=kind,
            key_hash=_key(said),
            failures=1,
            locks=0,
            window_from=now,
        )
        .on_conflict_do_update(
            index_elements=["tenant_id", "kind", "key_hash"],
            set_={
                "failures": case((table.locked_until > now, table.failures + 1), (fresh, 1), else_=table.failures + 1),
                "window_from": case(
                    (table.locked_until > now, table.window_from), (fresh, now), else_=table.window_from
                ),
                "locks": case((table.window_from < now - MEMORY, 0), else_=table.locks),
            },
        )
        .returning(Throttle)
    )
    row = db.session.scalars(statement, execution_options={"populate_existing": True}).one()
    if row.locked_until and row.locked_until > now:
        return Attempt(int((row.locked_until - now).total_seconds()) + 1, last=False, refused=row.failures)
    if row.failures < limit.tries:
        return Attempt(0, last=False, refused=0)
    row.locked_until = now + min(limit.first * 2**row.locks, limit.longest)
    row.locks, row.failures = row.locks + 1, 0
    return Attempt(0, last=True, refused=0)


def forget(kind: str, said: str) -> None:
    """It went well: the count starts again."""
    db.session.execute(
        delete(Throttle).where(
            Throttle.tenant_id == realm.current().writes, Throttle.kind == kind, Throttle.key_hash == _key(said)
        )
    )


def sweep() -> None:
    """Forget what nobody has tried for two days."""
    db.session.execute(
        delete(Throttle).where(
            Throttle.tenant_id == realm.current().writes, Throttle.window_from < clock.now() - 2 * MEMORY
        )
    )
