"""Two at once: one outcome, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.core import clock
from app.core.errors import Refusal
from app.handoffs import queries, services
from tenants.database import db
from tests.handoffs.conftest import MONDAY, REFERRAL, Exchange
from tests.town import EAST, WEST, Town


def at_once(app: Any, town: Town, reference: str, *moves: tuple[str, str, str, dict[str, Any]]) -> list[str]:
    """Each move in a thread and a connection of its own, all begun together; what became of each."""
    gate, outcomes = threading.Barrier(len(moves)), [""] * len(moves)

    def move(place: int, slug: str, login: str, step: str, facts: dict[str, Any]) -> None:
        with app.app_context(), clock.freeze(MONDAY), town.at(slug):
            handoff, person = queries.by_reference(reference), town.person(slug, login)
            gate.wait(timeout=10)
            try:
                services.take(handoff, step, person, seen=handoff.version, **facts)
                db.session.commit()
                outcomes[place] = "done"
            except Refusal as refusal:
                db.session.rollback()
                outcomes[place] = f"told {refusal.code}"

    threads = [threading.Thread(target=move, args=(place, *one)) for place, one in enumerate(moves)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


@pytest.mark.parametrize("times", [3, pytest.param(200, marks=pytest.mark.long)])
def test_two_people_of_the_receiver_accept_at_once(
    app: Any, exchange: Exchange, town: Town, times: int, rounds: Callable[[str], None]
) -> None:
    for taken_over in range(1, times + 1):
        reference = exchange.send(exchange.lodge(), REFERRAL)
        exchange.do(WEST, "handler", reference, "sign")
        outcomes = at_once(app, town, reference, (WEST, "handler", "accept", {}), (WEST, "director", "accept", {}))
        assert sorted(outcomes) == ["done", "told 409"]
        with town.at(WEST):
            assert len(db.session.scalars(select(Case.id)).all()) == taken_over
    rounds(f"two accept one handoff at once {times}, one outcome {times}")


@pytest.mark.parametrize("times", [3, pytest.param(200, marks=pytest.mark.long)])
def test_the_sender_withdraws_while_the_receiver_accepts(
    app: Any, exchange: Exchange, town: Town, times: int, rounds: Callable[[str], None]
) -> None:
    for _round in range(times):
        reference = exchange.send(exchange.lodge(), REFERRAL)
        exchange.do(WEST, "handler", reference, "sign")
        withdraw = (EAST, "handler", "withdraw", {"text": "撤回。"})
        outcomes = at_once(app, town, reference, withdraw, (WEST, "handler", "accept", {}))
        assert sorted(outcomes) == ["done", "told 409"]
        exchange.tell()
        sent = exchange.see(EAST, reference)
        standing = exchange.case_at(EAST, sent.sender_case_number or "").status
        assert (sent.status, standing) in {("withdrawn", "lodged"), ("accepted", "closed")}
    rounds(f"withdraw against accept {times}, one outcome {times}")


def test_one_accepts_while_another_returns(app: Any, exchange: Exchange, town: Town, referral: str) -> None:
    exchange.do(WEST, "handler", referral, "sign")
    returns = (WEST, "director", "return", {"reason": "not_ours", "text": "不属本县。"})
    outcomes = at_once(app, town, referral, (WEST, "handler", "accept", {}), returns)
    assert sorted(outcomes) == ["done", "told 409"]
