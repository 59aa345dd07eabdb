"""In a browser that runs no script nothing typed is lost either."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from tests.journeys.tab import Tab
from tests.journeys.test_nothing_typed_is_lost import WORDS, let_the_session_end, told
from tests.town import EAST, PASSWORD


def test_words_typed_when_the_session_ended_come_back_into_their_form(
    sit: Callable[..., Tab], lodged: Callable[..., str], root: Engine
) -> None:
    number = lodged()
    tab = sit(EAST, "handler", script=False)
    tab.open(f"/cases/{number}/steps/supplement")
    tab.fill("text", WORDS)
    let_the_session_end(root)
    with tab.expecting(401):
        tab.send()
    tab.says(
        "What you had typed is kept, and has not been sent. It comes back when you sign in here within 30 minutes."
    )
    assert WORDS not in tab.page.content()
    tab.picture("signed-out-without-a-script")
    with tab.expecting(422):
        tab.fill("login", "handler")
        tab.fill("password", "not this one")
        tab.send()
    tab.fill("login", "handler")
    tab.fill("password", PASSWORD)
    tab.send()
    tab.says("You are signed in again")
    tab.picture("brought-back")
    tab.follow("Back to what you typed")
    assert tab.field("text").input_value() == WORDS
    assert told(root) == 0
    tab.send()
    tab.reads(WORDS)
    assert told(root) == 1


def test_a_whole_intake_comes_back_but_for_its_files(sit: Callable[..., Tab], root: Engine, photo: Path) -> None:
    tab = sit(EAST, "clerk", script=False)
    tab.open("/cases/new")
    tab.fill("name", "王建国")
    tab.fill("phone", "13912345678")
    tab.fill("told", WORDS)
    tab.page.locator('[name="claims"]').nth(1).check()
    tab.attach("evidence", photo)
    let_the_session_end(root)
    with tab.expecting(401):
        tab.follow("Register and print the slip")
    tab.fill("login", "clerk")
    tab.fill("password", PASSWORD)
    tab.send()
    tab.says("The files could not be kept: choose them once more.")
    tab.follow("Back to what you typed")
    assert [tab.field(name).input_value() for name in ("name", "phone", "told")] == ["王建国", "13912345678", WORDS]
    assert tab.page.locator('[name="claims"]:checked').count() == 1
    tab.attach("evidence", photo)
    tab.follow("Register and print the slip")
    tab.follow(tab.main.locator("a.btn-primary"))
    tab.reads(WORDS, photo.name)


def test_words_go_through_after_somebody_signed_in_again_beside_them(
    sit: Callable[..., Tab], lodged: Callable[..., str], root: Engine
) -> None:
    number = lodged()
    tab = sit(EAST, "handler", script=False)
    tab.open(f"/cases/{number}/steps/supplement")
    tab.fill("text", WORDS)
    let_the_session_end(root)
    other = Tab(tab.context, tab.slug, script=False)
    other.sign_in("handler")
    with tab.expecting(400):
        tab.send()
    tab.says("You have signed in anew since this page was opened. Nothing was sent, and what you typed is kept.")
    tab.follow("Back to what you typed")
    assert tab.field("text").input_value() == WORDS
    tab.send()
    tab.reads(WORDS)
    assert told(root) == 1
