"""What may be the same matter as a case, and what was joined to it."""

from __future__ import annotations

from typing import Any

from flask import request

from app.accounts.permissions import Can
from app.cases import panels, queries
from app.cases.models import Case
from app.cases.services import dividing, joining
from app.core.area import Area
from app.ui import render

alike = Area("alike", __name__, kinds={"center"}, url_prefix="/cases")


@alike.page("/<number>/alike", allow=Can.CASE_READ)
def index(number: str) -> Any:
    """A page, and to a script that asks for it a fragment: it is looked for once the case itself is read."""
    case = queries.by_number(number)
    template = "cases/_hints.html" if "HX-Request" in request.headers else "cases/alike.html"
    return render(template, case=case, alike=queries.alike(case))


def _alike(case: Case, person: Any) -> panels.Panel | None:
    return panels.Panel("cases/_alike.html") if case.is_open else None


def _joined(case: Case, person: Any) -> panels.Panel | None:
    first, others = joining.goes_on_in(case) or dividing.went_back_into(case), joining.joined_to(case)
    if first is None and not others:
        return None
    facts = {"first": first, "others": others, "files": joining.files_of(others)}
    kept = joining.kept_by(case) if person.can(Can.CASE_TRIAGE, case) else ""
    return panels.Panel("cases/_joined.html", {**facts, "kept": kept})


panels.PANELS[:0] = [_joined]
panels.PANELS.append(_alike)
