"""Who is told of what, after the commit and once."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.models import Person
from app.advocacy.workflow import EXPOSURE, LITIGATION
from app.cases import mentions
from app.cases.jobs import remind
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.cases.services import note
from app.cases.workflow import CASE
from app.core import clock
from app.handoffs.workflow import LETTER
from app.investigations.workflow import INVESTIGATION
from app.jobs import drain
from app.mediation.workflow import SESSION
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from app.notifications import queries as notices
from app.notifications.models import Notice
from app.notifications.words import TITLES, title
from tenants.database import db
from tests.town import CITY, EAST, WEST


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


WORKFLOWS = [CASE, PAPER, LITIGATION, EXPOSURE, LETTER, INVESTIGATION, INTERVIEW, COMMITMENT, SESSION]


def test_every_step_that_tells_somebody_has_words_for_it():
    """The bare name of an event is nothing to read on one's desk."""
    without = [
        f"{flow.noun}.{step.name}"
        for flow in WORKFLOWS
        for step in flow.by_name.values()
        if step.tell and f"{flow.noun}.{step.name}" not in TITLES
    ]
    assert not without
    assert sum(bool(step.tell) for step in CASE.by_name.values()) > 10


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


MORNING = date(2026, 9, 21)  # a Monday


def at(day, hour=8, minute=30):
    return clock.freeze(clock.at(day, hour, minute))


@pytest.fixture
def three(town, lodged):
    """Late, due tomorrow and in nobody's hands, due in a week: received on 8, 11 and 18 September 2026."""
    numbers = []
    for day in (8, 11, 18):
        with clock.freeze(clock.at(date(2026, 9, day), 10)):
            numbers.append(lodged(phone=f"139000000{day:02}"))
    with at(date(2026, 9, 18), 11), town.at(EAST):
        CASE.take("claim", by_number(numbers[0]), by=town.person(EAST, "handler"))
        db.session.commit()
    jobs.drain()
    return numbers


def morning(town, day=MORNING, hour=8, minute=30):
    with at(day, hour, minute), town.at(EAST):
        remind.run()
        db.session.commit()


def digests(town):
    with town.at(EAST):
        rows = db.session.execute(
            select(Person.login, Notice.facts).join(Notice, Notice.person_id == Person.id).order_by(Person.login)
        )
        return [(login, facts["late"], facts["urgent"], facts["soon"], facts["numbers"]) for login, facts in rows]


def test_everybody_is_told_once_on_a_working_morning(town, three):
    # Received on Tuesday 2026-09-08: 9, 10, 11, 14, 15, 16, Th 17: late. On Friday the 11th: 14-18 (5), Su 20, Mo 21:
    # due today. On Friday the 18th: 20, 21, 22, 23, 24, 28, Tu 29: five working days from Monday the 21st, so soon.
    late, today, ahead = three
    morning(town)
    assert digests(town) == [("director", 1, 1, 1, [late, today, ahead]), ("handler", 1, 0, 0, [late])]
    morning(town)  # the job is tried again
    assert len(digests(town)) == 2
    morning(town, date(2026, 9, 22))
    assert len(digests(town)) == 4


@pytest.mark.parametrize(
    ("day", "hour", "told"),
    [
        (date(2026, 9, 20), 8, True),  # a Sunday that is worked
        (date(2026, 9, 26), 8, False),  # Mid-Autumn, a Saturday
        (date(2026, 10, 5), 8, False),  # National Day, a Monday
        (date(2026, 9, 21), 7, False),
        (date(2026, 9, 21), 19, False),  # the worker was down in the morning
    ],
)
def test_nobody_is_told_on_a_day_off_or_at_night(town, three, day, hour, told):
    morning(town, day, hour, 31)
    assert bool(digests(town)) == told


