"""What is asked about handoffs: in-trays, counts, one with its story; for the bureau, the flows of the city."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from app.cases.models import Case
from app.core.errors import Missing
from app.core.listing import capped
from app.handoffs.kinds import TAKEN_OVER
from app.handoffs.models import (
    DraftState,
    Handoff,
    HandoffClock,
    HandoffDisclosure,
    HandoffDraft,
    HandoffEcho,
    HandoffFile,
    HandoffMessage,
    HandoffState,
    HandoffStep,
)
from tenants import realm
from tenants.database import db
from tenants.realm import Place
from tenants.registry import registry

S = HandoffState
PAGE = 50
COUNTED = 999  # in a box, no further
NEVER = date(9999, 12, 31)
_ENDED = Handoff.ended_at.is_not(None)
_REFERENCE = re.compile(r"(?P<slug>[a-z][a-z0-9-]*)-(?P<number>[A-Z]{2}-\d{4}-\d{6})")


def reference(handoff: Handoff) -> str:
    """Its address on either side: numbers are unique for a sender, so the sender's slug stands before it."""
    return f"{registry.by_id(handoff.sender_id).slug}-{handoff.number}"


def by_reference(text: str) -> Handoff:
    """Raises Missing where there is none, or none that is ours."""
    found = _REFERENCE.fullmatch(text)
    sender = registry.find(found["slug"]) if found else None
    handoff = None
    if found and sender:
        asked = select(Handoff).where(Handoff.sender_id == sender.id, Handoff.number == found["number"])
        handoff = db.session.scalars(asked.options(selectinload(Handoff.clocks))).first()
    if handoff is None:
        raise Missing
    return handoff


# In-trays -----------------------------------------------------------------------------------------------------------


def _mine() -> int:
    mine = realm.current().writes
    if mine is None:
        raise PermissionError("an in-tray is somebody's: this realm has no pen")
    return mine


def _worked_on() -> ColumnElement[bool]:
    return or_(
        Handoff.status == S.SENT_BACK.value,
        and_(Handoff.status == S.ACCEPTED.value, Handoff.kind.not_in(TAKEN_OVER)),
    )


def _in_box(box: str) -> ColumnElement[bool]:
    """received: to be signed for or decided; under_way: to be answered; answered: done with; outbox: what we sent."""
    if box == "outbox":
        return Handoff.sender_id == _mine()
    arrived = Handoff.status.in_([S.SENT.value, S.SIGNED.value])
    inside = {"received": arrived, "under_way": _worked_on(), "answered": ~or_(arrived, _worked_on())}[box]
    return and_(Handoff.receiver_id == _mine(), inside)


_BY_DEADLINE = ("received", "under_way")


def box_of(handoff: Handoff) -> str:
    """Where it lies on our side."""
    if handoff.sender_id == _mine():
        return "outbox"
    if handoff.status in (S.SENT, S.SIGNED):
        return "received"
    worked_on = handoff.status == S.SENT_BACK or (handoff.status == S.ACCEPTED and handoff.kind not in TAKEN_OVER)
    return "under_way" if worked_on else "answered"


def box(name: str, *, after: Handoff | None = None, limit: int = PAGE) -> list[Handoff]:
    """A page of an in-tray: what waits by its last day, what is done with the newest first."""
    query = select(Handoff).where(_in_box(name)).options(selectinload(Handoff.clocks)).limit(limit)
    if name in _BY_DEADLINE:
        place = tuple_(func.coalesce(Handoff.due_on, NEVER), Handoff.id)
        query = query.order_by(func.coalesce(Handoff.due_on, NEVER), Handoff.id)
        if after is not None:
            query = query.where(place > tuple_(after.due_on or NEVER, after.id))
    else:
        query = query.order_by(Handoff.id.desc())
        if after is not None:
            query = query.where(Handoff.id < after.id)
    return list(db.session.scalars(query))


def found(said: str, *, after: Handoff | None = None, limit: int = PAGE) -> list[Handoff]:
    """Handoffs of either side that have every word in their number, title or merchant, or in the other side's name."""
    query = select(Handoff).where(or_(Handoff.receiver_id == _mine(), Handoff.sender_id == _mine()))
    for word in said.split():
        named = [one.id for one in registry.places().values() if word in one.name or word in one.short_name]
        query = query.where(
            or_(
                Handoff.number.icontains(word, autoescape=True),
                Handoff.subject.icontains(word, autoescape=True),
                Handoff.facts["merchant_name"].astext.icontains(word, autoescape=True),
                and_(Handoff.sender_id.in_(named), Handoff.sender_id != _mine()),
                and_(Handoff.receiver_id.in_(named), Handoff.receiver_id != _mine()),
            )
        )
    if after is not None:
        query = query.where(Handoff.id < after.id)
    newest_first = query.options(selectinload(Handoff.clocks)).order_by(Handoff.id.desc())
    return list(db.session.scalars(newest_first.limit(limit)))


