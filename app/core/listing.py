"""Lists: filters declared one line each and kept in the address, and pages by key instead of by offset.

    OPEN = Listing(
        filters=[Filter("status", _l("Status"), lambda value: Case.status == value, choices=statuses), …],
        orders=[Order("due", _l("Due"), (Case.queue_on, Case.id)), …],
    )
    view = OPEN.read(request.args)
    page = view.page(select(Case).where(Case.open))

A page costs one statement and the same at any depth: the next one begins after the last row's key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.forms import tidy
from app.core.privacy import tells_of_somebody
from tenants.database import db

Row = TypeVar("Row")
SIZE = 50
LONGEST_VALUE = 100
AFTER, BEFORE, SORT = "after", "before", "sort"
_BETWEEN = "~"  # of the parts of a cursor; in no date, number or key


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list. What is not one of its choices, or does not parse, narrows nothing.

    Nor does a phone or ID number: it would stand in the address.
    """

    name: str
    label: Any
    where: Callable[[Any], ColumnElement[bool]]
    choices: Callable[[], Sequence[tuple[str, Any]]] | None = None
    parse: Callable[[str], Any] = tidy  # of what was typed; raises ValueError
    grouped: Callable[[], Mapping[str, Sequence[tuple[str, Any]]]] | None = None  # choices under headings
    say: Callable[[Any], Any] | None = None  # the value in words, where it is not a choice
    kind: str = "text"  # of control, where there are no choices
    group: Any = ""  # the heading that it stands under in a form

    def read(self, typed: str | None) -> Any:
        """The value to narrow by, or None."""
        typed = tidy(typed)[:LONGEST_VALUE]
        known = self.listed() if typed else None
        if not typed or (typed not in known if known is not None else tells_of_somebody(typed)):
            return None
        try:
            return self.parse(typed)
        except ValueError:
            return None

    def words(self, value: Any) -> Any:
        """How the pill says it."""
        known = self.listed()
        if known is not None:
            return known.get(str(value), value)
        return self.say(value) if self.say else value

    def listed(self) -> dict[str, Any] | None:
        """value -> words of all its choices; None where anything may be typed."""
        if self.grouped:
            return {value: words for pairs in self.grouped().values() for value, words in pairs}
        return dict(self.choices()) if self.choices else None


@dataclass(frozen=True)
class Order:
    """Columns that no two rows share all of, the last one being the key; all run the same way."""

    name: str
    label: Any
    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False

    def cursor(self, row: Any) -> str:
        values = (getattr(row, column.key) for column in self.columns)
        return _BETWEEN.join(value.isoformat() if isinstance(value, date) else str(value) for value in values)

    def place(self, cursor: str | None) -> tuple[Any, ...] | None:
        """The values of a cursor; None for one that was made up."""
        parts = (cursor or "").split(_BETWEEN)
        if len(parts) != len(self.columns):
            return None
        try:
            return tuple(_READ[column.type.python_type](part) for column, part in zip(self.columns, parts, strict=True))
        except (KeyError, ValueError):
            return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _whole(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number


_READ: dict[type, Callable[[str], Any]] = {
    date: date.fromisoformat,
    datetime: _moment,
    UUID: UUID,
    str: str,
    int: _whole,
}


def ordered(columns: Iterable[Any], downwards: bool) -> list[Any]:
    return [column.desc() if downwards else column.asc() for column in columns]


Spread = Callable[[Select[Any], bool], Select[Any]]  # (a page's statement, whether it runs downwards) -> a wider one


@dataclass(frozen=True)
class Pill:
    """A filter in use: what it says, and the address of the list without it."""

    label: Any
    value: Any
    without: str


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the addresses of those before and after them."""

    rows: list[Row]
    newer: str | None
    older: str | None
    count: int | None = None
    counted_at: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """What a list can be narrowed and ordered by; the first order is the usual one."""

    filters: Sequence[Filter]
    orders: Sequence[Order]
    size: int = SIZE

    def read(self, args: Mapping[str, str]) -> View:
        return View(self, dict(args))


@dataclass(frozen=True)
class View:
    """A list as one address asks for it."""

    listing: Listing
    args: dict[str, str] = field(repr=False)

    @cached_property
    def values(self) -> dict[str, Any]:
        """name -> value of the filters in use."""
        read = {one.name: one.read(self.args.get(one.name)) for one in self.listing.filters}
        return {name: value for name, value in read.items() if value is not None}

    @cached_property
    def order(self) -> Order:
        wished = self.args.get(SORT)
        return next((order for order in self.listing.orders if order.name == wished), self.listing.orders[0])

    def narrow(self, query: Select[Any]) -> Select[Any]:
        for one in self.listing.filters:
            if one.name in self.values:
                query = query.where(one.where(self.values[one.name]))
        return query

    def page(self, query: Select[Any], *, count: int | None = None, spread: Spread | None = None) -> Page[Any]:
        """One page of the entities that `query` selects, in one statement.

        `spread` puts that statement, ordered and limited, into a wider one: so the bureau walks through an index of
        each organisation instead of sorting the rows of all.
        """
        order, size = self.order, self.listing.size
        before, after = order.place(self.args.get(BEFORE)), order.place(self.args.get(AFTER))
        backwards = before is not None
        place = before if backwards else after
        downwards = order.descending != backwards
        query = self.narrow(query)
        if place is not None:
            here, there = tuple_(*order.columns), tuple_(*place)
            query = query.where(here < there if downwards else here > there)
        query = query.order_by(*ordered(order.columns, downwards)).limit(size + 1)
        rows = list(db.session.scalars(spread(query, downwards) if spread else query).unique())
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        newer = rows and (more if backwards else place is not None)
        older = rows and (True if backwards else more)
        return Page(
            rows,
            newer=self.url(**{BEFORE: order.cursor(rows[0])}) if newer else None,
            older=self.url(**{AFTER: order.cursor(rows[-1])}) if older else None,
            count=count,
        )

    @property
    def asked(self) -> dict[str, str]:
        """What of the address narrows and orders the list, as it stands there."""
        kept = {name: self.args[name] for name in self.values}
        if SORT in self.args and self.order is not self.listing.orders[0]:
            kept[SORT] = self.order.name
        return kept

    @property
    def groups(self) -> dict[str, list[Filter]]:
        """The filters under their headings, as a form shows them."""
        found: dict[str, list[Filter]] = {}
        for one in self.listing.filters:
            found.setdefault(str(one.group), []).append(one)
        return found

    @property
    def pills(self) -> list[Pill]:
        return [
            Pill(one.label, one.words(self.values[one.name]), self.url(**{one.name: None}))
            for one in self.listing.filters
            if one.name in self.values
        ]

    @property
    def clear(self) -> str:
        """The address without any filter, in the same order."""
        return self.url(**dict.fromkeys(self.values))

    def url(self, **changes: str | None) -> str:
        """The address of this list with some things changed; pages begin anew."""
        asked = {name: value for name, value in {**self.asked, **changes}.items() if value is not None}
        return f"?{urlencode(asked)}"

    def head(self, name: str, title: Any, *, num: bool = False) -> dict[str, Any]:
        """The heading of a column that the list can be ordered by."""
        order = next(order for order in self.listing.orders if order.name == name)
        said = ("descending" if order.descending else "ascending") if order is self.order else None
        return {"title": title, "url": self.url(sort=order.name), "sort": said, "num": num}


def capped(query: Select[Any], most: int = 1000) -> int:
    """How many rows, counted no further than `most` + 1."""
    return db.session.scalar(select(func.count()).select_from(query.limit(most + 1).subquery())) or 0
