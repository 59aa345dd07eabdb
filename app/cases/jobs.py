"""What follows a commit: notices to those concerned, and due dates after the calendar has changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import audit, deadlines
from app.accounts.permissions import Can
from app.cases.models import Case, CaseClock, CaseDraft
from app.cases.services.parts import redate
from app.core import clock
from app.jobs import job
from app.notifications import notify
from app.notifications.words import extend
from tenants.database import db

_DATES = audit.Watch(codes=("due_on",))


@job()
def tell(case: str, step: str, whom: str, by: str | None = None) -> None:
    """Tell the people concerned that a step was taken, or waits for approval."""
    subject = db.session.scalars(select(Case).where(Case.id == UUID(case))).one()
    people: list[UUID | None] = []
    if "assignee" in whom:
        people.append(subject.assignee_id)
    if "drafter" in whom:
        drafted = select(CaseDraft.drafted_by).where(CaseDraft.subject_id == subject.id, CaseDraft.step == step)
        people += db.session.scalars(drafted.order_by(CaseDraft.drafted_at.desc()).limit(1))
    notify(
        f"case.{step}" if "approver" not in whom else "case.drafted",
        subject,
        people=people,
        can=Can.CASE_APPROVE if {"director", "approver"} & set(whom.split(",")) else None,
        but=UUID(by) if by else None,
        facts={"step": step},
        **_page(subject),
    )


@job(every="5 17 * * *")  # five past one in the night, local time
def alarm() -> None:
    """Tell the handlers of what is due within two working days, and the director too of what is late; each once."""
    today = clock.today()
    last = deadlines.load_calendar().last_day_within(today, 2)
    query = select(Case).where(Case.open, Case.queue_on > today - timedelta(days=15), Case.queue_on <= last)
    for case in db.session.scalars(query):
        late = case.due_on is not None and case.due_on < today
        notify(
            "case.late" if late else "case.soon",
            case,
            people=[case.assignee_id],
            can=Can.CASE_APPROVE if late or case.assignee_id is None else None,
            facts={"due": case.due_on, "clock": case.due_code},
            key=f"{'late' if late else 'soon'}:{case.id}:{case.due_code}:{case.due_on}",
            **_page(case),
        )


def _page(case: Case) -> dict[str, Any]:
    return {"endpoint": "cases.show", "arguments": {"number": case.number}}


@job()
def redate_all(subject: Any = None, number: Any = None) -> None:
    """Carry the due dates of clocks that moved over to their cases."""
    moved = select(Case).where(
        Case.open,
        select(CaseClock.id)
        .where(
            CaseClock.tenant_id == Case.tenant_id,
            CaseClock.case_id == Case.id,
            CaseClock.code == Case.due_code,
            CaseClock.state == "running",
            CaseClock.due_on != Case.due_on,
        )
        .exists(),
    )
    for case in db.session.scalars(moved):
        was = _DATES.look(case)
        redate(case)
        audit.record("case.redated", case, changes=_DATES.since(was, case))


audit.subscribe("calendar.recounted", redate_all)
extend(
    {
        "case.accept": _l("Case %(number)s was accepted and is yours"),
        "case.refuse": _l("Case %(number)s was refused"),
        "case.withdraw": _l("Case %(number)s was withdrawn by the consumer"),
        "case.settle": _l("Case %(number)s was settled"),
        "case.end": _l("Mediation of case %(number)s was ended"),
        "case.extend": _l("The time limit of case %(number)s was extended"),
        "case.close": _l("Case %(number)s was closed"),
        "case.reopen": _l("Case %(number)s was reopened"),
        "case.reconsider": _l("Case %(number)s is to be considered again"),
        "case.assign": _l("Case %(number)s was assigned to you"),
        "case.supplement": _l("The consumer told more on case %(number)s"),
        "case.come_back": _l("Case %(number)s came back from the other organisation"),
        "case.taken_over": _l("Case %(number)s was taken over by the other organisation"),
        "case.drafted": _l("A draft on case %(number)s waits for your approval"),
        "case.soon": _l("Case %(number)s is due on %(due)s"),
        "case.late": _l("Case %(number)s is late: it was due on %(due)s"),
    }
)
