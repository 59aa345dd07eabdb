"""Two people on one case: each sees the other, and what is half written waits on the next device."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.tab import Tab
from tests.town import EAST


def test_two_on_one_case_see_each_other_and_a_draft_waits(sit: Callable[..., Tab], lodged: Callable[..., str]) -> None:
    number = lodged()
    first = sit(EAST, "handler")
    first.open(f"/cases/{number}")
    second = sit(EAST, "second")
    second.open(f"/cases/{number}")
    expect(second.page.locator(".here")).to_contain_text("东承办")

    with first.page.expect_response(lambda answer: "/draft" in answer.url and answer.request.method == "POST"):
        first.field("text").press_sequentially("已联系商家，约明天上午")
    elsewhere = sit(EAST, "handler")
    elsewhere.open(f"/cases/{number}")
    expect(elsewhere.field("text")).to_have_value("已联系商家，约明天上午")
    elsewhere.picture("draft-back")
    elsewhere.page.locator("#live button").first.click()
    expect(elsewhere.field("text")).to_have_value("")
