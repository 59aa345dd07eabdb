"""The words for events and for what they were done to; every domain adds its own with `extend()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tenants.registry import registry

Detail = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Kind:
    """What a subject is called, and where it is: `address(entry)` for those who have the permission."""

    label: Any
    address: Callable[[Any], str] | None = None
    can: StrEnum | None = None


@dataclass(frozen=True)
class Field:
    """What a field is called, and how its code is said: one by one, or keys of rows all at once."""

    label: Any
    say: Callable[[Any], Any] = str
    names: Callable[[Iterable[UUID]], Mapping[UUID, str]] | None = None


EVENTS: dict[str, Any] = {"access.denied": _l("Was not let in")}
DETAILS: dict[str, Detail] = {"access.denied": lambda facts: facts.get("route", "")}
KINDS: dict[str, Kind] = {}
FIELDS: dict[str, Mapping[str, Field]] = {}


def extend(
    events: Mapping[str, Any],
    details: Mapping[str, Detail] | None = None,
    kinds: Mapping[str, Kind] | None = None,
    fields: Mapping[str, Mapping[str, Field]] | None = None,
) -> None:
    """Add a domain's words: event -> label, event -> what its facts say, kind of subject -> what it is.

    `fields` are those whose changes are told: noun of the event, or a whole event -> field -> what it is called.
    """
    EVENTS.update(events)
    DETAILS.update(details or {})
    KINDS.update(kinds or {})
    FIELDS.update(fields or {})


def name(event: str) -> Any:
    """“Accepted the complaint” for case.accept; the bare event where nobody gave it words."""
    return EVENTS.get(event, event)


def detail(event: str, facts: dict[str, Any]) -> str:
    """What the facts of an entry say to a reader, if its domain said how to say it."""
    return str(DETAILS[event](facts) or "") if event in DETAILS else ""


def changes(rows: Sequence[tuple[str, Mapping[str, list[Any] | None]]]) -> list[list[str]]:
    """For each event and what it changed, a line per field that has a name: “Category: A → B”."""
    keys: dict[Field, set[UUID]] = {}
    for event, changed in rows:
        for name, field in _fields(event, changed).items():
            if field.names:
                keys.setdefault(field, set()).update(UUID(key) for key in changed[name] or () if key)
    known = {field: field.names(found) for field, found in keys.items() if field.names and found}
    return [
        [_change(field, changed[name], known.get(field, {})) for name, field in _fields(event, changed).items()]
        for event, changed in rows
    ]


def _fields(event: str, changed: Iterable[str]) -> dict[str, Field]:
    named = {**FIELDS.get(event.partition(".")[0], {}), **FIELDS.get(event, {})}
    return {name: named[name] for name in changed if name in named}


def _change(field: Field, pair: list[Any] | None, known: Mapping[UUID, str]) -> str:
    if pair is None:
        return _("%(field)s: changed", field=field.label)
    before, after = (_value(field, value, known) for value in pair)
    return _("%(field)s: %(before)s → %(after)s", field=field.label, before=before, after=after)


def _value(field: Field, value: Any, known: Mapping[UUID, str]) -> str:
    if value is None:
        return "—"
    return known.get(UUID(value), value) if field.names else str(field.say(value))


def who(entry: Any) -> str:
    """The name, after that of the organisation when it is another one."""
    if entry.actor_role == "system":
        return ""
    if entry.actor_place == entry.tenant_id:
        return str(entry.actor_name)
    return f"{registry.by_id(entry.actor_place).short_name} {entry.actor_name}"
