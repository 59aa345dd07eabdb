"""Learning takes a while, so it runs behind the page."""

from __future__ import annotations

import logging
from uuid import UUID

from app.jobs import job
from tenants.database import db

log = logging.getLogger("hengping.triage")


@job(name="triage.learn", queue_name="long")
def learn(training: str) -> None:
    from app.cases.suggestions import services

    try:
        services.run(UUID(training))
    except Exception:
        log.exception("a training broke off")
        db.session.rollback()
        services.fail(UUID(training), "broke_off")
