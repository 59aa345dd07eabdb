"""The words for interviews and commitments in the trail."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.audit import words
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW

words.extend(
    {
        "interview.call_in": _l("Called a merchant in"),
        "commitment.note": _l("Noted a commitment of a merchant"),
        **{f"{life.noun}.{step.name}": step.done for life in (INTERVIEW, COMMITMENT) for step in life.by_name.values()},
    },
    {event: lambda facts: facts.get("merchant", "") for event in ("interview.call_in", "commitment.note")},
    {
        "merchant_interview": words.Kind(_l("Interview of a merchant")),
        "merchant_commitment": words.Kind(_l("Commitment of a merchant")),
    },
    {"interview": {"held_at": words.Field(_l("When")), "place": words.Field(_l("Where"))}},
)
