"""What follows a commit: each document of a batch is issued by itself, so that one refusal stops no other.

And what is told of a group in the morning: once for all of it, not once for each of its members.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any
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
from app.mediation.jobs import due, telling, working_morning
from app.mediation.models import Instalment
from app.notifications import notify
from app.notifications.models import Notice
from app.notifications.words import extend
from tenants.database import db

REMEMBERED = timedelta(days=60)  # how long it is looked back for what was told: every turn is over by then


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
    groups = _groups({case.id for _part, case in rows})
    people = list(db.session.scalars(select(Person).where(Person.active).order_by(Person.id)))
    told = _told(groups)
    for group in sorted(set(groups.values()), key=lambda one: one.number):
        of_it = [(part, case) for part, case in rows if groups.get(case.id) is group]
        for person in people:
            mine = list(_of(person, of_it, today))
            turns = sorted({f"{part.due_on}:{telling(part.due_on, today)[1]}" for part in mine})
            if set(turns) - told.get((person.id, group.id), set()):
                _tell(group, person, mine, turns, today)


def _tell(group: CaseGroup, person: Person, mine: Iterable[Instalment], turns: list[str], today: date) -> None:
    counts = {"late": 0, "today": 0, "soon": 0}
    for part in mine:
        counts[telling(part.due_on, today)[0]] += 1
    notify(
        "group.instalments",
        group,
        people=[person.id],
        facts={**counts, "turns": turns},
        endpoint="groups.show",
        arguments={"number": group.number, "_anchor": "ledger-title"},
        key=f"group.instalments:{group.id}:{person.id}:{today}",  # who deputises for two hears of both
    )


def _groups(cases: Collection[UUID]) -> Mapping[UUID, CaseGroup]:
    """case -> the group that it is in."""
    query = (
        select(GroupMember.case_id, CaseGroup)
        .join(CaseGroup, (CaseGroup.tenant_id == GroupMember.tenant_id) & (CaseGroup.id == GroupMember.group_id))
        .where(GroupMember.case_id.in_(cases), GroupMember.left_at.is_(None))
    )
    return dict(db.session.execute(query).all()) if cases else {}


def _of(person: Person, rows: Iterable[tuple[Instalment, Case]], today: date) -> Iterable[Instalment]:
    """Those of the person's own cases; of who approves, also what is overdue or in nobody's hands."""
    oversees = person.can(Can.CASE_APPROVE)
    for part, case in rows:
        if case.assignee_id == person.id or (oversees and (case.assignee_id is None or part.is_late(today))):
            yield part


def _told(groups: Mapping[UUID, CaseGroup]) -> dict[tuple[UUID, UUID | None], set[str]]:
    """(person, group) -> which days, and which telling of each, they have heard of for themselves."""
    query = select(Notice.person_id, Notice.subject_id, Notice.facts).where(
        Notice.event == "group.instalments",
        Notice.subject_id.in_({group.id for group in groups.values()}),
        Notice.created_at >= clock.now() - REMEMBERED,
    )
    told: dict[tuple[UUID, UUID | None], set[str]] = {}
    for person, group, facts in db.session.execute(query):
        if not facts.get("deputy"):
            told.setdefault((person, group), set()).update(facts["turns"])
    return told


extend(
    {
        "group.instalments": _l(
            "Group %(number)s: %(late)s instalments overdue, %(today)s due today, %(soon)s within three working days"
        )
    }
)
