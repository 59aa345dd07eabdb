"""A center asks a department: returned once, completed, accepted, answered, sent back once, closed."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from app.core import clock
from app.core.errors import Changed, Invalid, NotAllowed, WrongMoment
from app.files.accept import accept
from app.handoffs import packet, queries, services
from tenants.database import db
from tests.handoffs.conftest import REQUEST, Exchange
from tests.town import CITY, EAST, MARKET, POLICE, Town

JUNE = {day: clock.at(date(2026, 6, day), 9) for day in range(1, 31)}


def test_a_request_from_beginning_to_end_with_its_dates(exchange: Exchange, request_: str, town: Town) -> None:
    """Sign within 2 working days, answer within 5, handle a return within 2, look at the answer within 5.

    The Dragon Boat holiday of 2026 is Friday 19 June.
    """
    due = lambda: exchange.see(MARKET, request_).due_on  # noqa: E731
    assert due() == date(2026, 6, 3)
    with clock.freeze(JUNE[2]):
        exchange.do(MARKET, "officer", request_, "return", reason="incomplete", text="请补充合同。")
        assert due() == date(2026, 6, 4)
    with clock.freeze(JUNE[4]):
        paper = accept(BytesIO("合同内容".encode()), "合同.txt")
        exchange.do(EAST, "handler", request_, "resend", text="已补充合同。", files=[paper])
        assert due() == date(2026, 6, 8)
    with clock.freeze(JUNE[8]):
        exchange.do(MARKET, "officer", request_, "sign")
        assert due() == date(2026, 6, 15)
        exchange.do(MARKET, "officer", request_, "accept")
    with clock.freeze(JUNE[15]):
        exchange.do(MARKET, "officer", request_, "answer", text="已立案，冻结存管账户。")
        assert due() == date(2026, 6, 23)  # over the holiday
    with clock.freeze(JUNE[16]):
        exchange.do(EAST, "handler", request_, "send_back", text="请说明立案文号。")
        assert due() == date(2026, 6, 24)
    with clock.freeze(JUNE[17]):
        exchange.do(MARKET, "head", request_, "answer", text="文号为江市监立〔2026〕12号。")
    with clock.freeze(JUNE[18]):
        exchange.do(EAST, "handler", request_, "close")
    ended = exchange.see(EAST, request_)
    assert (ended.status, ended.due_on, ended.returns) == ("closed", None, 1)
    assert {one.state for one in ended.clocks} == {"met"}
    assert not any(one.is_late(date(2026, 6, 30)) for one in ended.clocks)
    with town.at(EAST):
        told = queries.story(queries.by_reference(request_))
        assert [one.step.step for one in reversed(told)] == [
            "send", "return", "resend", "sign", "accept", "answer", "send_back", "answer", "close",
        ]  # fmt: skip


def test_what_was_returned_twice_is_not_sent_a_third_time(exchange: Exchange, request_: str) -> None:
    again = {"reason": "not_ours", "text": "不属本局职责。"}
    exchange.do(MARKET, "officer", request_, "return", **again)
    exchange.do(EAST, "handler", request_, "resend", text="依三定方案属贵局。")
    exchange.do(MARKET, "officer", request_, "return", **again)
    with pytest.raises(WrongMoment):
        exchange.do(EAST, "handler", request_, "resend", text="再次转办。")
    exchange.do(EAST, "handler", request_, "close")


def test_an_answer_is_sent_back_once(exchange: Exchange, request_: str) -> None:
    for login, step in (("officer", "sign"), ("officer", "accept")):
        exchange.do(MARKET, login, request_, step)
    exchange.do(MARKET, "officer", request_, "answer", text="已处理。")
    exchange.do(EAST, "handler", request_, "send_back", text="请写明处理结果。")
    exchange.do(MARKET, "officer", request_, "answer", text="责令退款。")
    with pytest.raises(WrongMoment):
        exchange.do(EAST, "handler", request_, "send_back", text="再退一次。")


def test_a_return_needs_a_reason_in_code_and_in_words(exchange: Exchange, request_: str) -> None:
    with pytest.raises(Invalid):
        exchange.do(MARKET, "officer", request_, "return", reason="", text="不收。")
    with pytest.raises(Invalid):
        exchange.do(MARKET, "officer", request_, "return", reason="not_ours", text=" ")


def test_the_answer_stands_in_the_story_of_the_senders_case(exchange: Exchange, request_: str, town: Town) -> None:
    from app import audit

    exchange.do(MARKET, "officer", request_, "sign")
    exchange.do(MARKET, "officer", request_, "accept")
    exchange.do(MARKET, "officer", request_, "answer", text="已立案调查。")
    exchange.tell()
    with town.at(EAST):
        own = queries.own_case(queries.by_reference(request_))
        assert own is not None
        answer = next(line for line in audit.trail(own.id) if line.entry.event == "case.handoff_answer")
        assert (answer.words, answer.entry.actor_place) == ("已立案调查。", 5)
        assert own.status == "lodged"  # the case stays where it is


def test_words_are_whole_for_the_two_and_redacted_for_the_bureau(exchange: Exchange, request_: str, town: Town) -> None:
    with town.at(MARKET):
        services.write(queries.by_reference(request_), town.person(MARKET, "officer"), text="请致电13900001111。")
        db.session.commit()

    def last(slug: str) -> str:
        with town.at(slug):
            return queries.story(queries.by_reference(request_))[0].words

    assert last(EAST) == last(MARKET) == "请致电13900001111。"
    assert last(CITY) == "请致电139****1111。"


def test_nobody_writes_when_it_is_over(exchange: Exchange, request_: str, town: Town) -> None:
    exchange.do(EAST, "handler", request_, "withdraw", text="已自行解决。")
    with town.at(MARKET), pytest.raises(WrongMoment):
        services.write(queries.by_reference(request_), town.person(MARKET, "officer"), text="收到。")


def test_who_saw_another_version_is_told(exchange: Exchange, request_: str) -> None:
    seen = exchange.see(MARKET, request_).version
    exchange.do(MARKET, "officer", request_, "sign", seen=seen)
    with pytest.raises(Changed):
        exchange.do(MARKET, "head", request_, "return", seen=seen, reason="not_ours", text="不属本局职责。")


def test_a_department_does_not_pass_on(exchange: Exchange, request_: str, town: Town) -> None:
    from app.handoffs.kinds import kinds_for

    with town.at(MARKET) as market:
        assert kinds_for(market) == []
    with town.at(EAST):
        own = queries.own_case(queries.by_reference(request_))
        assert own is not None
        for wrong in (2, 3, 1):
            with pytest.raises(Invalid):
                services.prepare(own, town.handler, **{**REQUEST, "receiver": wrong})


def test_a_shared_field_is_shown_whole_for_a_reason_that_is_recorded(exchange: Exchange, town: Town) -> None:
    letter = {**REQUEST, "fields": {"phone": "full", "name": "masked"}, "need": "需核实身份"}
    reference = exchange.send(exchange.lodge(), letter)
    with town.at(MARKET):
        handoff, officer = queries.by_reference(reference), town.person(MARKET, "officer")
        shown = {line.code: line.value for line in packet.lines(packet.personal_of(handoff))}
        assert shown == {"phone": "138****6027", "name": "林**"}
        with pytest.raises(Invalid):
            services.reveal(handoff, officer, field="phone", reason="")
        with pytest.raises(Invalid):
            services.reveal(handoff, officer, field="name", reason="核实身份")  # only the mask was shared
        assert services.reveal(handoff, officer, field="phone", reason="核实身份") == "13812346027"


def test_a_clerk_reads_and_takes_no_step(exchange: Exchange, request_: str) -> None:
    with pytest.raises(NotAllowed):
        exchange.do(EAST, "clerk", request_, "withdraw", text="撤回。")


def test_counts_follow_the_steps(exchange: Exchange, request_: str, town: Town) -> None:
    def counts() -> list[int]:
        with town.at(MARKET):
            return [queries.count(box) for box in ("received", "under_way", "answered")]

    assert counts() == [1, 0, 0]
    exchange.do(MARKET, "officer", request_, "sign")
    assert counts() == [1, 0, 0]
    exchange.do(MARKET, "officer", request_, "accept")
    assert counts() == [0, 1, 0]
    exchange.do(MARKET, "officer", request_, "answer", text="已立案。")
    assert counts() == [0, 0, 1]
    with town.at(POLICE):
        assert queries.count("received") == 0
