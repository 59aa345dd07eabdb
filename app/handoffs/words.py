"""The words for what happens in the exchange: in the audit trail, in the stories of cases, in notices."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.permissions import Can
from app.audit import words as audit_words
from app.audit.words import Field
from app.handoffs.kinds import FULL, KINDS, MASKED, ReturnReason
from app.handoffs.packet import FIELDS
from app.handoffs.workflow import LETTER, WORKFLOWS
from app.notifications import words as notices
from tenants.registry import registry

STEPS: dict[str, Any] = {
    "send": _l("Sent it"),
    "write": _l("Wrote about it"),
    **{step.name: step.done for life in WORKFLOWS.values() for step in life.by_name.values()},
}
_ON_A_CASE = {
    **{f"case.handoff_{name}": words for name, words in STEPS.items()},
    "case.handoff_send": _l("Sent to another organisation"),
    **{f"case.letter_{step.name}": step.done for step in LETTER.by_name.values()},
}


def detail(facts: dict[str, Any]) -> str:
    """The codes of an entry in words: kind, number, organisation, reason."""
    said = []
    if facts.get("kind") in KINDS:
        said.append(str(KINDS[facts["kind"]].label))
    if number := facts.get("number") or facts.get("letter"):
        said.append(str(number))
    if place := registry.find(str(facts.get("to") or facts.get("from") or "")):
        said.append(place.short_name)
    if facts.get("reason") in list(ReturnReason):
        said.append(str(ReturnReason(facts["reason"]).label))
    return " · ".join(said)


def _shared(fields: dict[str, str]) -> str:
    """Code -> full | masked in words."""
    extents = {FULL: _("whole"), MASKED: _("masked")}
    return _(", ").join(f"{FIELDS[code].label} ({extents[extent]})" for code, extent in fields.items())


audit_words.extend(
    events={
        **_ON_A_CASE,
        **{f"handoff.{name}": words for name, words in STEPS.items()},
        **{f"handoff.heard_{name}": _l("The other side: %(what)s", what=words) for name, words in STEPS.items()},
        **{f"letter.{step.name}": step.done for step in LETTER.by_name.values()},
        "letter.draft": _l("Drafted a letter"),
        "handoff.redated": _l("Moved the due date: the calendar of working days has changed"),
        "handoff.revealed": _l("Looked at a personal field that was shared"),
    },
    details=dict.fromkeys(
        (*_ON_A_CASE, *(f"handoff.{prefix}{step}" for step in STEPS for prefix in ("", "heard_")), "letter.draft"),
        detail,
    ),
    kinds={
        "handoff": audit_words.Kind(_l("Exchange")),
        "handoff_draft": audit_words.Kind(
            _l("Letter"), lambda entry: url_for("handoffs.letter", number=entry.subject_number), Can.HANDOFF_SEND
        ),
    },
    fields={
        "letter": {
            "receiver_id": Field(_l("Receiver"), lambda place: registry.by_id(place).short_name),
            "subject": Field(_l("Title of the letter")),
            "ask": Field(_l("What is asked")),
            "wanted": Field(_l("What we hope for")),
            "legal_basis": Field(_l("Legal basis")),
            "fields": Field(_l("Shared fields"), _shared),
            "need": Field(_l("Why the whole is needed")),
            "files": Field(_l("Files that go with it"), len),
        },
        "handoff.redated": {"due_on": Field(_l("Due date"))},
    },
)


def _from(words: Any) -> Any:
    """Words that name the other side by its short name."""

    def said(facts: dict[str, Any]) -> str:
        place = registry.find(facts["place"])
        return str(words) % {**facts, "place": place.short_name if place else facts["place"]}

    return said


notices.extend(
    {
        "handoff.heard_send": _from(_l("%(place)s sent you %(number)s")),
        "handoff.heard_resend": _from(_l("%(place)s completed %(number)s and sent it again")),
        "handoff.heard_send_back": _from(_l("%(place)s sent your answer to %(number)s back")),
        "handoff.heard_close": _from(_l("%(place)s closed %(number)s")),
        "handoff.heard_withdraw": _from(_l("%(place)s withdrew %(number)s")),
        "handoff.heard_accept": _from(_l("%(place)s accepted %(number)s")),
        "handoff.heard_return": _from(_l("%(place)s returned %(number)s")),
        "handoff.heard_answer": _from(_l("%(place)s answered %(number)s")),
        "handoff.heard_write": _from(_l("%(place)s wrote about %(number)s")),
        "letter.submit": _l("Letter %(number)s waits for your approval"),
        "letter.reject": _l("Your letter %(number)s was given back"),
    }
)
