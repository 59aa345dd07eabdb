"""Two people, one case, one moment."""

from __future__ import annotations

from collections.abc import Callable

from app.cases.models import CaseState
from tests.journeys.tab import Tab
from tests.town import EAST


def test_the_first_one_wins_and_the_other_is_told_and_keeps_what_was_typed(
    sit: Callable[..., Tab], lodged: Callable[..., str]
) -> None:
    number = lodged()
    first, second = sit(EAST, "handler"), sit(EAST, "second")
    for tab in (first, second):
        tab.open(f"/cases/{number}")
        tab.take("accept")
    second.fill("text", "我已经和消费者通过电话。")
    first.send()
    first.stands(CaseState.ACCEPTED)
    with second.expecting(409):
        second.send()
    second.says("Changed in the meantime", "Accepted the complaint")
    second.reads("东承办", "我已经和消费者通过电话。")
    second.picture("conflict")
    second.follow("Go back")
    second.stands(CaseState.ACCEPTED)


def test_a_step_that_is_still_possible_is_taken_at_the_second_try_with_the_same_words(
    sit: Callable[..., Tab], lodged: Callable[..., str]
) -> None:
    number = lodged()
    first, second = sit(EAST, "handler"), sit(EAST, "second")
    for tab, words in ((first, "消费者补交了收据。"), (second, "消费者来电催问。")):
        tab.open(f"/cases/{number}/steps/supplement")
        tab.fill("text", words)
    first.send()
    with second.expecting(409):
        second.send()
    second.says("What you left alone now says what they wrote. Look it over and send it once more.")
    assert second.field("text").input_value() == "消费者来电催问。"
    second.send()
    second.reads("消费者补交了收据。", "消费者来电催问。")
