"""Help is in one place on every page, and leads somebody who does not know the portal to where it is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.handbook.contents import CHAPTERS
from tests.journeys.tab import Tab
from tests.town import CITY, EAST, MARKET

pytestmark = pytest.mark.browser


def test_somebody_new_looks_up_how_it_is_done_and_goes_there_without_a_script(sit: Callable[..., Tab]) -> None:
    tab = sit(EAST, "clerk", script=False, phone=True)
    tab.open("/desk/today")
    tab.follow(tab.page.locator(".tools a[href$='/help']"))
    tab.fill("q", "回执")
    tab.follow(tab.main.locator("form[role=search] button"))
    tab.follow(tab.main.locator("a.ti").first)
    tab.follow(tab.main.locator("a[href$='/cases/new']").first)
    tab.follow(tab.page.locator("footer a"))
    assert tab.path == "/help/intake"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_chapter_holds_on_a_phone(sit: Callable[..., Tab], language: str) -> None:
    tab = sit(EAST, "director", phone=True, language=language)
    for code in CHAPTERS:
        tab.open(f"/help/{code}")
    for slug, login in ((EAST, None), (CITY, "admin"), (MARKET, "head")):
        tab = sit(slug, login, phone=True, language=language)
        tab.open("/help")
        tab.open("/help/administration")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_a_role_sees_and_what_somebody_is_told_hold_on_a_phone(sit: Callable[..., Tab], language: str) -> None:
    tab = sit(EAST, "director", phone=True, language=language)
    for path in ("/roles", "/roles/handler", "/notices", "/desk/today"):
        tab.open(path)
