"""A worker that is killed between the commit and the delivery: the job is done, and done once (F11)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.audit.trail import verify
from app.cases.services import lodge
from app.handoffs import services
from tenants.database import db
from tests.handoffs.conftest import TOLD
from tests.races.conftest import Process, until
from tests.town import EAST, MARKET, Town

ROUNDS = 20
LETTER = {
    "kind": "request",
    "receiver": 5,
    "subject": "核查预付卡备案",
    "ask": "请核查。",
    "fields": {"story": "masked"},
}
# Where the worker is held when it is killed: the statement that holds it there, by what it would do next.
MOMENTS = {
    "before it has taken the job": None,
    "before it has told the other side": "select 1 from audit_head where tenant_id = 5 for update",
    "after it has told, before it has said so": "select 1 from handoff_echo where step_id = :step for update",
    "after it has said so, before its receipt": "lock table job_receipt in share mode",
    "at any moment": None,
}


def send(town: Town) -> Any:
    """East asks the market department something: the step that a job will tell of."""
    with town.at(EAST):
        case = lodge(TOLD, town.person(EAST, "clerk")).case
        draft = services.send(case, town.person(EAST, "director"), **LETTER)
        db.session.commit()
        return draft.handoff_id


def put_back(root: Engine) -> None:
    """What takes half a minute and a minute's turn in life: the dead worker is missed, and its job put back."""
    with root.begin() as connection:
        connection.execute(text("update jobs.procrastinate_workers set last_heartbeat = now() - interval '1 minute'"))
        connection.execute(
            text(
                "insert into jobs.procrastinate_jobs (queue_name, task_name, args) "
                "values ('default', 'jobs.sweep', '{\"timestamp\": 0}')"
            )
        )


@pytest.mark.long
def test_a_job_whose_worker_was_killed_is_done_once(
    app: Any,
    town: Town,
    root: Engine,
    start: Callable[..., Process],
    look: Callable[..., list[Any]],
    held: Any,
    rounds: Callable[[str], None],
) -> None:
    draw, sent = random.Random(9), []
    for number in range(ROUNDS):
        moment = list(MOMENTS)[number % len(MOMENTS)]
        handoff = send(town)
        sent.append(handoff)
        put_back(root)
        ((step,),) = look("select id from handoff_step where handoff_id = :id", id=handoff)
        job = "select id, status from jobs.procrastinate_jobs where args ->> 'step' = :step"
        statement = MOMENTS[moment]
        if statement is None:
            worker = start("flask", "jobs", "work")
            if moment == "at any moment":
                until(lambda: look(job, step=str(step))[0].status != "todo", moment)  # noqa: B023
                until(lambda: draw.random() < 0.05, moment)
            worker.kill()
            continue
        with held(statement, **({"step": step} if ":step" in statement else {})) as blocked:
            worker = start("flask", "jobs", "work")
            until(blocked, moment)
            worker.kill()
    _finish(root, start, look)
    once = [_once(look, handoff) for handoff in sent]
    assert once == [True] * ROUNDS
    assert look("select 1 from act where done_at is null") == []
    for slug in (EAST, MARKET):
        with town.at(slug):
            assert verify() is None
    rounds(f"kill -9 job worker {ROUNDS}, done once {sum(once)}")


def _finish(root: Engine, start: Callable[..., Process], look: Callable[..., list[Any]]) -> None:
    put_back(root)
    start("flask", "jobs", "work")
    query = "select 1 from jobs.procrastinate_jobs where status in ('todo', 'doing') and task_name = 'handoffs.tell'"
    until(lambda: not look(query), "every job is done")


def _once(look: Callable[..., list[Any]], handoff: Any) -> bool:
    """Told to the other side, noted at home, and with one receipt: each once."""
    heard = look("select 1 from audit_entry where event = 'handoff.heard_send' and subject_id = :id", id=handoff)
    told = look("select done_at from handoff_echo where tenant_id = 2 and handoff_id = :id", id=handoff)
    receipts = look(
        "select 1 from job_receipt r join jobs.procrastinate_jobs j on j.id = r.number "
        "join handoff_step s on s.id::text = j.args ->> 'step' where s.handoff_id = :id",
        id=handoff,
    )
    return len(heard) == 1 and len(receipts) == 1 and [row.done_at is not None for row in told] == [True]
