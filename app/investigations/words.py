"""The words for what happens in an investigation: in the trail, and in the story of its case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.audit import words
from app.investigations.models import Scope
from app.investigations.workflow import INVESTIGATION

_STEPS = {"propose": _l("Opened an investigation"), **{step.name: step.done for step in INVESTIGATION.by_name.values()}}
_EVENTS = {f"{noun}{name}": done for name, done in _STEPS.items() for noun in ("investigation.", "case.investigation_")}

words.extend(
    {**_EVENTS, "case.investigation_file": _l("Fetched a file of the evidence")},
    {
        event: lambda facts: Scope(facts["scope"]).label if facts.get("scope") else ""
        for event in ("investigation.propose", "case.investigation_propose")
    },
    {"investigation": words.Kind(_l("Investigation"))},
)
