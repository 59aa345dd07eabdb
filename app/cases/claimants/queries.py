"""What is unusual about a claimant, and what was judged of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.cases.claimants.models import ClaimantDecision, ClaimantRule
from app.cases.models import Case, Party, Role
from app.cases.services.parts import statement_of
from app.core.forms import narrow
from tenants import realm
from tenants.database import db
from tenants.realm import BUREAU_ID

PUNITIVE = "C11"
LOOKED_AT = 500  # cases of one phone


@dataclass(frozen=True)
class Rule:
    """From `least` on, within `days`; `of` is the organisation that decided so, nobody for what is usual."""

    code: str
    least: int
    days: int
    active: bool = True
    of: int | None = None
    version: int = 0


USUAL = {
    "LC1": Rule("LC1", 10, 90),
    "LC2": Rule("LC2", 3, 30),
    "LC3": Rule("LC3", 3, 1),
    "LC4": Rule("LC4", 2, 365),
    "LC5": Rule("LC5", 5, 365),
}
TITLES: dict[str, Any] = {
    "LC1": _l("More complaints than anybody's daily needs bring about"),
    "LC2": _l("The same person against the same merchant, or about the same problem, again and again"),
    "LC3": _l("No real purchase is shown"),
    "LC4": _l("One phone, several names"),
    "LC5": _l("Punitive damages again and again"),
}
COUNTED: dict[str, Any] = {
    "LC1": _l("Complaints by one phone"),
    "LC2": _l("Complaints by one phone against one merchant, or about one problem"),
    "LC3": _l("Of day of purchase, order number and proof of purchase, so many are missing"),
    "LC4": _l("Different names by one phone"),
    "LC5": _l("Complaints by one phone that ask for punitive damages"),
}
TIMELESS = "LC3"  # looks at the case alone


@dataclass(frozen=True)
class Signal:
    """Something unusual, and what it is read from."""

    code: str
    reason: str

    @property
    def title(self) -> Any:
        return TITLES[self.code]


def rules() -> dict[str, Rule]:
    """code -> rule: the center's own, else the city's, else what is usual."""
    here = realm.home().id
    query = select(ClaimantRule).where(ClaimantRule.tenant_id.in_({here, BUREAU_ID}))
    found = dict(USUAL)
    for row in sorted(db.session.scalars(query), key=lambda row: row.tenant_id == here):
        found[row.code] = Rule(row.code, row.least, row.days, row.active, row.tenant_id, row.version)
    return found


def signals(case: Case) -> list[Signal]:
    """What is unusual about who complains, by the rules as they are now. Advice; nothing follows from it."""
    active = {code: rule for code, rule in rules().items() if rule.active}
    history = _history(case, max((rule.days for rule in active.values()), default=1))
    found = []
    for code, rule in active.items():
        since = case.received_at - timedelta(days=rule.days)
        recent = [(one, party) for one, party in history if one.received_at >= since]
        if reason := _REASONS[code](case, recent, rule):
            found.append(Signal(code, reason))
    return found


History = Sequence[tuple[Case, Party]]


def _history(case: Case, days: int) -> list[tuple[Case, Party]]:
    """The complaints by the same phone up to this one, with who made them."""
    mine = select(Party.phone_index).where(Party.case_id == case.id, Party.position == 0).scalar_subquery()
    query = (
        select(Case, Party)
        .join(Party, (Party.tenant_id == Case.tenant_id) & (Party.case_id == Case.id))
        .where(
            Party.phone_index == mine,
            Party.role == Role.COMPLAINANT.value,
            Case.nature == "C",
            Case.received_at >= case.received_at - timedelta(days=days),
            Case.received_at <= case.received_at,
        )
    )
    return list(db.session.execute(query.order_by(Case.received_at.desc()).limit(LOOKED_AT)).all())


def _often(case: Case, recent: History, rule: Rule) -> str:
    count = len({one.id for one, _party in recent})
    return _("%(n)s complaints in %(days)s days", n=count, days=rule.days) if count >= rule.least else ""


def _same(case: Case, recent: History, rule: Rule) -> str:
    against = {one.id for one, _party in recent if case.merchant_name and one.merchant_name == case.merchant_name}
    about = {one.id for one, _party in recent if case.problem and one.problem == case.problem}
    if len(against) >= rule.least:
        return _("%(n)s against the same merchant in %(days)s days", n=len(against), days=rule.days)
    if len(about) >= rule.least:
        return _("%(n)s about the same problem in %(days)s days", n=len(about), days=rule.days)
    return ""


def _nothing_shown(case: Case, recent: History, rule: Rule) -> str:
    statement = statement_of(case)
    missing = [
        words
        for is_missing, words in (
            (statement.purchased_on is None, _("day of purchase")),
            (not statement.order_number, _("order number")),
            ("purchase" not in statement.held, _("proof of purchase")),
        )
        if is_missing
    ]
    return _("missing: %(what)s", what=_(", ").join(missing)) if len(missing) >= rule.least else ""


def _names(case: Case, recent: History, rule: Rule) -> str:
    names = {narrow(party.reveal("name")) for _case, party in recent} - {""}
    return _("%(n)s names in %(days)s days", n=len(names), days=rule.days) if len(names) >= rule.least else ""


def _punitive(case: Case, recent: History, rule: Rule) -> str:
    count = len({one.id for one, _party in recent if PUNITIVE in one.claims})
    return _("%(n)s times in %(days)s days", n=count, days=rule.days) if count >= rule.least else ""


_REASONS = {"LC1": _often, "LC2": _same, "LC3": _nothing_shown, "LC4": _names, "LC5": _punitive}


def decisions(case: Case) -> list[ClaimantDecision]:
    """What was judged, the latest first."""
    query = select(ClaimantDecision).where(ClaimantDecision.case_id == case.id)
    return list(db.session.scalars(query.order_by(ClaimantDecision.id.desc())))
