"""Mediation 调解: sessions, and how it comes out. Effects of steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import deadlines
from app.cases import grounds
from app.cases.models import GROUPED, Agreement, Case, Outcome
from app.cases.services.parties import require_consent
from app.cases.shares import queries as shared
from app.cases.shares import sharing
from app.core import clock
from app.core.errors import Invalid
from app.deadlines import load_calendar
from app.groups.models import GroupMember
from app.mediation import schedule
from app.mediation.models import Confirmation
from tenants.database import db


def session(case: Case, by: Any, *, on: date, text: str | None = None, **rest: Any) -> None:
    """A meeting of the two, with its minutes."""
    not_ahead(case, on)
    if not text:
        raise Invalid("text", _("Write what was said and where it stands."))


def settle(
    case: Case,
    by: Any,
    *,
    terms: str,
    amount: Decimal,
    on: date,
    perform_by: date | None = None,
    instalments: str | None = "",
    effective_on: date | None = None,
    text: str | None = None,
    consented: bool | None = None,
    paid: Decimal | None = None,
    shares: Sequence[str] = (),
    **rest: Any,
) -> None:
    """What was agreed, with its instalments; with a day of effect, the judicial confirmation can be applied for.

    `paid`: so much of it had been paid under the agreement before, and goes on in this one. `shares`: of a joint
    complaint the lines that say what each gets and whether they consent; whoever declined stays out of it.
    """
    not_ahead(case, on)
    if not _have_answered(case, shares):
        require_consent(case, consented)
    if not terms.strip():
        raise Invalid("terms", _("Write what was agreed."))
    if perform_by and perform_by < on:
        raise Invalid("perform_by", _("It cannot be performed before it was agreed."))
    left, parts = Decimal(amount) - (paid or 0), schedule.read(instalments or "")
    schedule.check(parts, left, on)
    if not parts and (perform_by or (case.people > 1 and left)):
        # All of it by one day is a schedule too: somebody waits for that day, and of many each is to get a share.
        parts = [schedule.Term(perform_by or on, left or None)]
    if parts:
        perform_by = parts[-1].due_on
    if effective_on and not on <= effective_on <= clock.today():
        raise Invalid("effective_on", _("Between the day of the agreement and today, please."))
    agreed = Agreement(case_id=case.id, terms=terms, amount=amount, agreed_on=on, perform_by=perform_by)
    db.session.add(agreed)
    db.session.flush()
    schedule.replace(case_id=case.id)
    kept = schedule.keep(case_id=case.id, agreement_id=agreed.id) if paid else 0
    db.session.add_all(schedule.written(parts, case_id=case.id, agreement_id=agreed.id, after=kept))
    sharing.lay_down(case, by, agreed, table="\n".join(shares), consented=bool(consented))
    if effective_on:
        db.session.add(Confirmation(case_id=case.id, agreement_id=agreed.id, effective_on=effective_on))
    case.recovered, case.outcome, case.decided_at = amount, Outcome.SETTLED.value, clock.now()
    if GROUPED in case.traits:
        _on_no_plan(case)


def _on_no_plan(case: Case) -> None:
    """A plan of the group that they had settled on before binds them no more; who settles on one is put on it then."""
    mine = select(GroupMember).where(GroupMember.case_id == case.id, GroupMember.left_at.is_(None))
    for member in db.session.scalars(mine):
        member.plan_id = None


def _have_answered(case: Case, shares: Sequence[str]) -> bool:
    """Whether everybody of a joint complaint has answered to the settlement, in the ledger or with the step."""
    asked = shared.asked(case)
    if asked is None or not asked.silent:
        return asked is not None
    said = sharing.read("\n".join(shares), shared.people(case))
    silent = (line.party.id for line in shared.lines(case) if line.agrees is None)
    return all("agrees" in said.get(key, {}) for key in silent)


def end(case: Case, by: Any, *, ground: str, text: str | None = None, **rest: Any) -> None:
    grounds.check("ending_grounds", case, ground)
    if not text:
        raise Invalid("text", _("The letter has to give the reason: say it."))
    case.ground, case.outcome, case.decided_at = ground, Outcome.ENDED.value, clock.now()
    if ground == grounds.OUT_OF_TIME:
        _ran_out(case)


def _ran_out(case: Case) -> None:
    """The limit ended by itself on its last day; it was kept by who says so on the next working day at the latest."""
    limit = case.clock("mediation")
    if limit is not None and clock.today() <= load_calendar().add_working_days(limit.due_on, 1):
        deadlines.meet(limit, limit.due_on)


def not_ahead(case: Case, on: date) -> None:
    """Raises Invalid for a day that has not come, or that lies before the case."""
    if on > clock.today():
        raise Invalid("on", _("That day has not come yet."))
    if on < clock.on(case.received_at):
        raise Invalid("on", _("That was before the case came in."))
