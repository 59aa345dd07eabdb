"""How a handoff is told: the steps of its life, and what people are told of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.handoffs import queries, story, words
from app.notifications.models import Notice
from app.notifications.words import title
from tenants.database import db
from tests.handoffs.conftest import Exchange
from tests.town import EAST, MARKET, WEST, Town

LIVES: list[tuple[list[tuple[str, str, dict[str, Any]]], list[str]]] = [
    ([], ["done", "now", "", "", ""]),
    ([(MARKET, "sign", {})], ["done", "done", "now", "", ""]),
    ([(MARKET, "sign", {}), (MARKET, "accept", {})], ["done", "done", "done", "now", ""]),
    (
        [(MARKET, "sign", {}), (MARKET, "accept", {}), (MARKET, "answer", {"text": "已立案。"})],
        ["done", "done", "done", "done", "now"],
    ),
    (
        [
            (MARKET, "sign", {}),
            (MARKET, "accept", {}),
            (MARKET, "answer", {"text": "已立案。"}),
            (EAST, "send_back", {"text": "请写明结果。"}),
        ],
        ["done", "done", "done", "now", ""],
    ),
    (
        [(MARKET, "return", {"reason": "not_ours", "text": "不属本局。"})],
        ["done", "", "stopped", "", ""],
    ),
    (
        [
            (MARKET, "return", {"reason": "not_ours", "text": "不属本局。"}),
            (EAST, "resend", {"text": "属贵局职责。"}),
        ],
        ["done", "now", "", "", ""],
    ),
    ([(MARKET, "sign", {}), (EAST, "withdraw", {"text": "撤回。"})], ["done", "done", "stopped"]),
]
WHO = {EAST: "handler", MARKET: "officer", WEST: "handler"}


@pytest.mark.parametrize(("steps", "expected"), LIVES)
def test_the_steps_of_a_life(
    exchange: Exchange, request_: str, steps: list[tuple[str, str, dict[str, Any]]], expected: list[str], town: Town
) -> None:
    for slug, step, facts in steps:
        exchange.do(slug, WHO[slug], request_, step, **facts)
    with town.at(EAST):
        shown = story.flow(queries.by_reference(request_))
        assert [step["state"] for step in shown] == expected


def test_beside_what_is_awaited_stands_its_last_day(exchange: Exchange, request_: str, town: Town) -> None:
    with town.at(MARKET):
        assert [step["at"] for step in story.flow(queries.by_reference(request_))][1].endswith("06-03")
    exchange.do(MARKET, "officer", request_, "sign")
    with town.at(MARKET):
        assert [step["at"] for step in story.flow(queries.by_reference(request_))][3].endswith("06-08")


def test_what_is_ahead_is_called_by_its_step_and_what_is_done_by_what_came_of_it(
    exchange: Exchange, request_: str, town: Town
) -> None:
    def titles() -> list[str]:
        with town.at(MARKET):
            return [str(step["title"]) for step in story.flow(queries.by_reference(request_))]

    assert titles()[1:3] == ["签收", "接收办理"]
    exchange.do(MARKET, "officer", request_, "sign")
    assert titles()[1:3] == ["已签收", "接收办理"]


def notices(town: Town, slug: str) -> set[tuple[str, str]]:
    with town.at(slug):
        from app.accounts.models import Person

        rows = db.session.execute(select(Person.login, Notice.event).join(Notice, Notice.person_id == Person.id))
        return {(login, event) for login, event in rows}


def test_those_concerned_are_told_once_and_nobody_else(exchange: Exchange, request_: str, town: Town) -> None:
    exchange.tell()
    assert notices(town, MARKET) == {("officer", "handoff.heard_send"), ("head", "handoff.heard_send")}
    exchange.do(MARKET, "officer", request_, "return", reason="incomplete", text="请补充合同。")
    exchange.tell()
    exchange.tell()
    assert notices(town, EAST) == {("director", "handoff.heard_return")}
    assert notices(town, WEST) == set()


def test_the_director_is_told_of_a_letter_and_its_drafter_of_the_return(exchange: Exchange, town: Town) -> None:
    from app.handoffs import services
    from tests.handoffs.conftest import REQUEST, case

    number = exchange.lodge()
    with town.at(EAST):
        draft = services.send(case(number), town.handler, **REQUEST)
        db.session.commit()
    exchange.tell()
    assert ("director", "letter.submit") in notices(town, EAST)
    with town.at(EAST):
        services.LETTER.take("send", queries.draft(draft.number), by=town.director)
        db.session.commit()
    exchange.do(MARKET, "officer", "east-ZB-2026-000001", "return", reason="not_ours", text="不属本局。")
    exchange.tell()
    assert {("director", "handoff.heard_return"), ("handler", "handoff.heard_return")} <= notices(town, EAST)


def test_every_event_of_the_exchange_has_words() -> None:
    from app.audit import words as audit_words

    for step in words.STEPS:
        for event in (f"handoff.{step}", f"handoff.heard_{step}", f"case.handoff_{step}"):
            assert event in audit_words.EVENTS, event
        if step != "sign":
            said = title(f"handoff.heard_{step}", {"number": "ZB-2026-000001", "place": "nowhere"})
            assert "ZB-2026-000001" in said
