"""The page of a time limit, a changed holiday, and the forms of the steps on clocks: through the front door."""

from __future__ import annotations

from datetime import date

import pytest

from app import deadlines, jobs
from app.cases.queries import by_number
from app.core import clock
from app.deadlines import jobs as counting
from app.deadlines.models import CalendarRecount, ClockMove
from app.deadlines.services import Amendment, amend
from tenants.database import db
from tests.town import CITY, EAST, MARKET, WEST

MOON = {
    "first": "2026-09-24",
    "last": "2026-09-24",
    "kind": "holiday",
    "name": "中秋节",
    "source": "江政办发〔2026〕7号",
    "reason": "台风停工一天",
}


def at(month, day, hour=10):
    return clock.freeze(clock.at(date(2026, month, day), hour))


@pytest.fixture(autouse=True)
def read_afresh():
    deadlines.forget()
    yield
    deadlines.forget()


def town_version(town, number):
    with town.at(EAST):
        return str(by_number(number).version)


def in_english(browser):
    browser.client.set_cookie("hp-lang", "en", domain="127.0.0.1")
    return browser


def page_of(town, number, code, login="handler"):
    browser = in_english(town.client(EAST, login))
    browser.get(f"/cases/{number}")
    address = next(link for link in browser.page.links if "/clocks/" in link)
    browser.get(address.removeprefix("/east"))
    return browser.page


def test_every_bar_leads_to_a_page_that_says_why(town, lodged, take):
    with at(9, 17):
        number = lodged()
    with at(9, 18):
        words = page_of(town, number, "acceptance").words
    # Thursday the 17th: Fr 18 | Su 20 worked, 21-24 | 25-27 off | Mo 28
    for said in (
        "Last day: 2026-09-28",
        "2026-09-17 receipt + 7 working days = 2026-09-28",
        "not counting Mid-Autumn Festival 09-25 to 09-27",
        "counting the make-up workdays 2026-09-20",
        "《市场监督管理投诉举报处理办法》第十四条",
        "the day of the event, not counted",
        "make-up workday, counted",
        "version 7 of the calendar",
    ):
        assert said in words, said
    for place in ("/cases", "/desk/today"):
        browser = town.client(EAST, "director")
        browser.get(place)
        assert any(f"/cases/{number}/clocks/" in link for link in browser.page.links), place


def test_the_page_shows_what_was_left_out_with_its_paper_and_who_did_it(town, lodged, take):
    with at(9, 18):
        number = lodged()
        take(number, "accept")
    with at(10, 12):
        take(number, "pause", login="handler")
    with at(10, 15):
        take(number, "resume", login="handler")
        browser = in_english(town.client(EAST, "director"))
        browser.get(f"/cases/{number}")
        for address in [link for link in browser.page.links if "/clocks/" in link]:
            browser.get(address.removeprefix("/east"))
            if "Mediation" in browser.page.title:
                break
    for said in ("less 3 calendar days for testing → 2026-11-20", "JC-2026-17", "2026-10-12", "2026-10-15", "东承办"):
        assert said in browser.page.words, said


def test_a_clock_of_another_case_or_county_is_not_there(town, lodged):
    mine, other = lodged(), lodged(phone="13900000002")
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{mine}")
    address = next(link for link in browser.page.links if "/clocks/" in link).removeprefix("/east")
    assert browser.get(address.replace(mine, other)).status_code == 404
    assert town.client(WEST, "handler").get(address).status_code == 404


def test_the_forms_offer_what_this_case_allows(town, standing):
    number = standing("mediating")
    browser = town.client(EAST, "handler")
    for step in ("pause", "rule", "add_limit"):
        assert browser.get(f"/cases/{number}/steps/{step}").status_code == 200
    version = town_version(town, number)
    answer = browser.post(
        f"/cases/{number}/steps/pause",
        {
            "version": version,
            "clock": "mediation",
            "reason": "testing",
            "evidence": "JC-1",
            "on": str(clock.today()),
            "file": "",
        },
    )
    assert answer.status_code == 303
    assert browser.get(f"/cases/{number}/steps/resume").status_code == 200
    # What cannot be done now is refused as a matter of time, not of what was typed.
    twice = {"reason": "testing", "evidence": "JC-1", "on": str(clock.today())}
    again = browser.post(f"/cases/{number}/steps/pause", twice)
    assert again.status_code == 409


# A holiday changed ---------------------------------------------------------------------------------------------------


@pytest.fixture
def moved(town, lodged):
    """East has one case due on 2026-09-24 and one on the 28th; the 24th becomes a day off."""
    with at(9, 16):
        first = lodged()
    with at(9, 17):
        second = lodged(phone="13900000002")
    with at(9, 18):
        browser = town.client(CITY, "admin")
        assert browser.post("/deadlines/changes/new", MOON).status_code == 303
    return first, second


