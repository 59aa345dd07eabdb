"""The audit trail of a case as a story for people: a sentence for each entry, and the steps of its life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import audit
from app.accounts import queries as people
from app.accounts.permissions import Can
from app.audit import words
from app.cases import grounds, lists
from app.cases.models import Case, CaseState, Outcome
from app.cases.services import PERSONAL, WAYS, WHOM, timing
from app.cases.workflow import CASE
from app.core.privacy import redact
from app.merchants import queries as register
from app.ui.text import money, when

S = CaseState

# event -> what is said of it; the steps say it themselves.
_EVENTS: dict[str, Any] = {
    "case.lodge": _l("Registered the complaint"),
    "case.drafted": _l("Drafted, waiting for approval"),
    "case.draft_rejected": _l("Sent the draft back"),
    "case.note": _l("Note"),
    "case.contact": _l("Contact logged"),
    "case.revealed": _l("Looked at a personal field"),
    "case.file_added": _l("Added to the file"),
    "case.file_removed": _l("Took out of the file"),
    "case.code_renewed": _l("Gave out a new tracking code"),
    "case.rebased": _l("Counted a time limit by another rule"),
    "case.located": _l("Noted where what is reported took place"),
    "case.pause_kept": _l("A pause goes on in the time limit that counts now"),
    "case.pause_cut": _l("A pause ended with the time limit that it stopped"),
    "case.took_in": _l("Another case was joined to this one"),
    "case.let_go": _l("A case was taken out again"),
    "case.reunited": _l("Took the division of the letter back"),
    "case.redated": _l("Moved the due date: the calendar of working days has changed"),
    **{f"case.{step.name}": step.done or step.label for step in CASE.by_name.values()},
}
# What came of the case stands in the titles already, and the due date follows from most steps by law.
_CHANGES = {
    "title": words.Field(_l("Title")),
    "summary": words.Field(_l("Summary")),
    "category": words.Field(_l("Category"), lambda code: lists.named("categories", code)),
    "problem": words.Field(_l("Problem"), lambda code: lists.named("problems", code)),
    "nature": words.Field(_l("Nature"), lambda code: lists.named("natures", code)),
    "amount": words.Field(_l("Amount in dispute"), lambda amount: money(Decimal(amount), cents=True)),
    "traits": words.Field(_l("Traits"), lambda codes: _(", ").join(lists.named("traits", code) for code in codes)),
    "merchant_name": words.Field(_l("Merchant")),
    "merchant_id": words.Field(_l("Merchant of the register"), names=register.numbers),
    "assignee_id": words.Field(_l("Handler"), names=people.names),
}
_DUE = {"due_on": words.Field(_l("Due date"))}
_DATED = frozenset(f"case.{event}" for event in ("session", "pause", "resume", "notify", "pause_kept", "pause_cut"))
_CONSUMERS_WORDS = {"case.supplement", "case.divided"}
_WITHOUT_A_LIFE = (Outcome.WITHDRAWN, Outcome.TAKEN_OVER, Outcome.JOINED, Outcome.TAKEN_BACK)
_TONES = {"case.refuse": "red", "case.end": "warn", "case.accept": "ok", "case.settle": "ok", "case.close": "ok"}


def story(lines: Sequence[audit.Line], case: Case | None = None) -> list[dict[str, Any]]:
    """The rows of the timeline, newest first. `case`: whose rule says what a ground means, where it is one's story."""
    changes = words.changes([(line.entry.event, line.changes) for line in lines])
    rows = [_row(line, changed) for line, changed in zip(lines, changes, strict=True)]
    for row, line in zip(rows, lines, strict=True):
        row["detail"] = _with_ground(row["detail"], line.entry.facts, case)
    return rows


def _with_ground(detail: str, facts: dict[str, Any], case: Case | None) -> str:
    code = facts.get("ground")
    return f"{code} {grounds.named(case.profile_code, code)}{detail.removeprefix(code)}" if case and code else detail


def _row(line: audit.Line, changes: list[str]) -> dict[str, Any]:
    entry = line.entry
    return {
        "at": entry.at,
        "title": words.name(entry.event),
        "detail": words.detail(entry.event, entry.facts),
        "changes": changes,
        "quote": redact(line.words) if entry.event in _CONSUMERS_WORDS else line.words,
        "who": words.who(entry),
        "tone": _TONES.get(entry.event, "blue" if entry.event.startswith("case.") else ""),
        "public": {"public": True, "internal": False}.get(line.visibility),
        "anchor": f"e{entry.seq}",
    }


