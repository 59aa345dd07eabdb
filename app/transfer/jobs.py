"""The import runs behind the page."""

from __future__ import annotations

from uuid import UUID

from app.jobs import job


@job(name="transfer.run", queue_name="long")
def run(batch: str) -> None:
    from app.transfer import services

    services.run(UUID(batch))
