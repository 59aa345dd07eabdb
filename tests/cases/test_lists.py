"""The lists: the city keeps them, a county calls and adds what it needs, and nobody loses a code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.bureau import boards
from app.cases import lists
from app.cases.models import ListEntry
from app.cases.services import lists as keeping
from app.cases.services import lodge
from app.core import unit
from app.core.errors import Invalid, Missing, NotAllowed
from app.handoffs.packet import facts_of
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import CITY, EAST, MARKET, WEST


@pytest.fixture
def own(town: Any) -> str:
    """The code of an entry of East's own below 健身."""
    with town.at(EAST):
        code = keeping.add(town.person(EAST, "admin"), "categories", words="私教课", parent="S0401")
        db.session.commit()
    return code


def offered(town: Any, slug: str, name: str = "categories") -> dict[str, str]:
    with town.at(slug):
        return dict(lists.choices(name))


def test_what_comes_with_the_portal_is_there_after_setting_up(town: Any) -> None:
    with town.at(EAST):
        for name in lists.LISTS:
            assert list(lists.entries(name)) == list(lists.shipped(name)), name
            assert lists.shipped(name), name


def test_setting_up_again_adds_what_is_missing_and_leaves_what_the_city_wrote(town: Any, as_owner: Any) -> None:
    from sqlalchemy.orm import Session

    with town.at(CITY):
        keeping.change(town.person(CITY, "admin"), "claims", "C01", words="包修", words_en="Repair at their cost")
        db.session.commit()
    with Session(as_owner) as session, session.begin():
        session.execute(text("delete from list_entry where listed = 'claims' and code = 'C02'"))
        assert keeping.seed(session) == 1
        assert keeping.seed(session) == 0
    assert offered(town, EAST, "claims")["C01"] in ("包修", "Repair at their cost")
    assert "C02" in offered(town, EAST, "claims")


def test_both_ways_of_counting_problems_stand_side_by_side(town: Any) -> None:
    page = town.client(EAST, "handler").get("/cases/new")
    select_ = page.get_data(as_text=True).partition('name="problem"')[2].partition("</select>")[0]
    assert select_.count('<optgroup label="') == 4, "the empty choice has one too"
    assert [code in select_ for code in ("P01", "Q01", "R01")] == [True] * 3


def test_a_county_calls_the_citys_entry_by_its_own_name_and_nobody_else_does(town: Any) -> None:
    with town.at(EAST):
        keeping.change(town.person(EAST, "admin"), "channels", "station", words="街道维权站", words_en="Street station")
        db.session.commit()
        assert str(lists.entries("channels")["station"]) in ("街道维权站", "Street station")
        assert lists.entries("channels")["station"].renamed
    for slug in (WEST, CITY, MARKET):
        with town.at(slug):
            assert lists.entries("channels")["station"].name.zh == "维权服务站代收"


def test_the_citys_later_name_is_seen_where_a_county_has_none_of_its_own(town: Any) -> None:
    with town.at(EAST):
        entry = lists.entries("channels")["station"]
        keeping.change(
            town.person(EAST, "admin"), "channels", "station", words=entry.name.zh, words_en=entry.name.en, active=False
        )
        db.session.commit()
    with town.at(CITY):
        keeping.change(town.person(CITY, "admin"), "channels", "station", words="服务站", words_en="Station")
        db.session.commit()
    with town.at(EAST):
        entry = lists.entries("channels")["station"]
        assert (entry.name.zh, entry.offered) == ("服务站", False)


def test_a_retired_entry_is_read_on_old_cases_and_chosen_no_more(town: Any, lodged: Any) -> None:
    number = lodged()
    with town.at(CITY):
        keeping.change(town.person(CITY, "admin"), "categories", "S0401", words="健身", words_en="Gym", active=False)
        db.session.commit()
    assert "S0401" not in offered(town, EAST)
    browser = town.client(EAST, "handler")
    assert "健身" in browser.get(f"/cases/{number}").get_data(as_text=True)
    step = browser.get(f"/cases/{number}/steps/describe").get_data(as_text=True)
    assert 'value="S0401"' in step, "what the case has already can be left as it is"
    described = {
        "title": "退卡",
        "summary": "退卡",
        "nature": "C",
        "category": "S0401",
        "problem": "P02",
        "version": "1",
    }
    assert browser.post(f"/cases/{number}/steps/describe", described).status_code == 303
    with town.at(EAST), pytest.raises(Invalid):
        lodge(TOLD, town.person(EAST, "handler"))


def test_a_countys_own_entry_is_chosen_there_and_counts_as_the_citys_elsewhere(town: Any, own: str) -> None:
    with town.at(EAST):
        case = lodge(replace(TOLD, category=own), town.person(EAST, "handler")).case
        number = case.number
        assert facts_of(case)["category"] == "S0401"
        assert lists.below("categories", "S04")[:2] == ["S04", "S0401"]
        db.session.commit()
    assert (own in offered(town, EAST), own in offered(town, WEST), own in offered(town, CITY)) == (True, False, False)
    with town.at(WEST), pytest.raises(Invalid):
        lodge(replace(TOLD, category=own), town.person(WEST, "handler"))
    with town.at(CITY):
        assert own in lists.below("categories", "S04")
        assert lists.named("categories", own) == "私教课"
        from datetime import date
        from decimal import Decimal

        assert boards._upper({(date(2026, 9, 1), own): Decimal(1)}) == {(date(2026, 9, 1), "S04"): Decimal(1)}
    browser = town.client(CITY, "supervisor")
    for category in ("S04", "S0401"):
        assert number in browser.get(f"/counties/cases?category={category}").get_data(as_text=True)


