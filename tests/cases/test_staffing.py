"""Who is away and who deputises; cases that change hands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import deadlines
from app.accounts import absence
from app.accounts import services as accounts
from app.accounts.models import Absence
from app.audit.models import Entry, Remark
from app.cases import queries as cases
from app.cases.queries import by_number
from app.cases.settings import services as settings
from app.cases.staffing import queries, services
from app.cases.tasks import queries as tasks
from app.cases.tasks import services as tasks_services
from app.cases.tasks.models import Task
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed
from app.jobs import drain
from app.notifications import words
from app.notifications.models import Notice
from tenants.database import db
from tests.town import CITY, EAST, WEST


@pytest.fixture
def leave(town) -> Any:
    """Somebody of East is away today and tomorrow: `leave("handler", deputy="second")`."""

    def make(login: str, deputy: str | None = None, *, by: str = "director", **more: Any) -> Any:
        with town.at(EAST):
            today = clock.today()
            said = {"first_on": today, "last_on": today + timedelta(days=1), **more}
            stands = town.person(EAST, deputy).id if deputy else None
            row = absence.enter(town.person(EAST, by), person=town.person(EAST, login).id, deputy=stands, **said)
            db.session.commit()
            return row.id

    return make


@pytest.fixture
def in_hand(town, lodged, take) -> Any:
    """Open cases in somebody's hands: their numbers."""

    def make(count: int, login: str = "handler") -> list[str]:
        key = str(town.person(EAST, login).id)
        numbers = [lodged(phone=f"1391234{n:04d}", title=f"退还余额 {n}") for n in range(count)]
        for number in numbers:
            take(number, "assign", assignee=key)
        drain()
        return numbers

    return make


def told(town: Any, login: str) -> list[tuple[str, bool]]:
    with town.at(EAST):
        of = Notice.person_id == town.person(EAST, login).id
        rows = db.session.scalars(select(Notice).where(of).order_by(Notice.id))
        return [(one.event, bool(one.facts.get("deputy"))) for one in rows]


def holder(town: Any, number: str) -> str:
    with town.at(EAST):
        case = by_number(number)
        return case.assignee.login if case.assignee else ""


# Away ----------------------------------------------------------------------------------------------------------------


def test_while_somebody_is_away_the_deputy_is_told_too_and_that_it_is_as_a_deputy(town, lodged, take, leave):
    leave("handler", "second")
    take(lodged(), "assign", assignee=str(town.handler.id))
    drain()
    assert ("case.assign", False) in told(town, "handler")
    assert ("case.assign", True) in told(town, "second")
    assert words.title("case.assign", {"number": "2026-000001", "deputy": True}).startswith(("As deputy", "代理"))


def test_before_and_after_it_and_once_it_is_ended_the_deputy_hears_nothing(town, lodged, take, leave):
    key = leave("handler", "second")
    for days in (-1, 2):
        with clock.freeze(clock.now() + timedelta(days=days)):
            take(lodged(), "assign", assignee=str(town.handler.id))
            drain()
    with town.at(EAST):
        absence.end(key, town.person(EAST, "handler"))
        db.session.commit()
    take(lodged(), "assign", assignee=str(town.handler.id))
    drain()
    assert told(town, "second") == []


def test_the_deputy_sees_the_cases_and_the_tasks_of_who_is_away_under_mine(town, in_hand, leave):
    (number,) = in_hand(1)
    with town.at(EAST):
        handler, director = town.person(EAST, "handler"), town.person(EAST, "director")
        said = {"due_on": clock.today(), "assignee": handler.id}
        tasks_services.give(director, text="联系商家", case=by_number(number), **said)
        tasks_services.give(handler, text="自己的事", **said)
        db.session.commit()
    second = town.client(EAST, "second")
    second.get("/cases?who=me")
    assert number not in second.page.words
    leave("handler", "second")
    second.get("/cases?who=me")
    assert number in second.page.words
    with town.at(EAST):
        assert cases.figures(town.person(EAST, "second")).mine == 1
    second.get("/tasks")
    assert "联系商家" in second.page.words
    assert "自己的事" not in second.page.words  # what somebody noted for themselves alone


