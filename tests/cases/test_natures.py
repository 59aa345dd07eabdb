"""What becomes of a pause that runs when the nature of a case is corrected, with days worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import Entry
from app.core import clock
from tenants.database import db
from tests.town import EAST


def at(day: int, month: int = 6) -> Any:
    return clock.freeze(clock.at(date(2026, month, day), 10))


@pytest.fixture
def begun(lodged: Any, take: Any) -> Any:
    """A complaint accepted, or a report on which a case file was opened, on Monday 1 June 2026; its number."""

    def make(nature: str) -> str:
        with at(1):
            number = str(lodged(nature=nature))
            take(number, "file" if nature == "R" else "accept")
            return number

    return make


def open_ones(look: Any, number: str) -> list[tuple[Any, ...]]:
    return [(one.code, one.state, one.paused_reason, one.paused_on) for one in look(number).clocks if one.is_open]


def told(town: Any) -> list[tuple[str, str, str]]:
    with town.at(EAST):
        query = select(Entry).where(Entry.event.in_(("case.pause_kept", "case.pause_cut"))).order_by(Entry.seq)
        return [(one.event[5:], one.facts["from"], one.facts["clock"]) for one in db.session.scalars(query)]


def test_a_pause_goes_on_in_the_limit_that_counts_now_and_comes_back_with_its_end(town, begun, take, look):
    number = begun("C")
    with at(10):
        take(number, "pause")
    with at(12):
        take(number, "describe", nature="R")
        assert open_ones(look, number) == [("case_decision", "paused", "testing", date(2026, 6, 10))]
        assert look(number).due_on is None
    with at(15):
        take(number, "resume")
    with at(16):
        take(number, "describe", nature="C")
    # 60 days after 1 June are 31 July; the 11th to the 15th are left out: Wednesday 5 August.
    assert open_ones(look, number) == [("mediation", "running", None, None)]
    assert look(number).due_on == date(2026, 8, 5)
    assert told(town) == [("pause_kept", "mediation", "case_decision")]


def test_a_reason_for_which_the_other_limit_does_not_stop_waits_until_its_own_runs_again(town, begun, take, look):
    number = begun("R")
    with at(10):
        take(number, "pause", reason="hearing")
    with at(12):
        take(number, "describe", nature="C")
        assert open_ones(look, number) == [("mediation", "running", None, None)]
    with at(15):
        take(number, "describe", nature="R")
        assert open_ones(look, number) == [("case_decision", "paused", "hearing", date(2026, 6, 10))]
    with at(17):
        take(number, "resume")
    # 90 days after 1 June are 30 August; the 11th to the 17th are left out: Sunday 6 September, so the 7th.
    assert look(number).due_on == date(2026, 9, 7)
    assert told(town) == [
        ("pause_cut", "case_decision", "case_decision"),
        ("pause_kept", "case_decision", "case_decision"),
    ]
    page = town.client(EAST, "handler").get(f"/cases/{number}").get_data(as_text=True)
    assert "2026-06-10 · 行政处罚决定" in page


def test_where_nothing_is_counted_meanwhile_the_pause_is_there_again(town, begun, take, look):
    number = begun("C")
    with at(10):
        take(number, "pause")
    with at(12):
        take(number, "describe", nature="X")
        assert open_ones(look, number) == []
    with at(15):
        take(number, "describe", nature="C")
        assert open_ones(look, number) == [("mediation", "paused", "testing", date(2026, 6, 10))]


def test_a_limit_that_had_run_out_before_stays_run_out(town, begun, take, look):
    """60 days after 1 June were over on 31 July: a pause from 10 August on brings no mediation back."""
    number = begun("R")
    with at(10, 8):
        take(number, "pause")
        take(number, "describe", nature="C")
    assert open_ones(look, number) == [("mediation", "running", None, None)]
    assert look(number).due_on == date(2026, 7, 31)
    assert told(town) == [("pause_cut", "case_decision", "case_decision")]
