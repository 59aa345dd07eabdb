"""Judging what signals are about, and deciding from where on they are given."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases.claimants.models import ClaimantDecision, ClaimantRule
from app.cases.claimants.queries import USUAL, rules, signals
from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from tenants import realm
from tenants.database import db

VERDICTS: dict[str, Any] = {
    "consumer": _l("for daily consumption"),
    "doubtful": _l("doubtful, handled as usual"),
    "not_consumer": _l("not for daily consumption"),
}
LIMITS = {"least": 1000, "days": 1100}
RULE = audit.Watch(codes=("least", "days", "active"))


def judge(case: Case, by: Any, *, verdict: str, reason: str) -> ClaimantDecision:
    """Record what somebody judged, and why. It changes nothing else: refusing a case is a step of its own.

    The entry in the trail says that it was judged, and neither what nor why: the city reads entries.
    """
    if not by.can(Can.CASE_TRIAGE, case):
        raise NotAllowed(_("Your role does not include this."))
    if verdict not in VERDICTS:
        raise Invalid("verdict", _("Choose one."))
    if not reason.strip():
        raise Invalid("reason", _("Say why."))
    row = ClaimantDecision(
        case_id=case.id,
        signals=[signal.code for signal in signals(case)],
        verdict=verdict,
        reason=reason.strip(),
        decided_by=by.id,
        decided_by_name=by.name,
        decided_at=clock.now(),
    )
    db.session.add(row)
    audit.record("case.assessed", case, by)
    return row


def change_rule(by: Any, code: str, *, seen: int, least: int, days: int, active: bool) -> ClaimantRule:
    """Decide from where on a signal is given: of the bureau for the city, of a center for itself."""
    if not by.can(Can.LIST_KEEP):
        raise NotAllowed(_("Your role does not include this."))
    for name, value in (("least", least), ("days", days)):
        if not 1 <= value <= LIMITS[name]:
            raise Invalid(name, _("Between 1 and %(most)s, please.", most=LIMITS[name]))
    known = select(ClaimantRule).where(ClaimantRule.tenant_id == realm.home().id, ClaimantRule.code == code)
    row = db.session.scalars(known.with_for_update()).first()
    if row is None:
        stood = rules().get(code, USUAL[code])
        row = ClaimantRule(code=code, least=stood.least, days=stood.days, active=stood.active, version=0)
        db.session.add(row)
    audit.only_as_seen(row, seen)
    was = RULE.look(row)
    row.least, row.days, row.active, row.version = least, days, active, row.version + 1
    db.session.flush()
    audit.record("claimant.rule_changed", row, by, facts={"code": code}, changes=RULE.since(was, row))
    return row