def count(name: str) -> int:
    """How many lie in one of the boxes, counted no further than COUNTED + 1; one indexed statement."""
    return capped(select(Handoff.id).where(_in_box(name)), COUNTED)


# One of them --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A step of the story: whose it was, and its words, whole for the two sides and redacted for the bureau."""

    step: HandoffStep
    place: Place
    words: str
    files: tuple[HandoffFile, ...] = ()


def story(handoff: Handoff) -> list[Told]:
    """All steps of both sides, newest first."""
    rows = db.session.execute(
        select(HandoffStep, HandoffMessage.text)
        # Messages are found by their handoff: by the step alone every message there is would be read.
        .outerjoin(
            HandoffMessage,
            and_(HandoffMessage.handoff_id == HandoffStep.handoff_id, HandoffMessage.step_id == HandoffStep.id),
        )
        .where(HandoffStep.handoff_id == handoff.id)
        .order_by(HandoffStep.at.desc(), HandoffStep.id.desc())
    ).all()
    files: dict[UUID, list[HandoffFile]] = {}
    for file in packed_files(handoff):
        files.setdefault(file.step_id, []).append(file)
    return [
        Told(step, registry.by_id(step.author_id), whole or step.text, tuple(files.get(step.id, ())))
        for step, whole in rows
    ]


def packed_files(handoff: Handoff) -> list[HandoffFile]:
    """The files of the packet and of the answers, oldest first, as far as this realm may open them."""
    files = select(HandoffFile).where(HandoffFile.handoff_id == handoff.id).order_by(HandoffFile.id)
    return list(db.session.scalars(files))


def file_of(handoff: Handoff, file_id: UUID) -> HandoffFile:
    """Raises Missing, also where it has been closed to us."""
    asked = select(HandoffFile).where(HandoffFile.handoff_id == handoff.id, HandoffFile.id == file_id)
    found = db.session.scalars(asked).first()
    if found is None:
        raise Missing
    return found


def ledger(handoff: Handoff) -> list[HandoffDisclosure]:
    """What was disclosed, to whom, on what ground; the bureau reads it too."""
    asked = select(HandoffDisclosure).where(HandoffDisclosure.handoff_id == handoff.id)
    return list(db.session.scalars(asked.order_by(HandoffDisclosure.id)))


def own_case(handoff: Handoff) -> Case | None:
    """The case on our side: the one it was sent from, or the one it was taken over by."""
    key = handoff.sender_case_id if handoff.sender_id == realm.current().writes else handoff.receiver_case_id
    return db.session.scalars(select(Case).where(Case.id == key)).first() if key else None


def of_case(subject: Case) -> list[Handoff]:
    """What went out from a case, and what it came from, newest first."""
    asked = select(Handoff).where(
        or_(
            and_(Handoff.sender_id == subject.tenant_id, Handoff.sender_case_id == subject.id),
            and_(Handoff.receiver_id == subject.tenant_id, Handoff.id == subject.origin_id),
        )
    )
    return list(db.session.scalars(asked.options(selectinload(Handoff.clocks)).order_by(Handoff.id.desc())))


# Letters before they are sent ---------------------------------------------------------------------------------------

_OPEN_DRAFTS = (DraftState.DRAFTED.value, DraftState.WAITING.value, DraftState.REJECTED.value)


def draft(number: str) -> HandoffDraft:
    """Raises Missing."""
    found = db.session.scalars(select(HandoffDraft).where(HandoffDraft.number == number)).first()
    if found is None:
        raise Missing
    return found


def drafts_of_case(subject: Case) -> list[HandoffDraft]:
    """Letters of a case that have not gone out yet."""
    asked = select(HandoffDraft).where(HandoffDraft.case_id == subject.id, HandoffDraft.status.in_(_OPEN_DRAFTS))
    return list(db.session.scalars(asked.order_by(HandoffDraft.id)))


def open_drafts(limit: int = PAGE) -> list[HandoffDraft]:
    """Letters that have not gone out, those that wait for approval first."""
    asked = select(HandoffDraft).where(HandoffDraft.status.in_(_OPEN_DRAFTS))
    waits = HandoffDraft.status == DraftState.WAITING.value
    return list(db.session.scalars(asked.order_by(waits.desc(), HandoffDraft.id.desc()).limit(limit)))


def reference_of(draft: HandoffDraft) -> str | None:
    """The address of what became of a letter; None until it is sent."""
    if draft.handoff_id is None:
        return None
    return reference(db.session.scalars(select(Handoff).where(Handoff.id == draft.handoff_id)).one())