def test_a_changed_holiday_moves_open_clocks_and_lists_them(town, moved, look):
    first, second = moved
    with at(9, 18):
        jobs.drain()
        # One working day less: from Thursday 24 to Monday 28, and from Monday 28 to Tuesday 29.
        assert [look(number).due_on for number in moved] == [date(2026, 9, 28), date(2026, 9, 29)]
        browser = town.client(EAST, "handler")
        browser.get("/deadlines/changes/8")
        for said in (first, second, "2026-09-24", "2026-09-28", "2026-09-29", "台风停工一天", "江政办发〔2026〕7号"):
            assert said in browser.page.words, said
        west = town.client(WEST, "handler")
        west.get("/deadlines/changes/8")
        assert first not in west.page.words
        city = town.client(CITY, "admin")
        city.get("/deadlines/changes/8")
        assert "东县中心" in city.page.words
        assert first not in city.page.words
        words = page_of(town, first, "acceptance").words
    assert "2026-09-24 → 2026-09-28" in words


def test_what_was_counted_again_is_not_counted_twice(town, moved, look):
    with at(9, 18):
        jobs.drain()
        with town.at(CITY):
            counting.recount_everywhere.run(version=8)
            db.session.commit()
        jobs.drain()
    with town.at(EAST):
        assert len(db.session.query(ClockMove).all()) == 2
        assert len(db.session.query(CalendarRecount).all()) == 1


def test_a_run_that_broke_off_goes_on_where_it_was(town, moved, look, monkeypatch):
    """West cannot be counted at first: everybody else is, and the next attempt does West alone."""
    real, fails = counting.act_in, [True]

    def broken(target, why):
        if target.home.slug == WEST and fails:
            fails.pop()
            raise ConnectionError("the database went away")
        return real(target, why)

    monkeypatch.setattr(counting, "act_in", broken)
    with at(9, 18):
        with pytest.raises(ExceptionGroup), town.at(CITY):
            counting.recount_everywhere.run(version=8)
        with town.at(CITY):
            assert {row.tenant_id for row in db.session.query(CalendarRecount).all()} >= {2, 4, 5, 6}
            assert 3 not in {row.tenant_id for row in db.session.query(CalendarRecount).all()}
            counting.recount_everywhere.run(version=8)
            db.session.commit()
        with town.at(CITY):
            assert {row.tenant_id for row in db.session.query(CalendarRecount).all()} == {1, 2, 3, 4, 5, 6}
    with town.at(EAST):
        assert len(db.session.query(ClockMove).all()) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"source": " "}, "source"),
        ({"name": ""}, "name"),
        ({"last": date(2026, 9, 23)}, "last"),
        ({"last": date(2026, 12, 24)}, "last"),
        ({"kind": "workday"}, "first"),
        ({"kind": "feast"}, "kind"),
        ({"first": date(2026, 10, 1), "last": date(2026, 10, 1), "name": "国庆节"}, "first"),
    ],
)
def test_a_change_that_cannot_be_is_refused_beside_its_field(town, change, field):
    from app.core.errors import Invalid

    given = {**MOON, "first": date(2026, 9, 24), "last": date(2026, 9, 24), **change}
    with town.at(CITY), pytest.raises(Invalid) as refused:
        amend(Amendment(**given), town.person(CITY, "admin"))
    assert refused.value.field == field


def test_nobody_but_the_bureaus_administrator_changes_the_calendar(town):
    for slug, login in ((EAST, "director"), (MARKET, "head"), (CITY, "supervisor")):
        browser = town.client(slug, login)
        assert browser.get("/deadlines/changes/new", checked=False).status_code == 403, slug
        assert browser.get("/deadlines/changes").status_code == 200


def test_the_last_days_of_an_unknown_year_make_it_known(town):
    with at(11, 20):
        browser = in_english(town.client(CITY, "admin"))
        browser.get("/deadlines")
        assert "The holidays of 2027 are not confirmed" in browser.page.words
        new_year = {**MOON, "first": "2027-01-01", "last": "2027-01-03", "name": "元旦"}
        browser.post("/deadlines/changes/new", new_year)
        deadlines.forget()
        browser.get("/deadlines")
        assert "The holidays of 2027 are not confirmed" in browser.page.words
        browser.post(
            "/deadlines/changes/new",
            {**MOON, "first": "2027-02-06", "last": "2027-02-12", "name": "春节", "completes": "y"},
        )
        deadlines.forget()
        browser.get("/deadlines")
        assert "The holidays of 2027 are not confirmed" not in browser.page.words