def test_codes_are_never_given_again(town: Any, own: str) -> None:
    with town.at(EAST):
        admin = town.person(EAST, "admin")
        keeping.change(admin, "categories", own, words="私教课", active=False)
        assert keeping.add(admin, "categories", words="团课", parent="S0401") != own
    with town.at(CITY):
        admin = town.person(CITY, "admin")
        keeping.add(admin, "claims", words="延长保修", code="C20")
        keeping.change(admin, "claims", "C20", words="延长保修", active=False)
        with pytest.raises(Invalid):
            keeping.add(admin, "claims", words="道歉信", code="C20")


@pytest.mark.parametrize("statement", ["update list_entry set code = 'X'", "delete from list_entry"])
def test_the_database_lets_nobody_change_or_lose_a_code(town: Any, statement: str) -> None:
    with town.at(CITY), pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text(statement))


def test_what_the_law_lays_down_is_worded_and_nothing_else(town: Any) -> None:
    with town.at(CITY):
        admin = town.person(CITY, "admin")
        keeping.change(admin, "refusal_grounds", "NA4", words="超过三年", words_en="More than three years")
        with pytest.raises(Invalid):
            keeping.change(admin, "refusal_grounds", "NA4", words="超过三年", active=False)
        with pytest.raises(Invalid):
            keeping.add(admin, "ending_grounds", words="其他", code="T9")
    with town.at(EAST):
        admin = town.person(EAST, "admin")
        with pytest.raises(NotAllowed):
            keeping.add(admin, "natures", words="表扬", parent="S")
        with pytest.raises(NotAllowed):
            keeping.change(admin, "refusal_grounds", "NA4", words="三年")


def test_a_county_adds_below_the_citys_only_and_changes_no_other_countys(town: Any, own: str) -> None:
    with town.at(EAST):
        admin = town.person(EAST, "admin")
        for parent in ("", own, "none-such"):
            with pytest.raises(Invalid):
                keeping.add(admin, "categories", words="小团课", parent=parent)
    with town.at(WEST), pytest.raises(Missing):
        keeping.change(town.person(WEST, "admin"), "categories", own, words="我的")
    with town.at(CITY), pytest.raises(Missing):
        keeping.change(town.person(CITY, "admin"), "categories", own, words="市的")


def test_who_handles_cases_keeps_no_lists(town: Any) -> None:
    with town.at(EAST), pytest.raises(NotAllowed):
        keeping.change(town.person(EAST, "director"), "claims", "C01", words="修")
    assert town.client(EAST, "director").get("/lists", checked=False).status_code == 403


def test_the_pages_add_change_and_retire(town: Any) -> None:
    city = town.client(CITY, "admin")
    said = {"code": "C21", "words": "上门取件", "words_en": "Pick-up", "version": "0"}
    assert city.post("/lists/claims/new", said).status_code == 303
    assert "上门取件" in city.get("/lists/claims").get_data(as_text=True)
    assert city.post("/lists/claims/new", said).status_code == 422
    east = town.client(EAST, "admin")
    assert east.post("/lists/claims/new", {"parent": "C21", "words": "当日取件"}).status_code == 303
    own = "C21-2-1"
    assert east.get(f"/lists/claims/{own}").status_code == 200
    assert east.post(f"/lists/claims/{own}", {"words": "次日取件", "version": "1"}).status_code == 303
    with town.at(EAST):
        row = db.session.scalars(select(ListEntry).where(ListEntry.code == own)).one()
        assert (row.name, row.active, row.version) == ("次日取件", False, 2)
    answer = east.post(f"/lists/claims/{own}", {"words": "隔日取件", "version": "1"}, checked=False)
    assert answer.status_code == 409


def test_a_change_is_written_down_with_before_and_after(town: Any) -> None:
    from app.audit.models import Entry, Remark

    with town.at(CITY):
        keeping.change(town.person(CITY, "admin"), "claims", "C01", words="包修", position=9)
        db.session.commit()
        entry, words = db.session.execute(
            select(Entry, Remark.text)
            .join(Remark, Remark.entry_id == Entry.id)
            .where(Entry.event == "list.changed", Entry.tenant_id == 1)
        ).one()
        assert (entry.facts["code"], entry.facts["changes"]) == ("C01", {"position": [1, 9]})
        assert words.startswith("修理 / Repair → 包修")


def test_a_page_reads_no_list_that_was_read_a_moment_ago(town: Any, lodged: Any, statements: Any) -> None:
    browser = town.client(EAST, "handler")
    browser.get("/cases/new")
    with statements(without=()) as sent:
        browser.get("/cases/new")
    assert not [one for one in sent if "list_entry" in one]


def test_a_change_is_seen_by_who_makes_it_and_by_others_as_soon_as_it_is_committed(town: Any) -> None:
    def name() -> str:
        return lists.entries("channels")["station"].name.zh

    with town.at(CITY):
        keeping.change(town.person(CITY, "admin"), "channels", "station", words="服务站", words_en="Station")
        with unit.apart():
            assert name() == "维权服务站代收"
        assert name() == "服务站"
        db.session.commit()
    with town.at(CITY):
        assert name() == "服务站"
