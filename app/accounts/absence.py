"""Who is away from when until when, and who deputises."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app import audit
from app.accounts.models import Absence, Person
from app.accounts.permissions import Can
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from tenants import realm
from tenants.database import db


def may_enter(person_id: UUID, by: Any) -> bool:
    """Everybody for themselves; who assigns the work or keeps the people for all."""
    return person_id == by.id or bool(by.can(Can.CASE_ASSIGN)) or bool(by.can(Can.PERSON_KEEP))


def enter(by: Any, *, person: UUID, first_on: date, last_on: date, deputy: UUID | None = None) -> Absence:
    """Note that somebody is away on these days, the last one too. Raises Invalid or NotAllowed."""
    if not may_enter(person, by):
        raise NotAllowed(_("You can enter your own absence only."))
    if _colleague(person) is None:
        raise Invalid("person", _("Choose somebody of this organisation."))
    if last_on < first_on:
        raise Invalid("last_on", _("That is before the first day."))
    if last_on < clock.today():
        raise Invalid("last_on", _("That day is over."))
    if deputy == person:
        raise Invalid("deputy", _("Nobody deputises for themselves."))
    if deputy is not None and _colleague(deputy) is None:
        raise Invalid("deputy", _("Choose somebody of this organisation."))
    overlapping = _in_force().where(Absence.first_on <= last_on, Absence.last_on >= first_on)
    if db.session.scalars(overlapping.where(Absence.person_id == person)).first():
        raise Invalid("first_on", _("An absence on these days is entered already."))
    if deputy and db.session.scalars(overlapping.where(Absence.person_id == deputy)).first():
        raise Invalid("deputy", _("This colleague is away on these days too."))
    row = Absence(
        person_id=person,
        deputy_id=deputy,
        first_on=first_on,
        last_on=last_on,
        entered_by=by.id,
        entered_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    audit.record("person.absent", _colleague(person), by, facts={"from": first_on, "until": last_on, "deputy": deputy})
    return row


def end(key: UUID, by: Any) -> Absence:
    """Call it off, or note that the person is back. Raises Missing, NotAllowed or WrongMoment."""
    row = db.session.scalars(select(Absence).where(Absence.id == key, _mine()).with_for_update()).first()
    if row is None:
        raise Missing
    if not may_enter(row.person_id, by):
        raise NotAllowed(_("You can enter your own absence only."))
    if row.ended_at is not None or row.last_on < clock.today():
        raise WrongMoment(_("This absence is over."))
    row.ended_at = clock.now()
    audit.record("person.back", _colleague(row.person_id), by)
    return row


def away_on(person: UUID, day: date) -> Absence | None:
    """The absence that somebody has entered for that day, if there is one."""
    return db.session.scalars(_today(day).where(Absence.person_id == person)).first()


def listed() -> list[Absence]:
    """Who is away now or will be, the next first."""
    query = _in_force().where(Absence.last_on >= clock.today())
    return list(
        db.session.scalars(
            query.options(joinedload(Absence.person), joinedload(Absence.deputy)).order_by(Absence.first_on, Absence.id)
        )
    )


def away(people: Collection[UUID]) -> dict[UUID, Absence]:
    """Those of them who are away today."""
    if not people:
        return {}
    query = _today(clock.today()).where(Absence.person_id.in_(people)).options(joinedload(Absence.deputy))
    return {row.person_id: row for row in db.session.scalars(query)}


def deputies(people: Collection[UUID]) -> set[UUID]:
    """Who deputises today for those of them who are away."""
    return {row.deputy_id for row in away(people).values() if row.deputy_id}


def covered(me: Any, today: date) -> Select[Any]:
    """The keys of those whom somebody deputises for, as a subquery."""
    return _today(today).where(Absence.deputy_id == me.id).with_only_columns(Absence.person_id)


def covers(me: Any) -> list[UUID]:
    """Those whom somebody deputises for today; asked once in a transaction."""
    kept, today = _covers(), clock.today()
    if (me.id, today) not in kept:
        kept[me.id, today] = list(db.session.scalars(covered(me, today)))
    return kept[me.id, today]


def remember_covers(me: Any, others: list[UUID]) -> None:
    """What another statement has found out already."""
    _covers()[me.id, clock.today()] = others


def _covers() -> dict[Any, list[UUID]]:
    kept: dict[Any, list[UUID]] = db.session().info.setdefault("covers", {})
    return kept


def _in_force() -> Select[Any]:
    return select(Absence).where(_mine(), Absence.ended_at.is_(None))


def _today(today: date) -> Select[Any]:
    return _in_force().where(Absence.first_on <= today, Absence.last_on >= today)


def _mine() -> Any:
    return Absence.tenant_id == realm.current().writes


def _colleague(key: UUID) -> Person | None:
    here = (Person.tenant_id == realm.current().writes, Person.active)
    return db.session.scalars(select(Person).where(Person.id == key, *here)).first()


def colleagues() -> list[Person]:
    """Everybody who works here, by name."""
    here = (Person.tenant_id == realm.current().writes, Person.active)
    return list(db.session.scalars(select(Person).where(*here).order_by(Person.name, Person.id)))
