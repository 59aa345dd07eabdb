"""What follows a commit: notices to those concerned, and due dates after the calendar has changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app import audit
from app.cases.models import Case, CaseClock
from app.cases.services.parts import redate
from app.jobs import job
from tenants.database import db


@job()
def tell(case: str, step: str, by: str | None = None, drafted: bool = False) -> None:
    """Tell the people concerned that a step was taken, or waits for approval."""


@job()
def redate_all(subject: Any = None, number: Any = None) -> None:
    """Carry the due dates of clocks that moved over to their cases."""
    moved = select(Case).where(
        Case.open,
        select(CaseClock.id)
        .where(
            CaseClock.tenant_id == Case.tenant_id,
            CaseClock.case_id == Case.id,
            CaseClock.code == Case.due_code,
            CaseClock.state == "running",
            CaseClock.due_on != Case.due_on,
        )
        .exists(),
    )
    for case in db.session.scalars(moved):
        redate(case)


audit.subscribe("calendar.recounted", redate_all)