def test_who_gives_a_case_to_somebody_away_is_warned(town, lodged, leave):
    leave("handler", "second")
    number, page = lodged(), town.client(EAST, "director")
    page.get("/account?lang=en")
    page.get(f"/cases/{number}/steps/assign")
    assert "东同事 deputises" in page.page.words
    with town.at(EAST):
        version = by_number(number).version
    page.post(f"/cases/{number}/steps/assign", {"assignee": str(town.handler.id), "version": str(version)})
    page.get(f"/cases/{number}")
    assert "This colleague is away" in page.page.words


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"last": -2, "first": -3}, "last_on"),
        ({"first": 3, "last": 1}, "last_on"),
        ({"deputy": "handler"}, "deputy"),
        ({"deputy": "of West"}, "deputy"),
        ({"person": "of West"}, "person"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused_beside_its_field(town, said, field):
    west, today = town.person(WEST, "handler").id, clock.today()
    who = {"handler": town.handler.id, "of West": west, None: None}
    with town.at(EAST), pytest.raises(Invalid) as refused:
        absence.enter(
            town.person(EAST, "director"),
            person=who[said.get("person", "handler")],
            deputy=who[said.get("deputy")],
            first_on=today + timedelta(days=said.get("first", 0)),
            last_on=today + timedelta(days=said.get("last", 1)),
        )
    assert refused.value.field == field


def test_two_absences_do_not_overlap_and_a_deputy_is_there(leave):
    leave("handler", "second")
    with pytest.raises(Invalid, match=r"."):
        leave("handler")
    with pytest.raises(Invalid):
        leave("director", "handler")
    assert leave("director", "second")


def test_one_enters_ones_own_and_not_a_colleagues(town, leave):
    assert leave("second", by="second")
    with pytest.raises(NotAllowed):
        leave("handler", by="second")
    assert leave("handler", by="admin")
    page = town.client(EAST, "clerk")
    today = clock.today().isoformat()
    said = {"person": str(town.handler.id), "first_on": today, "last_on": today, "deputy": ""}
    assert page.post("/absences", said).status_code == 422


def test_absences_stay_within_the_organisation(town, leave):
    key = leave("handler", "second")
    assert town.client(WEST, "director").post(f"/absences/{key}/end").status_code == 404
    for slug in (WEST, CITY):
        with town.at(slug):
            assert db.session.scalars(select(Absence)).all() == []
            assert absence.listed() == []
    with town.at(EAST), pytest.raises(Missing):
        absence.end(uuid4(), town.person(EAST, "director"))


# Handing over --------------------------------------------------------------------------------------------------------


def test_the_plan_changes_nothing_and_the_deed_stands_in_the_story_of_each(town, in_hand):
    numbers = in_hand(5)
    page = town.client(EAST, "director")
    page.get("/account?lang=en")
    to = [str(town.person(EAST, login).id) for login in ("second", "director")]
    said = {"person": str(town.handler.id), "chosen": numbers[:4], "to": to, "text": "休产假"}
    page.post("/hand-over", said)
    assert "changes hands" in page.page.words
    assert {holder(town, number) for number in numbers} == {"handler"}
    page.post("/hand-over", {**said, "go": "yes"})
    assert "4 cases changed hands" in page.page.words
    assert sorted(holder(town, number) for number in numbers) == ["director", "director", "handler", "second", "second"]
    drain()
    with town.at(EAST):
        entries = db.session.scalars(select(Entry).where(Entry.event == "case.assign").order_by(Entry.seq)).all()
        last = {entry.subject_number: entry for entry in entries}
        remarks = dict(db.session.execute(select(Remark.entry_id, Remark.text)).all())
        for number in numbers[:4]:
            assert remarks[last[number].id].startswith("休产假")
            assert "assignee_id" in last[number].facts["changes"]
    assert [event for event, _as in told(town, "second")].count("case.assign") == 2


def test_what_was_closed_meanwhile_stays_and_says_so_and_the_rest_goes(town, in_hand, take):
    numbers = in_hand(3)
    take(numbers[1], "withdraw")
    with town.at(EAST):
        handler, director = town.person(EAST, "handler"), town.person(EAST, "director")
        rows = services.hand_over(handler, numbers, {town.person(EAST, "second").id}, director, text="休假")
        db.session.commit()
    assert {row.number: bool(row.refusal) for row in rows} == dict(zip(numbers, (False, True, False), strict=True))
    assert [holder(town, number) for number in numbers] == ["second", "handler", "second"]


def test_what_is_still_to_do_on_a_case_goes_with_it(town, in_hand):
    (number,) = in_hand(1)
    with town.at(EAST):
        handler, director = town.person(EAST, "handler"), town.person(EAST, "director")
        for who in (handler, director):
            said = {"text": "联系商家", "due_on": clock.today(), "assignee": who.id}
            tasks_services.give(director, case=by_number(number), **said)
        second = town.person(EAST, "second").id
        services.hand_over(handler, [number], {second}, director, text="休假")
        db.session.commit()
        assert {task.assignee_id for task in tasks.of_case(by_number(number))} == {second, director.id}


@pytest.mark.parametrize(("login", "code"), [("handler", 403), ("clerk", 403), ("admin", 403), ("director", 200)])
def test_who_assigns_the_work_hands_it_over(town, login, code):
    assert town.client(EAST, login).get("/hand-over").status_code == code


def test_nothing_goes_to_another_organisation_nor_to_who_handles_nothing(town, in_hand):
    numbers = in_hand(1)
    with town.at(EAST):
        handler, director = town.person(EAST, "handler"), town.person(EAST, "director")
        for stranger in (uuid4(), town.person(EAST, "clerk").id, handler.id):
            with pytest.raises(Invalid):
                services.hand_over(handler, numbers, {stranger}, director, text="休假")
    west = town.person(WEST, "handler")
    assert town.client(EAST, "director").get(f"/hand-over?person={west.id}").status_code == 404
    assert town.client(EAST, "director").get("/hand-over?person=none-such").status_code == 404


def test_when_somebody_with_open_cases_is_shut_out_the_director_is_led_to_the_hand_over(town, in_hand):
    in_hand(2)
    with town.at(EAST):
        accounts.disable(town.person(EAST, "handler"), by=town.person(EAST, "admin"))
        db.session.commit()
    drain()
    assert ("person.left_cases", False) in told(town, "director")
    with town.at(EAST):
        one = db.session.scalars(select(Notice).where(Notice.event == "person.left_cases")).one()
    page = town.client(EAST, "director")
    answer = page.post(f"/notices/{one.id}")
    assert page.get(answer.location.removeprefix("/east")).status_code == 200
    page.get("/hand-over")
    assert "东承办" in page.page.words
    with town.at(EAST):
        assert not db.session.scalars(select(Task)).all()


# Most in one person's hands ------------------------------------------------------------------------------------------


@pytest.fixture
def due(town, lodged) -> Any:
    """So many cases due within five working days in these hands: `due(handler=5, second=1)`."""

    def make(**held: int) -> None:
        numbers = {login: [lodged(phone=f"1391{n:07d}") for n in range(count)] for login, count in held.items()}
        with town.at(EAST):
            soon = deadlines.load_calendar().add_working_days(clock.today(), 3)
            for login, theirs in numbers.items():
                for number in theirs:
                    case = by_number(number)
                    case.due_on = soon
                    case.assignee_id = town.person(EAST, login).id if login != "nobody" else None
            db.session.commit()

    return make


USUAL = {"call_backs": "none", "call_back_share": "30", "call_back_days": "5"}


def burden(town: Any) -> Any:
    with town.at(EAST):
        found = queries.burden()
        return found and (found.person.login, found.held, found.due, found.percent)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({}, None),
        ({"handler": 5}, None),  # of five nothing is said
        ({"handler": 6}, ("handler", 6, 6, 100)),
        ({"handler": 4, "second": 2}, ("handler", 4, 6, 67)),
        ({"handler": 3, "second": 3, "director": 2}, None),
        ({"handler": 3, "nobody": 9}, None),  # what nobody handles is no burden
    ],
)
def test_the_director_hears_of_who_holds_most_of_what_is_due(town, due, held, said):
    due(**held)
    assert burden(town) == said
    page = town.client(EAST, "director")
    page.get("/account?lang=en")
    page.get("/desk/today")
    assert ("due within five working days (" in page.page.words) is bool(said)
    if said:
        page.get(f"/cases?who={town.handler.id}&due=soon")
        assert page.page.words.count("悦动健身") == said[1]
        page.get("/account?lang=en")
        handler = town.client(EAST, "handler")
        handler.get("/account?lang=en")
        handler.get("/desk/today")
        assert "due within five working days (" not in handler.page.words


def test_from_which_share_on_is_the_centers_to_say(town, due):
    due(handler=4, second=3)
    assert burden(town) == ("handler", 4, 7, 57)
    page = town.client(EAST, "director")
    assert (
        page.post("/case-settings", {"burden_share": "60", "burden_least": "6", **USUAL, "version": "1"}).status_code
        == 303
    )
    assert burden(town) is None
    answer = page.post("/case-settings", {"burden_share": "40", "burden_least": "6", **USUAL, "version": "1"})
    assert answer.status_code == 409  # somebody else was faster
    assert (
        page.post("/case-settings", {"burden_share": "0", "burden_least": "6", **USUAL, "version": "2"}).status_code
        == 422
    )
    with town.at(WEST):
        assert settings.present().burden_share == 50
    with town.at(EAST):
        entry = db.session.scalars(select(Entry).where(Entry.event == "setting.changed")).one()
        assert entry.facts["changes"] == {"burden_share": [50, 60]}
