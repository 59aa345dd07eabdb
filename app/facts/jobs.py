"""The figures follow the trail within seconds."""

from __future__ import annotations

from app import audit
from app.facts import services
from app.jobs import job


@job(name="facts.catch_up")
def catch_up(**_: object) -> None:
    services.catch_up()


audit.subscribe("case.*", catch_up, once=True)