def _detail(event: str, facts: dict[str, Any]) -> str:
    """The codes of an entry in words."""
    said = []
    if facts.get("other"):
        said.append(facts["other"])
    if facts.get("ground"):
        said.append(facts["ground"])
    if step := facts.get("step"):
        said.append(str(CASE.by_name[step].label) if step in CASE.by_name else step)
    if event == "case.lodge" and facts.get("channel"):
        said.append(lists.named("channels", facts["channel"]))
    if field := facts.get("field"):
        said.append(str(PERSONAL.get(field, field)))
    if facts.get("amount") and event == "case.settle":
        said.append(_("¥%(amount)s recovered", amount=facts["amount"]))
    if facts.get("on") and event in _DATED:
        said.append(str(facts["on"]))
    if event == "case.rebased":
        title = timing.title_of(facts["clock"])
        said.append(_("%(limit)s: %(was)s → %(due)s", limit=title, was=facts["was"], due=facts["due"] or "—"))
    elif facts.get("clock"):
        said.append(timing.title_of(facts["clock"]))
    if event == "case.extend":
        said.append(f"+{facts.get('amount')} · {facts.get('evidence', '')}".rstrip(" ·"))
    if event == "case.rule" and facts.get("profile"):
        said.append(timing.rule_name(facts["profile"]))
    if event == "case.contact":
        said += contact(facts)
    if facts.get("files"):
        said.append(_("%(n)s files", n=facts["files"]))
    return " · ".join(said)


def contact(facts: dict[str, Any]) -> list[str]:
    """By which way and with whom, whether they were reached, and when."""
    reached = _("reached") if facts["reached"] else _("not reached")
    return [str(WAYS[facts["way"]]), str(WHOM[facts["whom"]]), reached, when(datetime.fromisoformat(facts["at"]))]


words.extend(
    _EVENTS,
    {event: partial(_detail, event) for event in _EVENTS},
    {
        "case_record": words.Kind(
            _l("Case"), lambda entry: url_for("cases.show", number=entry.subject_number), Can.CASE_READ
        )
    },
    {"case": _CHANGES, **{f"case.{step}": _DUE for step in ("pause", "resume", "extend", "rule", "redated")}},
)


def drafted(draft: Any, case: Case) -> str:
    """What a draft asks for, beside its words."""
    return _with_ground(_detail(f"case.{draft.step}", draft.facts), draft.facts, case)


def flow(case: Case, lines: Sequence[audit.Line]) -> list[dict[str, Any]]:
    """The steps of its life with the days they were reached, those ahead without."""
    began = next((line.entry.at for line in lines if line.entry.event == "case.mediate"), None)
    if case.outcome == Outcome.REFUSED:
        return [
            {"title": _("Lodged"), "at": case.received_at, "state": "done"},
            {"title": S.REFUSED.label, "at": case.decided_at, "state": "stopped"},
        ]
    if case.outcome in _WITHOUT_A_LIFE:
        return [
            {"title": _("Lodged"), "at": case.received_at, "state": "done"},
            {"title": Outcome(case.outcome).label, "at": case.closed_at, "state": "stopped"},
        ]
    if case.is_outside:
        return _flow_of_what_is_neither(case)
    if case.is_report:
        return _flow_of_report(case)
    came_out = S.ENDED.label if case.outcome == Outcome.ENDED else S.SETTLED.label
    steps = [
        (_("Lodged"), case.received_at, {S.LODGED}),
        (S.ACCEPTED.label if case.accepted_at else CASE["accept"].label, case.accepted_at, {S.ACCEPTED}),
        (_("Mediation"), began, {S.MEDIATING}),
        (came_out if case.outcome else _("Outcome"), case.decided_at, {S.SETTLED, S.ENDED}),
        (S.CLOSED.label if case.closed_at else CASE["close"].label, case.closed_at, {S.CLOSED}),
    ]
    standing = S(case.before_referral or case.status)
    reached = next(place for place, (_title, _at, states) in enumerate(steps) if standing in states)
    return [
        {"title": title, "at": at if place <= reached else None, "state": _standing(place, reached, standing)}
        for place, (title, at, _states) in enumerate(steps)
    ]


def _flow_of_what_is_neither(case: Case) -> list[dict[str, Any]]:
    """It is neither accepted nor mediated: its sender is told where to turn."""
    told = case.outcome == Outcome.GUIDED
    return [
        {"title": _("Lodged"), "at": case.received_at, "state": "done" if told else "now"},
        {"title": _("Told where to turn"), "at": case.closed_at, "state": "done" if told else ""},
    ]


def _flow_of_report(case: Case) -> list[dict[str, Any]]:
    """A report is not mediated: its clue is checked, and then a case file is opened or not."""
    closed = case.status == S.CLOSED
    filed = case.accepted_at is not None
    steps = [
        {"title": _("Lodged"), "at": case.received_at, "state": "done" if filed or closed else "now"},
        {
            "title": _("Case file opened"),
            "at": case.accepted_at,
            "state": "done" if closed and filed else "now" if filed else "",
        },
        {"title": S.CLOSED.label, "at": case.closed_at, "state": "done" if closed else ""},
    ]
    return [steps[0], steps[2]] if case.outcome == Outcome.NOT_FILED else steps


def _standing(place: int, reached: int, standing: CaseState) -> str:
    if place < reached or standing == S.CLOSED:
        return "done"
    return "now" if place == reached else ""
