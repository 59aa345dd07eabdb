"""Telling the director that a document waits, and who drafted it what was decided."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.permissions import Can
from app.cases.papers.models import CaseDocument
from app.cases.papers.services import case_of
from app.jobs import job
from app.notifications import notify
from app.notifications.words import extend
from tenants.database import db

TOLD = ("submit", "approve", "send_back")  # the steps of which somebody hears


@job()
def tell_of_paper(paper: str, step: str, by: str | None = None) -> None:
    one = db.session.scalars(select(CaseDocument).where(CaseDocument.id == UUID(paper))).one()
    case, asks = case_of(one), step == "submit"
    notify(
        f"document.{step}",
        case,
        people=[] if asks else [one.drafted_by],
        can=Can.CASE_APPROVE if asks else None,
        but=UUID(by) if by else None,
        endpoint="papers.show",
        arguments={"number": case.number, "paper_id": str(one.id)},
        key=f"document:{one.id}:{one.version}:{step}",
        loud=asks,
    )


extend(
    {
        "document.submit": _l("A document of case %(number)s waits for your approval"),
        "document.approve": _l("Your document of case %(number)s was approved and issued"),
        "document.send_back": _l("Your document of case %(number)s came back"),
    }
)
