"""What follows a commit: each document of a batch is issued by itself, so that one refusal stops no other.

And what is told of a group in the morning: once for all of it, not once for each of its members.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import GROUPED, Case
from app.cases.papers.models import CaseDocument
from app.cases.papers.workflow import PAPER
from app.core import clock
from app.core.errors import Refusal
from app.groups.models import CaseGroup, GroupBatchRow, GroupMember
from app.jobs import job
from app.mediation.jobs import due, ending, last_word, telling, working_morning
from app.notifications import notify
from app.notifications.models import Notice
from app.notifications.words import extend
from tenants.database import db

REMEMBERED = timedelta(days=60)  # how long it is looked back for what was told: every turn is over by then
T = TypeVar("T")


@job()
def write_one(row: str, by: str) -> None:
    """Issue a drafted document, or send it for approval where its form asks for that and this person cannot give it."""
    one = _row(row)
    if one.status != "waiting":
        return
    person = db.session.scalars(select(Person).where(Person.id == UUID(by))).one()
    try:
        paper = db.session.scalars(select(CaseDocument).where(CaseDocument.id == one.paper_id)).one()
        step = next(step for step in PAPER.open_to(person, paper) if step.primary)
        PAPER.take(step.name, paper, by=person)
        one.status = "done"
    except Refusal as refusal:
        db.session.rollback()
        one = _row(row)
        one.status, one.why = "refused", str(refusal.message)


def _row(key: str) -> Any:
    return db.session.scalars(
        select(GroupBatchRow).where(GroupBatchRow.id == UUID(key)).with_for_update(of=GroupBatchRow)
    ).one()


@job(every="36 0 * * *")  # 24 to nine, local time
def remind_of_instalments() -> None:
    """Tell each handler of a group, once a morning at most, how many instalments of theirs are overdue or due.

    When there is something to tell is as in single cases: before the day, on it, and every week when overdue, then to
    whoever approves too. It is told of the days of the plan, not of each member.
    """
    if not working_morning():
        return
    today = clock.today()
    rows = due(today, Case.traits.contains([GROUPED]))
    for group, person, mine in _by_hand(rows, late=lambda part: part.is_late(today)):
        counts = {"late": 0, "today": 0, "soon": 0}
        for part in mine:
            counts[telling(part.due_on, today)[0]] += 1
        turns = {f"{part.due_on}:{telling(part.due_on, today)[1]}" for part in mine}
        _tell("group.instalments", group, person, counts, turns)


@job(every="41 0 * * *")
def remind_of_confirmation() -> None:
    """Tell each handler of a group, once a morning at most, of how many cases the 30 days for the court end soon."""
    if not working_morning():
        return
    today = clock.today()
    rows = [(last, case) for _one, case, last in ending(today, Case.traits.contains([GROUPED]))]
    for group, person, mine in _by_hand(rows):
        turns = {f"{last}:{last_word(last, today)}" for last in mine}
        facts = {"cases": len(mine), "on": min(mine)}
        _tell("group.confirmation", group, person, facts, turns)


def _by_hand(
    rows: Collection[tuple[T, Case]], late: Callable[[T], bool] = lambda _one: False
) -> Iterator[tuple[CaseGroup, Person, list[T]]]:
    """What of each group is in whose hands: the person's own cases; of who approves, also what is late or nobody's."""
    groups = _groups({case.id for _one, case in rows})
    people = list(db.session.scalars(select(Person).where(Person.active).order_by(Person.id))) if groups else []
    for group in sorted(set(groups.values()), key=lambda one: one.number):
        of_it = [(one, case) for one, case in rows if groups.get(case.id) is group]
        for person in people:
            oversees = person.can(Can.CASE_APPROVE)
            mine = [
                one
                for one, case in of_it
                if case.assignee_id == person.id or (oversees and (case.assignee_id is None or late(one)))
            ]
            if mine:
                yield group, person, mine


def _groups(cases: Collection[UUID]) -> Mapping[UUID, CaseGroup]:
    """case -> the group that it is in."""
    query = (
        select(GroupMember.case_id, CaseGroup)
        .join(CaseGroup, (CaseGroup.tenant_id == GroupMember.tenant_id) & (CaseGroup.id == GroupMember.group_id))
        .where(GroupMember.case_id.in_(cases), GroupMember.left_at.is_(None))
    )
    return dict(db.session.execute(query).all()) if cases else {}


def _tell(event: str, group: CaseGroup, person: Person, facts: Mapping[str, Any], turns: Collection[str]) -> None:
    """Once a day, and only where there is a day, or a telling of it, that they have not heard of for themselves."""
    query = select(Notice.facts).where(
        Notice.event == event,
        Notice.person_id == person.id,
        Notice.subject_id == group.id,
        Notice.created_at >= clock.now() - REMEMBERED,
    )
    told = {turn for told in db.session.scalars(query) if not told.get("deputy") for turn in told["turns"]}
    if set(turns) <= told:
        return
    notify(
        event,
        group,
        people=[person.id],
        facts={**facts, "turns": sorted(turns)},
        endpoint="groups.show",
        arguments={"number": group.number, "_anchor": "ledger-title"},
        key=f"{event}:{group.id}:{person.id}:{clock.today()}",  # who deputises for two hears of both
    )


extend(
    {
        "group.instalments": _l(
            "Group %(number)s: %(late)s instalments overdue, %(today)s due today, %(soon)s within three working days"
        ),
        "group.confirmation": _l(
            "Group %(number)s: in %(cases)s cases both sides may apply for judicial confirmation, in the first until "
            "%(on)s"
        ),
    }
)
