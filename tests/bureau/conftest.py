"""The small town, as the bureau looks at it."""

from __future__ import annotations

from tests.facts.conftest import fresh_town, small_town

__all__ = ["fresh_town", "small_town"]
