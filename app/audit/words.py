"""The words for events and for what they were done to; every domain adds its own with `extend()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

Detail = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Kind:
    """What a subject is called, and where it is: `address(entry)` for those who have the permission."""

    label: Any
    address: Callable[[Any], str] | None = None
    can: StrEnum | None = None


EVENTS: dict[str, Any] = {"access.denied": _l("Was not let in")}
DETAILS: dict[str, Detail] = {"access.denied": lambda facts: facts.get("route", "")}
KINDS: dict[str, Kind] = {}


def extend(
    events: Mapping[str, Any], details: Mapping[str, Detail] | None = None, kinds: Mapping[str, Kind] | None = None
) -> None:
    """Add a domain's words: event -> label, event -> what its facts say, kind of subject -> what it is."""
    EVENTS.update(events)
    DETAILS.update(details or {})
    KINDS.update(kinds or {})


def name(event: str) -> Any:
    """“Accepted the complaint” for case.accept; the bare event where nobody gave it words."""
    return EVENTS.get(event, event)


def detail(event: str, facts: dict[str, Any]) -> str:
    """What the facts of an entry say to a reader, if its domain said how to say it."""
    return str(DETAILS[event](facts) or "") if event in DETAILS else ""
