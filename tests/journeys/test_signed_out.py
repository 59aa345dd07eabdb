"""Whoever comes to the screen after somebody signed out finds nothing there, however they leaf back (HD5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, text

from tests.chromium import launch
from tests.journeys.tab import Tab
from tests.town import EAST

STORY = "健身房闭店拒退预付卡余额"
WORDS = (STORY, "悦动健身", "138****6027", "林**", "店长手机")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """With the cache of whole pages that the back button has in life and is denied in tests."""
    yield from launch(ignore_default_args=["--disable-back-forward-cache"])


def shown(tab: Tab) -> list[str]:
    """What of the case can be read on the screen or in the source of the page."""
    said = tab.page.locator("body").inner_text() + tab.page.content()
    return [words for words in WORDS if words in said]


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_after_signing_out_the_back_button_shows_nothing_of_the_case(
    sit: Callable[..., Tab], lodged: Callable[..., str], script: bool
) -> None:
    number = lodged()
    tab = sit(EAST, "handler", script=script)
    tab.open("/cases")
    tab.follow(tab.page.get_by_role("link", name=STORY).first)
    assert shown(tab)
    tab.open(f"/cases/{number}/steps/supplement")
    with tab.page.expect_navigation(url="**/sign-in"):
        tab.page.locator("form[action$='/sign-out'] button").click()
    for _step in range(4):
        tab.page.go_back(wait_until="commit")  # a page out of the cache is not loaded, it is there
        assert "/sign-in" in tab.page.url
        assert shown(tab) == []
    tab.open(f"/cases/{number}")
    assert shown(tab) == []
    assert "/sign-in" in tab.page.url


def warned(tab: Tab, key: str) -> None:
    expect(tab.page.locator("#live")).to_contain_text(tab.say(key), timeout=12_000)


IDLE = "You will be signed out in two minutes because nothing happened for a while."
OVER = "A session lasts twelve hours: in two minutes you will be signed out. Save what you have begun."


def test_two_minutes_before_it_ends_for_want_of_activity_a_session_is_kept(sit: Callable[..., Tab]) -> None:
    tab = sit(EAST, "handler")
    tab.open("/cases")
    tab.page.evaluate("localStorage.setItem('hp:east:seen', String(Date.now() - 28.5 * 60_000))")
    warned(tab, IDLE)
    tab.page.get_by_role("button", name=tab.say("Stay signed in")).click()
    warned(tab, "You stay signed in.")


def test_two_minutes_before_its_last_hour_is_over_a_session_says_so_though_something_happens(
    sit: Callable[..., Tab], root: Engine
) -> None:
    tab = sit(EAST, "handler")
    with root.begin() as connection:
        connection.execute(text("update sign_in set begun_at = begun_at - interval '11 hours 58 minutes 20 seconds'"))
    tab.open("/cases")
    warned(tab, OVER)
    assert tab.say("Stay signed in") not in tab.page.locator("#live").inner_text(), "there is nothing to be kept"
