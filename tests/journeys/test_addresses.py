"""What a browser keeps of a day's work: addresses, titles and its own storage hold nobody's numbers (CR8)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from tests.journeys.tab import Tab
from tests.town import CITY, EAST

NAME, PHONE, IDENTITY, ADDRESS = "王建国", "13912345678", "110101199003078478", "柳荫路12号"
KEPT = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"


class Notebook:
    """Whatever of a tab's doings the browser, a proxy or a server writes down."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.lines = tab, list[str]()
        tab.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        self.lines += [request.url, request.headers.get("referer", "")]

    def note(self) -> None:
        self.lines += [self.tab.page.url, self.tab.page.title()]
        if self.tab.script:
            self.lines.append(self.tab.page.evaluate(KEPT))

    def tells(self) -> list[str]:
        said = [re.sub(r"(?<=\d)[ +-](?=\d)", "", unquote(line)) for line in self.lines]
        return [line for line in said for secret in (NAME, PHONE, IDENTITY, ADDRESS) if secret in line]


def look_up(tab: Tab, said: str) -> None:
    box = tab.page.locator("#search")
    box.fill(said)
    with tab.page.expect_navigation():
        box.press("Enter")
    tab.look()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_complaint_is_taken_in_found_and_unmasked_and_no_address_tells_whose(
    sit: Callable[..., Tab], script: bool
) -> None:
    tab = sit(EAST, "handler", script=script)
    notes = Notebook(tab)
    tab.open("/cases/new")
    tab.fill("name", NAME)
    tab.fill("phone", "139 1234 5678")
    tab.fill("told", f"店长不退钱，我的电话{PHONE}。")
    tab.fill("id_number", IDENTITY)
    tab.fill("address", f"江州市东县城关镇{ADDRESS}")
    if script:
        tab.field("merchant_name").press_sequentially(PHONE)  # into the wrong field
        tab.page.wait_for_timeout(500)
        tab.fill("merchant_name", "")
        tab.page.wait_for_timeout(500)
    tab.follow("Register and print the slip")
    notes.note()
    tab.open("/cases")
    for said in ("139 1234 5678", PHONE, IDENTITY):
        look_up(tab, said)
        notes.note()
        assert tab.page.locator("#search").input_value() == said
    look_up(tab, PHONE)
    tab.reads("139****5678")
    tab.follow(tab.main.locator("a.ti").first)
    case = tab.page.url
    tab.page.go_back()
    tab.look()
    tab.reads("139****5678")  # one can come back to what was found
    tab.page.goto(f"{case}/reveal/phone")
    tab.look()
    tab.fill("text", "回访消费者")
    tab.send()
    tab.reads(PHONE)
    notes.note()
    tab.open("/merchants/")
    tab.fill("called", PHONE)
    if script:
        tab.page.wait_for_timeout(1000)
    else:
        with tab.page.expect_navigation():
            tab.field("called").press("Enter")
        tab.says("A phone or ID number has no place in the address of a list. Only the search box takes one.")
    notes.note()
    assert len(notes.lines) > 50
    assert notes.tells() == []


def test_a_list_is_narrowed_while_somebody_types_and_its_address_follows(sit: Callable[..., Tab], town: Any) -> None:
    from app.merchants import services
    from tenants.database import db

    with town.at(EAST):
        for name in ("东县惠民食品有限公司", "东县悦动健身有限公司"):
            services.add(town.person(EAST, "handler"), name=name)
        db.session.commit()
    tab = sit(EAST, "handler")
    tab.open("/merchants/")
    tab.field("called").press_sequentially("惠民")
    tab.page.wait_for_url("**/merchants/?called=*")
    tab.reads("东县惠民食品有限公司")
    assert "东县悦动健身有限公司" not in tab.text
    assert unquote(tab.page.url).endswith("/east/merchants/?called=惠民")


def test_the_bureau_looks_for_words_in_the_same_way(sit: Callable[..., Tab], lodged: Callable[..., str]) -> None:
    lodged()
    tab = sit(CITY, "supervisor")
    notes = Notebook(tab)
    look_up(tab, "健身房")
    tab.reads("健身房闭店拒退预付卡余额")
    assert unquote(tab.page.url).endswith("/city/counties/cases?q=健身房")
    look_up(tab, PHONE)
    tab.says("A phone or ID number has no place in the address of a list. Only the search box takes one.")
    notes.note()
    assert notes.tells() == []
    tab.open(f"/counties/cases?q={PHONE}")  # as somebody would who types addresses
    assert notes.tells()
