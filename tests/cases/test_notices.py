"""Who is told of what, after the commit and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.models import Person
from app.cases.jobs import alarm
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.notifications.models import Notice
from app.notifications.words import title
from tenants.database import db
from tests.town import EAST


@pytest.fixture
def told(town):
    """Who in East has been told of what: a set of (login, event)."""

    def look():
        jobs.drain()
        with town.at(EAST):
            rows = db.session.execute(select(Person.login, Notice.event).join(Notice, Notice.person_id == Person.id))
            return {tuple(row) for row in rows}

    return look


def test_a_draft_is_told_to_who_approves_and_its_approval_to_who_drafted(town, lodged, take, told):
    number = lodged()
    take(number, "refuse", login="handler")
    assert told() == {("director", "case.drafted")}
    with town.at(EAST):
        case = by_number(number)
        CASE.approve(CASE.waiting(case), case, by=town.person(EAST, "director"))
        db.session.commit()
    assert told() == {("director", "case.drafted"), ("handler", "case.refuse")}


def test_who_is_given_a_case_is_told_and_nobody_of_what_they_did_themselves(town, lodged, take, told):
    number = lodged()
    with town.at(EAST):
        second = str(town.person(EAST, "second").id)
    take(number, "assign", assignee=second)
    assert told() == {("second", "case.assign")}
    take(number, "accept", login="second")
    assert told() == {("second", "case.assign")}


def test_what_was_rolled_back_tells_nobody(town, lodged, told):
    number = lodged()
    with town.at(EAST):
        CASE.take("refuse", by_number(number), by=town.person(EAST, "handler"), ground="NA1", text="不属于职责")
        db.session.rollback()
    assert told() == set()


def test_what_is_late_is_told_once_a_time_limit(town, lodged, told):
    number = lodged(received_at=clock.now() - timedelta(days=14))
    with town.at(EAST):
        late = by_number(number).due_on < clock.today()
    for _night in range(2):
        with town.at(EAST):
            alarm.run()
            db.session.commit()
    assert told() == {("director", "case.late" if late else "case.soon")}
    with town.at(EAST):
        notices = db.session.scalars(select(Notice)).all()
        assert len(notices) == 1
        assert number in title(notices[0].event, notices[0].facts)


def test_what_was_late_long_ago_is_no_news(town, lodged, told):
    lodged(received_at=clock.now() - timedelta(days=90))
    with town.at(EAST):
        alarm.run()
        db.session.commit()
    assert told() == set()
