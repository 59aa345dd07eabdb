"""Months, quarters and years, running and whole."""

from __future__ import annotations

from datetime import date

import pytest

from app.facts import periods

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("code", "now", "year_ago", "before"),
    [
        ("2026-11", ("2026-11-01", "2026-11-21"), ("2025-11-01", "2025-11-21"), ("2026-10-01", "2026-10-21")),
        ("2026-10", ("2026-10-01", "2026-10-31"), ("2025-10-01", "2025-10-31"), ("2026-09-01", "2026-09-30")),
        ("2026-02", ("2026-02-01", "2026-02-28"), ("2025-02-01", "2025-02-28"), ("2026-01-01", "2026-01-31")),
        ("2026-Q4", ("2026-10-01", "2026-11-21"), ("2025-10-01", "2025-11-21"), ("2026-07-01", "2026-08-21")),
        ("2026-Q3", ("2026-07-01", "2026-09-30"), ("2025-07-01", "2025-09-30"), ("2026-04-01", "2026-06-30")),
        ("2026", ("2026-01-01", "2026-11-21"), ("2025-01-01", "2025-11-21"), ("2025-01-01", "2025-11-21")),
        ("2025", ("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31"), ("2024-01-01", "2024-12-31")),
    ],
)
def test_a_period_and_what_it_is_compared_with(
    code: str, now: tuple[str, str], year_ago: tuple[str, str], before: tuple[str, str]
) -> None:
    period = periods.read(code, TODAY)
    for found, expected in ((period, now), (period.year_ago(), year_ago), (period.before(), before)):
        assert (found.since.isoformat(), found.until.isoformat()) == expected
    assert period.year_ago().code == periods.read(period.year_ago().code, TODAY).code


def test_a_running_month_is_not_compared_with_days_that_there_are_not() -> None:
    march = periods.read("2026-03", date(2026, 3, 30))
    assert march.before().until == date(2026, 2, 28)
    leap = periods.read("2024-02", date(2025, 1, 1))
    assert leap.until == date(2024, 2, 29)
    assert leap.year_ago().until == date(2023, 2, 28)


@pytest.mark.parametrize("code", ["", None, "2026-13", "2026-Q5", "1999", "2026-12", "2027", "2026-11-01", "<b>"])
def test_what_is_no_period_or_has_not_begun_is_this_month(code: str | None) -> None:
    assert periods.chosen(code, TODAY).code == "2026-11"


def test_only_what_has_begun_can_be_chosen(app: object) -> None:
    for group in periods.choices(date(2026, 1, 31)).values():
        for code, words in group:
            assert periods.read(code, date(2026, 1, 31)).label == words


def test_the_last_twelve_months_end_with_this_one() -> None:
    months = periods.last_months(date(2026, 1, 31), 12)
    assert (months[0], months[-1], len(months)) == (date(2025, 2, 1), date(2026, 1, 1), 12)
