"""What notices say; every domain adds its own with `extend()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

TITLES: dict[str, Any] = {}


def extend(titles: Mapping[str, Any | Callable[[dict[str, Any]], Any]]) -> None:
    """Add words: event -> a lazy text such as _l("%(number)s was assigned to you"), or what makes one of the facts."""
    TITLES.update(titles)


def title(event: str, facts: dict[str, Any]) -> str:
    """The sentence of a notice, in the reader's language; the bare event where nobody gave it words."""
    said = _title(event, facts)
    return _("As deputy: %(what)s", what=said) if facts.get("deputy") else said


def _title(event: str, facts: dict[str, Any]) -> str:
    words = TITLES.get(event, event)
    if isinstance(words, str) or not callable(words):
        said = str(words)
        return said % facts if "%(" in said else said
    return str(words(facts))