def untold(before: datetime) -> Select[Any]:
    """The keys of our steps, taken before then, that the other side has not heard of."""
    return (
        select(HandoffEcho.step_id)
        .where(HandoffEcho.tenant_id == _mine(), HandoffEcho.done_at.is_(None), HandoffEcho.made_at < before)
        .order_by(HandoffEcho.made_at)
        .limit(500)
    )


def ours_to_redate() -> Select[Any]:
    """What is not over and has a status of our side, so that we are the ones who may write it."""
    mine = _mine()
    ours = or_(
        and_(Handoff.sender_id == mine, Handoff.status.in_(Handoff.sender_sets)),
        and_(Handoff.receiver_id == mine, Handoff.status.in_(Handoff.receiver_sets)),
    )
    found = select(Handoff).where(ours, ~_ENDED).options(selectinload(Handoff.clocks))
    return found.order_by(Handoff.sent_at, Handoff.number, Handoff.id)


# For the bureau: nothing confidential is asked for -------------------------------------------------------------------


def exchange(
    *,
    kind: str | None = None,
    sender: int | None = None,
    receiver: int | None = None,
    status: str | None = None,
    late_on: date | None = None,
    returned: bool = False,
    after: UUID | None = None,
    limit: int = PAGE,
) -> list[Handoff]:
    """Handoffs of the realm's tenants, newest first; `late_on` keeps those whose limit has passed by that day."""
    query = select(Handoff).options(selectinload(Handoff.clocks)).order_by(Handoff.id.desc()).limit(limit)
    for column, value in (
        (Handoff.kind, kind),
        (Handoff.sender_id, sender),
        (Handoff.receiver_id, receiver),
        (Handoff.status, status),
    ):
        if value is not None:
            query = query.where(column == value)
    if late_on is not None:
        query = query.where(~_ENDED, Handoff.due_on < late_on)
    if returned:
        query = query.where(Handoff.returns > 0)
    if after is not None:
        query = query.where(Handoff.id < after)
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Flow:
    """What went from one organisation to another in a time."""

    sender: Place
    receiver: Place
    kind: str
    sent: int
    open: int
    late: int
    returned: int


def flows(since: datetime, until: datetime, today: date) -> list[Flow]:
    """Who sent how much to whom between two moments, the most first; `today` decides what is late."""
    late = and_(~_ENDED, Handoff.due_on < today)
    rows = db.session.execute(
        select(
            Handoff.sender_id,
            Handoff.receiver_id,
            Handoff.kind,
            func.count().label("sent"),
            func.count().filter(~_ENDED),
            func.count().filter(late),
            func.count().filter(Handoff.returns > 0),
        )
        .where(Handoff.sent_at >= since, Handoff.sent_at < until)
        .group_by(Handoff.sender_id, Handoff.receiver_id, Handoff.kind)
        .order_by(func.count().desc(), Handoff.sender_id, Handoff.receiver_id, Handoff.kind)
    )
    return [
        Flow(registry.by_id(sender), registry.by_id(receiver), kind, *figures)
        for sender, receiver, kind, *figures in rows
    ]


@dataclass(frozen=True)
class Punctuality:
    """How an organisation keeps the limits of what it receives: clocks that ended, those met in time, those late."""

    place: Place
    ended: int
    in_time: int
    overdue: int

    @property
    def rate(self) -> float | None:
        return self.in_time / self.ended if self.ended else None


_MET = HandoffClock.state == "met"


def of_receivers() -> ColumnElement[bool]:
    """The limits that the receiver of a handoff has to keep."""
    return HandoffClock.code.in_([code for code, holder in HandoffClock.HOLDERS.items() if holder == "receiver"])


def kept(how: str, today: date) -> ColumnElement[bool]:
    """ended | in_time | missed (of these) | running | overdue (of these)."""
    running = HandoffClock.state == "running"
    return {
        "ended": _MET,
        "in_time": and_(_MET, HandoffClock.met_on <= HandoffClock.due_on),
        "missed": and_(_MET, HandoffClock.met_on > HandoffClock.due_on),
        "running": running,
        "overdue": and_(running, HandoffClock.due_on < today),
    }[how]


def punctuality(since: date, until: date, today: date) -> list[Punctuality]:
    """Per receiver, of the limits that began between two days: ended, in time, and still running past the last day."""
    rows = db.session.execute(
        select(
            HandoffClock.receiver_id,
            *(func.count().filter(kept(how, today)) for how in ("ended", "in_time", "overdue")),
        )
        .where(of_receivers(), HandoffClock.started_on.between(since, until))
        .group_by(HandoffClock.receiver_id)
        .order_by(HandoffClock.receiver_id)
    )
    return [Punctuality(registry.by_id(receiver), *figures) for receiver, *figures in rows]