def test_the_notice_says_how_many_and_which_and_leads_to_them(app, town, three):
    morning(town)
    with town.at(EAST):
        notice = db.session.scalars(
            select(Notice).join(Person, Notice.person_id == Person.id).where(Person.login == "handler")
        ).one()
        assert (notice.endpoint, notice.arguments) == ("cases.index", {"due": "late", "who": "me"})
        with app.test_request_context():
            assert (
                title(notice.event, notice.facts)
                == f"逾期 1 件，两个工作日内到期 0 件，五个工作日内到期 0 件：{three[0]}"
            )


def test_what_turns_yellow_is_told_to_who_has_it(town, lodged):
    # Received on Monday 2026-09-14: 15, 16, 17, 18, 20 (worked), 21, Tu 22. On Wednesday the 16th it is due in five
    # working days (17, 18, 20, 21, 22), on Tuesday the 15th in six.
    with clock.freeze(clock.at(date(2026, 9, 14), 10)):
        number = lodged()
    with at(date(2026, 9, 14), 11), town.at(EAST):
        CASE.take("claim", by_number(number), by=town.person(EAST, "handler"))
        db.session.commit()
    morning(town, date(2026, 9, 15))
    assert digests(town) == []
    morning(town, date(2026, 9, 16))
    assert digests(town) == [("handler", 0, 0, 1, [number])]
    with town.at(EAST):
        told = db.session.scalars(select(Notice).where(Notice.event == "case.digest")).one()
        assert told.arguments == {"due": "soon", "who": "me"}


def test_a_long_list_is_cut(app):
    with app.test_request_context():
        words = title("case.digest", {"late": 12, "urgent": 0, "numbers": ["2026-000001", "2026-000002"]})
    assert words.endswith("2026-000002…")


# Called in a note ----------------------------------------------------------------------------------------------------


def called(text, *people):
    """The sign-in names of those whom a text calls, among these."""
    here = [SimpleNamespace(id=login, name=name, login=login) for name, login in people]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mentions, "colleagues", lambda: here)
        return [person.login for person in mentions.mentioned(text)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("请@王芳 回电", ["wang.fang"]),
        ("请＠王芳回电", ["wang.fang"]),  # a full-width sign, and no blank behind
        ("@王芳芳看一下", ["wf2"]),  # of several names that fit, the longest
        ("@wf2，@WANG.FANG.", ["wf2", "wang.fang"]),
        ("@王芳 @王芳", ["wang.fang"]),
        ("@李强", ["li1", "li2"]),  # who share a name are all meant
        ("@wf22", []),
        ("wf1@wf2 是邮箱", []),
        ("王芳", []),
        ("@", []),
    ],
)
def test_colleagues_are_found_in_a_note_as_people_type_them(text, who):
    people = [("王芳", "wang.fang"), ("王芳芳", "wf2"), ("李强", "li1"), ("李强", "li2")]
    assert sorted(called(text, *people)) == sorted(who)


def mention(town, number, text):
    with town.at(EAST):
        note(by_number(number), town.person(EAST, "handler"), text=text)
        db.session.commit()
    drain()


def test_who_is_mentioned_is_told_and_the_notice_leads_to_that_very_note(town, lodged):
    number = lodged()
    mention(town, number, "先问合同。")
    mention(town, number, f"@{town.person(EAST, 'second').name} 请回电。")
    page = town.client(EAST, "second")
    with town.at(EAST):
        one = db.session.scalars(select(Notice).where(Notice.event == "case.mentioned")).one()
        assert one.person_id == town.person(EAST, "second").id
    answer = page.post(f"/notices/{one.id}")
    there, _sharp, anchor = answer.location.partition("#")
    assert there == f"/east/cases/{number}"
    body = page.get(f"/cases/{number}").get_data(as_text=True)
    assert "请回电" in body[body.index(f'id="{anchor}"') :].split("</li>")[0]


def test_nobody_outside_the_organisation_is_mentioned_nor_who_reads_no_cases_nor_oneself(town, lodged):
    number = lodged()
    strangers = (
        town.person(WEST, "handler").name,
        town.person(CITY, "supervisor").name,
        town.person(EAST, "admin").name,
    )
    mention(town, number, " ".join(f"@{name}" for name in (*strangers, town.handler.name)))
    for slug in (EAST, WEST, CITY):
        with town.at(slug):
            assert db.session.scalars(select(Notice).where(Notice.event == "case.mentioned")).all() == []


