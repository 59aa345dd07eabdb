"""The import runs behind the page."""

from __future__ import annotations

import logging
from uuid import UUID

from app.jobs import job
from tenants.database import db

log = logging.getLogger("hengping.transfer")


@job(name="transfer.run", queue_name="long")
def run(batch: str) -> None:
    from app.transfer import services

    try:
        services.run(UUID(batch))
    except Exception:
        log.exception("an import broke off")
        db.session.rollback()
        services.fail(UUID(batch))
