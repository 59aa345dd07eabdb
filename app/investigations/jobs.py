"""What follows a step, and what every morning says of plans and letters that are late."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select

from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.papers.models import CaseDocument
from app.core import clock
from app.deadlines import load_calendar
from app.documents.models import DocumentState
from app.investigations.models import Investigation, InvestigationPoint, InvestigationState, Recommendation
from app.jobs import job
from app.notifications import notify
from app.notifications.words import extend
from tenants.database import db


@job()
def tell(investigation: str, step: str, by: str | None = None) -> None:
    """Tell the director that an investigation waits, and who proposed it what was decided."""
    one, case = db.session.execute(
        select(Investigation, Case).join(Case, _of_case()).where(Investigation.id == UUID(investigation))
    ).one()
    asks = step in ("propose", "take_up")
    notify(
        "investigation.waits" if asks else f"investigation.{step}",
        case,
        people=[] if asks else [one.opened_by],
        can=Can.CASE_APPROVE if asks else None,
        but=UUID(by) if by else None,
        loud=asks,
        **_page(case),
    )


@job(every="40 0 * * *")  # twenty to nine, local time
def remind() -> None:
    """On a working morning tell of points of a plan that are due or late, and of letters without answer; each once."""
    today = clock.today()
    if not load_calendar().is_working_day(today):
        return
    points = (
        select(InvestigationPoint, Case)
        .join(Investigation, _belongs(InvestigationPoint))
        .join(Case, _of_case())
        .where(
            InvestigationPoint.done_on.is_(None),
            InvestigationPoint.due_on <= today,
            Investigation.status == InvestigationState.UNDER_WAY.value,
        )
    )
    for point, case in db.session.execute(points):
        _remind("investigation.point_due", case, point.person_id, f"point:{point.id}")
    letters = (
        select(Recommendation, Case)
        .join(Investigation, _belongs(Recommendation))
        .join(Case, _of_case())
        .join(
            CaseDocument,
            and_(CaseDocument.tenant_id == Recommendation.tenant_id, CaseDocument.id == Recommendation.document_id),
        )
        .where(
            Recommendation.answered_on.is_(None),
            Recommendation.due_on < today,
            CaseDocument.status == DocumentState.ISSUED.value,
        )
    )
    for letter, case in db.session.execute(letters):
        _remind("investigation.letter_due", case, letter.noted_by, f"letter:{letter.id}")


def _remind(event: str, case: Case, person: UUID, key: str) -> None:
    notify(event, case, people=[person], key=f"{event}:{key}", **_page(case))


def _of_case() -> Any:
    return and_(Case.tenant_id == Investigation.tenant_id, Case.id == Investigation.case_id)


def _belongs(model: Any) -> Any:
    return and_(Investigation.tenant_id == model.tenant_id, Investigation.id == model.investigation_id)


def _page(case: Case) -> dict[str, Any]:
    return {"endpoint": "investigations.show", "arguments": {"number": case.number}}


extend(
    {
        "investigation.waits": _l("An investigation of case %(number)s waits for your approval"),
        "investigation.begin": _l("The investigation of case %(number)s was approved"),
        "investigation.take_up": _l("The investigation of case %(number)s was taken up again"),
        "investigation.decline": _l("The investigation of case %(number)s was not approved"),
        "investigation.point_due": _l("A point in the plan of case %(number)s is due"),
        "investigation.letter_due": _l("A regulator has not answered the recommendation on case %(number)s"),
    }
)
