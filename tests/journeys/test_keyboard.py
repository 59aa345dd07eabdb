"""Without a mouse."""

from __future__ import annotations

from collections.abc import Callable

from app.cases.models import CaseState
from app.cases.queries import by_number
from app.handoffs import services as letters
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import EAST, MARKET, PASSWORD, Town


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


def test_x_in_the_in_tray_chooses_letters_that_are_signed_for_together(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town
) -> None:
    for title in ("核查备案", "核查收费", "核查广告"):
        number = lodged(title=title)
        with town.at(EAST):
            case, director = by_number(number), town.person(EAST, "director")
            letters.send(case, director, kind="request", receiver=5, subject=title, ask="请核查。")
            db.session.commit()
    tab = sit(MARKET, "officer")
    tab.menu("/inbox")
    tab.reads("请核查。")  # the first one is open beside the tray
    for key in ("j", "x", "j", "x"):
        tab.press(key)
    assert tab.page.locator("input[name=chosen]:checked").count() == 2
    tab.follow("Sign for those chosen")
    assert tab.page.locator("#tray .tag", has_text="已签收").count() == 2
    assert tab.page.locator("input[name=chosen]").count() == 0  # one alone is signed for on its own page
    tab.picture("department-inbox")
    tab.press("/")
    tab.page.keyboard.type("核查收费")
    tab.press("Enter", leads=True)
    assert tab.page.locator("#tray [data-row]").count() == 1
    phone = sit(MARKET, "officer", phone=True)
    phone.menu("/inbox")
    assert not phone.page.locator(".opened").is_visible()
    phone.page.locator("#tray [data-row] a").first.click()
    phone.page.wait_for_url("**/handoffs/*")
    phone.page.locator("a.back").click()
    phone.page.wait_for_url("**/inbox")
