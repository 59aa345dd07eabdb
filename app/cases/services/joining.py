"""Joining 并案: a matter that is there twice goes on in the earlier case, and can be taken apart again.

The later case is closed, with the number of the earlier one; what is in it stays where it is and is read from there.
"""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit, deadlines
from app.cases.models import OPEN, TOOK_IN, Case, CaseClock, CaseFile, CaseJoin, CaseState, Outcome
from app.cases.services.parts import ANSWERED, LOOKS, look_up, redate
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.core.forms import narrow
from app.deadlines import load_calendar, load_rules, recount
from tenants.database import db

_KEPT = ("state", "paused_reason", "spans")


def join(case: Case, by: Any, *, into: str, text: str | None = None, **rest: Any) -> None:
    """Let the matter go on in an earlier case. Raises Invalid for one that is later, over, or of another nature."""
    first = db.session.scalars(
        select(Case)
        .where(Case.number == narrow(into))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).first()
    if first is None or first.id == case.id:
        raise Invalid("into", _("There is no such case here."))
    if not _is_earlier(first, case):
        raise Invalid("into", _("That case came in later: join it to this one instead."))
    if not _is_here(first):
        raise Invalid("into", _("That case is over: nothing can be joined to it."))
    if first.nature != case.nature:
        raise Invalid("into", _("A complaint and a report stay two matters."))
    if TOOK_IN in case.traits:
        raise WrongMoment(_("Another case was joined to this one: take that apart first."))
    db.session.add(
        CaseJoin(
            case_id=case.id,
            into_id=first.id,
            before=case.status,
            clocks={str(one.id): _kept(one) for one in case.clocks if one.is_open},
            version=case.version + 1,
            joined_at=clock.now(),
        )
    )
    _hand_on(case, first)
    if TOOK_IN not in first.traits:
        first.traits = [*first.traits, TOOK_IN]
    case.outcome, case.closed_at = Outcome.JOINED.value, clock.now()
    audit.record("case.took_in", first, by, facts={"other": case.number})


def _hand_on(case: Case, first: Case) -> None:
    """What somebody else waits for by a day, such as the hotline, is waited for in the earlier case from now on."""
    rules, there = load_rules(), {one.code for one in first.clocks if one.is_open}
    for one in case.clocks:
        if one.is_open and one.code in ANSWERED and one.code not in there:
            profile = rules.profile(one.profile_code, one.profile_version)
            other = deadlines.start(CaseClock, profile, one.code, one.started_on, rules=rules, case_id=first.id)
            deadlines.carry(other, case.number, clock.today(), one.pauses, rules=rules)
            first.clocks.append(other)
    redate(first)


def _take_back(case: Case, first: Case) -> None:
    for one in first.clocks:
        mine = any(entry["kind"] == "carried" and entry["number"] == case.number for entry in one.spans)
        if mine and one.is_open:
            deadlines.void(one)
    redate(first)


def takes(first: Case, case: Case) -> bool:
    """Whether a case can be joined to that other one."""
    return _is_earlier(first, case) and _is_here(first) and first.nature == case.nature


def _is_earlier(first: Case, case: Case) -> bool:
    return (first.received_at, first.id) < (case.received_at, case.id)


def _is_here(first: Case) -> bool:
    return first.status in OPEN and first.status != CaseState.REFERRED


def may_part(case: Case) -> bool:
    """Whether a joined case can be taken apart again; asks the database only of one that was joined."""
    return case.outcome == Outcome.JOINED and _parting(case) is not None


def kept_by(case: Case) -> str:
    """What stands in the way of taking a joined case out again, in words; empty where nothing does."""
    first = goes_on_in(case)
    if first is None or may_part(case):
        return ""
    since = takewhile(lambda line: line.entry.event != "case.join_earlier", audit.trail(case.id))
    done = [line for line in since if line.entry.event not in LOOKS]
    if first.status in OPEN and done:
        return str(_("Since it was joined, something was done to it: %(what)s", what=audit.sentence(done[-1])))
    return str(_("Case %(number)s, in which it goes on, is over: reopen that first.", number=first.number))


def part(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Take a joined case out again: as it stood before, its time limits counted as if they had never stopped."""
    joined, first = _parting(case, lock=True) or (None, None)
    if joined is None or first is None:
        raise WrongMoment(kept_by(case) or _("Something has happened since: it can no longer be taken apart."))
    joined.parted_at = clock.now()
    case.status, case.outcome, case.closed_at = joined.before, None, None
    calendar = load_calendar()
    for one in case.clocks:
        if kept := joined.clocks.get(str(one.id)):
            one.state, one.paused_reason, one.spans = (kept[name] for name in _KEPT)
            one.paused_on = date.fromisoformat(kept["paused_on"]) if kept["paused_on"] else None
            recount(one, calendar)
    redate(case)
    _take_back(case, first)
    db.session.flush()
    look_up(case)
    if not joined_to(first):
        first.traits = [trait for trait in first.traits if trait != TOOK_IN]
    audit.record("case.let_go", first, by, facts={"other": case.number})


def joined_to(case: Case) -> list[Case]:
    """The cases that go on in this one; asks the database only of one that took any in."""
    if TOOK_IN not in case.traits:
        return []
    query = (
        select(Case)
        .join(CaseJoin, (CaseJoin.tenant_id == Case.tenant_id) & (CaseJoin.case_id == Case.id))
        .where(CaseJoin.into_id == case.id, CaseJoin.parted_at.is_(None))
    )
    return list(db.session.scalars(query.order_by(Case.received_at, Case.id)))


def goes_on_in(case: Case) -> Case | None:
    """The case that a joined one goes on in; asks the database only of one that was joined."""
    if case.outcome != Outcome.JOINED:
        return None
    query = select(Case).join(CaseJoin, (CaseJoin.tenant_id == Case.tenant_id) & (CaseJoin.into_id == Case.id))
    return db.session.scalars(query.where(CaseJoin.case_id == case.id, CaseJoin.parted_at.is_(None))).first()


def files_of(cases: list[Case]) -> list[tuple[Case, CaseFile]]:
    """The evidence of the cases that were joined, each with its own case."""
    by_id = {case.id: case for case in cases}
    if not by_id:
        return []
    query = select(CaseFile).where(CaseFile.case_id.in_(by_id)).order_by(CaseFile.id)
    return [(by_id[file.case_id], file) for file in db.session.scalars(query)]


def _parting(case: Case, *, lock: bool = False) -> tuple[CaseJoin, Case] | None:
    """The join that can be undone: nothing has been done to the case since, and the earlier one is still open.

    With `lock` the earlier one cannot be closed at this moment.
    """
    query = (
        select(CaseJoin, Case)
        .join(Case, (CaseJoin.tenant_id == Case.tenant_id) & (CaseJoin.into_id == Case.id))
        .where(CaseJoin.case_id == case.id, CaseJoin.parted_at.is_(None))
    )
    if lock:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    found = db.session.execute(query).first()
    if found is None or found[0].version != case.version or found[1].status not in OPEN:
        return None
    return found[0], found[1]


def _kept(one: Any) -> dict[str, Any]:
    return {**{name: getattr(one, name) for name in _KEPT}, "paused_on": one.paused_on and one.paused_on.isoformat()}
