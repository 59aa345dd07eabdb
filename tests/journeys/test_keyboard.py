"""Without a mouse."""

from __future__ import annotations

from collections.abc import Callable

from app.cases.models import CaseState
from tests.journeys.tab import Tab
from tests.town import EAST, PASSWORD


def here(tab: Tab) -> str:
    """What has the focus, by its words."""
    return str(tab.page.evaluate("document.activeElement.textContent.trim()"))


def test_from_signing_in_to_an_accepted_case_by_keys_alone(sit: Callable[..., Tab], lodged: Callable[..., str]) -> None:
    titles = ["健身房不退余额", "手机店拒绝退货", "早教机构停课不退费"]
    for title in titles:
        lodged(title=title, facts=f"{title}，多次交涉没有结果。")
    tab = sit(EAST)
    tab.open("/sign-in")
    tab.page.keyboard.type("handler")
    tab.press("Tab")
    tab.page.keyboard.type(PASSWORD)
    tab.press("Enter", leads=True)

    tab.press("Tab")  # past the menu, straight to the content
    assert here(tab) == tab.say("Skip to the content")
    tab.press("Enter")
    tab.menu("/cases")
    tab.press("j")
    first = here(tab)
    tab.press("j")
    second = here(tab)
    assert {first, second} < set(titles)
    tab.press("k")
    assert here(tab) == first
    tab.press("j")
    tab.press("Enter", leads=True)
    assert tab.heading == second
    tab.press("a", leads=True)
    tab.press("Tab")
    tab.field("text").press("Control+Enter")
    tab.field("text").focus()
    tab.press("Tab")
    assert here(tab) == tab.say("Accept")
    tab.press("Enter", leads=True)
    tab.stands(CaseState.ACCEPTED)
    assert tab.heading == second

    tab.menu("/cases")
    tab.press("?")
    assert tab.page.locator("dialog#keys[open]").count() == 1
    tab.press("Escape")
    tab.press("/")
    tab.page.keyboard.type("早教机构")
    tab.press("Enter", leads=True)
    tab.reads("早教机构停课不退费")
    tab.picture("search")


def test_a_in_the_queue_accepts_the_row_under_the_focus(sit: Callable[..., Tab], lodged: Callable[..., str]) -> None:
    lodged(title="健身房不退余额")
    tab = sit(EAST, "handler")
    tab.menu("/cases")
    tab.press("j")
    tab.press("a", leads=True)
    assert tab.heading == tab.say("Accept")
    assert "健身房不退余额" in tab.text
