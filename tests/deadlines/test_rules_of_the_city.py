"""The calendar and the profiles in the database: seeded once, kept by the bureau, read by all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import ProgrammingError

from app.core import clock as wall_clock
from app.deadlines import clock as clocks
from app.deadlines import queries, services
from app.deadlines.models import CalendarDay, CalendarYear, LegalLimit, LegalProfile
from app.deadlines.profiles import Rules
from app.deadlines.wording import explain, view
from tenants.database import db
from tests.town import CITY, EAST, MARKET

NEW_YEAR_2027 = """day,kind,name,name_en,source
2027-01-01,holiday,元旦,New Year's Day,国办发明电〔2026〕1号
2027-01-03,workday,元旦,New Year's Day,国办发明电〔2026〕1号
"""


@pytest.fixture(autouse=True)
def read_afresh() -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()


def test_every_organisation_counts_by_the_rules_that_ship(town: Any, rules: Rules) -> None:
    for slug in (CITY, EAST, MARKET):
        queries.forget()
        with town.at(slug):
            loaded = queries.load_rules()
        assert loaded.calendar == rules.calendar
        assert {one.code: one for one in loaded.profiles} == {one.code: one for one in rules.profiles}


def test_seeding_again_adds_nothing_and_keeps_what_the_bureau_changed(town: Any) -> None:
    with town.at(CITY):
        db.session.execute(update(CalendarYear).where(CalendarYear.year == 2026).values(source="市局更正"))
        before = db.session.scalar(select(func.count()).select_from(CalendarDay))
        assert services.seed() == services.Seeded(years=0, profiles=0)
        assert db.session.scalar(select(func.count()).select_from(CalendarDay)) == before
        assert db.session.get(CalendarYear, 2026).source == "市局更正"


def test_a_county_reads_the_calendar_and_cannot_write_it(town: Any) -> None:
    with town.at(EAST), pytest.raises(ProgrammingError, match="row-level security"):
        services.publish_year(2027, services.read_calendar(NEW_YEAR_2027.splitlines())[2027])


def test_nobody_edits_a_version_of_a_profile(town: Any) -> None:
    for change in (update(LegalLimit).values(amount=1), update(LegalProfile).values(family="x")):
        with town.at(CITY), pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(change)


def test_rules_are_kept_between_questions(town: Any) -> None:
    with town.at(EAST):
        assert queries.load_rules() is queries.load_rules()
    with town.at(MARKET):
        kept = queries.load_rules()
    queries.forget()
    with town.at(MARKET):
        assert queries.load_rules() is not kept


def test_a_published_year_is_counted_by_and_raises_the_version(town: Any) -> None:
    with town.at(CITY):
        before = queries.load_calendar()
        assert before.unconfirmed(date(2026, 12, 31), date(2027, 1, 4)) == (2027,)
        version = services.publish_year(2027, services.read_calendar(NEW_YEAR_2027.splitlines())[2027])
        after = queries.load_calendar()
        assert version == after.version == before.version + 1
        assert after.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 3)
        assert after.unconfirmed(date(2026, 12, 31), date(2027, 1, 4)) == ()
        # A correction takes the place of what was there.
        corrected = services.read_calendar(NEW_YEAR_2027.splitlines()[:2])[2027]
        assert services.publish_year(2027, corrected) == version + 1
        assert queries.load_calendar().add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_the_days_of_another_year_are_not_published(town: Any) -> None:
    with town.at(CITY), pytest.raises(services.BadCalendar):
        services.publish_year(2028, services.read_calendar(NEW_YEAR_2027.splitlines())[2027])


def test_the_command_takes_a_file_and_says_what_moved(app: Any, tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(NEW_YEAR_2027, encoding="utf-8")
    run = app.test_cli_runner().invoke(args=["deadlines", "publish", str(file)])
    assert run.exit_code == 0, run.output
    assert "2027: 2 days, calendar version 8" in run.output
    assert "east: 0 due dates moved" in run.output


def test_the_command_refuses_a_file_that_is_no_calendar(app: Any, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("day,kind\n2027-01-01,holiday\n", encoding="utf-8")
    run = app.test_cli_runner().invoke(args=["deadlines", "publish", str(file)])
    assert run.exit_code == 1
    assert "Error:" in run.output


def test_the_command_seeds_once(app: Any) -> None:
    run = app.test_cli_runner().invoke(args=["deadlines", "seed"])
    assert run.output == "added 0 years, 0 profiles\n"


def reader(town: Any, slug: str, login: str) -> Any:
    """Somebody who reads English, on a Sunday of November 2026."""
    browser = town.client(slug, login)
    browser.client.set_cookie("hp-lang", "en", domain="127.0.0.1")
    return browser


@pytest.fixture
def november() -> Iterator[None]:
    with wall_clock.freeze(wall_clock.at(date(2026, 11, 22), 9)):
        yield


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize(("slug", "login"), [(CITY, "supervisor"), (EAST, "handler"), (MARKET, "officer")])
def test_the_page_shows_the_calendar_the_limits_and_their_sources(town: Any, slug: str, login: str) -> None:
    browser = reader(town, slug, login)
    assert browser.get("/deadlines").status_code == 200
    for words in (
        "国办发明电〔2025〕7号",
        "248 working days",
        "《市场监督管理投诉举报处理办法》第二十三条",
        "60 calendar days",
        "45 working days",
        "set by the city",
    ):
        assert words in browser.page.words


@pytest.mark.usefixtures("november")
def test_the_page_warns_of_next_year_before_it_comes(town: Any) -> None:
    browser = reader(town, EAST, "handler")
    browser.get("/deadlines")
    assert "The holidays of 2027 are not confirmed" in browser.page.words
    browser.get("/deadlines?year=2027")
    assert "The holidays of this year are not confirmed yet" in browser.page.words


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize("wish", ["1066", "9999999", "x"])
def test_a_year_out_of_reach_shows_this_one(town: Any, wish: str) -> None:
    browser = reader(town, EAST, "handler")
    assert browser.get(f"/deadlines?year={wish}").status_code == 200
    assert "Calendar of 2026" in browser.page.words


def test_a_stranger_does_not_get_in(town: Any) -> None:
    assert town.client(EAST).get("/deadlines", checked=False).status_code in (302, 303, 401)


def test_the_reason_in_chinese_is_the_sentence_an_official_would_write(app: Any, running: Any, rules: Rules) -> None:
    clock = running("mediation", date(2026, 9, 18))
    clocks.pause(clock, date(2026, 10, 12), "testing", "JC-1", rules=rules)
    clocks.resume(clock, date(2026, 10, 15), rules=rules)
    with app.test_request_context():
        assert str(explain(clock, rules)) == (
            "2026-09-18 受理 + 60 日（自然日） = 2026-11-17；扣除检测 3 日（自然日） → 2026-11-20"
            " · 《市场监督管理投诉举报处理办法》第二十三条"
        )
        shown = view(clock, date(2026, 11, 21), rules)
        assert (shown.title, shown.words) == ("调解", "逾期 1 天")
