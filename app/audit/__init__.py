"""Audit (审计): what was done, by whom, when, in a chain that shows every later change.

An `Entry` carries codes, numbers and dates, and is seen by the bureau; the words that somebody wrote with it stand in
a `Remark`, which is private. The timeline of a case is its entries with their remarks.
"""

from flask import Flask

from app.audit.changes import Changes, Watch
from app.audit.meanwhile import only_as_seen, sentence, since, too_late
from app.audit.models import Entry
from app.audit.services import flush, record, subscribe
from app.audit.trail import Line, trail

__all__ = [
    "Changes",
    "Entry",
    "Line",
    "Watch",
    "flush",
    "init_app",
    "only_as_seen",
    "record",
    "sentence",
    "since",
    "subscribe",
    "too_late",
    "trail",
]


def init_app(app: Flask) -> None:
    """Note every refusal of somebody who is signed in; look after acts that broke off."""
    from app.audit import jobs, refusals  # noqa: F401  (its job is declared)

    refusals.init_app(app)
