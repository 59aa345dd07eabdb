"""What every stage needs: the due date for the queue, the search document, the legal profile."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.cases.models import Case, CaseStatement
from app.deadlines import ClockState, Profile, load_rules
from tenants.database import db


def redate(case: Case) -> None:
    """Carry the earliest running clock over to the case, where lists are ordered by it."""
    running = [clock for clock in case.clocks if clock.state == ClockState.RUNNING]
    first = min(running, key=lambda clock: clock.due_on, default=None)
    case.due_on = first.due_on if first else None
    case.due_code = first.code if first else None


def profile_of(case: Case) -> Profile:
    """The limits that bind the case, chosen by its day of receipt."""
    return load_rules().profile(case.profile_code, case.profile_version)


def statement_of(case: Case) -> CaseStatement:
    return db.session.scalars(select(CaseStatement).where(CaseStatement.case_id == case.id)).one()


def look_up(case: Case, told: Any = None) -> None:
    """Write the search document anew; `told` carries facts and demand where they are at hand already."""
