"""Drawing whom to call back, trying, and noting what they said."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import audit, deadlines
from app.accounts.permissions import Can
from app.cases.callbacks.models import CallBack, CallBackAttempt, CallBackState, Contact
from app.cases.models import Case
from app.cases.settings import services as settings
from app.cases.tasks import services as tasks
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from tenants.database import db

TRIES = 3  # without an answer; then it has none
DISSATISFIED = 2  # and below
FOLLOW_UP = 3  # working days
LONGEST = 500


def is_drawn(seed: str, number: str, share: int) -> bool:
    """Whether a case is among the `share` percent: the same whenever and by whomever it is worked out again."""
    place = int.from_bytes(sha256(f"{seed}:{number}".encode()).digest()[:8], "big")
    return place * 100 < share * 2**64


def draw(case: Case) -> CallBack | None:
    """After closing: put the case on the list of call-backs if the center's setting says so; the draw is recorded."""
    setting = settings.present()
    if setting.call_backs == "none" or case.closed_at is None:
        return None
    known = select(CallBack).where(CallBack.case_id == case.id, CallBack.closed_at == case.closed_at)
    if db.session.scalars(known).first():
        return None
    drawn = setting.call_backs == "all" or is_drawn(setting.seed, case.number, setting.call_back_share)
    facts: dict[str, Any] = {"basis": setting.call_backs, "drawn": drawn}
    if setting.call_backs == "sample":
        facts |= {"seed": setting.seed, "share": setting.call_back_share}
    audit.record("call_back.drawn", case, facts=facts)
    if not drawn:
        return None
    due = deadlines.load_calendar().add_working_days(clock.on(case.closed_at), setting.call_back_days)
    row = CallBack(
        case_id=case.id,
        closed_at=case.closed_at,
        basis=setting.call_backs,
        due_on=due,
        status=CallBackState.WAITING.value,
    )
    db.session.add(row)
    db.session.flush()
    return row


def drop(case: Case) -> None:
    """A case that was reopened is not asked about before it is closed again."""
    waiting = select(CallBack).where(CallBack.case_id == case.id, CallBack.status == CallBackState.WAITING)
    for row in db.session.scalars(waiting.with_for_update()):
        _end(row, CallBackState.DROPPED)
        audit.record("call_back.dropped", case)


def attempt(
    row: CallBack,
    by: Any,
    *,
    result: str,
    satisfaction: int | None = None,
    reason: str = "",
    remark: str = "",
) -> None:
    """Note a try. An answer ends it; so do three tries without one, a refusal, or a wrong number.

    Somebody dissatisfied makes a task for whoever handled the case. Raises Invalid, NotAllowed or WrongMoment.
    """
    if not by.can(Can.CASE_INTAKE):
        raise NotAllowed(_("Your role does not include this."))
    db.session.refresh(row, with_for_update={"of": CallBack})
    if row.status != CallBackState.WAITING:
        raise WrongMoment(_("This call-back has ended already."))
    if result not in set(Contact):
        raise Invalid("result", _("Say what came of the call."))
    answered = result == Contact.ANSWERED
    if answered and satisfaction not in range(1, 6):
        raise Invalid("satisfaction", _("Choose how satisfied they were."))
    if answered and satisfaction is not None and satisfaction <= DISSATISFIED and not reason.strip():
        raise Invalid("reason", _("Say why they were dissatisfied."))
    for name, said in (("reason", reason), ("remark", remark)):
        if len(said) > LONGEST:
            raise Invalid(name, _("At most %(limit)s characters, please.", limit=LONGEST))
    db.session.add(
        CallBackAttempt(
            call_back_id=row.id,
            at=clock.now(),
            by_id=by.id,
            by_name=by.name,
            result=result,
            remark=remark.strip() or None,
        )
    )
    db.session.flush()
    facts = {"result": result}
    if answered:
        row.satisfaction, row.reason = satisfaction, reason.strip() or None
        facts |= {"satisfaction": str(satisfaction)}
        _end(row, CallBackState.ANSWERED)
    elif result in (Contact.DECLINED, Contact.WRONG) or _tries(row) >= TRIES:
        _end(row, CallBackState.UNANSWERED)
    else:
        row.version += 1
    audit.record("call_back.tried", row.case, by, facts=facts, text=reason.strip() or remark.strip() or None)
    if answered and satisfaction is not None and satisfaction <= DISSATISFIED:
        _follow_up(row, by, reason.strip())


def _tries(row: CallBack) -> int:
    tries = select(func.count()).where(CallBackAttempt.call_back_id == row.id)
    return db.session.scalar(tries.select_from(CallBackAttempt)) or 0


def _end(row: CallBack, state: CallBackState) -> None:
    row.status, row.ended_at = state.value, clock.now()
    row.version += 1


def _follow_up(row: CallBack, by: Any, reason: str) -> None:
    """A task for who handled the case; where they are gone, for who called."""
    case = row.case
    there = case.assignee is not None and case.assignee.active
    said = _("Dissatisfied at the call-back: %(reason)s", reason=reason)
    tasks.give(
        by,
        case=case,
        text=said[: tasks.LONGEST],
        due_on=deadlines.load_calendar().add_working_days(clock.today(), FOLLOW_UP),
        assignee=case.assignee_id if there and case.assignee_id else by.id,
    )
