"""What is asked about mediation: the register, the sessions of a case, of a week, of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Date, DateTime, Numeric, Select, cast, exists, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Person
from app.cases.models import Agreement, Case
from app.core import clock
from app.core.errors import Invalid, Missing
from app.core.states import State
from app.mediation.confirmation import Window, window
from app.mediation.models import (
    Confirmation,
    Instalment,
    InstalmentProof,
    InstalmentState,
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


# What was agreed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreed:
    """The agreement that stands, with its instalments, their proofs, and its judicial confirmation."""

    agreement: Agreement
    parts: list[Instalment]
    proofs: Mapping[UUID, list[InstalmentProof]]
    confirmation: Confirmation | None
    window: Window | None

    @property
    def performed(self) -> Decimal:
        return sum((one.paid for one in self.parts), Decimal(0))


def agreed(case: Case) -> Agreed | None:
    """The latest agreement of a case; None before there is one."""
    query = select(Agreement).where(Agreement.case_id == case.id).order_by(Agreement.id.desc()).limit(1)
    agreement = db.session.scalars(query).first()
    if agreement is None:
        return None
    parts = select(Instalment).where(Instalment.agreement_id == agreement.id)
    rows = list(db.session.scalars(parts.order_by(Instalment.ordinal, Instalment.id)))
    files: dict[UUID, list[InstalmentProof]] = {}
    shown = select(InstalmentProof).where(InstalmentProof.instalment_id.in_([one.id for one in rows]))
    for proof in db.session.scalars(shown.order_by(InstalmentProof.id)):
        files.setdefault(proof.instalment_id, []).append(proof)
    there = confirmation_of(agreement)
    counted = window(case, there.effective_on, applied_on=there.applied_on) if there else None
    return Agreed(agreement, rows, files, there, counted)


def agreement_of(case: Case) -> Agreed:
    """The same. Raises Missing before there is one."""
    found = agreed(case)
    if found is None:
        raise Missing
    return found


def confirmation_of(agreement: Agreement) -> Confirmation | None:
    query = select(Confirmation).where(Confirmation.agreement_id == agreement.id)
    return db.session.scalars(query).first()


def part_of(case: Case, key: UUID) -> Instalment:
    """Raises Missing for an instalment of another case, or none at all."""
    part: Instalment = _one(select(Instalment).where(Instalment.case_id == case.id, Instalment.id == key))
    return part


def proof_of(case: Case, key: UUID) -> InstalmentProof:
    """Raises Missing."""
    query = (
        select(InstalmentProof)
        .join(Instalment, Instalment.id == InstalmentProof.instalment_id)
        .where(Instalment.case_id == case.id, InstalmentProof.id == key)
    )
    proof: InstalmentProof = _one(query)
    return proof


# Sessions ------------------------------------------------------------------------------------------------------------


def of_case(case: Case) -> list[MediationSession]:
    """Its sessions, the latest first."""
    query = select(MediationSession).where(MediationSession.case_id == case.id).options(*_WHOLE)
    return list(db.session.scalars(query.order_by(MediationSession.ordinal.desc())))


@dataclass(frozen=True)
class Brief:
    """What the page of a case says of its mediation: a session, or an instalment that is to be performed."""

    kind: str  # session | instalment
    id: UUID
    ordinal: int
    at: datetime | None
    due_on: date | None
    amount: Decimal | None
    status: str

    @property
    def state(self) -> State:
        return SessionState(self.status) if self.kind == "session" else InstalmentState(self.status)

    @property
    def late(self) -> bool:
        return self.due_on is not None and self.due_on < clock.today()


def brief(case: Case) -> list[Brief]:
    """The last of its sessions and the next of its instalments, in one statement."""
    s, i = MediationSession, Instalment
    held = (
        select(
            literal("session").label("kind"),
            s.id,
            s.ordinal,
            s.starts_at.label("at"),
            cast(None, Date).label("due_on"),
            cast(None, Numeric).label("amount"),
            s.status,
        )
        .where(s.case_id == case.id)
        .order_by(s.ordinal.desc())
        .limit(4)
    )
    due = (
        select(
            literal("instalment").label("kind"),
            i.id,
            i.ordinal,
            cast(None, DateTime(True)).label("at"),
            i.due_on,
            i.amount,
            i.status,
        )
        .where(i.case_id == case.id, i.status == InstalmentState.DUE.value)
        .order_by(i.due_on)
        .limit(3)
    )
    both = union_all(held.subquery().select(), due.subquery().select())
    return [Brief(*row) for row in db.session.execute(both)]


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
