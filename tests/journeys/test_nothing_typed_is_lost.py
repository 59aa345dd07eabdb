"""The line goes down, the session ends: the words stay, and go through once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, text

from tests.journeys.tab import Tab
from tests.town import EAST

WORDS = "消费者补充：10月3日又去过一次，店门上贴了转让告示。"


def let_the_session_end(root: Engine) -> None:
    with root.begin() as connection:
        connection.execute(text("update sign_in set seen_at = seen_at - interval '31 minutes'"))


def told(root: Engine) -> int:
    with root.connect() as connection:
        said = text("select count(*) from audit_remark where text like :words")
        return int(connection.scalar(said, {"words": f"%{WORDS}%"}) or 0)


def sign_in_beside(tab: Tab, login: str) -> None:
    """Sign in where the page says one can: in a tab of its own."""
    with tab.context.expect_page() as opened:
        tab.control("Sign in").click()
    other = Tab(tab.context, tab.slug, language=tab.language, page=opened.value)
    other.sign_in(login)
    other.page.close()


def test_words_typed_when_the_session_ended_stay_and_go_through_once_after_signing_in(
    sit: Callable[..., Tab], lodged: Callable[..., str], root: Engine
) -> None:
    number = lodged()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}/steps/supplement")
    tab.fill("text", WORDS)
    let_the_session_end(root)
    with tab.expecting(401):
        tab.main.locator(".formfoot button").click()
        tab.says("You have been signed out. Sign in in a new tab, then try again: what you typed is still here.")
        tab.look()
    tab.picture("signed-out")
    sign_in_beside(tab, "handler")
    assert tab.field("text").input_value() == WORDS
    tab.send()
    tab.reads(WORDS)
    assert told(root) == 1


def test_a_whole_intake_with_its_evidence_survives_the_end_of_the_session(
    sit: Callable[..., Tab], root: Engine, photo: Path
) -> None:
    tab = sit(EAST, "clerk")
    tab.open("/cases/new")
    tab.fill("name", "王建国")
    tab.fill("told", WORDS)
    tab.attach("evidence", photo)
    let_the_session_end(root)
    with tab.expecting(401):
        tab.control("Register and print the slip").click()
        tab.control("Sign in").wait_for()
        tab.page.wait_for_timeout(1500)  # the look-ups of duplicates and of suggestions ask too, a moment later
        tab.page.wait_for_load_state("networkidle")
    sign_in_beside(tab, "clerk")
    tab.follow("Register and print the slip")
    tab.says("Receipt of a complaint")
    tab.follow(tab.main.locator("a.btn-primary"))
    tab.reads(WORDS, photo.name)


def test_the_draft_comes_back_when_the_page_was_left_all_the_same(
    sit: Callable[..., Tab], lodged: Callable[..., str], root: Engine
) -> None:
    number = lodged()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}/steps/supplement")
    tab.field("text").press_sequentially(WORDS)
    tab.page.wait_for_timeout(600)
    let_the_session_end(root)
    tab.open(f"/cases/{number}/steps/supplement")
    assert tab.asked == ["beforeunload"]
    tab.sign_in("handler")
    assert tab.field("text").input_value() == WORDS


def test_words_typed_while_the_line_was_down_stay_and_go_through_once_when_it_is_back(
    sit: Callable[..., Tab], lodged: Callable[..., str], root: Engine
) -> None:
    number = lodged()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}/steps/supplement")
    tab.fill("text", WORDS)
    with tab.offline():
        tab.main.locator(".formfoot button").click()
        tab.says("No connection to the server. Nothing was lost; please try again.")
    assert tab.field("text").input_value() == WORDS
    tab.send()
    tab.reads(WORDS)
    assert told(root) == 1


def test_a_fragment_that_does_not_come_says_so_beside_what_asked_for_it(sit: Callable[..., Tab]) -> None:
    tab = sit(EAST, "handler")
    tab.open("/cases/new")
    with tab.offline():
        tab.field("merchant_name").press_sequentially("悦动")
        tab.says("No connection to the server. Nothing was lost; please try again.")
    assert tab.field("merchant_name").input_value() == "悦动"


def test_what_is_looked_up_beside_it_does_not_count_as_sent(sit: Callable[..., Tab]) -> None:
    tab = sit(EAST, "clerk")
    tab.open("/cases/new")
    with tab.page.expect_response("**/cases/new/duplicates"):
        tab.fill("told", WORDS)
        tab.press("Tab")
    tab.page.wait_for_timeout(300)
    tab.open("/cases")
    assert tab.asked == ["beforeunload"]


def test_what_a_refusal_gave_back_is_asked_about_before_another_language_takes_its_place(
    sit: Callable[..., Tab], lodged: Callable[..., str]
) -> None:
    number = lodged()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}/steps/supplement")
    tab.page.locator("form textarea").first.click()
    tab.field("text").fill("")
    with tab.expecting(422):
        tab.send()
    assert tab.asked == []
    tab.page.locator("nav.tools details.menu > summary").click()
    tab.page.locator("a[href$='lang=en']").click()
    tab.page.wait_for_url("**/supplement")
    assert tab.asked == ["beforeunload"]
