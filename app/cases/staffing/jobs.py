"""A word to who assigns the work when somebody with open cases is shut out."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case
from app.jobs import job
from app.notifications import notify
from app.notifications.words import extend
from tenants.database import db


@job()
def tell_of_orphans(subject: str, number: str | None = None) -> None:
    """Where a disabled person holds open cases, lead the director to the hand-over."""
    held = db.session.scalar(select(func.count()).where(Case.open, Case.assignee_id == UUID(subject))) or 0
    if held:
        notify(
            "person.left_cases",
            can=Can.CASE_ASSIGN,
            facts={"cases": held},
            endpoint="staffing.hand_over",
            arguments={"person": subject},
            key=f"person.left_cases:{subject}:{held}",
        )


audit.subscribe("person.disabled", tell_of_orphans)
extend({"person.left_cases": _l("%(cases)s open cases are in the hands of somebody whose account was disabled")})
