"""Without a mouse."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from app.cases.models import CaseState
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.handoffs import services as letters
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import EAST, MARKET, PASSWORD, Town

COMPOSED = "key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, isComposing: true}))"


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
    assert here(tab) == tab.say("Insert a phrase")
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


def test_s_r_and_d_lead_to_step_referral_and_time_limit_from_the_queue_and_from_the_case(
    sit: Callable[..., Tab], lodged: Callable[..., str]
) -> None:
    number = lodged(title="健身房不退余额")
    tab = sit(EAST, "handler")

    def led(key: str, path: str) -> None:
        tab.press(key, leads=True)
        assert path in tab.path, (key, tab.path)

    for key, path in (("r", f"/cases/{number}/letters/new?kind=referral"), ("d", f"/cases/{number}/clocks/")):
        tab.menu("/cases")
        tab.press("j")
        led(key, path)
        tab.open(f"/cases/{number}")
        led(key, path)
    tab.menu("/cases")
    tab.press("j")
    led("s", f"/cases/{number}#steps")
    first = here(tab)
    assert first
    assert tab.page.evaluate("document.activeElement.closest('#steps').open")
    tab.press("Escape")
    assert not tab.page.evaluate("document.getElementById('steps').open")
    tab.press("s")
    assert here(tab) == first
    tab.picture("case-steps")
    tab.menu("/cases")
    tab.press("j")
    led("m", f"/cases/{number}#text")
    tab.page.wait_for_function("() => document.activeElement.name === 'text'")


def test_a_assigns_what_is_chosen_and_else_what_stands_in_the_row(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town
) -> None:
    numbers = [lodged(title=title) for title in ("健身房不退余额", "手机店拒绝退货")]
    tab = sit(EAST, "director")
    tab.menu("/cases")
    for key in ("j", "x", "j", "x"):
        tab.press(key)
    tab.press("a", leads=True)
    assert tab.path == "/cases/bulk"
    assert tab.field("assignee").count() == 1
    assert {one.input_value() for one in tab.page.locator("input[name=chosen]").all()} == set(numbers)
    with town.at(EAST):
        CASE.take("accept", by_number(numbers[0]), by=town.person(EAST, "director"))
        db.session.commit()
    tab.open("/cases?status=accepted")
    tab.press("j")
    tab.press("a", leads=True)
    assert tab.path == f"/cases/{numbers[0]}/steps/assign"


def test_s_r_and_d_are_listed_in_the_help_silent_while_typing_and_can_be_switched_off(
    sit: Callable[..., Tab], lodged: Callable[..., str]
) -> None:
    number = lodged(title="健身房不退余额")
    tab = sit(EAST, "handler")
    for path in ("/cases", f"/cases/{number}"):
        tab.open(path)
        tab.press("?")
        listed = {one.strip() for one in tab.page.locator("dialog#keys dt").all_inner_texts()}
        assert listed >= {"A", "S", "R", "D"}
        tab.press("Escape")
        expect(tab.page.locator("dialog#keys")).to_be_hidden()
        if path == "/cases":
            assert number not in tab.page.locator("dialog#keys dl").inner_text(), "a key of every row names no row"
            tab.press("j")
        address, row = tab.page.url, here(tab)
        for key in "srd":  # composed by an input method
            tab.page.evaluate(COMPOSED, key)
        tab.page.keyboard.press("Control+d")
        assert (tab.page.url, here(tab)) == (address, row)
        tab.press("/")
        tab.page.keyboard.type("srd")
        assert tab.page.evaluate("document.activeElement.value") == "srd"
        assert tab.page.url == address
    tab.press("Escape")
    tab.press("?")
    tab.page.locator("[data-keys-switch]").uncheck()
    tab.press("Escape")
    for path in ("/cases", f"/cases/{number}"):
        tab.open(path)
        tab.page.locator("main a").first.focus()
        for key in "srd":
            tab.press(key)
        assert tab.page.url.endswith(path)
        assert tab.page.locator("details.menu[open]").count() == 0


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
