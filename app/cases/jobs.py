"""What follows a commit: notices to those concerned, and due dates after the calendar has changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app import audit, deadlines
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.audit.models import Entry
from app.cases.models import Case, CaseClock, CaseDraft
from app.cases.services import timing
from app.cases.services.parts import redate
from app.core import clock
from app.deadlines import SOON, URGENT
from app.jobs import job
from app.notifications import notify
from app.notifications import queries as notices
from app.notifications.words import extend
from tenants.database import db

WORKING_HOURS = range(8, 18)
LISTED = 10  # numbers in one notice
_DATES = audit.Watch(codes=("due_on",))


@job()
def tell(case: str, step: str, whom: str, by: str | None = None) -> None:
    """Tell the people concerned that a step was taken, or waits for approval; it leads to where the story says so."""
    subject = db.session.scalars(select(Case).where(Case.id == UUID(case))).one()
    people: list[UUID | None] = []
    if "assignee" in whom:
        people.append(subject.assignee_id)
    if "drafter" in whom:
        drafted = select(CaseDraft.drafted_by).where(CaseDraft.subject_id == subject.id, CaseDraft.step == step)
        people += db.session.scalars(drafted.order_by(CaseDraft.drafted_at.desc()).limit(1))
    event = f"case.{step}" if "approver" not in whom else "case.drafted"
    notify(
        event,
        subject,
        people=people,
        can=Can.CASE_APPROVE if {"director", "approver"} & set(whom.split(",")) else None,
        but=UUID(by) if by else None,
        facts={"step": step},
        endpoint="cases.show",
        arguments={"number": subject.number, **_place(subject, event)},
        loud=step == "assign" or "approver" in whom,
    )


def _place(case: Case, event: str) -> dict[str, str]:
    """Where the story of a case tells of its latest event of a kind."""
    latest = select(func.max(Entry.seq)).where(
        Entry.tenant_id == case.tenant_id, Entry.subject_id == case.id, Entry.event == event
    )
    seq = db.session.scalar(latest)
    return {} if seq is None else {"_anchor": f"e{seq}"}


@job(every="30 0 * * *")  # half past eight, local time
def remind() -> None:
    """Tell everybody once on a working morning what of theirs is late or due within two working days.

    Handlers hear of their own cases; who approves hears of all that are late and of those in nobody's hands. Said at
    night or on a day off it would be no notice, so a run that comes late says nothing. How early each hears is their
    own wish; of what they have muted they hear once it is red.
    """
    today, calendar = clock.today(), deadlines.load_calendar()
    if not calendar.is_working_day(today) or clock.local(clock.now()).hour not in WORKING_HOURS:
        return
    nearer, last = calendar.last_day_within(today, URGENT), calendar.last_day_within(today, SOON)
    query = select(Case.id, Case.number, Case.assignee_id, Case.queue_on).where(Case.open, Case.queue_on <= last)
    burning = db.session.execute(query.order_by(Case.queue_on, Case.id)).all()
    wishes, muted = notices.wishes(), notices.muted_pairs()
    for person in db.session.scalars(select(Person).where(Person.active)):
        oversees, within = person.can(Can.CASE_APPROVE), wishes.get(person.id, SOON)
        until = calendar.last_day_within(today, within)
        mine = [
            case
            for case in burning
            if (case.assignee_id == person.id or (oversees and (case.queue_on < today or case.assignee_id is None)))
            and case.queue_on <= (nearer if (person.id, case.id) in muted else until)
        ]
        if mine:
            late = sum(case.queue_on < today for case in mine)
            urgent = sum(today <= case.queue_on <= nearer for case in mine)
            soon = len(mine) - late - urgent
            notify(
                "case.digest",
                people=[person.id],
                facts={
                    "late": late,
                    "urgent": urgent,
                    "soon": soon,
                    "within": within,
                    "numbers": [case.number for case in mine[:LISTED]],
                },
                endpoint="cases.index",
                arguments={
                    "due": "late" if late else "urgent" if urgent else "soon",
                    **({} if oversees else {"who": "me"}),
                },
                key=f"digest:{today}",
            )


@job()
def redate_all(subject: Any = None, number: Any = None) -> None:
    """Carry the due dates of clocks that moved over to their cases; of several clocks the earliest counts."""
    earliest = (
        select(func.min(CaseClock.due_on))
        .where(CaseClock.tenant_id == Case.tenant_id, CaseClock.case_id == Case.id, CaseClock.state == "running")
        .scalar_subquery()
    )
    moved = select(Case).where(Case.open, Case.due_on.is_distinct_from(earliest)).options(selectinload(Case.clocks))
    for case in db.session.scalars(moved.order_by(Case.number)):
        was = _DATES.look(case)
        redate(case)
        audit.record("case.redated", case, changes=_DATES.since(was, case))


@job(every="40 16 * * *")  # forty past midnight, local time: a rule may change with the day
def follow_rules(subject: Any = None, number: Any = None) -> None:
    """Where the city takes open cases under the new rule, count those by it that still go by the old."""
    deadlines.forget()
    timing.follow_regime()


def _digest(facts: dict[str, Any]) -> str:
    numbers, soon = _(", ").join(facts["numbers"]), facts.get("soon", 0)
    more = "…" if len(facts["numbers"]) < facts["late"] + facts["urgent"] + soon else ""
    said = {"late": facts["late"], "urgent": facts["urgent"], "soon": soon, "numbers": f"{numbers}{more}"}
    if (within := facts.get("within", SOON)) == SOON:
        return _("%(late)s late, %(urgent)s due within two working days, %(soon)s within five: %(numbers)s", **said)
    said["within"] = within
    return _("%(late)s late, %(urgent)s due within two working days, %(soon)s within %(within)s: %(numbers)s", **said)


audit.subscribe("calendar.recounted", redate_all)
audit.subscribe("regime.reached", follow_rules)
extend(
    {
        "case.accept": _l("Case %(number)s was accepted and is yours"),
        "case.refuse": _l("Case %(number)s was refused"),
        "case.file": _l("A case file was opened on report %(number)s, and is yours"),
        "case.not_file": _l("No case file was opened on report %(number)s"),
        "case.dealt_with": _l("The result of report %(number)s was noted"),
        "case.guide": _l("Of case %(number)s the sender was told where to turn"),
        "case.withdraw": _l("Case %(number)s was withdrawn by the consumer"),
        "case.settle": _l("Case %(number)s was settled"),
        "case.end": _l("Mediation of case %(number)s was ended"),
        "case.retract": _l("The consumer withdrew case %(number)s"),
        "case.extend": _l("The time limit of case %(number)s was extended"),
        "case.close": _l("Case %(number)s was closed"),
        "case.reopen": _l("Case %(number)s was reopened"),
        "case.reconsider": _l("Case %(number)s is to be considered again"),
        "case.assign": _l("Case %(number)s was assigned to you"),
        "case.supplement": _l("The consumer told more on case %(number)s"),
        "case.come_back": _l("Case %(number)s came back from the other organisation"),
        "case.taken_over": _l("Case %(number)s was taken over by the other organisation"),
        "case.join_earlier": _l("Case %(number)s was joined to an earlier one"),
        "case.part": _l("Case %(number)s was taken out of the case that it was joined to"),
        "case.taken_back": _l("Report %(number)s was taken back into the letter that it was divided from"),
        "case.rule": _l("Another rule counts the time limits of case %(number)s"),
        "case.mentioned": _l("You were mentioned in a note on case %(number)s"),
        "case.drafted": _l("A draft on case %(number)s waits for your approval"),
        "case.digest": _digest,
    }
)
