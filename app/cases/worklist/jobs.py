"""What is done to many cases, and what writes many of them down, runs behind the page."""

from __future__ import annotations

import logging
from uuid import UUID

from app.jobs import job
from tenants.database import db

log = logging.getLogger("hengping.worklist")


@job(name="worklist.bulk", queue_name="long")
def run(bulk: str) -> None:
    from app.cases.worklist import bulk as many

    try:
        many.run(UUID(bulk))
    except Exception:
        log.exception("a step on many cases broke off")
        db.session.rollback()
        many.fail(UUID(bulk))


@job(name="worklist.export", queue_name="long")
def export(export: str) -> None:
    from app.cases.worklist import export as sheets

    try:
        sheets.run(UUID(export))
    except Exception:
        log.exception("an export broke off")
        db.session.rollback()
        sheets.fail(UUID(export))


@job(name="worklist.expire", every="20 19 * * *")  # twenty past three in the night, before the sweep of files
def expire() -> None:
    """Take away spreadsheets that were kept for a week."""
    from app.cases.worklist import export as sheets

    sheets.expire()


@job(name="worklist.forget", every="25 19 * * *")
def forget() -> None:
    """Forget who was on which case, and drafts of notes that were left."""
    from app.cases.worklist import presence

    presence.forget()
