"""What the database itself refuses: raw SQL as the app role, without any of our Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.handoffs.models import EITHER_STEPS, RECEIVER_SETS, RECEIVER_STEPS, SENDER_SETS, SENDER_STEPS, HandoffState
from app.handoffs.workflow import WORKFLOWS
from tests.handoffs.conftest import REFERRAL, Exchange
from tests.town import CITY, EAST, MARKET, NORTH, WEST, Town

NUMBER = {CITY: 1, EAST: 2, WEST: 3, NORTH: 4, MARKET: 5}
CONFIDENTIAL = ("handoff_personal", "handoff_file", "handoff_message")
PACKET = (*CONFIDENTIAL, "handoff_step", "handoff_disclosure", "handoff_clock")


@pytest.fixture
def sent(exchange: Exchange, town: Town) -> UUID:
    """A referral from East to West with a personal row, a file and a message."""
    from app.handoffs import services
    from tests.handoffs.conftest import case
    from tests.handoffs.test_referral import evidence

    number = exchange.lodge()
    with town.at(EAST):
        files = evidence(case(number), town)
        services.db.session.commit()
        keys = [str(file.id) for file in files]
    return exchange.see(EAST, exchange.send(number, REFERRAL, files=keys)).id


@pytest.fixture
def at(as_app: Engine) -> Any:
    @contextmanager
    def at(slug: str) -> Iterator[Connection]:
        """As an organisation, in a transaction that is never committed."""
        mine = NUMBER[slug]
        with as_app.connect() as connection:
            reads = list(NUMBER.values()) if slug == CITY else [mine]
            connection.execute(text("select portal.set_realm(:reads, :mine, :mine)"), {"reads": reads, "mine": mine})
            yield connection
            connection.rollback()

    return at


def refused(connection: Connection, statement: str, **values: Any) -> None:
    """Raises nothing when the database raises: a refusal by policy, grant, check or key."""
    with pytest.raises(DBAPIError) as fault, connection.begin_nested():
        connection.execute(text(statement), values)
    assert getattr(fault.value.orig, "sqlstate", "") in {"42501", "23514", "23503", "23505"}


def changed(connection: Connection, statement: str, **values: Any) -> int:
    return connection.execute(text(statement), values).rowcount


@pytest.mark.parametrize("status", list(HandoffState))
def test_each_side_sets_only_its_own_statuses(at: Any, sent: UUID, status: str) -> None:
    assert set(SENDER_SETS) | set(RECEIVER_SETS) == set(HandoffState)
    assert not set(SENDER_SETS) & set(RECEIVER_SETS)
    move = "update handoff set status = :status where id = :id"
    for slug, own in ((EAST, SENDER_SETS), (WEST, RECEIVER_SETS)):
        with at(slug) as connection:
            if status in own:
                assert changed(connection, move, status=status, id=sent) == 1
            else:
                refused(connection, move, status=status, id=sent)


def test_a_letter_cannot_be_sent_that_says_it_has_been_accepted(at: Any, sent: UUID) -> None:
    copy = (
        "insert into handoff (id, sender_id, receiver_id, kind, number, subject, ask, status, sent_at) "
        "select :new, sender_id, receiver_id, kind, :number, subject, ask, :status, sent_at from handoff"
    )
    with at(EAST) as connection:
        assert changed(connection, copy, new=uuid4(), number="YS-2026-000009", status="sent") == 1
        for status in RECEIVER_SETS:
            refused(connection, copy, new=uuid4(), number="YS-2026-000010", status=status)
    with at(WEST) as connection:  # nor in another's name
        refused(connection, copy, new=uuid4(), number="YS-2026-000011", status="sent")


@pytest.mark.parametrize("step", [*SENDER_STEPS, *RECEIVER_STEPS])
def test_a_step_meant_for_the_other_side_cannot_be_noted(at: Any, sent: UUID, step: str) -> None:
    note = (
        "insert into handoff_step (id, sender_id, receiver_id, author_id, handoff_id, step, by_name, at) "
        "values (:new, 2, 3, :author, :id, :step, '某人', now())"
    )
    own, other = (EAST, WEST) if step in SENDER_STEPS else (WEST, EAST)
    with at(own) as connection:
        assert changed(connection, note, new=uuid4(), author=NUMBER[own], id=sent, step=step) == 1
        refused(connection, note, new=uuid4(), author=NUMBER[other], id=sent, step=step)  # in the other's name
    with at(other) as connection:
        refused(connection, note, new=uuid4(), author=NUMBER[other], id=sent, step=step)
    with at(NORTH) as connection:
        refused(connection, note, new=uuid4(), author=NUMBER[NORTH], id=sent, step=step)


def test_the_database_and_the_declaration_agree_on_whose_a_step_is() -> None:
    declared = {(step.name, step.side) for life in WORKFLOWS.values() for step in life.by_name.values()}  # type: ignore[attr-defined]
    assert declared <= {(name, "sender") for name in SENDER_STEPS} | {(name, "receiver") for name in RECEIVER_STEPS}
    for life in WORKFLOWS.values():
        for step in life.by_name.values():
            assert step.target in (SENDER_SETS if step.side == "sender" else RECEIVER_SETS)  # type: ignore[attr-defined]
    assert EITHER_STEPS == ("write",)


@pytest.mark.parametrize("table", PACKET)
@pytest.mark.parametrize("slug", [EAST, WEST, NORTH, CITY])
def test_nobody_rewrites_a_packet_a_step_or_a_party(at: Any, sent: UUID, table: str, slug: str) -> None:
    columns = {
        "handoff_personal": "story = 'x'",
        "handoff_file": "name = 'x'",
        "handoff_message": "text = 'x'",
        "handoff_step": "text = 'x'",
        "handoff_disclosure": "ground = 'x'",
        "handoff_clock": "started_on = '2020-01-01'",
    }
    with at(slug) as connection:
        refused(connection, f"update {table} set {columns[table]}")
        refused(connection, f"update {table} set receiver_id = 4")
        refused(connection, f"update {table} set author_id = :mine", mine=NUMBER[slug])
        refused(connection, f"delete from {table}")


@pytest.mark.parametrize("column", ["sender_id = 4", "receiver_id = 4", "number = 'x'", "ask = 'x'", "facts = '{}'"])
def test_what_was_sent_stays_as_it_was_sent(at: Any, sent: UUID, column: str) -> None:
    for slug in (EAST, WEST):
        with at(slug) as connection:
            refused(connection, f"update handoff set {column}, status = 'withdrawn'")


def test_a_third_organisation_changes_nothing_and_sees_nothing(at: Any, sent: UUID) -> None:
    for slug in (NORTH, MARKET):
        with at(slug) as connection:
            for table in ("handoff", *PACKET):
                assert connection.execute(text(f"select count(*) from {table}")).scalar() == 0
            assert changed(connection, "update handoff set status = 'withdrawn'") == 0
            assert changed(connection, "update handoff_personal set open_to_receiver = false") == 0
            assert changed(connection, "update handoff_clock set due_on = '2030-01-01'") == 0


def test_the_bureau_sees_the_exchange_and_no_personal_row(at: Any, sent: UUID) -> None:
    with at(CITY) as connection:
        for table in ("handoff", "handoff_step", "handoff_disclosure", "handoff_clock"):
            assert connection.execute(text(f"select count(*) from {table}")).scalar(), table
        for table in CONFIDENTIAL:
            assert connection.execute(text(f"select count(*) from {table}")).scalar() == 0, table
        assert changed(connection, "update handoff set status = 'withdrawn'") == 0


def test_the_receiver_neither_opens_nor_closes_nor_adds_to_the_packet(at: Any, sent: UUID) -> None:
    with at(WEST) as connection:
        for table in CONFIDENTIAL:
            assert changed(connection, f"update {table} set open_to_receiver = false") == 0
        second = (
            "insert into handoff_personal (id, sender_id, receiver_id, author_id, handoff_id, open_to_receiver) "
            "values (:new, 2, 3, 3, :id, true)"
        )
        refused(connection, second, new=uuid4(), id=sent)


def test_a_withdrawal_closes_the_packet_to_the_receiver_and_not_to_the_sender(
    at: Any, sent: UUID, exchange: Exchange
) -> None:
    def seen(slug: str) -> dict[str, int]:
        with at(slug) as connection:
            return {
                table: connection.execute(text(f"select count(*) from {table}")).scalar() or 0 for table in CONFIDENTIAL
            }

    before = {"handoff_personal": 1, "handoff_file": 2, "handoff_message": 1}
    assert seen(WEST) == seen(EAST) == before
    exchange.do(EAST, "handler", "east-YS-2026-000001", "withdraw", text="材料有误。")
    assert seen(EAST) == {**before, "handoff_message": 2}
    after = seen(WEST)
    assert (after["handoff_personal"], after["handoff_file"]) == (0, 0)


def test_a_number_is_nobody_elses_business(at: Any, sent: UUID) -> None:
    """Another sender may use the same number: no unique rule tells that it is taken."""
    with at(NORTH) as connection:
        same = (
            "insert into handoff (id, sender_id, receiver_id, kind, number, subject, ask, status, sent_at) "
            "values (:new, 4, 3, 'referral', 'YS-2026-000001', '题', '请', 'sent', now())"
        )
        assert changed(connection, same, new=uuid4()) == 1
