"""A person's day, and the one search box."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.cases.services import lodge, lodge_many
from app.core import clock
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import EAST, WEST


@pytest.fixture
def told(town):
    """Lodge a complaint in East: `told(title="…")` says its number."""

    def make(place=EAST, **facts):
        with town.at(place):
            case = lodge(replace(TOLD, **facts), town.person(place, "handler")).case
            db.session.commit()
            return case.number

    return make


def words(browser, path):
    assert browser.get(path).status_code == 200
    return browser.page.words


def test_a_day_without_work_says_so(town):
    browser = town.client(EAST, "handler")
    assert not any("/cases/20" in link for link in (words(browser, "/desk/today"), browser.page.links)[1])


def test_the_first_page_is_the_day(town):
    assert town.client(EAST, "handler").get("/").location.endswith("/desk/today")


def test_a_day_begins_with_what_is_late(town, told):
    late = told(received_at=clock.now() - timedelta(days=40))
    new = told(phone="13900000009")
    said = words(town.client(EAST, "director"), "/desk/today")
    assert said.index(late) < said.index(new)


def test_a_handler_sees_the_own_late_cases_and_the_new_ones(town, told):
    late = told(received_at=clock.now() - timedelta(days=40))
    said = words(town.client(EAST, "handler"), "/desk/today")
    assert late in said  # new to everybody: nobody has taken it
    with town.at(EAST):
        from app.cases.queries import by_number
        from app.cases.workflow import CASE

        CASE.take("claim", by_number(late), by=town.person(EAST, "second"))
        db.session.commit()
    assert late not in words(town.client(EAST, "handler"), "/desk/today")
    assert late in words(town.client(EAST, "second"), "/desk/today")


def test_the_director_sees_what_waits_for_approval(town, told):
    number = told()
    with town.at(EAST):
        from app.cases.queries import by_number
        from app.cases.workflow import CASE

        CASE.take("refuse", by_number(number), by=town.person(EAST, "handler"), ground="NA1", text="不属于职责")
        db.session.commit()
    assert words(town.client(EAST, "director"), "/desk/today").count(number) == 2  # to approve, and new


def test_the_administrator_is_led_to_the_people(town):
    browser = town.client(EAST, "admin")
    words(browser, "/desk/today")
    assert any(link.endswith("/people") for link in browser.page.links)


@pytest.mark.parametrize("said", ["健身房 余额", "悦动健身", "138 1234 6027", "１３８１２３４６０２７", "闭店"])
def test_a_case_is_found_by_words_merchant_and_whole_phone(town, told, said):
    number = told()
    assert number in words(town.client(EAST, "clerk"), f"/search?q={said}")


@pytest.mark.parametrize("said", ["电饭锅", "6027", "13812346028", "林晓梅"])
def test_what_is_not_there_is_not_found(town, told, said):
    number = told()
    assert number not in words(town.client(EAST, "handler"), f"/search?q={said}")


def test_a_case_is_found_by_its_number(town, told):
    number = told()
    assert number in words(town.client(EAST, "handler"), f"/search?q={number}")


def test_a_search_ends_at_the_wall(town, told):
    told()
    west = town.client(WEST, "handler")
    for said in ("健身房", "13812346027"):
        words(west, f"/search?q={said}")
        assert not any("/cases/20" in link for link in west.page.links)


def test_a_search_has_pages_without_gaps(town):
    with town.at(EAST):
        lodge_many([(f"k{n}", replace(TOLD, phone=f"1390000{n:04d}")) for n in range(70)], town.person(EAST, "handler"))
        db.session.commit()
    browser, seen, path = town.client(EAST, "handler"), [], "/search?q=健身房"
    while path:
        words(browser, path)
        seen += [link for link in browser.page.links if "/cases/20" in link]
        older = [link for link in browser.page.links if link.startswith("?q=") and "after=" in link]
        path = f"/search{older[0]}" if older else ""
    assert len(seen) == len(set(seen)) == 70


def test_a_merchant_is_found_too(town):
    from app.merchants import services

    with town.at(EAST):
        services.add(town.person(EAST, "handler"), name="东县惠民食品有限公司")
        db.session.commit()
    assert "东县惠民食品有限公司" in words(town.client(EAST, "clerk"), "/search?q=惠民")
