"""What waits for whoever approves, of every kind: steps of cases, letters, documents, what goes beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, String, cast, literal, null, select, union_all

from app.advocacy.models import Exposure, ExposureState, LitigationState, LitigationSupport
from app.cases.models import Case, CaseDraft
from app.cases.papers.models import CaseDocument
from app.cases.workflow import CASE
from app.deadlines.wording import say
from app.documents.kinds import kinds
from app.documents.models import DocumentState
from app.handoffs.kinds import KINDS
from app.handoffs.models import DraftState, HandoffDraft
from app.investigations.models import Investigation, InvestigationState
from tenants.database import db

MOST = 99
STEP, LETTER, PAPER = "step", "letter", "paper"
LITIGATION, EXPOSURE, INVESTIGATION = "litigation", "exposure", "investigation"
_TITLES = {
    LITIGATION: _l("Support of a lawsuit"),
    EXPOSURE: _l("Exposure in the media"),
    INVESTIGATION: _l("Investigation"),
}
_NONE = cast(null(), String)
# kind -> what waits, in which state, and of it: which of its kind, number and title if any, case, by whom, since.
_SOURCES: dict[str, tuple[Any, str, tuple[Any, ...]]] = {
    STEP: (
        CaseDraft, "waiting",
        (CaseDraft.step, _NONE, _NONE, CaseDraft.subject_id, CaseDraft.drafted_by_name, CaseDraft.drafted_at),
    ),
    LETTER: (
        HandoffDraft, DraftState.WAITING,
        (
            HandoffDraft.kind, HandoffDraft.number, HandoffDraft.subject,
            HandoffDraft.case_id, HandoffDraft.drafted_by_name, HandoffDraft.drafted_at,
        ),
    ),
    PAPER: (
        CaseDocument, DocumentState.WAITING,
        (CaseDocument.kind, _NONE, _NONE, CaseDocument.case_id, CaseDocument.drafted_by_name, CaseDocument.drafted_at),
    ),
    LITIGATION: (
        LitigationSupport, LitigationState.ASKED,
        (_NONE, _NONE, _NONE, LitigationSupport.case_id, LitigationSupport.asked_by_name, LitigationSupport.asked_at),
    ),
    EXPOSURE: (
        Exposure, ExposureState.PROPOSED,
        (_NONE, _NONE, _NONE, Exposure.case_id, Exposure.asked_by_name, Exposure.asked_at),
    ),
    INVESTIGATION: (
        Investigation, InvestigationState.OPEN,
        (_NONE, _NONE, _NONE, Investigation.case_id, Investigation.opened_by_name, Investigation.opened_at),
    ),
}  # fmt: skip
_NAMES = ("code", "number", "title", "case_id", "by", "since")


@dataclass(frozen=True)
class Waiting:
    """One draft: what is to be done, to what, and who asks for it."""

    what: Any
    title: str
    number: str
    by: str
    since: datetime
    url: str


def waiting() -> list[Waiting]:
    """The oldest first, and no more than MOST + 1; two statements: what waits, and the cases that it is about."""
    every = union_all(*(_rows(kind, *source) for kind, source in _SOURCES.items())).subquery()
    rows = db.session.execute(select(every).order_by(every.c.since).limit(MOST + 1)).all()
    asked = select(Case).where(Case.id.in_({row.case_id for row in rows}))
    cases = {case.id: case for case in db.session.scalars(asked)} if rows else {}
    return [_waiting(row, cases[row.case_id]) for row in rows]


def _rows(kind: str, model: Any, state: str, columns: tuple[Any, ...]) -> Select[Any]:
    named = (column.label(name) for column, name in zip(columns, _NAMES, strict=True))
    return select(literal(kind).label("kind"), model.id.label("key"), *named).where(model.status == str(state))


def _waiting(row: Any, case: Case) -> Waiting:
    if row.kind == STEP:
        what, url = CASE[row.code].label, url_for("cases.show", number=case.number)
    elif row.kind == LETTER:
        what, url = KINDS[row.code].label, url_for("handoffs.letter", number=row.number)
    elif row.kind == PAPER:
        what, url = say(kinds()[row.code].title), url_for("papers.show", number=case.number, paper_id=row.key)
    elif row.kind == INVESTIGATION:
        what, url = _TITLES[row.kind], url_for("investigations.show", number=case.number)
    else:
        what, url = _TITLES[row.kind], url_for("advocacy.show", number=case.number, kind=row.kind)
    return Waiting(what, row.title or case.title, case.number, row.by, row.since, url)
