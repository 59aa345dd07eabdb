"""What waits for whoever approves, of every kind: steps of cases, letters, documents, support of lawsuits."""

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
from tenants.database import db

MOST = 30
STEP, LETTER, PAPER, LITIGATION, EXPOSURE = "step", "letter", "paper", "litigation", "exposure"
_ADVOCACY = {LITIGATION: _l("Support of a lawsuit"), EXPOSURE: _l("Exposure in the media")}


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
    """The oldest first, two statements: what waits, and the cases that it is about."""
    every = union_all(*_kinds()).subquery()
    rows = db.session.execute(select(every).order_by(every.c.since).limit(MOST)).all()
    asked = select(Case).where(Case.id.in_({row.case_id for row in rows}))
    cases = {case.id: case for case in db.session.scalars(asked)} if rows else {}
    return [_waiting(row, cases[row.case_id]) for row in rows]


def _kinds() -> list[Select[Any]]:
    """(kind, code, key, number of the letter, its title, case, by, since) of each."""

    def rows(kind: str, model: Any, code: Any, case_id: Any, by: Any, since: Any, *wanted: Any) -> Select[Any]:
        named = (model.number, model.subject) if model is HandoffDraft else (cast(null(), String),) * 2
        columns = (literal(kind), code, model.id, *named, case_id, by, since)
        names = ("kind", "code", "key", "number", "title", "case_id", "by", "since")
        return select(*(column.label(name) for column, name in zip(columns, names, strict=True))).where(*wanted)

    step, letter, paper = CaseDraft, HandoffDraft, CaseDocument
    drafted: list[tuple[Any, str, Any, Any]] = [
        (step, STEP, step.step, step.subject_id),
        (letter, LETTER, letter.kind, letter.case_id),
    ]
    drafted.append((paper, PAPER, paper.kind, paper.case_id))
    states = {STEP: "waiting", LETTER: DraftState.WAITING.value, PAPER: DocumentState.WAITING.value}
    asked: list[tuple[Any, str, Any]] = [
        (LitigationSupport, LITIGATION, LitigationState.ASKED),
        (Exposure, EXPOSURE, ExposureState.PROPOSED),
    ]
    return [
        *(
            rows(kind, model, code, case_id, model.drafted_by_name, model.drafted_at, model.status == states[kind])
            for model, kind, code, case_id in drafted
        ),
        *(
            rows(kind, one, literal(kind), one.case_id, one.asked_by_name, one.asked_at, one.status == state.value)
            for one, kind, state in asked
        ),
    ]


def _waiting(row: Any, case: Case) -> Waiting:
    if row.kind == STEP:
        what, url = CASE[row.code].label, url_for("cases.show", number=case.number)
    elif row.kind == LETTER:
        what, url = KINDS[row.code].label, url_for("handoffs.letter", number=row.number)
    elif row.kind == PAPER:
        what, url = say(kinds()[row.code].title), url_for("papers.show", number=case.number, paper_id=row.key)
    else:
        what, url = _ADVOCACY[row.kind], url_for("advocacy.show", number=case.number, kind=row.kind)
    return Waiting(what, row.title or case.title, case.number, row.by, row.since, url)
