"""What an entry says of a change: every field as it was and as it is.

Codes, numbers and dates stand in the entry. Words are private: the entry only names their fields, and what they were
and are is the last line of its remark, behind what somebody said with it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.privacy import Veil, is_code

log = logging.getLogger("hengping.audit")
WITHHELD = "…"
LONGEST_CODE = 120  # the rule of a route is one


@dataclass(frozen=True)
class Changes:
    """field -> [before, after], the open ones and the private ones."""

    codes: Mapping[str, list[Any]] = field(default_factory=dict)
    words: Mapping[str, list[Any]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.codes or self.words)


@dataclass(frozen=True)
class Watch:
    """The fields of a thing whose changes are written down: those that hold codes, and those that hold words."""

    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def look(self, subject: Any) -> dict[str, Any]:
        """The fields as they are now, to be given to `since()` after the change."""
        return {name: _seen(subject, name) for name in (*self.codes, *self.words)}

    def since(self, before: Mapping[str, Any], subject: Any) -> Changes:
        """What has become another since somebody looked."""
        after = self.look(subject)
        changed = {name: [_told(before[name]), _told(after[name])] for name in after if before[name] != after[name]}
        return Changes(
            {name: pair for name, pair in changed.items() if name in self.codes},
            {name: pair for name, pair in changed.items() if name in self.words},
        )


@dataclass(frozen=True)
class _Sealed:
    """A sealed field: compared as a whole, told by its mask."""

    mask: str
    whole: str | None = field(repr=False)


def _seen(subject: Any, name: str) -> Any:
    """As JSON keeps it, but for sealed fields; an empty text is nothing, and an amount always has its cents."""
    value = getattr(subject, name)
    if isinstance(value, Veil):
        return _Sealed(str(value), subject.reveal(name)) if value else None
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | list | dict):
        return value
    return str(value) or None


def _told(value: Any) -> Any:
    return value.mask if isinstance(value, _Sealed) else value


def _in_the_open(value: Any) -> bool:
    """Whether the bureau may read it: a number, a date, a code, or some of them."""
    if isinstance(value, Mapping):
        return all(map(_in_the_open, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_in_the_open, value))
    return value is None or isinstance(value, bool | int | float | Decimal | date) or is_code(str(value), LONGEST_CODE)


def _open(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, without what somebody wrote. A slip of ours stops nobody's work; the log says where it was made."""
    withheld = {name for name, value in facts.items() if not _in_the_open(value)}
    for name in withheld:
        log.error("%s is no code: withheld from an entry", name)
    return {**facts, **dict.fromkeys(withheld, WITHHELD)}


def written(facts: Mapping[str, Any], text: str | None, changes: Changes | None) -> tuple[dict[str, Any], str | None]:
    """The facts of an entry and its remark, with the changes in them; a fact that is no code is withheld."""
    facts = _open(facts)
    if not changes:
        return facts, text
    facts = {**facts, "changes": {**_open(changes.codes), **dict.fromkeys(changes.words)}}
    if changes.words:
        text = f"{text or ''}\n{json.dumps(dict(changes.words), ensure_ascii=False)}"
    return facts, text


def read(facts: Mapping[str, Any], remark: str | None) -> tuple[str | None, dict[str, list[Any] | None]]:
    """What somebody said, and field -> [before, after] or None: words, for a reader who may not read them."""
    changes = dict(facts.get("changes", {}))
    if remark and None in changes.values():
        remark, _newline, words = remark.rpartition("\n")
        changes |= json.loads(words)
    return remark or None, changes
