"""Keeping the register: who may mediate, and in which rooms."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.core.errors import Invalid, NotAllowed
from app.mediation.models import MediationRoom, Mediator
from tenants import realm
from tenants.database import db

MEDIATOR = audit.Watch(codes=("until", "active"), words=("name", "office", "speciality", "contract", "phone"))
ROOM = audit.Watch(codes=("seats", "active"), words=("name", "place"))


def enter(
    by: Any,
    *,
    kind: str,
    person: str = "",
    name: str = "",
    office: str = "",
    speciality: str = "",
    contract: str = "",
    until: date | None = None,
    phone: str = "",
    active: bool = True,
) -> Mediator:
    """Enter a mediator. One of the center's people is called as they are; anybody else has a name and a paper."""
    _may(by)
    mediator = Mediator(kind=kind, active=active, version=1)
    if kind == "inside":
        one = _own_person(person)
        mediator.person_id, mediator.name = one.id, one.name
    else:
        if not name.strip():
            raise Invalid("name", _("This is needed."))
        mediator.name = name.strip()
    _describe(mediator, office, speciality, contract, until, phone)
    db.session.add(mediator)
    db.session.flush()
    audit.record("mediator.entered", mediator, by, facts={"kind": kind}, text=mediator.name)
    return mediator


def change(mediator: Mediator, by: Any, *, seen: int | None = None, **facts: Any) -> None:
    """Correct an entry. Who is no longer active is not offered any more; sessions that were held keep the name."""
    _may(by)
    _lock(mediator, seen)
    was = MEDIATOR.look(mediator)
    if mediator.kind != "inside":
        if not facts.get("name", "").strip():
            raise Invalid("name", _("This is needed."))
        mediator.name = facts["name"].strip()
    office, speciality, contract = (facts.get(name, "") for name in ("office", "speciality", "contract"))
    _describe(mediator, office, speciality, contract, facts.get("until"), facts.get("phone", ""))
    mediator.active = bool(facts.get("active"))
    mediator.version += 1
    audit.record("mediator.changed", mediator, by, changes=MEDIATOR.since(was, mediator))


def add_room(by: Any, *, name: str, place: str = "", seats: int | None = None, active: bool = True) -> MediationRoom:
    _may(by)
    room = MediationRoom(name=_room_name(name), place=place.strip(), seats=seats, active=active, version=1)
    db.session.add(room)
    db.session.flush()
    audit.record("room.added", room, by, text=room.name)
    return room


def change_room(room: MediationRoom, by: Any, *, seen: int | None = None, **facts: Any) -> None:
    _may(by)
    _lock(room, seen)
    was = ROOM.look(room)
    room.name, room.place = _room_name(facts["name"], room), (facts.get("place") or "").strip()
    room.seats, room.active = facts.get("seats"), bool(facts.get("active"))
    room.version += 1
    audit.record("room.changed", room, by, changes=ROOM.since(was, room))


def _may(by: Any) -> None:
    if not by.can(Can.MEDIATION_KEEP):
        raise NotAllowed(_("Your role does not include this."))


def _lock(entry: Any, seen: int | None) -> None:
    db.session.refresh(entry, with_for_update=True)
    audit.only_as_seen(entry, seen)


def _own_person(key: str) -> Person:
    """Raises Invalid for nobody of ours, and for who is in the register already."""
    known = {str(person.id): person for person in db.session.scalars(_people())}
    if key not in known:
        raise Invalid("person", _("Choose one of the center's people."))
    there = select(Mediator).where(Mediator.person_id == UUID(key))
    if db.session.scalars(there).first() is not None:
        raise Invalid("person", _("%(name)s is in the register already.", name=known[key].name))
    return known[key]


def _people() -> Any:
    return select(Person).where(Person.tenant_id == realm.home().id, Person.active)


def _describe(mediator: Mediator, office: str, speciality: str, contract: str, until: date | None, phone: str) -> None:
    mediator.office, mediator.speciality = (office or "").strip(), (speciality or "").strip()
    mediator.contract, mediator.until = (contract or "").strip(), until
    if phone:
        mediator.phone = phone


def _room_name(name: str, mine: MediationRoom | None = None) -> str:
    name = name.strip()
    if not name:
        raise Invalid("name", _("This is needed."))
    known = db.session.scalars(select(MediationRoom).where(MediationRoom.name == name)).first()
    if known is not None and known is not mine:
        raise Invalid("name", _("There is a room of that name already."))
    return name
