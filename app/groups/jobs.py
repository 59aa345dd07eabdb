"""What follows a commit: each document of a batch is issued by itself, so that one refusal stops no other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Person
from app.cases.papers.models import CaseDocument
from app.cases.papers.workflow import PAPER
from app.core.errors import Refusal
from app.groups.models import GroupBatchRow
from app.jobs import job
from tenants.database import db


@job()
def write_one(row: str, by: str) -> None:
    """Issue a drafted document, or send it for approval where its form asks for that and this person cannot give it."""
    one = _row(row)
    if one.status != "waiting":
        return
    person = db.session.scalars(select(Person).where(Person.id == UUID(by))).one()
    try:
        paper = db.session.scalars(select(CaseDocument).where(CaseDocument.id == one.paper_id)).one()
        step = next(step for step in PAPER.open_to(person, paper) if step.primary)
        PAPER.take(step.name, paper, by=person)
        one.status = "done"
    except Refusal as refusal:
        db.session.rollback()
        one = _row(row)
        one.status, one.why = "refused", str(refusal.message)


def _row(key: str) -> Any:
    return db.session.scalars(
        select(GroupBatchRow).where(GroupBatchRow.id == UUID(key)).with_for_update(of=GroupBatchRow)
    ).one()
