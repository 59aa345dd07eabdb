"""Sessions: arranged, moved, held, cancelled; and who is kept out of them. What a session needs, it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts import absence
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import Case, CaseState, Party
from app.cases.services import consents
from app.cases.services.consents import SIDES
from app.cases.workflow import CASE, is_mediated
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.mediation.models import (
    MediationBooking,
    MediationRecusal,
    MediationRoom,
    MediationSeat,
    MediationSession,
    Mediator,
    SessionState,
)
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db

WAYS: dict[str, Any] = {
    "room": _l("In one of our rooms"),
    "site": _l("On site"),
    "phone": _l("By telephone"),
    "online": _l("Online"),
}
ASKED_BY: dict[str, Any] = {
    "consumer": _l("the consumer"),
    "merchant": _l("the merchant"),
    "mediator": _l("the mediator"),
    "center": _l("the center"),
}
ARRANGED_IN = (CaseState.ACCEPTED, CaseState.MEDIATING)


def may_meet(case: Case) -> bool:
    """Whether the two sides may be brought together: over a report they are not (Order 121 art. 9)."""
    return case.status in ARRANGED_IN and is_mediated(case)


FIELDS = ("room", "presides", "mediators", "recorder", "at")  # of a plan: what is in the way is said in this order
LONGEST = timedelta(days=366)  # ahead: a slip of the year is more likely than such a session


@dataclass(frozen=True)
class Plan:
    """A session as somebody wants it. The first of the mediators presides."""

    starts_at: datetime
    lasts: int  # minutes
    way: str
    mediators: Sequence[Mediator]
    room: MediationRoom | None = None
    place: str = ""
    recorder: Person | None = None
    consumers: str = ""
    merchants: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.lasts)


def arrange(case: Case, by: Any, plan: Plan) -> MediationSession:
    """A session that is to be. Raises Invalid, naming what is in the way, and leaves nothing that may be committed."""
    lock(case)
    if not by.can(Can.CASE_HANDLE, case):
        raise NotAllowed(_("Your role does not include this."))
    if not may_meet(case):
        said = _("Sessions are arranged while a case is accepted or in mediation.")
        raise audit.too_late(said, case, told=CASE.since)
    earlier = select(func.count()).where(MediationSession.case_id == case.id)
    session = MediationSession(
        case_id=case.id,
        ordinal=(db.session.scalar(earlier) or 0) + 1,
        status=SessionState.PLANNED.value,
        came=[],
        minutes="",
        arranged_by_name=by.name,
        arranged_at=clock.now(),
        version=1,
    )
    _put(session, case, plan)
    facts = {"session": session.ordinal, "at": told(plan.starts_at)}
    audit.record("case.mediation_arrange", case, by, facts=facts)
    return session


def recuse(case: Case, mediator: Mediator, by: Any, *, asked_by: str, reason: str, granted: bool) -> None:
    """Note a decision on recusal. Granted, the mediator is out of the planned sessions and of all to come.

    Whoever handles the case may let a mediator keep out; only who approves may turn a request down.
    """
    lock(case)
    if not by.can(Can.CASE_HANDLE, case):
        raise NotAllowed(_("Your role does not include this."))
    if not case.is_open:
        raise audit.too_late(_("The case is closed."), case, told=CASE.since)
    if not reason.strip():
        raise Invalid("reason", _("Write the reason."))
    if not granted and not by.can(Can.CASE_APPROVE, case):
        raise Invalid("granted", _("A request for recusal is turned down by the director only."))
    db.session.add(
        MediationRecusal(
            case_id=case.id,
            mediator_id=mediator.id,
            asked_by=asked_by,
            reason=reason.strip(),
            granted=granted,
            decided_by_name=by.name,
            decided_at=clock.now(),
        )
    )
    if granted:
        _take_out(case, mediator)
    facts = {"asked_by": asked_by, "granted": granted}
    audit.record("case.mediation_recuse", case, by, facts=facts, text=f"{mediator.name}：{reason.strip()}")


def recused(case: Case) -> set[UUID]:
    """The mediators that are kept out of a case: of several decisions on one, the latest counts."""
    query = select(MediationRecusal.mediator_id, MediationRecusal.granted).where(MediationRecusal.case_id == case.id)
    latest = dict(db.session.execute(query.order_by(MediationRecusal.id)).all())
    return {mediator for mediator, granted in latest.items() if granted}


def lock(case: Case) -> None:
    """One at a time: whoever arranges, moves or recuses in a case sees what the others did."""
    db.session.refresh(case, with_for_update={"of": Case})


def case_of(session: MediationSession) -> Case:
    return db.session.scalars(select(Case).where(Case.id == session.case_id)).one()


# Effects of steps ----------------------------------------------------------------------------------------------------


def move(session: MediationSession, by: Any, *, plan: Plan, text: str | None = None, **rest: Any) -> None:
    """Another time, another room, other people: what it held is free, what it needs now is held."""
    _free(session)
    db.session.execute(delete(MediationSeat).where(MediationSeat.session_id == session.id))
    _put(session, case_of(session), plan)


def hold(
    session: MediationSession, by: Any, *, text: str | None = None, came: Collection[str] = (), **rest: Any
) -> None:
    """It took place: the minutes are the record, and the case has had a session."""
    if session.starts_at > clock.now():
        raise Invalid("text", _("That time has not come yet."))
    if not text or not text.strip():
        raise Invalid("text", _("Write what was said and where it stands."))
    if not session.seats:
        raise WrongMoment(_("The session has no mediator: name one first."))
    case = case_of(session)
    if any(one.kind != "inside" for one in session.mediators) and not consents.given(case, consents.ENTRUST):
        raise WrongMoment(_("One side does not agree any more to somebody entrusted: name one of our own mediators."))
    if CASE.possible(CASE["mediate"], case):
        CASE.take("mediate", case, by=by)
    session.came, session.minutes = sorted(set(came) & set(SIDES)), text.strip()
    CASE.take("session", case, by=by, on=clock.on(session.starts_at), text=text.strip())


def cancel(session: MediationSession, by: Any, *, text: str | None = None, **rest: Any) -> None:
    _free(session)


# What it holds -------------------------------------------------------------------------------------------------------


def _put(session: MediationSession, case: Case, plan: Plan) -> None:
    """Write a plan into a session, and hold what it needs."""
    _check(plan, case)
    session.starts_at, session.lasts, session.way = plan.starts_at, plan.lasts, plan.way
    session.room_id = plan.room.id if plan.room else None
    session.place, session.recorder_id = plan.place.strip(), plan.recorder.id if plan.recorder else None
    session.consumers, session.merchants = plan.consumers.strip(), plan.merchants.strip()
    db.session.add(session)
    db.session.flush()
    db.session.add_all(
        MediationSeat(session_id=session.id, mediator_id=one.id, presides=place == 0)
        for place, one in enumerate(plan.mediators)
    )
    wanted = {one.held_as: ("mediators" if n else "presides", one.name) for n, one in enumerate(plan.mediators)}
    if plan.room:
        wanted[plan.room.id] = ("room", plan.room.name)
    if plan.recorder:
        wanted.setdefault(plan.recorder.id, ("recorder", plan.recorder.name))
    wanted[case.id] = ("at", case.number)
    wanted |= {key: ("at", str(_("The consumer"))) for key in _consumers(case)}
    db.session.flush()
    _hold(session, wanted)
    db.session.expire(session, ["seats", "room", "recorder"])


def _check(plan: Plan, case: Case) -> None:
    if plan.starts_at > clock.now() + LONGEST:
        raise Invalid("on", _("That is more than a year ahead."))
    if clock.on(plan.starts_at) < clock.on(case.received_at):
        raise Invalid("on", _("That was before the case came in."))
    if plan.way == "room" and plan.room is None:
        raise Invalid("room", _("Choose a room."))
    if plan.way == "site" and not plan.place.strip():
        raise Invalid("place", _("Say where."))
    if not plan.mediators:
        raise Invalid("presides", _("Choose at least one mediator."))
    if any(one.kind != "inside" for one in plan.mediators) and not consents.given(case, consents.ENTRUST):
        said = _("Somebody entrusted mediates only where both sides have agreed: note under “Consents” that they have.")
        raise Invalid("presides", said)
    kept_out = recused(case)
    for one in plan.mediators:
        if one.id in kept_out:
            raise Invalid("presides", _("%(name)s is recused in this case.", name=one.name))
        if one.until and one.until < clock.on(plan.starts_at):
            raise Invalid("presides", _("%(name)s is entrusted until %(day)s only.", name=one.name, day=one.until))
    for place, one in enumerate(plan.mediators):
        if one.person_id:
            _is_there(one.person_id, one.name, plan, "mediators" if place else "presides")
    if plan.recorder:
        _is_there(plan.recorder.id, plan.recorder.name, plan, "recorder")


def _is_there(person: UUID, name: str, plan: Plan, field: str) -> None:
    """Raises Invalid for one of the center's people who is away on that day."""
    if away := absence.away_on(person, clock.on(plan.starts_at)):
        said = {"name": name, "first": away.first_on, "last": away.last_on}
        raise Invalid(field, _("%(name)s is away from %(first)s to %(last)s.", **said))


