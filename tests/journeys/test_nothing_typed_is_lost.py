"""The line goes down, the session ends: the words stay, and go through once."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, text

from tests.journeys.tab import Tab
from tests.town import EAST

WORDS = "消费者补充：10月3日又去过一次，店门上贴了转让告示。"


def let_the_session_end(root: Engine) -> None:
    with root.begin() as connection:
        connection.execute(text("update sign_in set seen_at = seen_at - interval '31 minutes'"))


def told(root: Engine) -> int:
    with root.connect() as connection:
        said = text("select count(*) from remark where text like :words")
        return int(connection.scalar(said, {"words": f"%{WORDS}%"}) or 0)


def test_words_typed_when_the_session_ended_go_through_once_after_signing_in_again(
    sit: Callable[..., Tab], lodged: Callable[..., str], root: Engine
) -> None:
    number = lodged()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}/steps/supplement")
    tab.fill("Reason", WORDS)
    let_the_session_end(root)
    tab.follow("Add what the consumer told")
    tab.sign_in("handler")
    assert tab.path.endswith("/steps/supplement")
    assert tab.field("Reason").input_value() == WORDS
    tab.follow("Add what the consumer told")
    tab.reads(WORDS)
    assert told(root) == 1


def test_a_whole_intake_survives_the_end_of_the_session(sit: Callable[..., Tab], root: Engine) -> None:
    tab = sit(EAST, "clerk")
    tab.open("/cases/new")
    tab.fill("Consumer's name", "王建国")
    tab.fill("What happened", WORDS)
    let_the_session_end(root)
    tab.follow("Register and print the slip")
    tab.sign_in("clerk")
    assert tab.field("What happened").input_value() == WORDS


def test_words_typed_while_the_line_was_down_go_through_once_when_it_is_back(
    sit: Callable[..., Tab], lodged: Callable[..., str], root: Engine
) -> None:
    number = lodged()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}/steps/supplement")
    tab.fill("Reason", WORDS)
    with tab.offline():
        tab.control("Add what the consumer told").click()
        tab.page.wait_for_timeout(500)
        assert tab.field("Reason").input_value() == WORDS
    tab.follow("Add what the consumer told")
    assert told(root) == 1
