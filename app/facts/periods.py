"""Stretches of days that are compared: a month, a quarter, a year, each up to today at the latest."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import gettext as _

_CODE = re.compile(r"(?P<year>20\d\d)(-(?P<month>0[1-9]|1[0-2])|-Q(?P<quarter>[1-4]))?")


@dataclass(frozen=True)
class Period:
    """`code` is 2026-11, 2026-Q4 or 2026, as in the address of a page."""

    code: str
    since: date
    until: date  # the last day that is counted
    months: int  # how long it is when it is over

    @property
    def whole(self) -> bool:
        """Whether all of its days have come."""
        return self.until == _last(_shift(self.since, self.months - 1))

    def back(self, months: int) -> Period:
        """The same days some months earlier: 1–21 November becomes 1–21 October; a whole one stays whole."""
        since = _shift(self.since, -months)
        end = _shift(self.until.replace(day=1), -months)
        until = _last(end) if self.whole else end.replace(day=min(self.until.day, _last(end).day))
        return Period(_code(since, self.months), since, until, self.months)

    def before(self) -> Period:
        """The period before this one, as far as this one has come: for month-on-month 环比."""
        return self.back(self.months)

    def year_ago(self) -> Period:
        """The same days of last year: for year-on-year 同比."""
        return self.back(12)

    @property
    def label(self) -> str:
        return label(self.code)

    def __str__(self) -> str:
        return self.label


def read(code: str | None, today: date) -> Period:
    """The period of that code. Raises ValueError for what is none, or has not begun."""
    found = _CODE.fullmatch(code or "")
    if found is None:
        raise ValueError(code)
    months = 1 if found["month"] else 3 if found["quarter"] else 12
    month = int(found["month"] or 3 * (int(found["quarter"] or 1) - 1) + 1)
    since = date(int(found["year"]), month, 1)
    if since > today:
        raise ValueError(code)
    return Period(found[0], since, min(today, _last(_shift(since, months - 1))), months)


def this_month(today: date) -> Period:
    return read(_code(today, 1), today)


def chosen(code: str | None, today: date) -> Period:
    """The period that an address asks for; this month when it asks for none that can be."""
    try:
        return read(code, today)
    except ValueError:
        return this_month(today)


def choices(today: date) -> dict[str, list[tuple[str, str]]]:
    """The periods to choose from, by their length: (code, words)."""
    first = today.replace(day=1)
    quarter = _shift(first, -((first.month - 1) % 3))
    groups = {
        _("Month"): [_code(_shift(first, -n), 1) for n in range(13)],
        _("Quarter"): [_code(_shift(quarter, -3 * n), 3) for n in range(5)],
        _("Year"): [str(today.year - n) for n in range(3)],
    }
    return {title: [(code, label(code)) for code in codes] for title, codes in groups.items()}


def label(code: str) -> str:
    """2026-11 -> November 2026, 2026年11月."""
    year, _dash, rest = code.partition("-")
    if not rest:
        return _("the year %(year)s", year=year)
    if rest.startswith("Q"):
        return _("quarter %(quarter)s of %(year)s", quarter=rest[1:], year=year)
    return str(format_skeleton("yMMMM", date(int(year), int(rest), 1), locale=get_locale() or "en"))


def last_months(until: date, count: int) -> list[date]:
    """The first days of the last months, the one with `until` being the last."""
    return [_shift(until.replace(day=1), -n) for n in reversed(range(count))]


def _code(day: date, months: int) -> str:
    if months == 12:
        return f"{day:%Y}"
    return f"{day:%Y}-Q{(day.month + 2) // 3}" if months == 3 else f"{day:%Y-%m}"


def _shift(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _last(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])
