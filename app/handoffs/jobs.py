"""Telling the other side, once: what a step here means in the other organisation's own realm and chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.workflow import CASE
from app.core import clock
from app.handoffs import queries
from app.handoffs.kinds import KINDS
from app.handoffs.models import Handoff, HandoffDraft, HandoffEcho, HandoffMessage, HandoffStep
from app.jobs import job
from app.notifications import notify
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.provisioning import Act, act_in
from tenants.registry import registry

# What a step of the receiver does to the case it was referred from.
MOVES = {"accept": "taken_over", "return": "come_back"}
SETTLES_WITHIN = timedelta(minutes=2)  # a step that was not told by then is told by the sweep
_DATES = audit.Watch(codes=("due_on",))


@dataclass(frozen=True)
class OtherSide:
    """Somebody of the other organisation, as the actor of what a step of theirs does here."""

    id: UUID | None
    name: str
    tenant_id: int
    role: str = "other side"

    def can(self, permission: str, subject: Any = None) -> bool:
        """The step was checked where it was taken; what follows from it here is not a second decision."""
        return True


@job()
def tell(step: str) -> None:
    """Let the other side hear of a step that was taken here, and mark it told."""
    echo = db.session.scalars(select(HandoffEcho).where(HandoffEcho.step_id == UUID(step))).one()
    if echo.done_at is not None:
        return
    handoff = db.session.scalars(select(Handoff).where(Handoff.id == echo.handoff_id)).one()
    mine = realm.current().writes
    other = handoff.receiver_id if mine == handoff.sender_id else handoff.sender_id
    why = f"handoff.{echo.step} {echo.step_id}"
    with act_in(registry.realm(other), why):
        hear(echo.step_id)
    echo.done_at = clock.now()
    # An earlier attempt that broke off between its two transactions has been made good by this one.
    db.session.execute(update(Act).where(Act.why == why, Act.done_at.is_(None)).values(done_at=func.now()))


@job(every="*/5 * * * *")
def sweep() -> None:
    """Tell again what was not told: the job was lost, gave up, or broke off halfway."""
    for step_id in db.session.scalars(queries.untold(clock.now() - SETTLES_WITHIN)):
        tell.enqueue(step=step_id, once=str(step_id))


def hear(step_id: UUID) -> bool:
    """In the realm of the other side: note the step in its chain and let its case follow; False if heard before."""
    step = db.session.scalars(select(HandoffStep).where(HandoffStep.id == step_id)).one()
    heard = insert(HandoffEcho).values(
        tenant_id=realm.current().writes,
        id=uuid7(),
        handoff_id=step.handoff_id,
        step_id=step.id,
        step=step.step,
        made_at=clock.now(),
        done_at=clock.now(),
    )
    once = heard.on_conflict_do_nothing(index_elements=["tenant_id", "step_id"]).returning(HandoffEcho.id)
    if db.session.execute(once).first() is None:
        return False
    handoff = db.session.scalars(select(Handoff).where(Handoff.id == step.handoff_id)).one()
    said = (HandoffMessage.handoff_id == step.handoff_id, HandoffMessage.step_id == step.id)
    words = db.session.scalars(select(HandoffMessage.text).where(*said)).first()
    by = OtherSide(step.by_id, step.by_name, step.author_id)
    facts = {"kind": handoff.kind, "reason": step.reason or None}
    audit.record(f"handoff.heard_{step.step}", handoff, by, facts=facts, text=words)
    case = queries.own_case(handoff)
    if case is not None:
        told = {**facts, "number": handoff.number, "from": registry.by_id(step.author_id).slug}
        audit.record(f"case.handoff_{step.step}", case, by, facts=told, text=words)
        move = MOVES.get(step.step) if KINDS[handoff.kind].moves_case else None
        if move and step.author_id == handoff.receiver_id and CASE.possible(CASE[move], case):
            CASE.take(move, case, by=by)
    _notify(handoff, step, case)
    return True


def _notify(handoff: Handoff, step: HandoffStep, case: Case | None) -> None:
    """Tell those who have to do with it: whoever receives there, or here the handler and who wrote the letter."""
    if step.step == "sign":  # that it has arrived is seen on its page; nobody has to act
        return
    facts = {"number": handoff.number, "place": registry.by_id(step.author_id).slug}
    whom: dict[str, Any] = {"can": Can.HANDOFF_RECEIVE}
    if step.author_id == handoff.receiver_id:
        senders = select(HandoffStep.by_id).where(
            HandoffStep.handoff_id == handoff.id, HandoffStep.author_id == handoff.sender_id
        )
        drafters = select(HandoffDraft.drafted_by).where(HandoffDraft.handoff_id == handoff.id)
        concerned = [*db.session.scalars(senders), *db.session.scalars(drafters)]
        whom = {"people": [*concerned, case.assignee_id if case else None]}
    notify(
        f"handoff.heard_{step.step}",
        handoff,
        **whom,
        facts=facts,
        endpoint="handoffs.show",
        arguments={"reference": queries.reference(handoff)},
        key=f"handoff:{step.id}",
    )


@job()
def tell_of_letter(letter: str, step: str) -> None:
    """Tell whoever approves that a letter waits, and its drafter that it was given back."""
    draft = db.session.scalars(select(HandoffDraft).where(HandoffDraft.id == UUID(letter))).one()
    whom: dict[str, Any] = {"can": Can.CASE_APPROVE} if step == "submit" else {"people": [draft.drafted_by]}
    key = f"letter:{letter}:{step}:{draft.version}"
    notify(f"letter.{step}", draft, **whom, endpoint="handoffs.letter", arguments={"number": draft.number}, key=key)


@job()
def redate_all(subject: Any = None, number: Any = None) -> None:
    """Carry last days that a new calendar moved over to the handoffs; each side to those whose status it sets."""
    for handoff in db.session.scalars(queries.ours_to_redate()):
        was = _DATES.look(handoff)
        handoff.due_on = min((one.due_on for one in handoff.clocks if one.is_open), default=None)
        if changes := _DATES.since(was, handoff):
            audit.record("handoff.redated", handoff, changes=changes)


audit.subscribe("calendar.recounted", redate_all)
