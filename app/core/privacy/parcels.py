"""What a browser carries for us and cannot read: sealed for one person and one purpose, and only for a while."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.core import clock
from app.core.privacy.sealing import Unopened, keyring
from tenants import realm


def wrap(said: str, *, purpose: str, holder: UUID, lasts: timedelta) -> str:
    """`said` for `holder` to bring back within this time, in an address or a hidden field."""
    until = int((clock.now() + lasts).timestamp())
    return keyring().seal(f"{until} {said}", tenant=realm.home().id, place=_place(purpose, holder))


def unwrap(parcel: str, *, purpose: str, holder: UUID) -> str:
    """What was wrapped. Raises Unopened when it was for somebody or something else, is damaged, or comes too late."""
    until, _, said = keyring().open(parcel, tenant=realm.home().id, place=_place(purpose, holder)).partition(" ")
    if clock.now().timestamp() > int(until):
        raise Unopened("it comes too late")
    return said


def _place(purpose: str, holder: UUID) -> bytes:
    return f"{realm.home().id}|parcel|{purpose}|{holder}".encode()
