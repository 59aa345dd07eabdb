"""What a process remembers of organisations: of the one that asks, and of none without a realm (TI15)."""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

from tenants import realm

V = TypeVar("V")


class OfOrganisation(Generic[V]):
    """One value for each organisation, by whoever is at home in the realm; at most `most`, the oldest goes first."""

    def __init__(self, most: int = 1000) -> None:
        self._most, self._lock = most, Lock()
        self._values: dict[int, V] = {}

    def get(self) -> V | None:
        """What is remembered of the organisation at home. Raises NoRealm where nobody is."""
        here = realm.home().id
        with self._lock:
            return self._values.get(here)

    def put(self, value: V) -> V:
        here = realm.home().id
        with self._lock:
            self._values.pop(here, None)
            while len(self._values) >= self._most:
                del self._values[next(iter(self._values))]
            self._values[here] = value
        return value

    def forget(self) -> None:
        """All of it, of everybody."""
        with self._lock:
            self._values.clear()
