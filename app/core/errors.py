"""What services raise when they will not do a thing; each becomes one kind of answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """`code` is the HTTP status; the message is for the reader, in the reader's language."""

    code = 400

    def __init__(self, message: Any = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NotAllowed(Refusal):
    """The person may enter, but not do this."""

    code = 403


class Missing(Refusal):
    """Not there, or somebody else's: the answer is the same."""

    code = 404


class Late(Refusal):
    """Somebody else was faster: `lines` of the trail tell what was done to `subject`, newest first."""

    code = 409

    def __init__(self, message: Any = "", subject: Any = None, lines: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.subject, self.lines = subject, lines


class WrongMoment(Late):
    """The step is not possible in the present state."""


class Changed(Late):
    """It is not any more as it was when the form was opened."""


class Invalid(Refusal):
    """A value that cannot be taken; `field` says beside which one to say so."""

    code = 422

    def __init__(self, field: str, message: Any) -> None:
        super().__init__(message, field=field)
        self.field = field


class TooMany(Refusal):
    """Too often; try again after `seconds`."""

    code = 429

    def __init__(self, message: Any, seconds: int) -> None:
        super().__init__(message, seconds=seconds)
        self.seconds = seconds


class Unsaved(RuntimeError):
    """A step was taken on an object with unsaved edits, which a refresh would drop without a word."""