def _consumers(case: Case) -> list[UUID]:
    """By what a session holds who complains: the same person cannot come to two at a time, whichever cases they are."""
    first = (Party.case_id == case.id, Party.position == 0, Party.phone_index.is_not(None))
    indexes = db.session.scalars(select(Party.phone_index).where(*first))
    return [UUID(bytes=hashlib.sha256(str(index).encode()).digest()[:16]) for index in indexes]


def _hold(session: MediationSession, wanted: Mapping[UUID, tuple[str, str]]) -> None:
    """Hold all of it from the start to the end, or say what is in the way.

    The rows are offered to the database, which takes those that nothing overlaps. Always in the same order, so that
    two who want the same things do not wait for each other.
    """
    rows = [
        {
            "tenant_id": realm.current().writes,
            "id": uuid7(),
            "session_id": session.id,
            "held": held,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
        }
        for held in sorted(wanted)
    ]
    taken: set[UUID] = set()
    for row in rows:
        offered = insert(MediationBooking).values(**row).on_conflict_do_nothing().returning(MediationBooking.held)
        taken.update(db.session.scalars(offered))
    if missing := wanted.keys() - taken:
        raise _in_the_way(session, wanted, missing)


def _in_the_way(session: MediationSession, wanted: Mapping[UUID, tuple[str, str]], missing: Iterable[UUID]) -> Invalid:
    """The room or the person, from when to when, and by the session of which case."""
    query = (
        select(MediationBooking, Case.number)
        .join(MediationSession, MediationSession.id == MediationBooking.session_id)
        .join(Case, (Case.tenant_id == MediationSession.tenant_id) & (Case.id == MediationSession.case_id))
        .where(
            MediationBooking.held.in_(missing),
            MediationBooking.starts_at < session.ends_at,
            MediationBooking.ends_at > session.starts_at,
        )
        .order_by(MediationBooking.starts_at)
    )
    found = db.session.execute(query).all()
    if not found:  # it was let go of a moment ago
        field, name = wanted[next(iter(missing))]
        return Invalid(field, _("%(name)s was taken a moment ago. Please try again.", name=name))
    booking, number = min(found, key=lambda one: FIELDS.index(wanted[one[0].held][0]))
    field, name = wanted[booking.held]
    said = {
        "name": name,
        "since": f"{clock.local(booking.starts_at):%Y-%m-%d %H:%M}",
        "until": f"{clock.local(booking.ends_at):%H:%M}",
        "number": number,
    }
    if field == "at":
        if booking.held == session.case_id:
            return Invalid("at", _("This case has a session from %(since)s to %(until)s already.", **said))
        return Invalid(
            "at", _("The consumer is expected from %(since)s to %(until)s, at the session of case %(number)s.", **said)
        )
    return Invalid(
        field, _("%(name)s is taken from %(since)s to %(until)s, by the session of case %(number)s.", **said)
    )


def _free(session: MediationSession) -> None:
    db.session.execute(delete(MediationBooking).where(MediationBooking.session_id == session.id))


def _take_out(case: Case, mediator: Mediator) -> None:
    """Out of the planned sessions of the case; one that has no mediator left cannot be held."""
    planned = select(MediationSession.id).where(
        MediationSession.case_id == case.id, MediationSession.status == SessionState.PLANNED.value
    )
    sat_in = select(MediationSeat.session_id).where(
        MediationSeat.session_id.in_(planned), MediationSeat.mediator_id == mediator.id
    )
    sessions = list(db.session.scalars(sat_in))
    if not sessions:
        return
    db.session.execute(
        delete(MediationBooking).where(
            MediationBooking.session_id.in_(sessions), MediationBooking.held == mediator.held_as
        )
    )
    db.session.execute(
        delete(MediationSeat).where(MediationSeat.session_id.in_(sessions), MediationSeat.mediator_id == mediator.id)
    )


def told(at: datetime) -> str:
    """2026-11-23T14:00, as an entry keeps it."""
    return f"{clock.local(at):%Y-%m-%dT%H:%M}"
