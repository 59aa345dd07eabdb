"""What is asked about mediation: the register, the sessions of a case, of a week, of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Person
from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid, Missing
from app.mediation.models import (
    MediationRecusal,
    MediationRoom,
    MediationSeat,
    MediationSession,
    Mediator,
    SessionState,
)
from app.mediation.services.sessions import recused
from tenants import realm
from tenants.database import db

WEEK = timedelta(days=7)
FED_BACK = timedelta(days=31)  # how far a feed looks back

_WHOLE = (
    joinedload(MediationSession.room),
    joinedload(MediationSession.recorder),
    selectinload(MediationSession.seats).joinedload(MediationSeat.mediator),
)


# The register --------------------------------------------------------------------------------------------------------


def mediators(*, active: bool = True) -> list[Mediator]:
    """Those who may mediate, or with active=False everybody in the register."""
    query = select(Mediator).order_by(Mediator.active.desc(), Mediator.kind, Mediator.name, Mediator.id)
    if active:
        query = query.where(Mediator.active, or_(Mediator.until.is_(None), Mediator.until >= clock.today()))
    return list(db.session.scalars(query))


def rooms(*, active: bool = True) -> list[MediationRoom]:
    query = select(MediationRoom).order_by(MediationRoom.active.desc(), MediationRoom.name)
    return list(db.session.scalars(query.where(MediationRoom.active) if active else query))


def mediator(key: UUID) -> Mediator:
    """Raises Missing."""
    return _one(select(Mediator).where(Mediator.id == key))


def chosen(key: str | None) -> Mediator:
    """The mediator that was chosen in a form. Raises Invalid for one that is not in the register."""
    found = next((one for one in mediators() if str(one.id) == key), None)
    if found is None:
        raise Invalid("mediator", _("Choose a mediator of the register."))
    return found


def room(key: UUID) -> MediationRoom:
    """Raises Missing."""
    return _one(select(MediationRoom).where(MediationRoom.id == key))


def _one(query: Select[Any]) -> Any:
    found = db.session.scalars(query).first()
    if found is None:
        raise Missing
    return found


def called(one: Mediator) -> str:
    """The name, and what they are good at."""
    return f"{one.name} · {one.speciality}" if one.speciality else one.name


@dataclass(frozen=True)
class Offered:
    """What a session of a case may be given."""

    rooms: Sequence[MediationRoom]
    mediators: Sequence[Mediator]
    people: Sequence[Person]

    @property
    def by_key(self) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
        each = [{str(one.id): one for one in listed} for listed in (self.rooms, self.mediators, self.people)]
        return each[0], each[1], each[2]


def offered(case: Case) -> Offered:
    """Rooms in use, mediators that are not kept out of the case, and the center's people."""
    kept_out = recused(case)
    people = select(Person).where(Person.tenant_id == realm.home().id, Person.active).order_by(Person.name, Person.id)
    return Offered(
        rooms=rooms(),
        mediators=[one for one in mediators() if one.id not in kept_out],
        people=list(db.session.scalars(people)),
    )


# Sessions ------------------------------------------------------------------------------------------------------------


def of_case(case: Case) -> list[MediationSession]:
    """Its sessions, the latest first."""
    query = select(MediationSession).where(MediationSession.case_id == case.id).options(*_WHOLE)
    return list(db.session.scalars(query.order_by(MediationSession.ordinal.desc())))


def brief(case: Case) -> list[MediationSession]:
    """The last of its sessions, for its page."""
    query = select(MediationSession).where(MediationSession.case_id == case.id)
    return list(db.session.scalars(query.order_by(MediationSession.ordinal.desc()).limit(4)))


def session_of(case: Case, key: UUID) -> MediationSession:
    """Raises Missing for a session of another case, or none at all."""
    query = select(MediationSession).where(MediationSession.case_id == case.id, MediationSession.id == key)
    return _one(query.options(*_WHOLE))


def recusals(case: Case) -> list[MediationRecusal]:
    query = select(MediationRecusal).where(MediationRecusal.case_id == case.id)
    query = query.options(joinedload(MediationRecusal.mediator))
    return list(db.session.scalars(query.order_by(MediationRecusal.id.desc())))


def day_of(said: str | None) -> date:
    """The day that an address names; today where it names none."""
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return clock.today()


@dataclass(frozen=True)
class Week:
    """A week of sessions: for each day its sessions by room, in the order of the columns."""

    first: date
    columns: list[MediationRoom | None]  # None for what is held elsewhere
    days: list[tuple[date, list[list[tuple[MediationSession, Case]]]]]
    count: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def before(self) -> date:
        return self.first - WEEK

    @property
    def after(self) -> date:
        return self.first + WEEK


def week(of: date, person: Person | None = None) -> Week:
    """The week that a day lies in; with a person, only what they sit in or take the minutes of.

    Saturday and Sunday are there when something is.
    """
    first = of - timedelta(days=of.weekday())
    query: Any = (
        select(MediationSession, Case)
        .join(Case, (Case.tenant_id == MediationSession.tenant_id) & (Case.id == MediationSession.case_id))
        .where(
            MediationSession.tenant_id == realm.current().writes,
            MediationSession.status != SessionState.CANCELLED.value,
            MediationSession.starts_at >= clock.at(first),
            MediationSession.starts_at < clock.at(first + WEEK),
        )
        .options(*_WHOLE)
        .order_by(MediationSession.starts_at, MediationSession.id)
    )
    found = [(session, case) for session, case in db.session.execute(_with(query, person)).unique()]
    used = {session.room_id: session.room for session, _case in found}
    named: list[MediationRoom | None] = list(rooms())
    named += [gone for gone in used.values() if gone is not None and gone not in named]
    columns = [*named, None] if None in used or not named else named
    days = [first + timedelta(days=n) for n in range(7)]
    busy = {clock.on(session.starts_at) for session, _case in found}
    return Week(
        first=first,
        columns=columns,
        days=[(day, _row(day, columns, found)) for day in days if day.weekday() < 5 or day in busy],
        count=len(found),
    )


def _row(
    day: date, columns: list[MediationRoom | None], found: list[tuple[MediationSession, Case]]
) -> list[list[tuple[MediationSession, Case]]]:
    today = [one for one in found if clock.on(one[0].starts_at) == day]
    return [[one for one in today if one[0].room_id == (column.id if column else None)] for column in columns]


def _with(query: Any, person: Person | None) -> Any:
    """Only the sessions that somebody has to be at."""
    if person is None:
        return query
    sits = exists().where(
        MediationSeat.tenant_id == MediationSession.tenant_id,
        MediationSeat.session_id == MediationSession.id,
        MediationSeat.mediator_id == Mediator.id,
        Mediator.tenant_id == MediationSession.tenant_id,
        Mediator.person_id == person.id,
    )
    return query.where(or_(MediationSession.recorder_id == person.id, sits))


def fed(person: Person) -> list[tuple[MediationSession, Case]]:
    """What a person's calendar is told: what was lately and what is to come, the cancelled too, to be taken out."""
    query: Any = (
        select(MediationSession, Case)
        .join(Case, (Case.tenant_id == MediationSession.tenant_id) & (Case.id == MediationSession.case_id))
        .where(MediationSession.starts_at >= clock.now() - FED_BACK)
        .options(*_WHOLE)
        .order_by(MediationSession.starts_at, MediationSession.id)
    )
    return [(session, case) for session, case in db.session.execute(_with(query, person)).unique()]
