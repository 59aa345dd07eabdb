"""Filters that are kept, and the list as each person likes it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.cases.worklist import queries, services
from app.cases.worklist.models import SavedFilter
from app.core.errors import Invalid, Missing, NotAllowed
from tenants.database import db
from tests.town import EAST, WEST


def keep(browser: Any, asked: str = "?status=lodged", **said: str) -> Any:
    return browser.post("/cases/filters", {"asked": asked, "name": "待审", **said})


def kept(town: Any, login: str = "handler", place: str = EAST) -> list[SavedFilter]:
    with town.at(place):
        found = queries.kept(town.person(place, login))
        db.session.expunge_all()
        return found


def test_a_filter_is_kept_and_opened_again(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert keep(browser).headers["Location"].endswith("/cases?status=lodged")
    browser.get("/cases?status=closed")
    (link,) = [link for link in browser.page.links if link.endswith("/cases?status=lodged")]
    browser.get(link.removeprefix("/east"))
    assert number in browser.page.words


def test_one_s_own_filter_is_nobody_else_s_and_a_shared_one_is_everybody_s(town):
    keep(town.client(EAST, "handler"))
    assert [one.name for one in kept(town)] == ["待审"]
    assert kept(town, "second") == kept(town, "director") == []
    keep(town.client(EAST, "handler"), "?due=late", name="逾期", shared="y")
    assert [one.name for one in kept(town, "second")] == ["逾期"]
    assert kept(town, "handler", WEST) == []


def test_the_wall_and_the_owner_stand_before_a_filter(town):
    keep(town.client(EAST, "handler"))
    keep(town.client(EAST, "handler"), "?due=late", name="逾期", shared="y")
    own, shared = kept(town)
    for place, login in ((EAST, "second"), (EAST, "director"), (WEST, "handler")):
        assert town.client(place, login).get(f"/cases/filters/{own.id}").status_code == 404
        assert town.client(place, login).post(f"/cases/filters/{own.id}/remove").status_code == 404
    assert town.client(EAST, "second").post(f"/cases/filters/{shared.id}/remove").status_code == 403
    assert town.client(WEST, "director").post(f"/cases/filters/{shared.id}/remove").status_code == 404
    assert town.client(EAST, "director").post(f"/cases/filters/{shared.id}/remove").status_code == 303
    assert [one.name for one in kept(town)] == ["待审"]


def test_nothing_that_is_no_filter_is_kept(town):
    browser = town.client(EAST, "handler")
    assert keep(browser, "?tenant_id=3&after=x").status_code == 422
    assert keep(browser, name=" ").status_code == 422
    assert keep(browser, name="长" * 21).status_code == 422
    assert keep(browser, "?merchant=13812346027").status_code == 422
    assert keep(browser).status_code == 303
    assert keep(browser, "?due=late").status_code == 422, "the name is taken"
    with town.at(EAST):
        assert db.session.scalars(select(SavedFilter.asked)).all() == [{"status": "lodged"}]


def test_the_usual_filter_opens_the_list_and_all_open_cases_stay_one_click_away(town, standing):
    accepted, lodged = standing("accepted"), standing("lodged", phone="13900000007")
    browser = town.client(EAST, "handler")
    keep(browser, "?status=accepted", name="已受理", usual="y")
    answer = browser.open("GET", "/cases")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/cases?status=accepted")
    browser.get("/cases?scope=open")
    assert accepted in browser.page.words
    assert lodged in browser.page.words
    (own,) = kept(town)
    browser.post(f"/cases/filters/{own.id}/remove")
    assert browser.open("GET", "/cases").status_code == 200


def test_counts_are_of_the_same_cases_as_the_list_and_say_their_age(town, standing):
    for n in range(3):
        standing("lodged", phone=f"1390000000{n}")
    standing("refused")
    browser = town.client(EAST, "handler")
    keep(browser)
    keep(browser, "?scope=closed", name="已结束")
    said = browser.open("GET", "/cases/filters/counts").get_data(as_text=True)
    assert re.findall(r"\w+ <span class=\"n\">\d+", said) == ['待审 <span class="n">3', '已结束 <span class="n">1']
    assert "统计于" in said


def test_columns_rows_and_density_are_remembered_for_the_person(town, lodged):
    number = lodged(channel="hotline")
    browser = town.client(EAST, "handler")
    said = {"columns": ["channel", "received"], "size": "20", "density": "compact", "usual_id": "", "after": "case"}
    assert browser.post("/cases/habits", said).status_code == 303
    html = town.client(EAST, "handler").open("GET", "/cases").get_data(as_text=True)
    assert "12345" in html.partition("<tbody>")[2]
    assert re.search(r'<table class="q stack[^"]* compact"', html)
    other = town.client(EAST, "second").open("GET", "/cases").get_data(as_text=True)
    assert "12345" not in other.partition("<tbody>")[2]
    assert number in other
    with town.at(EAST):
        assert queries.habit_of(town.person(EAST, "handler")).size == 20
    assert browser.post("/cases/habits", {**said, "size": "1000000"}).status_code == 422


def test_a_stranger_s_filter_opens_no_list(town):
    keep(town.client(EAST, "second"))
    (own,) = kept(town, "second")
    with town.at(EAST), pytest.raises(Missing):
        services.like(town.person(EAST, "handler"), usual_id=own.id)
    with town.at(WEST), pytest.raises(Missing):
        services.like(town.person(WEST, "handler"), usual_id=own.id)


def test_no_more_than_a_page_of_filters_is_kept(town):
    with town.at(EAST):
        by = town.person(EAST, "handler")
        for n in range(services.MOST_KEPT):
            services.keep(by, {"status": "lodged"}, name=f"第{n}个")
        with pytest.raises(Invalid):
            services.keep(by, {"status": "lodged"}, name="多一个")


def test_who_may_not_change_a_shared_filter_is_told_so(town):
    keep(town.client(EAST, "director"), shared="y")
    (shared,) = kept(town)
    with town.at(EAST), pytest.raises(NotAllowed):
        queries.one(shared.id, town.person(EAST, "handler"), change=True)


def test_the_list_stays_within_its_statements_with_filters_and_habits(town, lodged, statements):
    lodged()
    browser = town.client(EAST, "director")
    for n in range(12):
        keep(browser, name=f"第{n}个", shared="y")
    browser.post(
        "/cases/habits", {"columns": list(queries.CHOICES), "size": "100", "density": "normal", "after": "case"}
    )
    for path in ("/cases?scope=open", "/cases?status=lodged&who=me&idle=3", "/cases/filters/counts"):
        counted = []
        for _look in range(2):
            with statements() as sent:
                assert browser.open("GET", path).status_code == 200
            counted.append(len(sent))
        assert min(counted) <= 12, path


# Beside the list, and on to the next ---------------------------------------------------------------------------------


def test_a_case_is_looked_at_without_leaving_the_list(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    browser.get("/cases")
    assert f"/east/cases/{number}/glance" in browser.open("GET", "/cases").get_data(as_text=True)
    said = browser.open("GET", f"/cases/{number}/glance", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "健身房闭店" in said
    assert "13912340000" not in said, "numbers in the words are masked"
    assert town.client(WEST, "handler").get(f"/cases/{number}/glance", checked=False).status_code == 404


@pytest.mark.parametrize("after", ["case", "next", "list"])
def test_a_step_leads_where_each_person_wants_to_go(town, lodged, after):
    numbers = [lodged(phone=f"1390000000{n}") for n in range(3)]
    browser = town.client(EAST, "handler")
    with town.at(EAST):
        services.like(town.person(EAST, "handler"), after=after)
        db.session.commit()
    browser.get("/cases?status=lodged&who=nobody")
    answer = browser.post(f"/cases/{numbers[0]}/steps/claim", {"version": "1"})
    there = {
        "case": f"/east/cases/{numbers[0]}",
        "next": f"/east/cases/{numbers[1]}",
        "list": "/east/cases?status=lodged&who=nobody",
    }
    assert answer.headers["Location"] == there[after]


def test_behind_the_last_of_the_list_comes_the_list(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    with town.at(EAST):
        services.like(town.person(EAST, "handler"), after="next")
        db.session.commit()
    browser.get("/cases?status=lodged")
    answer = browser.post(f"/cases/{number}/steps/claim", {"version": "1"})
    assert answer.headers["Location"] == "/east/cases?status=lodged"
