"""That both sides have agreed to somebody entrusted."""

from __future__ import annotations

from typing import Any

from app.cases.models import Case
from app.cases.services import consents
from app.core import clock
from tenants.database import db


def agreed(case: Case, by: Any) -> None:
    """Note that both sides agree to entrusted mediation."""
    for side in ("consumer", "merchant"):
        said = {"given": True, "said_on": clock.today(), "evidence": "当面同意，见笔录"}
        consents.note(case, by, matter=consents.ENTRUST, side=side, **said)
    db.session.flush()
