"""Who is asking: the one fact that PostgreSQL is told before every transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

BUREAU_ID = 1  # There is one bureau; policies name it by this constant, never by a subquery.


class NoRealm(RuntimeError):
    """Something asked for data before anybody said who is asking."""


@dataclass(frozen=True)
class Place:
    """One organisation as the rest of the code meets it."""

    id: int
    slug: str
    name: str
    short_name: str
    kind: str  # bureau | center | department
    active: bool = True
    region_code: str | None = None

    @property
    def is_bureau(self) -> bool:
        return self.kind == "bureau"


@dataclass(frozen=True)
class Realm:
    """`reads`: tenants whose rows may be seen; `writes`: the one whose rows may change;
    `opens`: the one whose private rows may be seen."""

    reads: frozenset[int]
    writes: int | None
    opens: int | None
    home: Place | None = None

    @classmethod
    def of(cls, place: Place, everyone: frozenset[int]) -> Realm:
        """The ordinary realm of an organisation; the bureau reads every tenant in `everyone`."""
        reads = everyone | {place.id} if place.is_bureau else frozenset({place.id})
        return cls(reads, place.id, place.id, place)

    def looking_into(self, place: Place) -> Realm:
        """This realm while it holds a grant to read `place`'s file: its private rows, and no pen."""
        return Realm(self.reads, None, place.id, self.home)


class Stay:
    """One stay in a realm. Sessions are kept per stay, so an object never outlives its realm."""

    __slots__ = ("realm",)

    def __init__(self, realm: Realm) -> None:
        self.realm = realm


_here: ContextVar[Stay | None] = ContextVar("realm", default=None)


def stay() -> Stay | None:
    """The key of the current session; nobody's is None."""
    return _here.get()


def absent() -> bool:
    return _here.get() is None


def current() -> Realm:
    here = _here.get()
    if here is None:
        raise NoRealm("nobody said who is asking: enter a realm first")
    return here.realm


def home() -> Place:
    """The organisation that is asking. Raises NoRealm where there is none."""
    place = current().home
    if place is None:
        raise NoRealm("this realm belongs to no organisation")
    return place


@contextmanager
def enter(realm: Realm, leave: Callable[[], None] = lambda: None) -> Iterator[Realm]:
    """Stay in `realm` until the block ends; `leave` runs last, while still inside."""
    if _here.get() is not None:
        raise RuntimeError("realms do not nest: finish one piece of work first")
    with _staying(realm, leave):
        yield realm


@contextmanager
def aside(realm: Realm, leave: Callable[[], None]) -> Iterator[Realm]:
    """A second stay beside the current one, with a session of its own.

    For `unit.apart()` and `provisioning.act_in()` only; an architecture test holds the list of callers.
    """
    with _staying(realm, leave):
        yield realm


@contextmanager
def _staying(realm: Realm, leave: Callable[[], None]) -> Iterator[None]:
    token = _here.set(Stay(realm))
    try:
        yield
    finally:
        try:
            leave()
        finally:
            _here.reset(token)
