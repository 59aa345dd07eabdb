"""Signing in and out, and keeping an organisation's people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, select

from app import audit
from app.accounts import passwords, sessions, throttle
from app.accounts.models import Credential, Person, SignIn
from app.accounts.permissions import ROLES, Can, roles_of
from app.core import clock, unit
from app.core.errors import Invalid, Missing, NotAllowed, TooMany
from app.core.forms import narrow
from tenants import provisioning, realm
from tenants.database import db
from tenants.realm import Place
from tenants.registry import registry

SLIP_LASTS = timedelta(minutes=60)
LOGIN = re.compile(r"[^\W_][\w.-]{1,39}")
_WATCH = audit.Watch(words=("name", "title"))
FIRST_ROLE = {"center": "center_admin", "department": "head", "bureau": "bureau_admin"}


# Signing in ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entrance:
    """A device that was just signed in; the token goes into its cookie and is kept nowhere else."""

    person: Person
    sign_in: SignIn
    token: str


def plain_login(typed: str) -> str:
    """A sign-in name however it was typed."""
    return narrow(typed).casefold()


def sign_in(login: str, password: str, *, device: str, address: str | None, leaving: SignIn | None = None) -> Entrance:
    """Sign a device in, and out of the session it is `leaving`.

    Raises Invalid, the same for every reason, or TooMany with the seconds to wait.

    Nothing tells whether the sign-in name exists: not the words, not the status, not the time it takes.
    """
    login = plain_login(login)
    tries = (("sign_in", f"{login} {address}"), ("account", login))
    with unit.apart():
        attempts = [throttle.attempt(*tries[0])]
        if not attempts[0].wait:  # what one address is turned away with shuts nobody out elsewhere
            attempts.append(throttle.attempt(*tries[1]))
        found = db.session.execute(_credential(Person.login == login)).first()
    person, credential = found or (None, None)
    wait = max(attempt.wait for attempt in attempts)
    if wait:
        _note_turned_away(person, max(attempt.refused for attempt in attempts))
        raise TooMany(_("Too many failed attempts. Wait %(seconds)s seconds and try again.", seconds=wait), wait)
    knows = passwords.matches(credential and credential.password_hash, password)
    holds = credential is not None and _holds_slip(credential, password)
    if person is None or credential is None or not person.active or not (knows or holds):
        with unit.apart():
            why = "unknown" if person is None else "wrong" if not (knows or holds) else "disabled"
            locked = any(attempt.last for attempt in attempts)
            audit.record("account.locked" if locked else "account.failed", person, facts={"why": why}, kind="person")
        raise Invalid("", _("The sign-in name or the password is not right."))
    for kind, said in tries:
        throttle.forget(kind, said)
    if leaving is not None:
        sessions.end(leaving, "signed_out")
    person = _admit(credential, by_slip=holds)
    if not holds and passwords.outdated(credential.password_hash):
        _own_credential(person).password_hash = passwords.sealed(password)
    begun, token = sessions.begin(person, device=device, address=address, by_slip=holds)
    audit.record("account.signed_in", person, person, facts={"by_slip": holds})
    return Entrance(person, begun, token)


def _admit(seen: Credential, *, by_slip: bool) -> Person:
    """The person, once nobody else signs in with the same slip and the credential is still the one that was seen."""
    person, credential = db.session.execute(
        _credential(Person.id == seen.person_id).with_for_update(of=Credential)
    ).one()
    if (credential.password_hash, credential.slip_hash) != (seen.password_hash, seen.slip_hash):
        raise Invalid("", _("The sign-in name or the password is not right."))
    if by_slip:
        credential.slip_hash = credential.slip_until = None
        sessions.end_all(person, "slip")
    found: Person = person
    return found


def _credential(which: Any) -> Any:
    mine = realm.current().opens
    return (
        select(Person, Credential)
        .join(Credential, and_(Credential.tenant_id == Person.tenant_id, Credential.person_id == Person.id))
        .where(Person.tenant_id == mine, which)
    )


def _holds_slip(credential: Credential, typed: str) -> bool:
    if credential.slip_hash is None or credential.slip_until is None or credential.slip_until <= clock.now():
        return False
    return passwords.slip_hash(typed) == bytes(credential.slip_hash)


def _note_turned_away(person: Person | None, count: int) -> None:
    """The first ten tries on a locked door are entries, then every hundredth: a flood is counted, not copied."""
    if count <= 10 or count % 100 == 0:
        with unit.apart():
            audit.record("account.turned_away", person, facts={"count": count}, kind="person")


def sign_out(sign_in: SignIn, *, by: Person) -> None:
    """End this session."""
    sessions.end(sign_in, "signed_out")
    audit.record("account.signed_out", by, by)


def end_session(sign_in_id: UUID, *, by: Person) -> None:
    """End one of one's own sessions. Raises Missing for anybody else's."""
    sign_in = db.session.get(SignIn, (by.tenant_id, sign_in_id))
    if sign_in is None or sign_in.person_id != by.id:
        raise Missing
    sessions.end(sign_in, "revoked")
    audit.record("account.session_ended", by, by)


def end_sessions(person: Person, *, by: Person | None, why: str = "everywhere") -> int:
    """Sign a person out everywhere; returns on how many devices that was."""
    count = sessions.end_all(person, why)
    audit.record("account.signed_out_everywhere", person, by, facts={"count": count})
    return count


# Passwords and slips -------------------------------------------------------------------------------------------------


def change_password(person: Person, old: str, new: str, *, within: SignIn) -> Entrance:
    """Choose a new password; every session ends, and this device goes on under a new one.

    The old password is asked for, except of somebody who came with a slip. Raises Invalid or TooMany.
    """
    said = f"{person.id}"
    if not within.by_slip:
        with unit.apart():
            attempt = throttle.attempt("password", said)
            credential = _own_credential(person)
        if attempt.wait:
            raise TooMany(
                _("Too many failed attempts. Wait %(seconds)s seconds and try again.", seconds=attempt.wait),
                attempt.wait,
            )
        if not passwords.matches(credential.password_hash, old):
            with unit.apart():
                audit.record("account.failed", person, person, facts={"why": "wrong_old"})
            raise Invalid("old_password", _("This is not your present password."))
        if old == new:
            raise Invalid("new_password", _("Choose another password than the present one."))
        throttle.forget("password", said)
    set_password(person, new, by=person, field="new_password")
    begun, token = sessions.begin(person, device=within.device, address=within.address)
    return Entrance(person, begun, token)


def set_password(person: Person, password: str, *, by: Person | None, field: str = "password") -> None:
    """Let `password` be the one from now on; slips and open sessions end. Raises Invalid on a weak one."""
    passwords.check(password, _words(person), field=field)
    credential = _own_credential(person)
    credential.password_hash = passwords.sealed(password)
    credential.slip_hash = credential.slip_until = None
    credential.changed_at = clock.now()
    sessions.end_all(person, "password")
    audit.record("person.password_changed", person, by)


def slip(person: Person, *, by: Person | None) -> str:
    """A one-time slip: the code that opens the door once within the hour, and then asks for a new password.

    The password so far and all open sessions end. The code is returned to be printed and kept as a hash only.
    """
    _not_oneself(person, by)
    if not person.active:
        raise Invalid("", _("This account is disabled. Enable it first."))
    code = passwords.new_slip()
    credential = _own_credential(person)
    credential.password_hash = None
    credential.slip_hash = passwords.slip_hash(code)
    credential.changed_at = clock.now()
    credential.slip_until = credential.changed_at + SLIP_LASTS
    sessions.end_all(person, "slip")
    audit.record("person.slip", person, by)
    return code


def _own_credential(person: Person) -> Credential:
    return db.session.scalars(
        select(Credential).where(Credential.tenant_id == person.tenant_id, Credential.person_id == person.id)
    ).one()


def _words(person: Person) -> list[str | None]:
    place = realm.home()
    return [place.name, place.short_name, place.slug, person.login, person.name]


# People --------------------------------------------------------------------------------------------------------------


def add_person(
    login: str,
    name: str,
    role: str,
    password: str | None = None,
    *,
    title: str | None = None,
    by: Person | None = None,
) -> Person:
    """Add somebody to the organisation that is entered. Raises Invalid on a taken name or a role of another kind.

    `password` is for towns that are made up: real people get a slip.
    """
    login = plain_login(login)
    _check_role(role)
    if not LOGIN.fullmatch(login):
        raise Invalid("login", _("Use 2 to 40 letters, digits, dots or dashes."))
    mine = realm.current().writes
    if db.session.scalar(select(Person.id).where(Person.tenant_id == mine, Person.login == login)):
        raise Invalid("login", _("This sign-in name is taken."))
    now = clock.now()
    person = Person(login=login, name=name, role=role, title=title or None, active=True, created_at=now)
    db.session.add(person)
    db.session.flush()
    hashed = passwords.sealed(password) if password else None
    db.session.add(Credential(person_id=person.id, password_hash=hashed, changed_at=now))
    db.session.flush()
    audit.record("person.appointed", person, by, facts={"role": role})
    return person


def appoint(
    login: str, name: str, role: str, *, title: str | None = None, by: Person | None = None
) -> tuple[Person, str]:
    """Add somebody and print their first slip."""
    person = add_person(login, name, role, title=title, by=by)
    return person, slip(person, by=by)


def appoint_in(
    place: Place, login: str, name: str, role: str, *, title: str | None = None, by: Person | None = None
) -> tuple[Person, str]:
    """From the bureau, add somebody to another organisation: an act in its realm, in its trail and in the bureau's."""
    with provisioning.act_in(registry.realm(place), "appoint a person") as act:
        person, code = appoint(login, name, role, title=title, by=by)
    facts = {"place": place.slug, "role": role, "act": act}
    audit.record("tenant.person_appointed", None, by, facts=facts, kind="tenant")
    return person, code


