"""The closing checklist (办结核对): what has to be there before a case is closed, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from app.cases.models import Case, CaseDraft, CaseState, Outcome
from app.cases.panels import PANELS, Panel
from app.cases.papers import queries as papers
from app.cases.settings import services as settings
from app.cases.tasks.models import Task, TaskState
from app.core.errors import WrongMoment
from app.deadlines.wording import say
from app.documents.models import DocumentState
from tenants.database import db

CLOSING = (CaseState.SETTLED, CaseState.ENDED)
# The document that each outcome is told by.
_TOLD_BY = {Outcome.ENDED.value: "termination", Outcome.SETTLED.value: "mediation-agreement"}


@dataclass(frozen=True)
class Line:
    """One thing that has to be there; `missing` says what to do first, and is empty where all is well."""

    title: str
    missing: str = ""
    binding: bool = True  # the case is not closed without it
    endpoint: str = ""  # where it is done
    arguments: dict[str, Any] = field(default_factory=dict)


def lines(case: Case) -> list[Line]:
    """What closing this case asks for, in the order of the work."""
    return [*_outcome(case), *_drafts(case), *_papers(case), *_tasks(case), *_call_back()]


def require(case: Case) -> None:
    """Raises WrongMoment with the first thing that is missing."""
    for line in lines(case):
        if line.binding and line.missing:
            raise WrongMoment(line.missing)


def _outcome(case: Case) -> Iterator[Line]:
    decided = case.outcome in _TOLD_BY and case.decided_at is not None
    yield Line(_("What came out is recorded"), "" if decided else _("Record first how the mediation came out."))
    if case.outcome == Outcome.ENDED:
        open_ = case.clock("termination_notice") is not None
        told = _("Tell both parties first: the time limit for the notice of termination is still open.")
        yield Line(
            _("Both parties were told of the end"),
            told if open_ else "",
            endpoint="cases.step",
            arguments={"number": case.number, "name": "notify"},
        )


def _drafts(case: Case) -> Iterator[Line]:
    waits = select(func.count()).where(CaseDraft.subject_id == case.id, CaseDraft.status == "waiting")
    count = db.session.scalar(waits.select_from(CaseDraft))
    missing = _("A step on this case still waits for approval: have it decided first.") if count else ""
    yield Line(_("No step waits for approval"), missing)


def _papers(case: Case) -> Iterator[Line]:
    there, asks = papers.of_case(case), settings.present().papers_first
    where: dict[str, Any] = {"endpoint": "papers.index", "arguments": {"number": case.number}}
    half = sum(paper.status == DocumentState.WAITING for paper in there)
    unsent = ngettext(
        "%(num)d document waits for approval: issue or discard it first.",
        "%(num)d documents wait for approval: issue or discard them first.",
        half,
    )
    yield Line(_("No document waits for approval"), unsent if half else "", **where)
    if kind := _TOLD_BY.get(case.outcome or ""):
        form = papers.form_of(kind)
        issued = any(paper.kind == kind and paper.status == DocumentState.ISSUED for paper in there)
        missing = _("Issue the document “%(title)s” first.", title=say(form.title))
        title = _("“%(title)s” is issued", title=say(form.title))
        yield Line(title, "" if issued else missing, binding=asks, **where)


def _tasks(case: Case) -> Iterator[Line]:
    waits = select(func.count()).where(Task.case_id == case.id, Task.status == TaskState.OPEN)
    count = db.session.scalar(waits.select_from(Task)) or 0
    missing = ngettext(
        "%(num)d task on this case is still open: finish it first.",
        "%(num)d tasks on this case are still open: finish them first.",
        count,
    )
    yield Line(_("No task is open"), missing if count else "")


def _call_back() -> Iterator[Line]:
    said = {
        "all": _("Then: call-back, as every case"),
        "sample": _("Then: call-back, if the lot falls on it"),
        "none": "",
    }[settings.present().call_backs]
    if said:
        yield Line(said)


def panel(case: Case, person: Any) -> Panel | None:
    """On the page of a case that can be closed next."""
    return Panel("cases/_closing.html", {"lines": lines(case)}) if case.status in CLOSING else None


PANELS.insert(0, panel)
