"""Tasks: given on a case or noted for oneself, done by a day, told to whom they concern, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import deadlines
from app.audit.models import Entry, Remark
from app.cases.queries import by_number
from app.cases.tasks import queries, services
from app.cases.tasks.jobs import remind_of_tasks
from app.cases.tasks.models import Task
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.jobs import drain
from app.notifications.models import Notice
from tenants.database import db
from tests.town import CITY, EAST, NORTH, WEST


@pytest.fixture
def given(town, lodged) -> Any:
    """A task that the director of East gave to the handler: its key."""

    def make(number: str | None = None, **more: Any) -> Any:
        number = number or lodged()
        with town.at(EAST):
            handler, director = town.person(EAST, "handler"), town.person(EAST, "director")
            said = {"text": "问清合同编号", "due_on": clock.today(), "assignee": handler.id, **more}
            key = services.give(director, case=by_number(number), **said).id
            db.session.commit()
        drain()
        return key

    return make


def told(town: Any, login: str) -> list[str]:
    with town.at(EAST):
        of = Notice.person_id == town.person(EAST, login).id
        return [one.event for one in db.session.scalars(select(Notice).where(of).order_by(Notice.id))]


def act(town: Any, key: Any, login: str, do: Any, *more: Any, **said: Any) -> None:
    with town.at(EAST):
        person = town.person(EAST, login)
        do(queries.by_key(key, person), person, *more, **said)
        db.session.commit()
    drain()


def test_who_is_given_a_task_hears_of_it_and_who_gave_it_when_it_is_done(town, given):
    key = given()
    assert "task.given" in told(town, "handler")
    assert "task.given" not in told(town, "director")
    act(town, key, "handler", services.finish)
    assert told(town, "director").count("task.done") == 1
    act(town, key, "director", services.reopen)
    assert "task.reopened" in told(town, "handler")
    act(town, key, "handler", services.finish)
    assert told(town, "director").count("task.done") == 2


def test_what_happened_to_it_stands_in_the_story_of_its_case(town, lodged, given):
    number = lodged()
    act(town, given(number), "handler", services.finish)
    page = town.client(EAST, "clerk")
    page.get("/account?lang=en")
    page.get(f"/cases/{number}")
    assert "Gave a task" in page.page.words
    assert "A task is done" in page.page.words
    assert "问清合同编号" in page.page.words


def test_it_is_done_once_and_reopened_once(town, given):
    key = given()
    with pytest.raises(WrongMoment):
        act(town, key, "handler", services.reopen)
    act(town, key, "handler", services.finish)
    with pytest.raises(WrongMoment):
        act(town, key, "handler", services.finish)


def test_a_colleague_who_neither_has_nor_gave_it_leaves_it_alone(town, given):
    key = given()
    with pytest.raises(NotAllowed):
        act(town, key, "second", services.finish)
    assert town.client(EAST, "second").post(f"/tasks/{key}/done").status_code == 403
    with town.at(EAST):
        assert db.session.scalars(select(Task)).one().is_open


def test_given_to_somebody_else_both_the_change_and_the_notice_are_there(town, given):
    key = given()
    with town.at(EAST):
        second = town.person(EAST, "second").id
    later = clock.today() + timedelta(days=3)
    act(town, key, "director", services.change, text="问清合同编号", due_on=later, assignee=second)
    assert "task.given" in told(town, "second")
    with town.at(EAST):
        entry = db.session.scalars(select(Entry).where(Entry.event == "task.changed")).one()
        assert set(entry.facts["changes"]) == {"due_on", "assignee_id"}


@pytest.mark.parametrize(("place", "login"), [(WEST, "handler"), (NORTH, "director"), (CITY, "supervisor")])
def test_nobody_of_another_organisation_can_be_given_one(town, lodged, given, place, login):
    stranger = town.person(place, login).id
    with pytest.raises(Invalid, match=r"assignee|center|单位|中心"):
        given(lodged(), assignee=stranger)


def test_who_reads_no_cases_and_who_is_disabled_can_be_given_none(town, lodged, given):
    with town.at(EAST):
        admin = town.person(EAST, "admin").id
    number = lodged()
    with pytest.raises(Invalid):
        given(number, assignee=admin)
    with town.at(EAST):
        second = town.person(EAST, "second")
        second.active = False
        db.session.commit()
    with pytest.raises(Invalid):
        given(number, assignee=second.id)


def test_one_of_ones_own_is_nobody_elses_not_even_the_directors(town):
    handler = town.client(EAST, "handler")
    due = clock.today().isoformat()
    assert handler.post("/tasks/new", {"text": "整理案卷", "due_on": due}).status_code == 303
    handler.get("/tasks")
    assert "整理案卷" in handler.page.words
    with town.at(EAST):
        key = db.session.scalars(select(Task.id)).one()
        with pytest.raises(Missing):
            queries.by_key(key, town.person(EAST, "director"))
        remarks = db.session.scalars(select(Remark.text)).all()
        assert not [words for words in remarks if "整理案卷" in words]  # the trail is read by others
    for login in ("director", "clerk"):
        assert town.client(EAST, login).get(f"/tasks/{key}").status_code == 404


def test_a_task_is_not_there_for_another_county(town, given):
    key = given()
    west = town.client(WEST, "director")
    assert west.get(f"/tasks/{key}").status_code == 404
    assert west.post(f"/tasks/{key}/done").status_code == 404
    with town.at(CITY):
        assert db.session.scalars(select(Task)).all() == []


def test_two_who_change_it_at_once_both_see_what_they_typed(town, given):
    key = given()
    page = town.client(EAST, "director")
    with town.at(EAST):
        handler = str(town.person(EAST, "handler").id)
    act(town, key, "handler", services.change, text="先问合同", due_on=clock.today(), assignee=town.handler.id)
    said = {"text": "再问合同", "due_on": clock.today().isoformat(), "assignee": handler, "version": "1"}
    answer = page.post(f"/tasks/{key}/edit", said)
    assert answer.status_code == 409
    assert "再问合同" in answer.get_data(as_text=True)


def test_what_is_late_is_said_on_the_desk_on_the_case_and_in_a_notice(town, lodged, given):
    number = lodged()
    yesterday = clock.now() - timedelta(days=5)
    with clock.freeze(yesterday):
        given(number, due_on=clock.today())
    page = town.client(EAST, "handler")
    page.get("/account?lang=en")
    for path in ("/desk/today", f"/cases/{number}", "/tasks"):
        page.get(path)
        assert "5 days late" in page.page.words, path
    with town.at(EAST):
        morning = clock.at(deadlines.load_calendar().next_working_day(clock.today()), 9)
        with clock.freeze(morning):
            remind_of_tasks.run()
            remind_of_tasks.run()
            db.session.commit()
    assert told(town, "handler").count("task.digest") == 1


@pytest.mark.parametrize(
    "fault", [{"text": ""}, {"due_on": "2026-01-05"}, {"assignee": "11111111-1111-4111-8111-111111111111"}]
)
def test_a_form_says_what_is_wrong_and_keeps_the_rest(town, lodged, fault):
    number = lodged()
    page = town.client(EAST, "director")
    said = {"text": "问清", "due_on": clock.today().isoformat(), "assignee": str(town.handler.id), **fault}
    assert page.post(f"/tasks/new?case={number}", said).status_code == 422
    with town.at(EAST):
        assert db.session.scalars(select(Task)).all() == []
