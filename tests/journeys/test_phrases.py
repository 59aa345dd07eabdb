"""A phrase goes into what is half typed, and a call is logged in two clicks."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from app.cases.phrases import services
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import EAST, Town


def keep(town: Town) -> None:
    with town.at(EAST):
        said = {"title": "办理告知", "words": "您的投诉（编号{案件编号}）正在办理。", "place": "note"}
        services.add(town.person(EAST, "admin"), **said, of_center=True)
        db.session.commit()


def test_a_phrase_goes_in_at_the_cursor_by_keys_alone_and_a_call_is_logged_in_two_clicks(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town
) -> None:
    number = lodged()
    keep(town)
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}")
    note = tab.field("text")
    note.press_sequentially("前面。后面。")
    for _sign in range(3):
        note.press("ArrowLeft")
    tab.page.locator("a[data-phrases]").press("Enter")
    sheet = tab.page.locator("dialog#phrases")
    expect(sheet).to_contain_text(f"您的投诉（编号{number}）正在办理。")
    expect(sheet.locator("[data-phrase]")).to_be_focused()
    tab.picture("phrases")
    tab.page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(note).to_have_value(f"前面。您的投诉（编号{number}）正在办理。后面。")
    expect(note).to_be_focused()
    tab.page.keyboard.press("Control+z")
    expect(note).to_have_value("前面。后面。")
    tab.page.keyboard.press("Control+Shift+z")
    with tab.page.expect_navigation():
        tab.main.locator("form[action$='/notes'] button").click()
    tab.look()
    tab.reads(f"前面。您的投诉（编号{number}）正在办理。后面。")

    tab.page.locator("details.more > summary", has_text=tab.say("Log a contact")).click()
    tab.picture("contact")
    tab.follow("Log it")
    tab.says("The contact is in the story.")
    assert tab.asked == []


def test_the_number_of_a_case_is_copied_and_that_is_said(sit: Callable[..., Tab], lodged: Callable[..., str]) -> None:
    number = lodged()
    tab = sit(EAST, "handler")
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.open(f"/cases/{number}")
    tab.page.locator(f"[data-copy='{number}']").click()
    expect(tab.page.locator("#live")).to_contain_text(tab.say("Copied."))
    assert tab.page.evaluate("navigator.clipboard.readText()") == number


def test_without_a_script_phrases_are_read_filled_in_on_a_page_of_their_own(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town
) -> None:
    number = lodged()
    keep(town)
    tab = sit(EAST, "handler", script=False)
    tab.open(f"/cases/{number}/steps/refuse")
    tab.open(f"/cases/{number}/phrases?place=note")
    tab.reads(f"您的投诉（编号{number}）正在办理。")
    assert not tab.main.locator("[data-phrase]").first.is_visible()
