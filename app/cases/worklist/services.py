"""Keeping filters and habits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import audit
from app.cases.queries.queue import queue
from app.cases.worklist import queries
from app.cases.worklist.models import SIZES, Habit, SavedFilter
from app.core import clock
from app.core.errors import Invalid
from tenants.database import db

MOST_KEPT = 30  # of one person
LONGEST_NAME = 20
_WATCH = audit.Watch(codes=("shared",), words=("name",))
_HABITS = audit.Watch(codes=("columns", "size", "density", "usual_id", "after"))


def keep(by: Any, asked: dict[str, str], *, name: str, shared: bool = False, usual: bool = False) -> SavedFilter:
    """Keep what the queue is narrowed to. Raises Invalid without a name or a filter, and for a name used twice."""
    view = queue(by).read(asked)
    if not view.values:
        raise Invalid("name", _("Narrow the list first: there is no filter to keep."))
    _fit(by, name)
    if (db.session.scalar(select(func.count()).where(SavedFilter.owner_id == by.id)) or 0) >= MOST_KEPT:
        raise Invalid("name", _("At most %(n)s filters can be kept. Take one away first.", n=MOST_KEPT))
    saved = SavedFilter(owner_id=by.id, name=name.strip(), asked=view.asked, shared=shared, created_at=clock.now())
    db.session.add(saved)
    db.session.flush()
    audit.record("filter.kept", saved, by, facts={"shared": shared}, text=saved.name)
    if usual:
        like(by, usual_id=saved.id)
    return saved


def change(saved: SavedFilter, by: Any, *, name: str, shared: bool) -> None:
    """Give it another name, or to everybody. Raises Invalid."""
    if name.strip() != saved.name:
        _fit(by, name)
    before = _WATCH.look(saved)
    saved.name, saved.shared = name.strip(), shared
    audit.record("filter.changed", saved, by, changes=_WATCH.since(before, saved))


def take_away(saved: SavedFilter, by: Any) -> None:
    audit.record("filter.removed", saved, by, facts={"shared": saved.shared}, text=saved.name)
    db.session.delete(saved)


def _fit(by: Any, name: str) -> None:
    if not name.strip():
        raise Invalid("name", _("Give it a name."))
    if len(name.strip()) > LONGEST_NAME:
        raise Invalid("name", _("At most %(limit)s characters, please.", limit=LONGEST_NAME))
    same = select(SavedFilter.id).where(SavedFilter.owner_id == by.id, SavedFilter.name == name.strip())
    if db.session.scalar(same) is not None:
        raise Invalid("name", _("You have a filter of that name already."))


def like(by: Any, **liked: Any) -> Habit:
    """Remember how a person likes the queue. Raises Invalid for a size that is not offered."""
    habit = queries.habit_of(by)
    before = _HABITS.look(habit)
    if liked.get("size", habit.size) not in SIZES:
        raise Invalid("size", _("Choose one of the sizes."))
    if "columns" in liked:
        liked["columns"] = [code for code in queries.CHOICES if code in liked["columns"]]
    if isinstance(liked.get("usual_id"), UUID):
        queries.one(liked["usual_id"], by)
    for name, value in liked.items():
        setattr(habit, name, value)
    db.session.add(habit)
    audit.record("habit.changed", by, by, changes=_HABITS.since(before, habit))
    return habit
