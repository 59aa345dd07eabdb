"""One declared step on many cases: looked over first, then taken one by one, each in its own trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from app import audit
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases import closing_list, lists
from app.cases.models import BY_DEED, Case
from app.cases.queries.filters import beyond_the_open
from app.cases.queries.queue import listed, queue
from app.cases.services import triage
from app.cases.workflow import CASE
from app.cases.worklist import jobs
from app.cases.worklist.models import Bulk, BulkRow, BulkState, RowState
from app.core import clock, unit
from app.core.errors import Invalid, Missing, NotAllowed, Refusal, WrongMoment
from app.core.forms import narrow
from app.core.listing import Filter, Listing, Order, Page, View
from app.workflow import Approval, Step
from tenants import realm
from tenants.database import db

MOST = 5000  # cases at once
AT_ONCE = 100  # a page of them is done while one waits
BATCH = 50  # that are committed together
UNDONE_WITHIN = timedelta(minutes=10)
HELD_BACK = timedelta(seconds=10)  # before a step that nothing puts back again is taken

GROUNDS = ("refusal_grounds", "ending_grounds")


@dataclass(frozen=True)
class Action:
    """Something that can be done to many cases: a step of the workflow, and what is asked with it."""

    name: str
    label: Any
    step: str
    asks: str = ""  # assignee | flag | text | reason | into | the list that the ground is chosen from

    @property
    def needs_words(self) -> bool:
        """Whether the reason has to be given: a letter or the trail says it of each."""
        return self.asks in ("reason", *GROUNDS)


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("assign", _l("Assign"), "assign", asks="assignee"),
        Action("flag", _l("Add a trait"), "flag", asks="flag"),
        Action("unflag", _l("Take a trait away"), "flag", asks="flag"),
        Action("claim", _l("Take them on"), "claim"),
        Action("accept", _l("Accept, as they are described"), "accept", asks="text"),
        Action("refuse", _l("Refuse"), "refuse", asks="refusal_grounds"),
        Action("not_file", _l("Open no case file"), "not_file", asks="reason"),
        Action("guide", _l("Tell where to turn"), "guide", asks="reason"),
        Action("withdraw", _l("Withdrawn by the consumer"), "withdraw", asks="reason"),
        Action("join_earlier", _l("Join to an earlier case"), "join_earlier", asks="into"),
        Action("mediate", _l("Begin mediation"), "mediate", asks="text"),
        Action("end", _l("End mediation"), "end", asks="ending_grounds"),
        Action("close", _l("Close the case"), "close", asks="text"),
    )
}
UNDOABLE = {"assign", "flag"}  # steps that another one of them puts back


def actions(by: Any) -> list[Action]:
    """What this person may do to many cases."""
    return [action for action in ACTIONS.values() if by.can(CASE[action.step].permission)]


def named(name: str, by: Any) -> Action:
    """The action of that name. Raises Missing, and NotAllowed for who may not."""
    if name not in ACTIONS:
        raise Missing
    if not by.can(CASE[ACTIONS[name].step].permission):
        raise NotAllowed(_("Your role does not include this step."))
    return ACTIONS[name]


# Which cases ---------------------------------------------------------------------------------------------------------


def chosen(by: Any, numbers: Sequence[str], asked: dict[str, str] | None = None) -> list[Case]:
    """The cases that were ticked, or all that a filter finds. Raises Invalid for none and for too many."""
    query = listed().order_by(Case.number)
    if asked is None:
        query = query.where(Case.number.in_(list(numbers)[:MOST]))
    else:
        view = queue(by).read(asked)
        query = view.narrow(query)
        if not beyond_the_open(view.values):
            query = query.where(Case.open)
    found = list(db.session.scalars(query.limit(MOST + 1)))
    if not found:
        raise Invalid("chosen", _("Choose at least one case."))
    if len(found) > MOST:
        raise Invalid("chosen", _("At most %(n)s cases at a time: narrow the list.", n=MOST))
    return found


@dataclass(frozen=True)
class Foreseen:
    """What would become of each case, as far as it can be told before."""

    able: list[Case]
    refused: list[tuple[Case, str]]


def look_over(action: Action, cases: Sequence[Case], by: Any) -> Foreseen:
    """Who would be refused, and why."""
    step = CASE[action.step]
    why = {case.id: _refusal(step, case, by) for case in cases}
    left = [case for case in cases if not why[case.id]]
    if action.step in ("close", "not_file", "guide"):
        why |= closing_list.missing(left)
    if action.step == "accept":
        why |= {case.id: triage.unready(case) for case in left}
    return Foreseen(
        [case for case in cases if not why[case.id]],
        [(case, why[case.id]) for case in cases if why[case.id]],
    )


def _refusal(step: Step, case: Case, by: Any) -> str:
    if not by.can(step.permission, case):
        return str(_("Your role does not include this step."))
    if case.status not in step.source:
        return str(_("Not while it is “%(status)s”.", status=case.state.label))
    if step.when is not None and not step.when(case):
        return str(_("Not possible as it stands."))
    if step.name == "accept" and not case.summary_confirmed:  # the city reads what is accepted
        return str(_("Nobody has read and described it yet: accept it by itself."))
    return ""


# Doing it ------------------------------------------------------------------------------------------------------------


def begin(action: Action, cases: Sequence[Case], by: Any, *, text: str = "", **said: str) -> Bulk:
    """Do it: a page of cases at once, more of them behind the page. Raises Invalid beside what is missing.

    What cannot be put back, for people are told of it, is held back for ten seconds: so long it can be called off.
    """
    text, facts = text.strip(), _facts(action, by, **said)
    if action.needs_words and not text:
        raise Invalid("text", _("Say why."))
    bulk = Bulk(step=action.step, facts=facts, text=text, total=len(cases), begun_by=by.id, begun_at=clock.now())
    db.session.add(bulk)
    db.session.flush()
    db.session.add_all(BulkRow(bulk_id=bulk.id, case_id=case.id, number=case.number) for case in cases)
    db.session.flush()
    audit.record("bulk.begun", bulk, by, facts={"step": action.step, "cases": len(cases)}, text=bulk.text or None)
    if action.step not in UNDOABLE:
        unit.afterwards(jobs.run, bulk=bulk.id, at=clock.now() + HELD_BACK)
    elif len(cases) > AT_ONCE:
        unit.afterwards(jobs.run, bulk=bulk.id)
    else:
        _take(bulk, rows_of(bulk), by)
        _end(bulk, by)
    return bulk


def _facts(
    action: Action, by: Any, *, assignee: str = "", flag: str = "", ground: str = "", into: str = ""
) -> dict[str, Any]:
    if action.asks == "assignee":
        person = db.session.scalars(select(Person).where(Person.id == _key(assignee))).first()
        if person is None or not person.can(Can.CASE_HANDLE):
            raise Invalid("assignee", _("Choose somebody who handles cases."))
        return {"assignee": str(person.id)}
    if action.asks == "flag":
        lists.check("traits", flag or None, "flag", _("This is not on the list."))
        if not flag or flag in BY_DEED:
            raise Invalid("flag", _("Choose a trait."))
        return {"add" if action.name == "flag" else "drop": flag}
    if action.asks in GROUNDS:
        lists.check(action.asks, ground or None, "ground", _("This is not on the list."))
        if not ground:
            raise Invalid("ground", _("Choose the ground."))
        return {"ground": ground}
    if action.asks == "into":
        if not _is_number(into):
            raise Invalid("into", _("There is no such case here."))
        return {"into": narrow(into)}
    return {}


def _is_number(said: str) -> bool:
    """Whether a case of ours has this number."""
    return db.session.scalar(select(Case.id).where(Case.number == narrow(said)).limit(1)) is not None


def _key(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def run(bulk_id: UUID, *, tell: Callable[[Bulk], None] = lambda bulk: None) -> None:
    """Go on with what was begun, batch by batch, each committed; whoever runs it twice finds nothing left to do."""
    mine = realm.current().writes
    bulk = db.session.get_one(Bulk, (mine, bulk_id))
    by = db.session.get_one(Person, (mine, bulk.begun_by))
    while True:
        db.session.refresh(bulk, with_for_update=True)
        part = rows_of(bulk, waiting=BATCH)
        if bulk.status != BulkState.RUNNING or not part:
            break
        _take(bulk, part, by)
        db.session.commit()
        tell(bulk)
    if bulk.status == BulkState.RUNNING:
        _end(bulk, by)


def fail(bulk_id: UUID) -> None:
    """Note that it broke off; what is done stays done."""
    bulk = db.session.get_one(Bulk, (realm.current().writes, bulk_id))
    bulk.status, bulk.ended_at = BulkState.FAILED.value, clock.now()
    audit.record("bulk.failed", bulk, None, facts=counts(bulk))


def _end(bulk: Bulk, by: Any) -> None:
    bulk.status, bulk.ended_at = BulkState.DONE.value, clock.now()
    db.session.flush()
    audit.record("bulk.done", bulk, by, facts=counts(bulk))


def _take(bulk: Bulk, rows: Sequence[BulkRow], by: Any) -> None:
    step, cases = CASE[bulk.step], _cases(rows, lock=bulk.facts.get("into", ""))
    audit.flush()  # a step that is given up takes with it what waits to be written
    for row in rows:
        case = cases[row.case_id]
        row.why = _refusal(step, case, by)
        row.status = RowState.REFUSED.value
        if row.why:
            continue
        row.before = _before(case)
        try:
            with db.session.begin_nested():  # so that of a step that is refused nothing stays
                taken = CASE.take(step.name, case, by=by, text=bulk.text or None, **_said(bulk, case))
        except Refusal as refusal:
            row.status, row.why = RowState.REFUSED.value, str(refusal.message)
            continue
        row.status, row.version = RowState.DONE.value, case.version
        if isinstance(taken, Approval):
            row.why = str(_("Drafted. It waits for the director's approval."))
    db.session.flush()


def _said(bulk: Bulk, case: Case) -> dict[str, Any]:
    """What the step is taken with on this case."""
    facts = bulk.facts
    if "add" in facts or "drop" in facts:
        kept = [code for code in case.traits if code not in (facts.get("add"), facts.get("drop"))]
        return {"traits": [*kept, facts["add"]] if "add" in facts else kept}
    return dict(facts)


def _cases(rows: Sequence[BulkRow], *, lock: str | None = None) -> dict[UUID, Case]:
    """The cases of these rows. With `lock`, all of them are held first, in one order, and the case of that number too:
    else who holds one of them could wait for the trail that the others have been written in.
    """
    query = select(Case).where(or_(Case.id.in_([row.case_id for row in rows]), Case.number == (lock or "")))
    if lock is not None:
        query = query.order_by(Case.id).with_for_update(of=Case).execution_options(populate_existing=True)
    return {case.id: case for case in db.session.scalars(query)}


def take_one(name: str, case: Case, by: Any, *, seen: int, **facts: Any) -> tuple[Step | Approval, Bulk | None]:
    """Take a step on one case from its own page; one that can be taken back is kept in mind as those of a list are."""
    before = _before(case)
    taken = CASE.take(name, case, by=by, seen=seen, **facts)
    if name not in UNDOABLE or isinstance(taken, Approval):
        return taken, None
    now = clock.now()
    told = {field: facts[field] for field in ("assignee",) if field in facts}
    bulk = Bulk(step=name, facts=told, text="", total=1, begun_by=by.id, begun_at=now, ended_at=now)
    bulk.status = BulkState.DONE.value
    db.session.add(bulk)
    db.session.flush()
    row = {"status": RowState.DONE.value, "before": before, "version": case.version}
    db.session.add(BulkRow(bulk_id=bulk.id, case_id=case.id, number=case.number, **row))
    return taken, bulk


def _before(case: Case) -> dict[str, Any]:
    """How it stands, for who takes it back."""
    return {"assignee": str(case.assignee_id) if case.assignee_id else None, "traits": list(case.traits)}


# Taking it back ------------------------------------------------------------------------------------------------------


def is_held_back(bulk: Bulk) -> bool:
    """Whether nothing of it is done yet, and all of it can still be called off."""
    if bulk.step in UNDOABLE or bulk.status != BulkState.RUNNING:
        return False
    return counts(bulk)[RowState.WAITING] == bulk.total


def may_undo(bulk: Bulk, by: Any) -> bool:
    """Who began may call it off before it is done, and take an assignment or a trait back for a while after."""
    if bulk.begun_by != by.id:
        return False
    if bulk.step in UNDOABLE:
        return bulk.status == BulkState.DONE and clock.now() - bulk.begun_at <= UNDONE_WITHIN
    return is_held_back(bulk)


def undo(bulk: Bulk, by: Any) -> int:
    """Call off what is held back, or put back what nobody has touched since, by the same step; how many cases.

    Raises WrongMoment when it is late.
    """
    db.session.refresh(bulk, with_for_update=True)
    if not may_undo(bulk, by):
        raise WrongMoment(_("This can no longer be taken back."))
    count = _put_back(bulk, by) if bulk.step in UNDOABLE else _call_off(bulk)
    bulk.status, bulk.ended_at = BulkState.UNDONE.value, bulk.ended_at or clock.now()
    audit.record("bulk.undone", bulk, by, facts={"step": bulk.step, "cases": count})
    return count


def _call_off(bulk: Bulk) -> int:
    rows = rows_of(bulk)
    for row in rows:
        row.status = RowState.UNDONE.value
    db.session.flush()
    return len(rows)


def _put_back(bulk: Bulk, by: Any) -> int:
    rows = [row for row in rows_of(bulk) if row.status == RowState.DONE]
    cases = _cases(rows)
    count = 0
    for row in rows:
        case = cases[row.case_id]
        if case.version != row.version:
            row.why = str(_("Not taken back: somebody has changed it since."))
            continue
        name = "assignee" if bulk.step == "assign" else "traits"
        CASE.take(bulk.step, case, by=by, text=_("Taken back"), **{name: row.before[name]})
        db.session.flush()
        row.status, count = RowState.UNDONE.value, count + 1
    return count


# Asked about it ------------------------------------------------------------------------------------------------------


def of(key: UUID, by: Any) -> Bulk:
    """What somebody began: one's own; the director sees all. Raises Missing."""
    found = db.session.scalars(select(Bulk).where(Bulk.id == key)).first()
    if found is None or (found.begun_by != by.id and not by.can(Can.CASE_ASSIGN)):
        raise Missing
    return found


def rows_of(bulk: Bulk, *, waiting: int | None = None) -> list[BulkRow]:
    query = select(BulkRow).where(BulkRow.bulk_id == bulk.id).order_by(BulkRow.number)
    if waiting is not None:
        query = query.where(BulkRow.status == RowState.WAITING).limit(waiting)
    return list(db.session.scalars(query))


ROWS = Listing(
    filters=[
        Filter(
            "status",
            _l("What became of it"),
            lambda value: BulkRow.status == value,
            choices=lambda: [(state.value, state.label) for state in RowState],
        )
    ],
    orders=[Order("number", _l("By number"), (BulkRow.number, BulkRow.id))],
    size=100,
)


def page_of(view: View, bulk: Bulk) -> Page[BulkRow]:
    """A page of its rows."""
    return view.page(select(BulkRow).where(BulkRow.bulk_id == bulk.id))


def counts(bulk: Bulk) -> dict[str, int]:
    """status -> how many of its rows."""
    query = (
        select(BulkRow.status, func.count().label("many")).where(BulkRow.bulk_id == bulk.id).group_by(BulkRow.status)
    )
    found: dict[str, int] = {row.status: row.many for row in db.session.execute(query)}
    return {state.value: found.get(state.value, 0) for state in RowState}