def appoint_first_administrator(place: Place, login: str, name: str, *, by: Person | None) -> tuple[Person, str]:
    """The person who will keep a new organisation's people, and their slip."""
    return appoint_in(place, login, name, FIRST_ROLE[place.kind], by=by)


def change_person(person: Person, *, name: str, title: str | None, role: str, by: Person | None) -> None:
    """Correct a person's name and title, and change the role if it is another one."""
    was = _WATCH.look(person)
    person.name, person.title = name, title or None
    if changes := _WATCH.since(was, person):
        audit.record("person.changed", person, by, changes=changes)
    if role != person.role:
        change_role(person, role, by=by)


def change_role(person: Person, role: str, *, by: Person | None) -> None:
    """Another role, from the very next request on; the person signs in again. Raises Invalid or NotAllowed."""
    _check_role(role)
    _not_oneself(person, by)
    if Can.PERSON_KEEP not in ROLES[role].can:
        _somebody_else_keeps(person)
    before, person.role = person.role, role
    sessions.end_all(person, "role")
    audit.record("person.role_changed", person, by, facts={"before": before, "after": role})


def disable(person: Person, *, by: Person | None) -> None:
    """Shut a person out, on the very next request; what they did keeps their name."""
    _not_oneself(person, by)
    _somebody_else_keeps(person)
    person.active = False
    sessions.end_all(person, "disabled")
    audit.record("person.disabled", person, by)


def enable(person: Person, *, by: Person | None) -> None:
    """Let a person in again, with the password they had or a new slip."""
    person.active = True
    audit.record("person.enabled", person, by)


def _check_role(role: str) -> None:
    if role not in {known.code for known in roles_of(realm.home().kind)}:
        raise Invalid("role", _("There is no such role in this kind of organisation."))


def _not_oneself(person: Person, by: Person | None) -> None:
    if by is not None and by.id == person.id:
        raise NotAllowed(_("Another administrator has to do this for your own account."))


def _somebody_else_keeps(person: Person) -> None:
    """Raises NotAllowed when `person` is the last one who can keep the organisation's people."""
    keeps = [code for code, role in ROLES.items() if Can.PERSON_KEEP in role.can]
    keepers = db.session.scalars(
        select(Person.id)
        .where(Person.tenant_id == realm.current().writes, Person.active, Person.role.in_(keeps))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if person.id in keepers and len(keepers) == 1:
        raise NotAllowed(_("The organisation would have nobody left who keeps its people."))
