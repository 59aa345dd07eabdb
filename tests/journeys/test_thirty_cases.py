"""Thirty cases triaged without a mouse: accepted one after the other, twenty given away together, and found again."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.worklist import services
from tenants.database import db
from tests.journeys.tab import SOON, Tab
from tests.town import EAST, Town

CASES, TOGETHER = 30, 20


def tab_to(tab: Tab, name: str) -> None:
    """By the Tab key alone to the control of that name."""
    for _n in range(60):
        if tab.page.evaluate("document.activeElement.name") == name:
            return
        tab.page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name}")


def back_to_submit(tab: Tab) -> None:
    """By Shift and Tab from the end of the page, where the button of a form is near."""
    for _n in range(10):
        tab.page.keyboard.press("Shift+Tab")
        if tab.page.evaluate("document.activeElement.matches('.formfoot [type=submit]')"):
            return
    raise AssertionError("no way to the button")


def quickly(tab: Tab, key: str) -> None:
    with tab.page.expect_navigation(timeout=SOON):
        tab.page.keyboard.press(key)


def test_thirty_cases_are_triaged_by_keyboard(sit: Callable[..., Tab], lodged: Callable[..., str], town: Town) -> None:
    numbers = [lodged(title=f"健身房不退余额第{n}件") for n in range(CASES)]
    with town.at(EAST):
        services.like(town.person(EAST, "director"), after="next")
        db.session.commit()
    tab = sit(EAST, "director")
    tab.menu("/cases")
    tab.picture("queue-thirty")

    # What is typed or composed is no command.
    tab.press("/")
    tab.page.keyboard.type("jjaxv")
    assert tab.page.evaluate("document.activeElement.value") == "jjaxv"
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true, isComposing: true}))"
    )
    assert not tab.page.evaluate("document.activeElement.closest('[data-row]') !== null")

    # A look beside the list follows the row, and goes again.
    # What the next row says is fetched meanwhile, and not asked for again.
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/glance") else None)
    tab.press("j")
    with tab.page.expect_request_finished(lambda request: request.url.endswith(f"/{numbers[1]}/glance")):
        tab.press("v")
    tab.page.locator("#glance section").wait_for()
    first = tab.page.locator("#glance h2").inner_text()
    tab.press("j")
    tab.page.wait_for_function("first => document.querySelector('#glance h2')?.innerText !== first", arg=first)
    assert sum(url.endswith(f"/{numbers[1]}/glance") for url in asked) == 1
    tab.press("Escape")
    assert tab.page.locator("#glance section").count() == 0

    # One by one: each accepted case leads to the next of the list.
    tab.press("k")
    tab.press("Enter", leads=True)
    for n in range(CASES):
        press = tab.press if n == 0 else lambda key, leads: quickly(tab, key)  # the first is looked over
        press("a", leads=True)
        back_to_submit(tab)
        press("Enter", leads=True)
    with town.at(EAST):
        accepted = list(db.session.scalars(select(Case.number).where(Case.status == "accepted").order_by(Case.number)))
    assert accepted == numbers

    # Twenty of them together: from the first to the last, given to one colleague.
    tab.open("/cases?status=accepted")
    tab.press("j")
    tab.press("x")
    for _n in range(TOGETHER - 1):
        tab.page.keyboard.press("j")
    tab.press("Shift+X")
    assert tab.page.locator("[data-row] input:checked").count() == TOGETHER
    tab.press("b")
    assert tab.page.evaluate("document.activeElement.name") == "action"
    tab.press("Tab")
    tab.press("Enter", leads=True)
    tab.picture("bulk")
    tab_to(tab, "assignee")
    while tab.page.evaluate("document.activeElement.selectedOptions[0].text") != "东同事":
        tab.page.keyboard.press("ArrowDown")
    tab_to(tab, "text")
    tab.press("Tab")
    tab.press("Enter", leads=True)
    tab.picture("bulk-result")
    with town.at(EAST):
        mine = town.person(EAST, "second").id
        given = select(func.count()).select_from(Case).where(Case.assignee_id == mine, Case.status == "accepted")
        assert db.session.scalar(given) == TOGETHER

    # Somebody is found by the first letters of the name; the palette can be switched off with the other keys.
    tab.press("Control+k")
    tab.page.keyboard.type("dts")
    tab.page.locator("#palette-found a", has_text="东同事").wait_for()
    tab.picture("palette")
    tab.press("Enter", leads=True)
    assert tab.page.locator("[data-row]").count() == TOGETHER
    tab.press("?")
    tab.press("Tab")
    tab.page.locator("[data-keys-switch]").press("Space")
    tab.press("Escape")
    tab.press("j")
    tab.press("Control+k")
    assert tab.page.locator("dialog[open]").count() == 0
    assert not tab.page.evaluate("document.activeElement.closest('[data-row]') !== null")
