"""The words for both in the trail and in the story of a case."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.advocacy.models import Means, Medium
from app.advocacy.workflow import WORKFLOWS
from app.audit import words

_ASKED = {"litigation": _l("Asked for the support of a lawsuit"), "exposure": _l("Proposed an exposure through media")}
_EVENTS = {
    event: done
    for kind, life in WORKFLOWS.items()
    for name, done in (("ask", _ASKED[kind]), *((step.name, step.done) for step in life.by_name.values()))
    for event in (f"{kind}.{name}", f"case.{kind}_{name}")
}


def _chosen(facts: dict[str, Any]) -> Any:
    if facts.get("means"):
        return Means(facts["means"]).label
    return Medium(facts["medium"]).label if facts.get("medium") else ""


words.extend(
    _EVENTS,
    {event: _chosen for event in _EVENTS if event.endswith("ask")},
    {
        "litigation_support": words.Kind(_l("Support of a lawsuit")),
        "exposure": words.Kind(_l("Exposure through media")),
    },
)
