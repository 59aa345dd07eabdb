"""Counting open clocks again by the calendar of today, organisation by organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app import audit
from app.core import clock
from app.deadlines import queries
from app.deadlines.clock import ClockColumns, ClockState, recount
from app.deadlines.models import CalendarRecount, ClockMove
from tenants import realm
from tenants.bases import BetweenEntry, Owned
from tenants.database import db


def recount_open() -> int:
    """Work out the due dates of this organisation's open clocks again, and note which moved; how many did."""
    calendar, mine = queries.load_calendar(), realm.current().writes
    counted, moves = 0, []
    kinds: list[Any] = [kind for kind in ClockColumns.__subclasses__() if issubclass(kind, Owned | BetweenEntry)]
    for kind in kinds:
        waiting = select(kind).where(
            _ours(kind),
            kind.state.in_([ClockState.RUNNING.value, ClockState.PAUSED.value]),
            kind.calendar_version != calendar.version,
        )
        # Held until it is written: somebody may be letting one of them go on at this moment.
        stale = list(db.session.scalars(waiting.with_for_update(of=kind)))
        numbers = queries.numbers_of(kind, stale)
        for one in stale:
            before = one.due_on
            if recount(one, calendar):
                moves.append(_move(kind, one, before, calendar.version, numbers))
        counted += len(stale)
    db.session.add_all(moves)
    if first := not queries.is_recounted(mine, calendar.version):
        db.session.add(
            CalendarRecount(version=calendar.version, counted=counted, moved=len(moves), done_at=clock.now())
        )
    if moves or (first and counted):
        audit.record("calendar.recounted", facts={"version": calendar.version, "moved": len(moves)})
    return len(moves)


def _move(kind: Any, one: Any, before: date, version: int, numbers: Mapping[Any, str]) -> ClockMove:
    return ClockMove(
        version=version,
        kind=kind.__tablename__,
        clock_id=one.id,
        code=one.code,
        profile_code=one.profile_code,
        profile_version=one.profile_version,
        number=numbers[getattr(one, kind.SUBJECT[0])],
        before_on=before,
        after_on=one.due_on,
    )


def _ours(kind: Any) -> Any:
    """The bureau sees every county's clocks and moves none but its own."""
    mine = realm.current().writes
    if issubclass(kind, Owned):
        return kind.tenant_id == mine
    return or_(kind.sender_id == mine, kind.receiver_id == mine)
