"""Telling the director what waits, and who asked what was decided."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.permissions import Can
from app.advocacy.models import Exposure, LitigationSupport
from app.advocacy.services import case_of
from app.jobs import job
from app.notifications import notify
from app.notifications.words import extend
from tenants.database import db


@job()
def tell(kind: str, key: str, step: str, by: str | None = None) -> None:
    model = LitigationSupport if kind == "litigation" else Exposure
    one = db.session.scalars(select(model).where(model.id == UUID(key))).one()
    case, asks = case_of(one), step in ("ask", "ask_again")
    notify(
        f"{kind}.{step}",
        case,
        people=[] if asks else [one.asked_by],
        can=Can.CASE_APPROVE if asks else None,
        but=UUID(by) if by else None,
        endpoint="advocacy.show",
        arguments={"number": case.number, "kind": kind},
        loud=asks,
    )


extend(
    {
        "litigation.ask": _l("Support of a lawsuit in case %(number)s waits for your approval"),
        "litigation.ask_again": _l("Support of a lawsuit in case %(number)s was asked for again"),
        "litigation.approve": _l("Support of the lawsuit in case %(number)s was approved"),
        "litigation.decline": _l("Support of the lawsuit in case %(number)s was not approved"),
        "exposure.ask": _l("An exposure through media in case %(number)s waits for your approval"),
        "exposure.ask_again": _l("An exposure through media in case %(number)s was asked for again"),
        "exposure.approve": _l("The exposure in case %(number)s was approved"),
        "exposure.decline": _l("The exposure in case %(number)s was not approved"),
    }
)
