"""What is unusual about a claimant, and what was judged of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from app.cases.claimants.models import ClaimantDecision, ClaimantRule
from app.cases.models import Case, Party, Role
from app.cases.services.parts import statement_of
from app.core.forms import narrow
from tenants import realm
from tenants.database import db
from tenants.realm import BUREAU_ID

PUNITIVE = "C11"
LOOKED_AT = 500  # entries of people by the phones of one case


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
    "LC2": _l("Complaints by one person, by any phone in the case, against one merchant, or about one problem"),
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
    """This case and the complaints up to it that came by a phone of anybody in it, with who made them, or for whom."""
    known = select(Party.phone_index).where(Party.case_id == case.id, Party.phone_index.is_not(None))
    query = (
        select(Case, Party)
        .join(Party, (Party.tenant_id == Case.tenant_id) & (Party.case_id == Case.id))
        .where(
            Party.phone_index.in_(known),
            or_(Case.nature == "C", Case.id == case.id),
            Case.received_at >= case.received_at - timedelta(days=days),
            Case.received_at <= case.received_at,
        )
        .order_by((Case.id == case.id).desc(), Case.received_at.desc(), Party.id)
    )
    return list(db.session.execute(query.limit(LOOKED_AT)).all())


def _of_first(case: Case, recent: History) -> list[Case]:
    """The complaints by the phone of the first who complains, as somebody who complains."""
    mine = {party.phone_index for one, party in recent if one.id == case.id and party.position == 0}
    return [one for one, party in recent if party.phone_index in mine and party.role == Role.COMPLAINANT]


def _phones(case: Case, recent: History) -> list[set[str | None]]:
    """For each person in the case, the phones by which they are known in it: whose name is the same is the same one."""
    found: dict[str, set[str | None]] = {}
    for one, party in recent:
        if one.id == case.id:
            found.setdefault(narrow(party.reveal("name")) or str(party.phone_index), set()).add(party.phone_index)
    return list(found.values())


def _often(case: Case, recent: History, rule: Rule) -> str:
    count = len({one.id for one in _of_first(case, recent) if one.nature == "C"})
    return _("%(n)s complaints in %(days)s days", n=count, days=rule.days) if count >= rule.least else ""


def _same(case: Case, recent: History, rule: Rule) -> str:
    against = about = 0
    for phones in _phones(case, recent):
        theirs = [one for one, party in recent if party.phone_index in phones and one.nature == "C"]
        same = {one.id for one in theirs if case.merchant_name and one.merchant_name == case.merchant_name}
        alike = {one.id for one in theirs if case.problem and one.problem == case.problem}
        against, about = max(against, len(same)), max(about, len(alike))
    if against >= rule.least:
        return _("%(n)s against the same merchant in %(days)s days", n=against, days=rule.days)
    if about >= rule.least:
        return _("%(n)s about the same problem in %(days)s days", n=about, days=rule.days)
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
    """The most names that came by one phone of the case; an agent who is called for who complains counts as they do."""
    complaining = {(one.id, party.phone_index) for one, party in recent if party.role == Role.COMPLAINANT}
    names: dict[str | None, set[str]] = {}
    for one, party in recent:
        if party.role == Role.COMPLAINANT or (one.id, party.phone_index) not in complaining:
            names.setdefault(party.phone_index, set()).add(narrow(party.reveal("name")))
    count = max((len(those - {""}) for those in names.values()), default=0)
    return _("%(n)s names in %(days)s days", n=count, days=rule.days) if count >= rule.least else ""


def _punitive(case: Case, recent: History, rule: Rule) -> str:
    count = len({one.id for one in _of_first(case, recent) if one.nature == "C" and PUNITIVE in one.claims})
    return _("%(n)s times in %(days)s days", n=count, days=rule.days) if count >= rule.least else ""


_REASONS = {"LC1": _often, "LC2": _same, "LC3": _nothing_shown, "LC4": _names, "LC5": _punitive}


def decisions(case: Case) -> list[ClaimantDecision]:
    """What was judged, the latest first."""
    query = select(ClaimantDecision).where(ClaimantDecision.case_id == case.id)
    return list(db.session.scalars(query.order_by(ClaimantDecision.id.desc())))
