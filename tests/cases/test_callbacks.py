"""Who is called back after closing, what they say, and what follows from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.models import Entry
from app.cases.callbacks import queries, services
from app.cases.callbacks.models import CallBack, CallBackAttempt, CallBackState
from app.cases.queries import by_number
from app.cases.settings import services as settings
from app.cases.tasks.models import Task
from app.core.errors import Invalid, WrongMoment
from app.jobs import drain
from tenants.database import db
from tests.town import CITY, EAST, WEST


@pytest.fixture
def wants(town) -> Any:
    """What East wants of call-backs: `wants("sample", 30)`."""

    def say(whom: str, share: int = 30) -> None:
        with town.at(EAST):
            settings.change(town.person(EAST, "director"), call_backs=whom, call_back_share=share)
            db.session.commit()

    return say


@pytest.fixture
def closed(standing, wants) -> Any:
    """A closed case of East that waits for its call: its number."""

    def make() -> str:
        wants("all")
        number = standing("closed")
        drain()
        return number

    return make


def of(town: Any, number: str) -> CallBack | None:
    return queries.latest_of(by_number(number))


def tried(town: Any, number: str, **said: Any) -> None:
    with town.at(EAST):
        row = of(town, number)
        assert row is not None
        services.attempt(queries.by_key(row.id), town.person(EAST, "clerk"), **said)
        db.session.commit()


# Whom ----------------------------------------------------------------------------------------------------------------


def test_who_is_drawn_is_the_same_whenever_it_is_worked_out_and_about_the_share():
    numbers = [f"2026-{n:06d}" for n in range(5000)]
    drawn = {number for number in numbers if services.is_drawn("a1b2", number, 30)}
    assert 1400 < len(drawn) < 1600
    assert drawn == {number for number in reversed(numbers) if services.is_drawn("a1b2", number, 30)}
    assert drawn < {number for number in numbers if services.is_drawn("a1b2", number, 60)}  # a larger share adds
    assert drawn != {number for number in numbers if services.is_drawn("c3d4", number, 30)}
    # Worked out apart: the first eight bytes of sha256("a1b2:2026-000000") are dbbc21b42ed2bf7c …
    assert sorted(drawn)[:1] == ["2026-000009"]
    assert all(services.is_drawn("a1b2", number, 100) for number in numbers)
    assert not any(services.is_drawn("a1b2", number, 0) for number in numbers)


def test_every_draw_is_recorded_with_its_seed_whoever_it_fell_on(town, standing, wants):
    wants("sample", 50)
    numbers = [standing("closed", phone=f"1391234{n:04d}") for n in range(6)]
    drain()
    with town.at(EAST):
        seed = settings.present().seed
        entries = db.session.scalars(select(Entry).where(Entry.event == "call_back.drawn")).all()
        assert {entry.subject_number for entry in entries} == set(numbers)
        for entry in entries:
            assert entry.facts["seed"] == seed
            assert entry.facts["drawn"] is services.is_drawn(seed, entry.subject_number, 50)
        waiting = {row.case.number for row in db.session.scalars(select(CallBack))}
        assert waiting == {entry.subject_number for entry in entries if entry.facts["drawn"]}


@pytest.mark.parametrize(("whom", "count"), [("none", 0), ("all", 1)])
def test_all_or_nobody(town, standing, wants, whom, count):
    wants(whom)
    standing("closed")
    drain()
    with town.at(EAST):
        assert len(db.session.scalars(select(CallBack)).all()) == count


def test_what_was_refused_or_withdrawn_is_not_asked_about(town, standing, lodged, take, wants):
    wants("all")
    standing("refused")
    take(lodged(), "withdraw")
    drain()
    with town.at(EAST):
        assert db.session.scalars(select(CallBack)).all() == []


def test_a_case_that_is_reopened_is_asked_about_when_it_is_closed_again(town, closed, take):
    number = closed()
    take(number, "reopen")
    drain()
    with town.at(EAST):
        assert of(town, number).state == CallBackState.DROPPED
    for step in ("mediate", "settle", "close"):
        take(number, step)
    drain()
    with town.at(EAST):
        assert of(town, number).state == CallBackState.WAITING


# What they say -------------------------------------------------------------------------------------------------------


def test_an_answer_ends_it_and_cannot_be_given_twice(town, closed):
    number = closed()
    tried(town, number, result="nobody")
    tried(town, number, result="answered", satisfaction=5)
    with town.at(EAST):
        row = of(town, number)
        assert (row.state, row.satisfaction) == (CallBackState.ANSWERED, 5)
        assert db.session.scalars(select(Task)).all() == []
    with pytest.raises(WrongMoment):
        tried(town, number, result="answered", satisfaction=1, reason="反悔")


@pytest.mark.parametrize("results", [["nobody"] * 3, ["declined"], ["nobody", "wrong"]])
def test_without_an_answer_it_ends_after_three_tries_a_refusal_or_a_wrong_number(town, closed, results):
    number = closed()
    for result in results:
        with town.at(EAST):
            assert of(town, number).state == CallBackState.WAITING
        tried(town, number, result=result)
    with town.at(EAST):
        row = of(town, number)
        assert (row.state, row.satisfaction) == (CallBackState.UNANSWERED, None)
        found = queries.satisfaction()
        assert (found.answered, found.invalid) == (0, 1)  # in no share


def test_who_is_dissatisfied_makes_a_task_for_who_handled_the_case(town, closed, take):
    number = closed()
    with town.at(EAST):
        handled_by = by_number(number).assignee_id
    tried(town, number, result="answered", satisfaction=2, reason="商家没有按约退款")
    with town.at(EAST):
        task = db.session.scalars(select(Task)).one()
        assert task.assignee_id == handled_by
        assert "商家没有按约退款" in task.text
        assert task.case.number == number
    director = town.client(EAST, "director")
    with town.at(EAST):
        key = of(town, number).id
    director.get(f"/call-backs/{key}")
    assert f"/east/cases/{number}/steps/reopen" in director.page.links


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"result": "answered"}, "satisfaction"),
        ({"result": "answered", "satisfaction": 6}, "satisfaction"),
        ({"result": "answered", "satisfaction": 1}, "reason"),
        ({"result": "vanished"}, "result"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_kept(town, closed, said, field):
    number = closed()
    with pytest.raises(Invalid) as refused:
        tried(town, number, **said)
    assert refused.value.field == field
    with town.at(EAST):
        assert of(town, number).state == CallBackState.WAITING
        assert db.session.scalars(select(CallBackAttempt)).all() == []


def test_the_pages_lead_from_the_list_to_the_call_to_the_picture_with_its_table(town, closed):
    number, clerk = closed(), town.client(EAST, "clerk")
    clerk.get("/account?lang=en")
    clerk.get("/call-backs")
    (link,) = [link for link in clerk.page.links if link.startswith("/east/call-backs/") and "satisfaction" not in link]
    said = {"result": "answered", "satisfaction": "4", "reason": "", "remark": "", "version": "1"}
    assert clerk.post(link.removeprefix("/east"), said).status_code == 303
    clerk.get(link.removeprefix("/east"))
    assert "4 satisfied" in clerk.page.words
    clerk.get("/call-backs/satisfaction")
    assert "1 of 1 were satisfied or very satisfied (100" in clerk.page.words
    clerk.get("/call-backs?show=answered&score=4")
    assert number in clerk.page.words
    clerk.get("/call-backs?show=answered&score=1")
    assert number not in clerk.page.words


def test_call_backs_stay_within_the_center(town, closed):
    number = closed()
    with town.at(EAST):
        key = of(town, number).id
    assert isinstance(key, UUID)
    assert town.client(WEST, "clerk").get(f"/call-backs/{key}").status_code == 404
    for slug in (WEST, CITY):
        with town.at(slug):
            assert db.session.scalars(select(CallBack)).all() == []
