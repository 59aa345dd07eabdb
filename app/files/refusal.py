"""A file that is not taken in, or can no longer be handed out."""

from __future__ import annotations

from app.core.errors import Refusal


class Refused(Refusal):
    """Not taken in; the message is one sentence that says why and what to do. Nothing is left on disk."""

    code = 422


class Unreadable(Refusal):
    """The row is there, the bytes are gone or are not what was stored."""

    code = 410
