"""What other domains add to a case's page: panels beside it, actions on top of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.cases.models import Case


@dataclass(frozen=True)
class Panel:
    """A template that the page includes, with `panel` in its hands."""

    template: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    title: Any
    url: str
    key: str | None = None


# Filled by the domains above, when they are imported: (case, person) -> what they add.
PANELS: list[Callable[[Case, Any], Panel | None]] = []
ACTIONS: list[Callable[[Case, Any], list[Action]]] = []


def panels(case: Case, person: Any) -> list[Panel]:
    return [panel for make in PANELS if (panel := make(case, person)) is not None]


def actions(case: Case, person: Any) -> list[Action]:
    return [action for make in ACTIONS for action in make(case, person)]
