"""Whether the same matter is on somebody's desk already: hints for the clerk, never a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.cases.models import Case, Party
from app.core import clock
from app.core.privacy import redact
from app.merchants.models import Merchant
from tenants.database import db

RECENT = timedelta(days=365)
MOST = 5
LOOKED_AT = 60  # latest cases against the same merchant
ALIKE = 0.3  # share of pairs of characters that two texts have in common


@dataclass(frozen=True)
class Hint:
    """An earlier case that may be the same matter, and why it is thought so."""

    case: Case
    reasons: tuple[str, ...]


def duplicates(
    *, phone: str = "", merchant: Merchant | None = None, merchant_name: str = "", facts: str = ""
) -> list[Hint]:
    """Cases of the last year with the same phone, or against the same merchant in like words; latest first."""
    since = clock.now() - RECENT
    found: dict[Any, tuple[Case, list[str]]] = {}

    def note(cases: Iterable[Case], reason: str) -> None:
        for case in cases:
            found.setdefault(case.id, (case, []))[1].append(reason)

    if phone:
        called = select(Party.case_id).where(Party.phone.matches(phone), Party.tenant_id == Case.tenant_id)
        note(_latest(Case.id.in_(called), since, MOST), _("same phone"))
    if merchant or merchant_name:
        against = Case.merchant_id == merchant.id if merchant else Case.merchant_name == merchant_name
        told = pairs(redact(facts))
        alike = [case for case in _latest(against, since, LOOKED_AT) if likeness(told, pairs(case.summary)) >= ALIKE]
        note(alike, _("same merchant, like words"))
    hints = [Hint(case, tuple(reasons)) for case, reasons in found.values()]
    return sorted(hints, key=lambda hint: (len(hint.reasons), hint.case.received_at), reverse=True)[:MOST]


def _latest(condition: Any, since: Any, most: int) -> Iterable[Case]:
    query = select(Case).where(condition, Case.received_at >= since).order_by(Case.received_at.desc()).limit(most)
    return db.session.scalars(query)


def pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters of a text, blanks and punctuation left out."""
    signs = [sign for sign in text if sign.isalnum()]
    return {one + two for one, two in pairwise(signs)}


def likeness(one: set[str], other: set[str]) -> float:
    """How much of the shorter text is in the other one, 0 to 1; very short ones are like nothing."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter >= 4 else 0.0
