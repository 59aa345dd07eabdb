"""The command palette: what it finds, for whom, and what it keeps to itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.cases.services import lodge
from app.cases.worklist import services
from tenants.database import db
from tests.browser import Page
from tests.cases.conftest import TOLD
from tests.town import EAST, WEST


def asked(town: Any, said: str, login: str = "handler", place: str = EAST, **more: Any) -> Page:
    answer = town.client(place, login).post("/palette", {"q": said, **more}, checked=False)
    assert answer.status_code == 200
    return Page(answer.get_data(as_text=True))


def test_pages_are_found_by_words_and_by_first_letters(town: Any) -> None:
    for said in ("经营者", "jyz", "JY"):
        assert "/east/merchants/" in asked(town, said).links


def test_who_may_not_enter_is_not_led_there(town: Any) -> None:
    assert "/east/people" in asked(town, "人员", "admin").links
    assert "/east/people" not in asked(town, "人员", "handler").links
    assert not any("who=" in link or "/cases" in link for link in asked(town, "东承办", "admin").links)


@pytest.mark.parametrize("short", [False, True])
def test_a_case_is_found_by_its_number_whole_or_short(town: Any, short: bool) -> None:
    with town.at(EAST):
        number = lodge(TOLD, town.handler).case.number
        db.session.commit()
    said = number.partition("-")[2].lstrip("0") if short else number
    assert asked(town, said).links[0] == f"/east/cases/{number}"
    assert asked(town, said, place=WEST).links == []
    assert asked(town, said, "admin").links == []


@pytest.mark.parametrize("said", ["拒退", "健身房闭店", "jsfbd", "悦动", "ydjs"])
def test_a_case_is_found_by_its_title_and_by_its_merchant(town: Any, said: str) -> None:
    with town.at(EAST):
        number = lodge(TOLD, town.handler).case.number
        db.session.commit()
    assert f"/east/cases/{number}" in asked(town, said).links
    for login, place in (("handler", WEST), ("admin", EAST)):
        assert not any("/cases/20" in link for link in asked(town, said, login, place).links)


def test_a_case_is_not_found_by_what_the_consumer_confided_nor_by_one_sign(town: Any) -> None:
    with town.at(EAST):
        lodge(TOLD, town.handler)
        db.session.commit()
    for said in ("店长手机", "林晓梅", "健", "j"):
        assert not any("/cases/20" in link for link in asked(town, said).links), said


@pytest.mark.parametrize(("said", "most"), [("健身房", 2), ("jsf", 1)])
def test_cases_cost_few_statements(town: Any, statements: Any, said: str, most: int) -> None:
    with town.at(EAST):
        for n in range(8):
            lodge(replace(TOLD, phone=f"1390000000{n}"), town.handler)
        db.session.commit()
    with statements() as sent:
        found = asked(town, said).links
    assert len([link for link in found if "/cases/20" in link]) == 5
    assert len([line for line in sent if "case_statement" in line or "search_documents" in line]) == most


def test_people_are_found_by_who_keeps_them(town: Any) -> None:
    (link,) = [link for link in asked(town, "dcb", "admin").links if "/people/" in link]
    assert link.endswith(str(town.handler.id))
    assert [link for link in asked(town, "dck", "admin").links if "/people/" in link], "not only who handles cases"
    assert not [link for link in asked(town, "dck", "handler").links if "/people/" in link]


def test_colleagues_are_found_and_neighbours_are_not(town: Any) -> None:
    (link,) = [link for link in asked(town, "dcb").links if "who=" in link]
    assert str(town.handler.id) in link
    assert not [link for link in asked(town, "xcb").links if "who=" in link]


def test_one_s_kept_filters_are_found_by_name(town: Any) -> None:
    with town.at(EAST):
        services.keep(town.person(EAST, "handler"), {"status": "lodged"}, name="待审案件")
        db.session.commit()
    assert "/east/cases?status=lodged" in asked(town, "dsaj").links
    assert "/east/cases?status=lodged" not in asked(town, "dsaj", "second").links


def test_controls_of_the_page_are_found_by_first_letters(town: Any) -> None:
    page = asked(town, "sl", here=["不予受理", "受理", "终止调解"])
    assert "受理" in page.words
    assert "终止调解" not in page.words


@pytest.mark.parametrize("said", ["", " ", "'; drop table person; --", "%", "_", "<script>", "x" * 500, "13812346027"])
def test_whatever_is_typed_is_answered(town: Any, said: str) -> None:
    asked(town, said)


def test_without_a_token_nothing_is_found(town: Any) -> None:
    assert town.client(EAST, "handler").post("/palette", {"q": "a"}, token=False, checked=False).status_code == 400
