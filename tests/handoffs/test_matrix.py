"""State × role × organisation over every step of every kind: what is declared is possible, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.accounts.permissions import ROLES
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.handoffs import queries, services
from app.handoffs.models import HandoffState
from app.handoffs.workflow import LETTER, WORKFLOWS
from tenants.database import db
from tests.handoffs.conftest import REFERRAL, REQUEST, Exchange
from tests.town import EAST, MARKET, NORTH, PEOPLE, POLICE, WEST, Town

LETTERS = {"referral": REFERRAL, "request": REQUEST}
PARTIES = {"referral": {EAST: "sender", WEST: "receiver"}, "request": {EAST: "sender", MARKET: "receiver"}}
STRANGERS = {"referral": (NORTH, MARKET), "request": (WEST, POLICE)}
FACTS = {"text": "说明理由。", "reason": "not_ours"}


def states_of(kind: str) -> list[HandoffState]:
    targets = {step.target for step in WORKFLOWS[kind].by_name.values()}
    return [state for state in HandoffState if state in targets | {HandoffState.SENT}]


@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind in WORKFLOWS for state in states_of(kind)])
def test_only_the_declared_steps_are_possible(
    exchange: Exchange, town: Town, root: Engine, kind: str, state: HandoffState
) -> None:
    reference = exchange.send(exchange.lodge(), LETTERS[kind])
    with root.begin() as connection:  # put there by hand: how it got there is the business of other tests
        connection.execute(text("update handoff set status = :state, signed_at = sent_at"), {"state": state})
    for slug, login, _name, role in PEOPLE:
        if slug in PARTIES[kind]:
            _try_all(town, reference, kind, slug, login, role, state)
        elif slug in STRANGERS[kind]:
            with town.at(slug), pytest.raises(Missing):
                queries.by_reference(reference)


def _try_all(town: Town, reference: str, kind: str, slug: str, login: str, role: str, state: HandoffState) -> None:
    side, life = PARTIES[kind][slug], WORKFLOWS[kind]
    with town.at(slug):
        person = town.person(slug, login)
        handoff = queries.by_reference(reference)
        shown = {step.name for step in life.open_to(person, handoff)}
        for step in life.by_name.values():
            allowed = step.side == side and step.permission in ROLES[role].can  # type: ignore[attr-defined]
            expected = "taken" if allowed and state in step.source else "wrong moment" if allowed else "not allowed"
            assert (step.name in shown) == (expected == "taken"), (slug, login, state, step.name)
            assert _outcome(handoff, step.name, person) == expected, (slug, login, state, step.name)
            db.session.rollback()
            handoff = queries.by_reference(reference)


def _outcome(handoff: Any, step: str, person: Any) -> str:
    try:
        services.take(handoff, step, person, **FACTS)
        db.session.flush()
    except NotAllowed:
        return "not allowed"
    except WrongMoment:
        return "wrong moment"
    return "taken"


@pytest.mark.parametrize("state", list(LETTER.states))
def test_letters_are_sent_by_who_may_approve(exchange: Exchange, town: Town, root: Engine, state: str) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        from tests.handoffs.conftest import case

        draft = services.prepare(case(number), town.handler, **REQUEST)
        db.session.commit()
        key = draft.number
    with root.begin() as connection:
        connection.execute(text("update handoff_draft set status = :state"), {"state": state})
    for slug, login, _name, role in PEOPLE:
        if slug != EAST:
            continue
        with town.at(EAST):
            person = town.person(EAST, login)
            for step in LETTER.by_name.values():
                draft = queries.draft(key)
                facts = {"letter": _letter()} if step.name == "revise" else {"text": "请补充。"}
                allowed = step.permission in ROLES[role].can
                if not allowed:
                    with pytest.raises(NotAllowed):
                        LETTER.take(step.name, draft, by=person, **facts)
                elif state not in step.source:
                    with pytest.raises(WrongMoment):
                        LETTER.take(step.name, draft, by=person, **facts)
                else:
                    LETTER.take(step.name, draft, by=person, **facts)
                db.session.rollback()


def _letter() -> dict[str, Any]:
    without_kind = {name: value for name, value in REQUEST.items() if name != "kind"}
    return {**without_kind, "wanted": "", "legal_basis": "", "need": "", "files": []}


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("request", {"receiver": 6}, None),
        ("request", {"receiver": 4}, "receiver"),
        ("request", {"subject": " "}, "subject"),
        ("request", {"subject": "很" * 41}, "subject"),
        ("request", {"ask": ""}, "ask"),
        ("request", {"fields": {"password": "full"}}, "fields"),
        ("request", {"fields": {"name": "twice"}}, "fields"),
        ("referral", {"receiver": 2}, "receiver"),
        ("referral", {"receiver": 5}, "receiver"),
        ("referral", {"receiver": 99}, "receiver"),
    ],
)
def test_a_letter_says_beside_which_field_it_is_wrong(
    exchange: Exchange, town: Town, kind: str, wrong: dict[str, Any], field: str | None
) -> None:
    from tests.handoffs.conftest import case

    number = exchange.lodge()
    with town.at(EAST):
        if field is None:
            services.prepare(case(number), town.handler, **{**LETTERS[kind], **wrong})
            return
        with pytest.raises(Invalid) as refusal:
            services.prepare(case(number), town.handler, **{**LETTERS[kind], **wrong})
        assert refusal.value.field == field
