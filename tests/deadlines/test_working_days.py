"""Which days are worked, as the State Council announced them; every date below was counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from app.deadlines.calendar import Calendar
from app.deadlines.profiles import Rules
from app.deadlines.services import BadCalendar, read_calendar


@pytest.fixture(scope="session")
def calendar(rules: Rules) -> Calendar:
    return rules.calendar


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


WORKED_WEEKENDS_OF_2026 = {
    date(2026, 1, 4),  # Sunday, New Year's Day
    date(2026, 2, 14),  # Saturday, Spring Festival
    date(2026, 2, 28),  # Saturday, Spring Festival
    date(2026, 5, 9),  # Saturday, Labour Day
    date(2026, 9, 20),  # Sunday, National Day
    date(2026, 10, 10),  # Saturday, National Day
}
WEEKDAYS_OFF_IN_2026 = {
    *days(date(2026, 1, 1), date(2026, 1, 2)),  # Thursday, Friday
    *days(date(2026, 2, 16), date(2026, 2, 20)),  # Monday to Friday
    date(2026, 2, 23),  # Monday
    date(2026, 4, 6),  # Monday, Qingming
    date(2026, 5, 1),  # Friday
    *days(date(2026, 5, 4), date(2026, 5, 5)),  # Monday, Tuesday
    date(2026, 6, 19),  # Friday, Dragon Boat
    date(2026, 9, 25),  # Friday, Mid-Autumn
    *days(date(2026, 10, 1), date(2026, 10, 2)),  # Thursday, Friday
    *days(date(2026, 10, 5), date(2026, 10, 7)),  # Monday to Wednesday
}


def test_every_day_of_2026_is_worked_or_off_as_announced(calendar: Calendar) -> None:
    for day in days(date(2026, 1, 1), date(2026, 12, 31)):
        expected = day in WORKED_WEEKENDS_OF_2026 or (day.weekday() < 5 and day not in WEEKDAYS_OFF_IN_2026)
        assert calendar.is_working_day(day) is expected, day


@pytest.mark.parametrize(
    ("year", "holidays", "workdays"),
    # The notices' own numbers: days off, weekend days included, and days worked in exchange.
    [
        # New Year 1, Spring Festival 7 + 3 of the longer one of 2020, Qingming 3, Labour 5, Dragon Boat 3, National 8
        (2020, 30, 6),
        (2021, 3 + 7 + 3 + 5 + 3 + 3 + 7, 7),
        (2022, 3 + 7 + 3 + 5 + 3 + 3 + 7 + 1, 7),  # the last one is 2022-12-31, of the notice for 2023
        (2023, 2 + 7 + 1 + 5 + 3 + 8 + 2, 7),  # 12-30 and 12-31 join New Year 2024
        (2024, 1 + 8 + 3 + 5 + 1 + 3 + 7, 8),
        (2025, 1 + 8 + 3 + 5 + 3 + 8, 5),
        (2026, 3 + 9 + 3 + 5 + 3 + 3 + 7, 6),
    ],
)
def test_a_year_has_as_many_days_as_its_notice(calendar: Calendar, year: int, holidays: int, workdays: int) -> None:
    assert sum(day.year == year for day in calendar.holidays) == holidays
    assert sum(day.year == year for day in calendar.workdays) == workdays
    assert year in calendar.confirmed


def test_the_file_agrees_with_an_independent_library(calendar: Calendar) -> None:
    library = pytest.importorskip("chinese_calendar")
    for day in days(date(2020, 1, 1), date(2026, 12, 31)):
        assert calendar.is_working_day(day) is library.is_workday(day), day


@pytest.mark.parametrize(
    ("start", "amount", "last"),
    [
        # 2026-09-18 is a Friday; Sunday the 20th is worked.  20, 21, 22, 23, 24 | 25-27 off | 28, 29
        (date(2026, 9, 18), 7, date(2026, 9, 29)),
        # Friday before Spring Festival: Sa 14 worked | 15-23 off | 24, 25, 26, 27, Sa 28 worked, | Mo 2
        (date(2026, 2, 13), 7, date(2026, 3, 2)),
        # Received in the middle of the festival: 24, 25, 26, 27, Sa 28, | Mo 2, 3
        (date(2026, 2, 18), 7, date(2026, 3, 3)),
        # National Day with Mid-Autumn 2025: Tu 30 | 1-8 off | Th 9, Fr 10, Sa 11 worked, | Mo 13, 14, 15
        (date(2025, 9, 29), 7, date(2025, 10, 15)),
        # Received on Sunday 2025-09-28, a working day that is not counted: 29, 30 | 9, 10, 11, 13, 14
        (date(2025, 9, 28), 7, date(2025, 10, 14)),
        # Year's end 2025: We 31 | 1-3 off | Su 4 worked, 5, 6, 7, 8, 9
        (date(2025, 12, 30), 7, date(2026, 1, 9)),
        # Year's end 2022: Fr 30 | 31 to 2 off | 3, 4, 5, 6, | 9, 10
        (date(2022, 12, 29), 7, date(2023, 1, 10)),
        # Labour Day 2026: Th 30 | 1-5 off | We 6, 7, 8, Sa 9 worked, | Mo 11, 12
        (date(2026, 4, 29), 7, date(2026, 5, 12)),
        # Into 2027, which nobody has confirmed: We 30, Th 31, then by the week: Fr 1 January counts
        (date(2026, 12, 29), 3, date(2027, 1, 1)),
        (date(2026, 9, 18), 0, date(2026, 9, 18)),
    ],
)
def test_working_days_are_counted_as_on_paper(calendar: Calendar, start: date, amount: int, last: date) -> None:
    assert calendar.add_working_days(start, amount) == last
    assert calendar.working_days_between(start, last) == amount
    assert calendar.working_days_between(last, start) == -amount


@pytest.mark.parametrize(
    ("start", "amount", "last", "rolled"),
    [
        # 12 days to the end of September, 31 of October, 17 of November: a Tuesday
        (date(2026, 9, 18), 60, date(2026, 11, 17), date(2026, 11, 17)),
        # 27 + 31 days to the end of September (from 08-04), and 2: National Day until the 7th
        (date(2026, 8, 3), 60, date(2026, 10, 2), date(2026, 10, 8)),
        # Saturday 10-10 is worked: nothing moves
        (date(2026, 8, 11), 60, date(2026, 10, 10), date(2026, 10, 10)),
        # Saturday 2026-08-01 moves to Monday
        (date(2026, 6, 2), 60, date(2026, 8, 1), date(2026, 8, 3)),
        # 2027-01-03 is a Sunday; Monday counts as worked as long as nobody says otherwise
        (date(2026, 11, 4), 60, date(2027, 1, 3), date(2027, 1, 4)),
    ],
)
def test_calendar_days_all_count_and_a_last_day_off_moves(
    calendar: Calendar, start: date, amount: int, last: date, rolled: date
) -> None:
    assert calendar.add_calendar_days(start, amount, rolls=False) == last
    assert calendar.add_calendar_days(start, amount) == rolled


def test_a_year_nobody_confirmed_follows_the_week_and_is_named(calendar: Calendar) -> None:
    assert calendar.is_working_day(date(2027, 1, 1))  # a Friday
    assert not calendar.is_working_day(date(2027, 1, 2))
    assert calendar.unconfirmed(date(2026, 11, 22), date(2027, 1, 21)) == (2027,)
    assert calendar.unconfirmed(date(2026, 1, 1), date(2026, 12, 31)) == ()
    assert Calendar().unconfirmed(date(2026, 12, 31), date(2028, 1, 1)) == (2026, 2027, 2028)


def test_what_is_passed_over_is_named_with_its_days_in_between(calendar: Calendar) -> None:
    # From inside the festival: only the days that were really passed over
    (festival,) = calendar.holidays_passed(date(2026, 2, 18), date(2026, 3, 3))
    assert (festival.name.zh, festival.first, festival.last) == ("春节", date(2026, 2, 19), date(2026, 2, 23))
    assert calendar.workdays_passed(date(2026, 2, 18), date(2026, 3, 3)) == (date(2026, 2, 28),)


def test_national_day_and_mid_autumn_of_2025_are_one_holiday(calendar: Calendar) -> None:
    *_, last = calendar.stretches(2025)
    assert (last.name.zh, last.first, last.last) == ("国庆节、中秋节", date(2025, 10, 1), date(2025, 10, 8))


def test_what_is_due_within_two_working_days_reaches_to_the_eve_of_the_third(calendar: Calendar) -> None:
    # Friday 2026-11-20: Monday and Tuesday are the two, Wednesday the third
    assert calendar.last_day_within(date(2026, 11, 20), 2) == date(2026, 11, 24)
    # Friday 2026-02-13: Saturday counts, the festival lasts until the 23rd; the 24th is the second, the 25th the third
    assert calendar.last_day_within(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert calendar.last_day_within(date(2026, 2, 13), 1) == date(2026, 2, 23)


def test_a_limit_does_not_run_backwards(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="forward"):
        calendar.add_working_days(date(2026, 9, 18), -1)
    with pytest.raises(ValueError, match="forward"):
        calendar.add_calendar_days(date(2026, 9, 18), -1)


HEAD = "day,kind,name,name_en,source"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2027-13-01,holiday,元旦,New Year's Day,x", "Not a line"),
        ("2027-01-01,holiday,元旦,New Year's Day,x,y", "Not a line"),
        ("2027-01-01,holiday", "lacks"),
        ("2027-01-01,rest,元旦,New Year's Day,x", "holiday or workday"),
        ("2027-01-04,workday,元旦,New Year's Day,x", "worked anyway"),
        ("2027-01-01,holiday,元旦,New Year's Day,x\n2027-01-01,holiday,元旦,New Year's Day,x", "twice"),
    ],
)
def test_a_calendar_file_that_cannot_be_right_is_refused(line: str, fault: str) -> None:
    with pytest.raises(BadCalendar, match=fault):
        read_calendar(f"{HEAD}\n{line}".splitlines())
