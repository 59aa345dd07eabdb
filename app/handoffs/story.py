"""A handoff told for people: rows of its in-tray, the steps of its life, the exchange of words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import deadlines
from app.cases import lists
from app.core import clock
from app.handoffs import queries
from app.handoffs.kinds import KINDS, ReturnReason
from app.handoffs.models import Handoff, HandoffClock, HandoffState
from app.handoffs.queries import Told
from app.handoffs.words import STEPS
from app.ui.text import money
from tenants import realm
from tenants.registry import registry

S = HandoffState
TONES = {"send": "blue", "accept": "ok", "return": "red", "answer": "ok", "close": "ok", "withdraw": "red"}


def url_of(handoff: Handoff) -> str:
    return url_for("handoffs.show", reference=queries.reference(handoff))


def clock_view(handoff: Handoff) -> deadlines.ClockView | None:
    return deadlines.view(handoff.clock, clock.today()) if handoff.clock else None


def tray(rows: Sequence[Handoff], shown: Handoff | None = None) -> list[dict[str, Any]]:
    """What lists.tray_row() takes, for each."""
    return [_tray_row(row, on=shown is not None and row.id == shown.id) for row in rows]


def _tray_row(row: Handoff, *, on: bool) -> dict[str, Any]:
    outgoing = row.sender_id == realm.current().writes
    other = registry.by_id(row.receiver_id if outgoing else row.sender_id).short_name
    whom = _("to %(place)s", place=other) if outgoing else _("from %(place)s", place=other)
    return {
        "url": url_of(row),
        "title": row.subject,
        "meta": f"{row.number} · {KINDS[row.kind].label} · {whom}",
        "tag": row.state.label,
        "tone": row.state.tone,
        "clock": clock_view(row) if row.ended_at is None else None,
        "on": on,
    }


def flow(handoff: Handoff) -> list[dict[str, Any]]:
    """The steps of its life with their dates; what is awaited now with its last day."""
    ended = S(handoff.status)
    decided = ended if ended in (S.RETURNED, S.WITHDRAWN) else S.ACCEPTED
    steps = [
        (S.SENT, _("Sent"), handoff.sent_at, "done"),
        (S.SIGNED, S.SIGNED.label, handoff.signed_at, "done"),
    ]
    if ended == S.WITHDRAWN:
        return [_step(title, at, state) for _state, title, at, state in steps if at] + [
            _step(S.WITHDRAWN.label, handoff.ended_at, "stopped")
        ]
    steps.append((decided, decided.label, handoff.decided_at, "stopped" if decided == S.RETURNED else "done"))
    if not KINDS[handoff.kind].moves_case:
        steps.append((S.ANSWERED, S.ANSWERED.label, handoff.answered_at, "done"))
        steps.append((S.CLOSED, S.CLOSED.label, handoff.ended_at, "done"))
    reached = _reached(handoff, len(steps))
    rows = [
        _step(title, at if place < reached else None, state if place < reached else "")
        for place, (_s, title, at, state) in enumerate(steps)
    ]
    if reached < len(rows) and decided != S.RETURNED:
        rows[reached] |= {"state": "now", "at": _limit(handoff.clock)}
    return rows


def _reached(handoff: Handoff, length: int) -> int:
    """How many of the steps lie behind it."""
    if handoff.ended_at and handoff.status != S.RETURNED:
        return length
    return {S.SENT: 1, S.SIGNED: 2, S.ACCEPTED: 3, S.SENT_BACK: 3, S.RETURNED: 3, S.ANSWERED: 4}[S(handoff.status)]


def _step(title: Any, at: Any, state: str) -> dict[str, Any]:
    return {"title": title, "at": at, "state": state}


def _limit(running: HandoffClock | None) -> str | None:
    if running is None or not running.is_open:
        return None
    return _("by %(day)s", day=f"{running.due_on:%m-%d}")


def timeline(told: Sequence[Told]) -> list[dict[str, Any]]:
    """The exchange, newest first: whose step, its words, who took it."""
    return [_told(one) for one in told]


def _told(one: Told) -> dict[str, Any]:
    step = one.step
    who = step.by_name
    if step.drafted_by:
        who = _("%(drafter)s drafted, %(name)s approved", drafter=step.drafted_by, name=step.by_name)
    return {
        "at": step.at,
        "title": f"{one.place.short_name} {STEPS[step.step]}",
        "detail": str(ReturnReason(step.reason).label) if step.reason else "",
        "quote": one.words,
        "who": who,
        "tone": TONES.get(step.step, ""),
        "public": None,
        "tags": [file.name for file in one.files] if step.step != "send" else [],
        "anchor": f"s-{step.id}",
    }


def matter(handoff: Handoff) -> list[tuple[Any, Any]]:
    """What goes with every handoff, as name and value."""
    facts = handoff.facts
    return [
        (_("Merchant"), facts.get("merchant_name")),
        (_("Credit code"), facts.get("credit_code")),
        (_("Category"), lists.named("categories", facts.get("category"))),
        (_("Problem"), lists.named("problems", facts.get("problem"))),
        (_("Claims"), "、".join(lists.named("claims", code) for code in facts.get("claims", ()))),
        (_("Amount in dispute"), money(Decimal(facts["amount"]), cents=True) if facts.get("amount") else ""),
        (_("First received"), facts.get("received_on")),
    ]
