"""The closing checklist (办结核对): what has to be there before a case is closed, and what is still missing.

A report has one too, before what came of it is noted. Every part is asked of many cases at once, so that a closing of
hundreds can be looked over in a few statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.cases.models import Case, CaseDraft, CaseState, Outcome
from app.cases.panels import PANELS, Panel
from app.cases.papers import queries as papers
from app.cases.papers.models import CaseDocument, CaseDocumentService
from app.cases.settings import services as settings
from app.cases.tasks.models import Task, TaskState
from app.core.errors import WrongMoment
from app.deadlines.wording import say
from app.documents.kinds import bilingual
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


# Asked of all the cases first, then says the lines of each.
Ask = Callable[[Sequence[Case]], Callable[[Case], Iterator[Line]]]


def lines_of(cases: Sequence[Case]) -> dict[UUID, list[Line]]:
    """case -> what closing it asks for, in the order of the work."""
    asked = [ask(cases) for ask in (_outcome, _drafts, _papers, *ASKS, _tasks, _call_back)]
    return {case.id: [line for lines in asked for line in lines(case)] for case in cases}


def missing(cases: Sequence[Case]) -> dict[UUID, str]:
    """case -> the first thing that keeps it from being closed; nothing for a case that may be."""
    found = {}
    for key, lines in lines_of(cases).items():
        first = next((line.missing for line in lines if line.binding and line.missing), "")
        if first:
            found[key] = first
    return found


def require(case: Case) -> None:
    """Raises WrongMoment with the first thing that is missing."""
    if first := missing([case]).get(case.id):
        raise WrongMoment(first)


def counted(of: InstrumentedAttribute[Any], cases: Sequence[Case], *conditions: ColumnElement[bool]) -> dict[UUID, int]:
    """case -> how many rows are like this; `of` is the column that names the case."""
    query = select(of, func.count()).where(of.in_([case.id for case in cases]), *conditions).group_by(of)
    return defaultdict(int, dict(db.session.execute(query).all()))


def _outcome(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    def lines(case: Case) -> Iterator[Line]:
        if not case.is_complaint and case.status not in CLOSING:
            return
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

    return lines


def _drafts(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    waiting = counted(CaseDraft.subject_id, cases, CaseDraft.status == "waiting")
    said = _("A step on this case still waits for approval: have it decided first.")

    def lines(case: Case) -> Iterator[Line]:
        yield Line(_("No step waits for approval"), said if waiting[case.id] else "")

    return lines


def _papers(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    asks = settings.present().papers_first
    served = select(CaseDocumentService.id).where(CaseDocumentService.document_id == CaseDocument.id).exists()
    query = select(CaseDocument.case_id, CaseDocument.kind, CaseDocument.status, served).where(
        CaseDocument.case_id.in_([case.id for case in cases]),
        CaseDocument.status.in_([DocumentState.WAITING.value, DocumentState.ISSUED.value]),
    )
    waiting: dict[UUID, int] = defaultdict(int)
    issued: dict[tuple[UUID, str], bool] = {}  # and whether it reached somebody
    for case_id, kind, status, reached in db.session.execute(query):
        if status == DocumentState.WAITING:
            waiting[case_id] += 1
        else:
            issued[(case_id, kind)] = reached or issued.get((case_id, kind), False)

    def lines(case: Case) -> Iterator[Line]:
        where: dict[str, Any] = {"endpoint": "papers.index", "arguments": {"number": case.number}}
        half = waiting[case.id]
        unsent = ngettext(
            "%(num)d document waits for approval: issue or discard it first.",
            "%(num)d documents wait for approval: issue or discard them first.",
            half,
        )
        yield Line(_("No document waits for approval"), unsent if half else "", **where)
        told_by = _TOLD_BY.get(case.outcome or "")
        for kind in filter(None, (None if not case.is_complaint or not case.accepted_at else "acceptance", told_by)):
            title = say(papers.form_of(kind).title)
            reached = [issued[key] for code in (kind, bilingual().get(kind, "")) if (key := (case.id, code)) in issued]
            missing = _("Issue the document “%(title)s” first.", title=title)
            binding = asks and kind == told_by
            yield Line(_("“%(title)s” is issued", title=title), "" if reached else missing, binding, **where)
            if reached:
                missing = _("Note how “%(title)s” was served, and on whom.", title=title)
                yield Line(_("“%(title)s” was served", title=title), "" if any(reached) else missing, False, **where)

    return lines


def _tasks(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    open_ = counted(Task.case_id, cases, Task.status == TaskState.OPEN)

    def lines(case: Case) -> Iterator[Line]:
        missing = ngettext(
            "%(num)d task on this case is still open: finish it first.",
            "%(num)d tasks on this case are still open: finish them first.",
            open_[case.id],
        )
        yield Line(_("No task is open"), missing if open_[case.id] else "")

    return lines


def _call_back(cases: Sequence[Case]) -> Callable[[Case], Iterator[Line]]:
    said = {
        "all": _("Then: call-back, as every case"),
        "sample": _("Then: call-back, if the lot falls on it"),
        "none": "",
    }[settings.present().call_backs]

    def lines(case: Case) -> Iterator[Line]:
        if said and case.status in CLOSING:
            yield Line(said)

    return lines


# What other domains ask for; filled by them, when they are imported.
ASKS: list[Ask] = []


def closes_next(case: Case) -> bool:
    """Whether the case may come to its end with the next step."""
    if case.is_outside:
        return case.status in (CaseState.LODGED, CaseState.ACCEPTED)
    return case.status in CLOSING or (case.is_report and case.status == CaseState.ACCEPTED)


def panel(case: Case, person: Any) -> Panel | None:
    """On the page of a case that can be closed next."""
    return Panel("cases/_closing.html", {"lines": lines_of([case])[case.id]}) if closes_next(case) else None


PANELS.insert(0, panel)
