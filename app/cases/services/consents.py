"""What the sides have agreed to beside the dispute: that somebody entrusted mediates, that the complaint is published.

A consent is noted and never changed; who thinks better of it gives another one, and the latest counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case, CaseConsent
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from tenants.database import db

ENTRUST, PUBLISH = "entrust", "publish"
MATTERS: dict[str, Any] = {ENTRUST: _l("Entrusted mediation"), PUBLISH: _l("Publication of the complaint")}
SIDES: dict[str, Any] = {"consumer": _l("Consumer"), "merchant": _l("Merchant")}
# Both sides entrust (消费者权益保护法实施条例 art. 46). That a complaint is published the consumer allows; the merchant
# is only told (市场监督管理投诉信息公示暂行规则).
ASKED: tuple[tuple[str, str], ...] = ((ENTRUST, "consumer"), (ENTRUST, "merchant"), (PUBLISH, "consumer"))


@dataclass(frozen=True)
class Standing:
    """How one question stands: `said` is the latest answer, None before anybody was asked."""

    matter: str
    side: str
    said: CaseConsent | None

    @property
    def given(self) -> bool:
        return self.said is not None and self.said.given


def noted(case: Case) -> list[CaseConsent]:
    """Every answer, the newest first."""
    query = select(CaseConsent).where(CaseConsent.case_id == case.id)
    return list(db.session.scalars(query.order_by(CaseConsent.id.desc())))


def standing(case: Case) -> list[Standing]:
    """Every question that there is, in order, with the answer that counts."""
    latest = {(one.matter, one.side): one for one in sorted(noted(case), key=lambda one: (one.said_on, one.id))}
    return [Standing(matter, side, latest.get((matter, side))) for matter, side in ASKED]


def given(case: Case, matter: str) -> bool:
    """Whether all who are asked have agreed."""
    return all(one.given for one in standing(case) if one.matter == matter)


def note(case: Case, by: Any, *, matter: str, side: str, given: bool, said_on: date, evidence: str = "") -> None:
    """Note an answer of one side. Raises Invalid for a question that is not theirs, or a day that cannot be."""
    if not by.can(Can.CASE_INTAKE, case):
        raise NotAllowed(_("Your role does not include this."))
    if not case.is_open:
        raise WrongMoment(_("The case is closed."))
    if not case.is_complaint:
        raise WrongMoment(_("Only of a complaint the sides are asked."))
    if (matter, side) not in ASKED:
        raise Invalid("side", _("They are not asked for this: that a complaint is published, the merchant is told."))
    if not clock.on(case.received_at) <= said_on <= clock.today():
        raise Invalid("said_on", _("Between the day of receipt and today, please."))
    db.session.add(answer(case, by, matter, side, given, said_on, evidence))
    facts = {"matter": matter, "side": side, "given": given, "on": said_on}
    audit.record("case.answered_for", case, by, facts=facts)


def answer(case: Case, by: Any, matter: str, side: str, given: bool, said_on: date, evidence: str = "") -> CaseConsent:
    return CaseConsent(
        case_id=case.id,
        matter=matter,
        side=side,
        given=given,
        said_on=said_on,
        evidence=evidence.strip(),
        noted_by_name=by.name,
        noted_at=clock.now(),
    )
