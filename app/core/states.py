"""States of things with a life: text in the database, a title and a tone for people."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from sqlalchemy import CheckConstraint


class State(StrEnum):
    """`LODGED = "lodged", _l("Awaiting triage"), "warn"`: value, title, tone ('' | blue | ok | warn | red)."""

    title_: Any
    tone: str

    def __new__(cls, value: str, title: Any = "", tone: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.title_ = title
        member.tone = tone
        return member

    @property
    def label(self) -> Any:
        """The words for it, in the reader's language. (`title` is a method of every string.)"""
        return self.title_


def states_check(states: type[StrEnum], column: str) -> CheckConstraint:
    """The column holds one of the states; text with a CHECK, because Citus has no use for PostgreSQL enums."""
    listed = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"{column} in ({listed})", name=column)
