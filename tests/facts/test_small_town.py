"""Every measure against a town that was counted by hand; the county's view and the bureau's are one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.core import clock
from app.facts import measures, periods, queries, services
from tests.facts.small_town import Builder
from tests.town import CITY, EAST, NORTH, WEST

E, W, N = 2, 3, 4
COUNTIES = [E, W, N]
JUNE, MAY = "2026-06", "2026-05"


def figures(code: str, where: int | None, month: str = JUNE) -> tuple[Any, Any]:
    period = periods.read(month, clock.today())
    figure = queries.sums({"now": period}, COUNTIES).figure(code, "now", where)
    return figure.amount, figure.of


# By hand, from the story in small_town: (measure, month) -> East, West, the city.
COUNTED: dict[tuple[str, str], tuple[Any, Any, Any]] = {
    # E1 E2 E3 · the city counts the same three
    ("received", MAY): (3, 0, 3),
    # E4 E5 E6 E7 · W1 came from East, so the city does not count it again
    ("received", JUNE): (4, 1, 4),
    ("accepted", MAY): (2, 0, 2),  # E1, and E2 on the 25th
    ("accepted", JUNE): (0, 0, 0),
    ("acceptance", MAY): ((2, 3), (0, 0), (2, 3)),
    # decided on acceptance: E1 and E3 in time, E2 too late
    ("checked", MAY): ((2, 3), (0, 0), (2, 3)),
    ("checked", JUNE): ((0, 0), (0, 0), (0, 0)),
    ("closed", MAY): (1, 0, 1),  # E1
    ("closed", JUNE): (2, 0, 2),  # E2 and E4; E7 is West's to close
    ("on_time", MAY): ((1, 1), (0, 0), (1, 1)),
    ("on_time", JUNE): ((1, 2), (0, 0), (1, 2)),  # E4; E2 missed the limit of acceptance
    ("settlement", MAY): ((1, 1), (0, 0), (1, 1)),
    ("settlement", JUNE): ((0, 2), (0, 0), (0, 2)),
    ("settled", MAY): (1, 0, 1),
    ("recovered", MAY): (800, 0, 800),
    ("recovered", JUNE): (0, 0, 0),
    ("disputed", MAY): (1500, 0, 1500),
    ("duration", MAY): ((17, 1), (0, 0), (17, 1)),  # 4 May to 21 May
    ("duration", JUNE): ((30, 2), (0, 0), (30, 2)),  # E2 29 days, E4 one
    ("refused", MAY): (1, 0, 1),  # E3
    ("withdrawn", JUNE): (1, 0, 1),  # E4
    ("filed", JUNE): (0, 0, 0),  # no report in this town; see tests/cases/test_reports.py
    ("not_filed", JUNE): (0, 0, 0),
    ("guided", JUNE): (0, 0, 0),  # see tests/cases/test_advice.py
    ("moved", JUNE): (1, 0, 1),  # E7
}


def pair(value: Any) -> tuple[Any, Any]:
    return value if isinstance(value, tuple) else (value, None)


@pytest.fixture
def at_the_bureau(small_town: Builder) -> Iterator[Builder]:
    with small_town.town.at(CITY):
        yield small_town


def test_every_measure_is_what_was_counted_by_hand(at_the_bureau: Builder) -> None:
    for (code, month), (east, west, city) in COUNTED.items():
        found = tuple(figures(code, where, month) for where in (E, W, None))
        assert found == (pair(east), pair(west), pair(city)), (code, month)


def test_the_table_above_leaves_no_measure_out() -> None:
    assert {code for code, _month in COUNTED} == {code for code, one in measures.MEASURES.items() if not one.live}


def test_the_county_sees_the_same_figures_as_the_bureau(small_town: Builder) -> None:
    def seen(slug: str) -> list[Any]:
        with small_town.town.at(slug):
            return [
                [figures(code, E, month) for code, month in COUNTED],
                queries.standing([E]),
                queries.weekly("received", [E]),
                queries.hands([E]),
                dict(queries.by_month("received", "category", date(2026, 1, 1), clock.today(), [E])),
                queries.counted_at([E]),
            ]

    assert seen(EAST) == seen(CITY)


def test_a_county_counts_nothing_of_its_neighbour(small_town: Builder) -> None:
    with small_town.town.at(WEST):
        assert figures("received", E, MAY) == (0, None)
        assert queries.standing([E])[E] == queries.Standing()
        assert not queries.by_month("received", "category", date(2026, 1, 1), clock.today(), [E])


def test_what_lies_on_the_desks_now(at_the_bureau: Builder) -> None:
    found = queries.standing(COUNTIES)
    assert found[E] == queries.Standing(open=2, late=1, soon=1, oldest=date(2026, 6, 12))  # E5 is late, E6 by Wednesday
    assert found[W] == queries.Standing(open=1, late=0, soon=1, oldest=date(2026, 6, 22))  # W1, by Monday
    assert found[N] == queries.Standing()
    assert queries.altogether(found) == queries.Standing(3, 1, 2, date(2026, 6, 12))


def test_the_small_line_counts_weeks_backwards_from_today(at_the_bureau: Builder) -> None:
    # The last seven days, 12–18 June, have E6; the week before, 5–11 June, E7; before that, 29 May – 4 June, E4 and E5.
    east = queries.weekly("received", COUNTIES)[E]
    assert east[-3:] == [2, 1, 1]
    assert sum(east) == 7
    assert queries.weekly("received", COUNTIES)[W] == [0] * 10 + [1, 0]
    assert queries.weekly("received", COUNTIES)[N] == [0] * 12


def test_by_category_problem_and_channel(at_the_bureau: Builder) -> None:
    def received(what: str, month: date) -> dict[str, int]:
        grid = queries.by_month("received", what, month, month, COUNTIES)
        return {code: int(value) for (_month, code), value in grid.items()}

    may, june = date(2026, 5, 1), date(2026, 6, 1)
    assert received("category", may) == {"S0401": 2, "G0201": 1}
    assert received("category", june) == {"G0201": 2, "S0401": 2, "": 1}  # E4 E5 · E7 and W1 · E6 has none yet
    assert received("problem", may) == {"P02": 2, "P03": 1}
    assert received("channel", may) == {"window": 2, "hotline": 1}


def test_it_is_compared_with_the_same_days_of_last_year_and_of_last_month(at_the_bureau: Builder) -> None:
    june = periods.read(JUNE, clock.today())
    found = queries.sums({"now": june, "year": june.year_ago(), "before": june.before()}, COUNTIES)
    # 1–18 June 2025 has W2, which was closed on the 21st only; 1–18 May 2026 has three received and none closed.
    assert found.figure("received", "year").amount == 1
    assert found.figure("closed", "year").amount == 0
    assert found.figure("received", "before").amount == 3
    change = found.figure("received", "now").change(found.figure("received", "year"))
    assert change == measures.Change(300.0, points=False, good=False)
    # Half of what was closed was in time; with nothing closed last year there is nothing to compare it with.
    assert found.figure("on_time", "now").value == 0.5
    assert found.figure("on_time", "now").change(found.figure("on_time", "year")) is None


def test_shares_move_in_points() -> None:
    share = measures.MEASURES["on_time"]
    now, then = measures.Figure(share, Decimal(9), Decimal(10)), measures.Figure(share, Decimal(4), Decimal(5))
    change = now.change(then)
    assert change is not None
    assert (round(change.amount, 6), change.points, change.good) == (10.0, True, True)
    assert measures.Figure(share, Decimal(), Decimal()).value is None


def test_the_kept_figures_are_what_a_recount_gives(small_town: Builder) -> None:
    for slug in (EAST, WEST, NORTH):
        with small_town.town.at(slug):
            assert services.verify() == []
