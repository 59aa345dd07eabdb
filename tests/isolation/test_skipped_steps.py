"""No address takes a step before its time (TI21), and none takes the other side's."""

from __future__ import annotations

from typing import Any

from app.cases.models import CaseState
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.handoffs.workflow import WORKFLOWS
from tests.isolation.scenario import Scenario, telling
from tests.town import EAST, MARKET, NORTH, WEST

WORDS = {
    "text": "说明",
    "evidence": "JC-1",
    "amount": "1",
    "reason": "testing",
    "mode": "post",
    "ground": "T3",
    "title": "退费",
    "summary": "健身房闭店",
    "nature": "C",
    "category": "S0401",
    "problem": "P02",
    "profile": "order-20/1",
    "limit": "hotline-12345/1/hotline_answer",
}


def told(name: str, handler: str) -> dict[str, str]:
    """All that the form of any step would say."""
    own = {key: str(value) for key, value in telling(name).items()}
    return {**WORDS, "assignee": handler, "on": clock.today().isoformat(), **own}


def test_no_address_takes_a_step_that_the_state_does_not_allow(scenario: Scenario) -> None:
    """Every step that is not possible, posted to a case in every state with all that its form would say."""
    ((handler,),) = scenario.rows("select id from person where tenant_id = 2 and login = 'handler'")
    director, standing = scenario.town.client(EAST, "director"), set()
    token, tried = director.csrf_token(), 0
    for number in scenario.cases[EAST].values():
        with scenario.town.at(EAST):
            case = by_number(number)
            before = (case.status, case.version)
            possible = {name for name, step in CASE.by_name.items() if CASE.possible(step, case) and not step.hidden}
        standing.add(before[0])
        for name in CASE.by_name.keys() - possible:
            said = {"csrf_token": token, "version": str(before[1]), **told(name, str(handler))}
            answer = director.open("POST", f"/cases/{number}/steps/{name}", data=said)
            assert answer.status_code == (404 if CASE[name].hidden else 409), (before[0], name)
            tried += 1
        after = scenario.rows("select status, version from case_record where tenant_id = 2 and number = :n", n=number)
        assert [tuple(row) for row in after] == [before]
    assert tried > 100
    assert standing == {state.value for state in CaseState}


def may(row: Any, name: str, tenant: int) -> bool:
    """Whether this side may take this step now."""
    step: Any = WORKFLOWS[row.kind].by_name.get(name)
    side = {row.sender_id: "sender", row.receiver_id: "receiver"}.get(tenant)
    return step is not None and step.side == side and row.status in step.source


def test_no_side_takes_a_step_of_the_other_nor_one_before_its_time(scenario: Scenario) -> None:
    """Every step of every exchange of East's, by both sides and by strangers."""
    query = (
        "select id, kind, number, status, version, sender_id, receiver_id from handoff where sender_id = 2 order by id"
    )
    before, tried = scenario.rows(query), 0
    for slug, login in ((EAST, "director"), (MARKET, "officer"), (NORTH, "director"), (WEST, "director")):
        browser, tenant = scenario.town.client(slug, login), scenario.tenant(slug)
        token = browser.csrf_token()
        for row in before:
            allowed = (403, 409) if tenant in (row.sender_id, row.receiver_id) else (404,)
            for name in sorted({name for life in WORKFLOWS.values() for name in life.by_name}):
                if not may(row, name, tenant):
                    said = {"csrf_token": token, "text": "说明", "reason": "elsewhere"}
                    answer = browser.open("POST", f"/handoffs/east-{row.number}/steps/{name}", data=said)
                    assert answer.status_code in allowed, (row, slug, name)
                    tried += 1
    assert scenario.rows(query) == before
    assert tried > 150
    assert {row.status for row in before} >= {"sent", "accepted", "returned", "answered", "withdrawn"}
