"""Where people are signed in: rows on the server, so that ending one acts on the very next request."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from app.accounts.models import Person, SignIn
from app.core import clock
from tenants import realm
from tenants.database import db

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
AT_MOST = 5  # devices at once; the oldest gives way
STEP = timedelta(minutes=1)  # how exactly `seen_at` is kept
_kept = timedelta(days=190)


def configure(kept: timedelta) -> None:
    """How long a session that is over is remembered; said once, when the application is made."""
    global _kept
    _kept = kept


@dataclass(frozen=True)
class Visit:
    """What a token is worth now: a person, or the reason why nobody."""

    sign_in: SignIn | None = None
    person: Person | None = None
    over: str | None = None  # a code: idle, absolute, revoked …
    whose: UUID | None = None  # it was, now that it is over
    ends_at: datetime | None = None  # copied from the row: an error page shows it after the rollback
    over_at: datetime | None = None  # whatever happens until then

    def seconds_left(self) -> int:
        """Until the portal signs this device out if nothing more happens."""
        return _seconds_to(self.ends_at)

    def seconds_at_most(self) -> int:
        """Until it does so even if something happens all the time."""
        return _seconds_to(self.over_at)


def _seconds_to(moment: datetime | None) -> int:
    return max(0, int((moment - clock.now()).total_seconds())) if moment else 0


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def begin(person: Person, *, device: str, address: str | None, by_slip: bool = False) -> tuple[SignIn, str]:
    """Sign a device in; returns its row and the token for its cookie, which is kept nowhere."""
    token, now = secrets.token_urlsafe(32), clock.now()
    sign_in = SignIn(
        person_id=person.id,
        token_hash=_hash(token),
        role=person.role,
        by_slip=by_slip,
        device=device,
        address=address,
        begun_at=now,
        seen_at=now,
    )
    db.session.add(sign_in)
    db.session.flush()
    for old in open_of(person)[AT_MOST:]:
        _end(old, "pushed_out", now)
    return sign_in, token


def open_of(person: Person) -> list[SignIn]:
    """The devices on which a person is signed in, the latest first."""
    now = clock.now()
    return list(
        db.session.scalars(
            select(SignIn)
            .where(
                SignIn.tenant_id == realm.current().opens,
                SignIn.person_id == person.id,
                SignIn.ended_at.is_(None),
                SignIn.seen_at > now - IDLE,
                SignIn.begun_at > now - ABSOLUTE,
            )
            .order_by(SignIn.begun_at.desc(), SignIn.id.desc())
        )
    )


def resume(token: str) -> Visit:
    """Who comes with this token. What is noted (the time, once a minute, or the end) is committed here and now."""
    row: Any = db.session.execute(
        select(SignIn, Person)
        .join(SignIn.person)
        .where(SignIn.tenant_id == realm.current().opens, SignIn.token_hash == _hash(token))
    ).first()
    if row is None:
        db.session.commit()  # nobody: whoever asks for a password next shall not hold a connection meanwhile
        return Visit()
    sign_in, person = row
    now = clock.now()
    over = _over(sign_in, person, now)
    if over and sign_in.ended_at is None:
        _end(sign_in, over, now)
    elif not over and sign_in.seen_at <= now - STEP:
        sign_in.seen_at = now
    if over or sign_in in db.session.dirty:
        db.session.commit()
    if over:
        return Visit(over=over, whose=person.id)
    db.session.expunge(person)  # an actor, not a row: no rollback takes the name away from an error page
    over_at = sign_in.begun_at + ABSOLUTE
    return Visit(sign_in, person, ends_at=min(sign_in.seen_at + IDLE, over_at), over_at=over_at)


def _over(sign_in: SignIn, person: Person, now: datetime) -> str | None:
    if sign_in.ended_at is not None:
        return sign_in.ended_why
    if not person.active:
        return "disabled"
    if person.role != sign_in.role:
        return "role"
    if now - sign_in.begun_at >= ABSOLUTE:
        return "absolute"
    return "idle" if now - sign_in.seen_at >= IDLE else None


def end(sign_in: SignIn, why: str) -> None:
    """Sign one device out."""
    if sign_in.ended_at is None:
        _end(sign_in, why, clock.now())


def _end(sign_in: SignIn, why: str, now: datetime) -> None:
    sign_in.ended_at, sign_in.ended_why = now, why


def end_all(person: Person, why: str, *, but: UUID | None = None) -> int:
    """Sign every device of a person out, or every other one; returns how many."""
    statement = (
        update(SignIn)
        .where(SignIn.tenant_id == realm.current().writes, SignIn.person_id == person.id, SignIn.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_why=why)
    )
    if but is not None:
        statement = statement.where(SignIn.id != but)
    result: Any = db.session.execute(statement)
    return int(result.rowcount)


def sweep() -> int:
    """Forget the sessions that began longer ago than they are kept; returns how many."""
    old = delete(SignIn).where(SignIn.tenant_id == realm.current().writes, SignIn.begun_at < clock.now() - _kept)
    result: Any = db.session.execute(old)
    return int(result.rowcount)
