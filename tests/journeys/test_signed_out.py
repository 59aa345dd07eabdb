"""Whoever comes to the screen after somebody signed out finds nothing there, however they leaf back (HD5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

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
