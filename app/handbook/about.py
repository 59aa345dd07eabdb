"""What pages say of the handbook: the chapter about themselves, and what somebody new begins with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, current_app, has_request_context, request, url_for
from flask_login import current_user

from app.accounts import me
from app.core.area import ANYONE, SIGNED_IN
from app.handbook import book, queries
from app.handbook.contents import chapter_of
from app.ui.text import chinese
from tenants import realm

CHAPTER = "chapter:"


def language() -> str:
    """The language in which this reader is shown a chapter."""
    return "zh" if chinese() else "en"


def kind() -> str | None:
    """Of the organisation that is entered; None outside of all."""
    return None if realm.absent() else realm.home().kind


def address(named: str) -> str | None:
    """Where what a text names is found; None for a page that this reader may not open."""
    if named.startswith(CHAPTER):
        return url_for("handbook.chapter", code=named.removeprefix(CHAPTER))
    endpoint, _, asked = named.partition("?")
    view: Any = current_app.view_functions[endpoint]
    if realm.absent() or realm.home().kind not in view.area.kinds:
        return None
    if view.allow is not ANYONE and not current_user.is_authenticated:
        return None
    if view.allow not in (ANYONE, SIGNED_IN) and not current_user.can(view.allow):
        return None
    said: dict[str, Any] = dict(parse_qsl(asked))
    return url_for(endpoint, **said)


class About:
    """Asked only where a page shows it."""

    @cached_property
    def title(self) -> str:
        return book.text_of(self._code, language()).title

    @cached_property
    def url(self) -> str:
        return url_for("handbook.chapter", code=self._code)

    @cached_property
    def _code(self) -> str:
        return chapter_of(request.endpoint or "handbook", kind()).code


@dataclass(frozen=True)
class First:
    """The list of somebody's first steps, as a page shows it."""

    steps: list[dict[str, Any]]
    away: bool

    @property
    def all(self) -> int:
        return sum(one["done"] is not None for one in self.steps)

    @property
    def done(self) -> int:
        return sum(one["done"] is True for one in self.steps)


def first_steps(always: bool = False) -> First | None:
    """None for nobody, and where they are put away unless they are `always` to be shown."""
    if realm.absent() or not current_user.is_authenticated:
        return None
    away = queries.put_away(me())
    if away and not always:
        return None
    steps = [{"title": one.step.title, "url": address(one.step.page), "done": one.done} for one in queries.begun(me())]
    return First(steps, away)


def init_app(app: Flask) -> None:
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    """Nothing on the pages of the handbook itself, on files, and on what was not found."""
    if not has_request_context():
        return {}
    of_itself = request.endpoint is None or request.blueprint in (None, "handbook", "assets")
    return {"about": None if of_itself else About(), "first_steps": first_steps}
