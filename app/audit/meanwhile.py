"""What others did to a thing in the meantime: who, what and when, for whoever comes second."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from flask_babel import gettext as _

from app.audit import words
from app.audit.trail import Line, trail
from app.core.errors import Changed, WrongMoment
from app.ui.text import when
from tenants.database import db

Since = Callable[[Any, "int | None"], Sequence[Line]]
MOST = 20


def since(subject: Any, seen: int | None, *, events: Collection[str] | None = None) -> Sequence[Line]:
    """What was done to it after somebody saw that version of it, newest first: every change counts one.

    `events` are those that make it a version newer, where others stand in its trail too: looking makes nothing newer.
    """
    limit = MOST if seen is None else max(0, min(subject.version - seen, MOST))
    return trail(subject.id, limit=limit, events=events)


def only_as_seen(subject: Any, seen: int | None, told: Since = since) -> None:
    """Raises Changed, saying who did what and when, unless `seen` is the version of a thing that is locked.

    `told` looks up what was done to one whose changes stand in the trail of another.
    """
    if seen is not None and seen != subject.version:
        lines = _kept(told(subject, seen))
        said = _("Somebody else has changed this in the meantime.")
        raise Changed(_sentences(said, lines[0] if lines else None), subject, lines)


def too_late(message: Any, subject: Any, seen: int | None = None, told: Since = since) -> WrongMoment:
    """That something is no longer possible, with who made it so and when."""
    lines = _kept(told(subject, seen))
    moved = next((line for line in lines if _moved(line)), lines[0] if lines else None)
    return WrongMoment(_sentences(message, moved), subject, lines)


def _kept(lines: Sequence[Line]) -> Sequence[Line]:
    """They are shown once the transaction has been given up, and are not to be read one by one again."""
    for line in lines:
        if line.entry in db.session:
            db.session.expunge(line.entry)
    return lines


def _moved(line: Line) -> bool:
    facts = line.entry.facts
    return bool(facts.get("before") != facts.get("after"))


def _sentences(said: Any, line: Line | None) -> str:
    return str(said) if line is None else f"{said} {sentence(line)}"


def sentence(line: Line) -> str:
    """Who did what and when: 11-20 15:10 王芳：受理了投诉。"""
    who, what = words.who(line.entry) or _("The portal"), words.name(line.entry.event)
    return str(_("%(when)s %(who)s: %(what)s.", when=when(line.entry.at), who=who, what=what))
