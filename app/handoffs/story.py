"""A handoff told for people: rows of its in-tray, the steps of its life, the exchange of words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import deadlines
from app.cases import lists
from app.core import clock
from app.handoffs import queries
from app.handoffs.kinds import KINDS, ReturnReason
from app.handoffs.models import Handoff, HandoffState
from app.handoffs.queries import Told
from app.handoffs.words import STEPS
from app.handoffs.workflow import life_of
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
        # What may be ticked to be signed for together with others.
        "pick": queries.reference(row) if not outgoing and row.status == S.SENT else None,
        "number": row.number,
    }


# Which step of the life each limit is for.
_LIMITS = {
    "sign": S.SIGNED,
    "referral_answer": S.ACCEPTED,
    "request_answer": S.ANSWERED,
    "answer_review": S.CLOSED,
}


def flow(handoff: Handoff) -> list[dict[str, Any]]:
    """The steps of its life with their dates; beside one that is awaited, its last day."""
    standing = handoff.state
    if standing == S.WITHDRAWN:
        reached = [(_("Sent out"), handoff.sent_at), (S.SIGNED.label, handoff.signed_at)]
        steps = [_step(title, at, "done") for title, at in reached if at]
        return [*steps, _step(S.WITHDRAWN.label, handoff.ended_at, "stopped")]
    steps = [_step(title, at, "done" if at else "") for title, at in _course(handoff)]
    if standing == S.RETURNED:
        steps[2] = _step(S.RETURNED.label, handoff.decided_at, "stopped")
        return steps
    ahead = next((step for step in steps if not step["state"]), None)
    if ahead is not None:
        ahead["state"] = "now"
    return [step | {"at": step["at"] or limit} for step, limit in zip(steps, _limits(handoff), strict=True)]


def _course(handoff: Handoff) -> list[tuple[Any, Any]]:
    """Title and moment of each step, as far as it stands: what was sent again begins anew, what came back is open.

    What has been done is called by the state it led to; what is ahead, by the step that is to be taken.
    """
    life = life_of(handoff)

    def called(name: str, state: S, at: datetime | None) -> tuple[Any, datetime | None]:
        return (state.label if at else life[name].label), at

    at_work = handoff.status not in (S.SENT, S.SIGNED)
    course = [
        (_("Sent out"), handoff.sent_at),
        called("sign", S.SIGNED, handoff.signed_at if handoff.status != S.SENT else None),
        called("accept", S.ACCEPTED, handoff.decided_at if at_work else None),
    ]
    if KINDS[handoff.kind].moves_case:
        return course
    answered = handoff.answered_at if handoff.status in (S.ANSWERED, S.CLOSED) else None
    return [*course, called("answer", S.ANSWERED, answered), called("close", S.CLOSED, handoff.ended_at)]


def _limits(handoff: Handoff) -> list[str | None]:
    """Beside each step of the course, the last day of the limit that runs for it."""
    running = {_LIMITS.get(one.code): one.due_on for one in handoff.clocks if one.is_open}
    states = (S.SENT, S.SIGNED, S.ACCEPTED, S.ANSWERED, S.CLOSED)[: len(_course(handoff))]
    return [_("by %(day)s", day=f"{running[state]:%m-%d}") if state in running else None for state in states]


def _step(title: Any, at: Any, state: str) -> dict[str, Any]:
    return {"title": title, "at": at, "state": state}


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
