"""The command palette: what it finds, for whom, and what it keeps to itself."""

from __future__ import annotations

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
