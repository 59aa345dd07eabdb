"""Figures that follow the trail, move back, are recounted, and say how old they are."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import event, select, update

from app.cases.workflow import CASE
from app.core import clock
from app.facts import periods, queries, services
from app.facts.models import DayFigure, Mark
from tenants.database import db
from tests.facts.small_town import TODAY, Builder
from tests.town import CITY, EAST

E = 2


def test_a_recount_finds_a_figure_that_was_tampered_with(fresh_town: Builder) -> None:
    with fresh_town.town.at(EAST):
        received = select(DayFigure.id).where(DayFigure.measure == "received", DayFigure.day == date(2026, 5, 6))
        db.session.execute(update(DayFigure).where(DayFigure.id.in_(received)).values(value=7))
        assert services.verify() == ["day 2026-05-06 received: counted 2, kept 7.00"]
        services.rebuild()
        assert services.verify() == []


def test_a_reopened_case_takes_its_closing_back(fresh_town: Builder) -> None:
    fresh_town.take("E1", EAST, "2026-06-16", "reopen", text="商家没有履行")
    with fresh_town.town.at(EAST):
        services.catch_up()
        db.session.commit()
        may = queries.sums({"may": periods.read("2026-05", clock.today())}, [E])
        assert [may.figure(code, "may", E).amount for code in ("received", "closed", "recovered")] == [3, 0, 0]
        assert services.verify() == []
        assert queries.standing([E])[E].open == 3


def test_figures_say_until_when_they_are_complete(fresh_town: Builder) -> None:
    with fresh_town.town.at(EAST):
        services.catch_up()
        db.session.commit()
    assert age(fresh_town, E) == TODAY
    later = noon_of(20)
    with clock.freeze(later):
        assert age(fresh_town, E) == later, "nothing has happened since, so nothing is missing"
        with fresh_town.town.at(EAST):
            CASE.take("claim", fresh_town.case("E5"), by=fresh_town.town.person(EAST, "handler"))
            db.session.commit()
            counted = db.session.scalars(select(Mark.at)).one()
    with clock.freeze(noon_of(21)):
        assert age(fresh_town, E) == counted, "an entry has not been counted yet"


def test_what_is_uncounted_is_looked_for_behind_the_mark_only(fresh_town: Builder) -> None:
    asked: list[Any] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    with fresh_town.town.at(CITY):
        connection = db.session.connection()
        event.listen(connection, "before_cursor_execute", note)
        queries.counted_at([E])
        event.remove(connection, "before_cursor_execute", note)
        connection.exec_driver_sql("set local enable_seqscan = off")
        connection.exec_driver_sql("set local enable_bitmapscan = off")
        connection.exec_driver_sql("set local enable_sort = off")
        ((statement, values),) = [one for one in asked if "audit_entry" in one[0]]
        plan = connection.exec_driver_sql(f"explain {statement}", values).scalars().all()
    assert any("Index Cond" in line and "seq >" in line for line in plan), "the whole chain is read"


def noon_of(day: int) -> Any:
    return clock.at(date(2026, 6, day), 12)


def age(fresh_town: Builder, place: int) -> Any:
    with fresh_town.town.at(CITY):
        return queries.counted_at([place])[place]


def test_catching_up_twice_counts_once(fresh_town: Builder) -> None:
    with fresh_town.town.at(EAST):
        before = {row.id: row.value for row in db.session.scalars(select(DayFigure))}
        services.catch_up()
        services.catch_up()
        assert before == {row.id: row.value for row in db.session.scalars(select(DayFigure))}


def test_the_commands_verify_and_rebuild(fresh_town: Builder) -> None:
    runner = fresh_town.town.app.test_cli_runner()
    assert runner.invoke(args=["facts", "verify"]).output == "0 differences in 3 centers\n"
    with fresh_town.town.at(EAST):
        db.session.execute(update(DayFigure).where(DayFigure.measure == "refused").values(value=3))
        db.session.commit()
    told = runner.invoke(args=["facts", "verify"])
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        "east: day 2026-05-07 refused: counted 1, kept 3.00",
        "1 differences in 3 centers",
    ]
    assert runner.invoke(args=["facts", "rebuild"]).output.splitlines() == [
        "east: 7 cases",
        "west: 2 cases",
        "north: 0 cases",
    ]
    assert runner.invoke(args=["facts", "verify"]).exit_code == 0
