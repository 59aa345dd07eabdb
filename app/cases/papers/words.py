"""The words for what happens to documents: in the audit trail and in the stories of cases."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit import words
from app.cases.papers.bundle import PARTS
from app.cases.papers.models import MODES, PARTIES
from app.cases.papers.workflow import PAPER
from app.deadlines.wording import say
from app.documents.kinds import kinds

_STEPS = {step.name: step.done for step in PAPER.by_name.values()}
_ON_A_CASE = {
    **{f"case.document_{name}": done for name, done in _STEPS.items()},
    "case.document_draft": _l("Drafted a document"),
    "case.document_served": _l("Served a document"),
    "case.bundle": _l("Bound the file into one PDF"),
    "case.document_taken": _l("Fetched a document with the personal data in it"),
}


def detail(facts: dict[str, Any]) -> str:
    """Title and number; of a service, to whom, how and when."""
    if "extent" in facts:
        said = _("whole") if facts["extent"] == "whole" else _("masked")
        without = _(", ").join(str(PARTS[part]) for part in facts.get("without", []))
        return _("%(extent)s, without: %(parts)s", extent=said, parts=without) if without else said
    said = [say(kinds()[facts["form"]].title)] if facts.get("form") in kinds() else []
    said += [str(facts[name]) for name in ("number", "on") if facts.get(name)]
    said += [_("%(n)s files", n=facts["files"])] if facts.get("files") else []
    said += [str(listed[facts[name]]) for name, listed in (("party", PARTIES), ("mode", MODES)) if facts.get(name)]
    return " · ".join(said)


words.extend(
    events={**_ON_A_CASE, **{f"document.{name}": done for name, done in _STEPS.items()}},
    details=dict.fromkeys(_ON_A_CASE, detail),
    kinds={"case_document": words.Kind(_l("Document"))},
)
