"""Counting again: after a change of the calendar in every organisation, and at night what was started meanwhile."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, update

from app import audit
from app.deadlines import counting, queries
from app.jobs import job
from tenants import realm
from tenants.database import db
from tenants.provisioning import Act, act_in
from tenants.registry import registry


@job()
def recount_everywhere(version: int) -> None:
    """Work open due dates out again, one organisation after the other, each in its own transaction.

    Runs in the bureau's realm. Who is done is not done again, so that a run that broke off goes on where it was; what
    one organisation runs into does not keep the others waiting.
    """
    queries.forget()  # this process may have read the calendar before it changed
    why, faults = f"calendar.recount {version}", []
    for place in registry.places().values():
        if queries.is_recounted(place.id, queries.load_calendar().version):
            continue
        if place.id == realm.current().writes:
            counting.recount_open()
            continue
        try:
            with act_in(registry.realm(place), why):
                counting.recount_open()
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise ExceptionGroup("some organisations could not be counted again", faults)
    # An earlier attempt that broke off between its two transactions has been made good by this one.
    db.session.execute(update(Act).where(Act.why == why, Act.done_at.is_(None)).values(done_at=func.now()))


@job(every="20 16 * * *")  # twenty past midnight, local time
def recount_late_starters() -> None:
    """Clocks that a process started by the calendar of a moment ago, while it was being changed."""
    counting.recount_open()


@job()
def follow_regime(subject: Any = None, number: Any = None) -> None:
    """In the bureau's realm: let every organisation know that the city works by other rules, in its own trail."""
    queries.forget()
    for place in registry.places().values():
        if place.id != realm.current().writes:
            with act_in(registry.realm(place), "regime.follow"):
                audit.record("regime.reached")
