"""What follows the closing and the reopening of a case."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app import audit
from app.cases.callbacks import services
from app.cases.models import Case
from app.jobs import job
from tenants.database import db


@job()
def draw_call_back(subject: str, number: str | None = None) -> None:
    services.draw(db.session.scalars(select(Case).where(Case.id == UUID(subject))).one())


@job()
def drop_call_back(subject: str, number: str | None = None) -> None:
    services.drop(db.session.scalars(select(Case).where(Case.id == UUID(subject))).one())


audit.subscribe("case.close", draw_call_back)
audit.subscribe("case.reopen", drop_call_back)