def test_the_names_to_choose_from_are_those_of_the_center_alone(town):
    names = town.client(EAST, "clerk").get("/tasks/colleagues").get_json()
    assert {login for _name, login, _role in names} == {"clerk", "handler", "second", "director"}
    assert "东" in "".join(name for name, _login, _role in names)
    assert "西" not in "".join(name for name, _login, _role in names)


# What somebody has muted, and how early they want to hear ------------------------------------------------------------


def muted(town, number, login="handler"):
    browser = town.client(EAST, login)
    assert browser.post(f"/cases/{number}/mute").status_code == 303
    return browser


def unmuting(page):
    """Where the form goes that ends it."""
    page.get("/notices")
    (end,) = {form["action"] for form in page.page.forms if "/muted/" in form.get("action", "")}
    return end


def test_of_a_muted_case_one_hears_only_what_one_is_asked_for(town, lodged, take, told):
    number = lodged()
    with town.at(EAST):
        handler = str(town.person(EAST, "handler").id)
    take(number, "claim", login="handler")
    page = muted(town, number)
    muted(town, number, "director")
    take(number, "flag", login="director", traits=["urgent"])
    take(number, "supplement", login="clerk", text="又来电话")
    assert told() == set()
    mention(town, number, f"@{town.person(EAST, 'director').name} 请看。")
    take(number, "assign", login="director", assignee=handler)
    asked = {("director", "case.mentioned"), ("handler", "case.assign")}
    assert told() == asked
    assert page.post(unmuting(page)).status_code == 303
    take(number, "supplement", login="clerk", text="再来电话")
    assert told() == asked | {("handler", "case.supplement")}


def test_nobody_unmutes_for_somebody_else(town, lodged):
    number = lodged()
    page = muted(town, number)
    end = unmuting(page)
    assert town.client(EAST, "second").post(end).status_code == 404
    assert town.client(WEST, "handler").post(end.replace("/east/", "/west/")).status_code == 404
    assert town.client(WEST, "handler").post(f"/cases/{number}/mute").status_code == 404


def test_a_muted_case_is_in_the_morning_notice_once_it_is_red_and_a_wish_is_heeded(town, three):
    late, today, ahead = three
    for number in three:
        muted(town, number, "director")
    morning(town)
    assert digests(town) == [("director", 1, 1, 0, [late, today]), ("handler", 1, 0, 0, [late])]
    browser = town.client(EAST, "second")
    assert browser.post("/notices/wish", {"within": "3"}).status_code == 303
    assert browser.post("/notices/wish", {"within": "9"}).status_code == 404
    with town.at(EAST):
        assert notices.wishes() == {town.person(EAST, "second").id: 3}
        assert notices.within(town.person(EAST, "handler")) == 5
        CASE.take(
            "assign", by_number(ahead), by=town.person(EAST, "director"), assignee=str(town.person(EAST, "second").id)
        )
        db.session.commit()
    morning(town, date(2026, 9, 22))  # due on the 29th: 23, 24, 28, 29 are four working days more
    assert "second" not in {login for login, *_rest in digests(town)}
    morning(town, date(2026, 9, 23))
    assert ("second", 0, 0, 1, [ahead]) in digests(town)


def test_a_notice_of_a_step_leads_to_where_the_story_tells_of_it(town, lodged, take, told):
    number = lodged()
    with town.at(EAST):
        second = str(town.person(EAST, "second").id)
    take(number, "assign", assignee=second)
    assert told() == {("second", "case.assign")}
    page = town.client(EAST, "second")
    with town.at(EAST):
        one = db.session.scalars(select(Notice)).one()
    there, _sharp, anchor = page.post(f"/notices/{one.id}").location.partition("#")
    assert there == f"/east/cases/{number}"
    body = page.get(f"/cases/{number}").get_data(as_text=True)
    assert "指派承办人" in body[body.index(f'id="{anchor}"') :].split("</li>")[0]
