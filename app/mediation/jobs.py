"""Reminding of what was agreed: before an instalment is due, on the day, and when it is overdue; and of the 30 days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import deadlines
from app.accounts.permissions import Can
from app.cases.jobs import WORKING_HOURS
from app.cases.models import GROUPED, Case
from app.core import clock
from app.jobs import job
from app.mediation.confirmation import window
from app.mediation.models import Confirmation, ConfirmationState, Instalment, InstalmentState
from app.notifications import notify
from app.notifications.words import extend
from tenants.database import db

AHEAD = 3  # working days before an instalment is due
AGAIN = 7  # days between two words on one that is overdue
LAST = (10, 3)  # days before the end of the 30 in which both may apply to the court


@job(every="35 0 * * *")  # 25 to nine, local time
def remind_of_instalments() -> None:
    """Tell once what is due soon or today, and every week what is overdue; whoever approves hears of that too.

    As all notices: on a working morning. What fell on days off is told on the next working day. Of cases in a group
    its own job tells, all of them together.
    """
    if not working_morning():
        return
    today = clock.today()
    for part, case in due(today, ~Case.traits.contains([GROUPED])):
        when, turn = telling(part.due_on, today)
        facts = {"part": part.ordinal, "on": part.due_on}
        _tell(f"instalment.{when}", case, facts, f"{part.id}:{turn}", late=when == "late")


@job(every="40 0 * * *")
def remind_of_confirmation() -> None:
    """Tell that the 30 days in which both sides may apply to the court come to their end; of groups their job tells."""
    if not working_morning():
        return
    today = clock.today()
    for one, case, last in ending(today, ~Case.traits.contains([GROUPED])):
        _tell("confirmation.soon", case, {"on": last}, f"{one.id}:{last_word(last, today)}")


def ending(today: date, *which: Any) -> list[tuple[Confirmation, Case, date]]:
    """What both sides may still ask the court to confirm, for a few days more, of the cases that are asked for; the
    last of these days.
    """
    query = (
        select(Confirmation, Case)
        .join(Case, (Case.tenant_id == Confirmation.tenant_id) & (Case.id == Confirmation.case_id))
        .where(
            Confirmation.status == ConfirmationState.OPEN.value,
            Confirmation.effective_on >= today - timedelta(days=60),
            *which,
        )
        .order_by(Confirmation.id)
    )
    rows = [(one, case, window(case, one.effective_on).due_on) for one, case in db.session.execute(query)]
    return [(one, case, last) for one, case, last in rows if 0 <= (last - today).days <= LAST[0]]


def last_word(last: date, today: date) -> int:
    """Which telling of it this is, by the days that are left: each is said once."""
    return min(step for step in LAST if (last - today).days <= step)


def due(today: date, *which: Any) -> list[tuple[Instalment, Case]]:
    """The instalments that are overdue, due today or soon, of the cases that are asked for; the earliest first."""
    soon = deadlines.load_calendar().add_working_days(today, AHEAD)
    query = (
        select(Instalment, Case)
        .join(Case, (Case.tenant_id == Instalment.tenant_id) & (Case.id == Instalment.case_id))
        .where(Instalment.status == InstalmentState.DUE.value, Instalment.due_on <= soon, *which)
        .order_by(Instalment.due_on, Instalment.id)
    )
    return [(part, case) for part, case in db.session.execute(query)]


def working_morning() -> bool:
    return deadlines.load_calendar().is_working_day(clock.today()) and clock.local(clock.now()).hour in WORKING_HOURS


def telling(due_on: date, today: date) -> tuple[str, str]:
    """What is said, and which telling of it this is: each is said once."""
    if due_on > today:
        return "soon", "soon"
    if due_on == today:
        return "today", "today"
    return "late", f"late{(today - due_on).days // AGAIN}"


def _tell(event: str, case: Case, facts: dict[str, Any], key: str, *, late: bool = False) -> None:
    """The handler; whoever approves where there is none, or where it is late."""
    notify(
        event,
        case,
        people=[case.assignee_id],
        can=Can.CASE_APPROVE if late or case.assignee_id is None else None,
        facts=facts,
        endpoint="mediation.index",
        arguments={"number": case.number},
        key=f"{event}:{key}",
        loud=late,
    )


extend(
    {
        "instalment.soon": _l("Instalment %(part)s of case %(number)s is due on %(on)s"),
        "instalment.today": _l("Instalment %(part)s of case %(number)s is due today"),
        "instalment.late": _l("Instalment %(part)s of case %(number)s is overdue since %(on)s"),
        "confirmation.soon": _l("Until %(on)s both sides of case %(number)s may apply for judicial confirmation"),
    }
)
