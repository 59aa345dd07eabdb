"""Notices: told after the commit, once, and never to a stranger (TI14)."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import jobs
from app.accounts import services as accounts
from app.accounts.permissions import Can
from app.core import clock, trace, unit
from app.jobs import job
from app.notifications import notify, queries, words
from app.notifications.models import Notice
from tenants.database import db
from tests.town import CITY, EAST, MARKET, WEST


@job(name="tests.tell")
def tell(subject=None, number=None, role="handler"):
    notify("test.told", role=role, facts={"number": number}, endpoint="accounts.account")


@pytest.fixture(autouse=True)
def said(monkeypatch):
    """Words for the events of these tests."""
    monkeypatch.setitem(words.TITLES, "test.told", "You were told of %(number)s")
    monkeypatch.setitem(words.TITLES, "test.late", lambda facts: f"{facts['days']} days late")


@pytest.fixture
def english():
    def choose(browser):
        browser.get("/sign-in?lang=en")
        return browser

    return choose


def told(town, slug=EAST):
    """login -> events of an organisation's people."""
    with town.at(slug):
        found = {}
        for notice in db.session.scalars(select(Notice).order_by(Notice.created_at, Notice.id)):
            found.setdefault(notice.person_id, []).append(notice.event)
        return found


def tell_now(town, slug=EAST, **facts):
    with town.at(slug):
        trace.begin()
        count = notify("test.told", **{"facts": {"number": "2026-000001"}, **facts})
        db.session.commit()
        return count


# Who is told ---------------------------------------------------------------------------------------------------------


def test_people_roles_and_whoever_may_are_told(town):
    handler, second, director, clerk = (
        town.person(EAST, login).id for login in ("handler", "second", "director", "clerk")
    )
    tell_now(town, people=[clerk, None])
    tell_now(town, role="handler")
    tell_now(town, can=Can.CASE_APPROVE)
    assert told(town) == {key: ["test.told"] for key in (handler, second, director, clerk)}


def test_nobody_else_is_told(town):
    for slug in (EAST, WEST, CITY, MARKET):
        tell_now(town, slug, role="handler")
        tell_now(town, slug, can=Can.AUDIT_READ)
    for slug in (EAST, WEST, CITY, MARKET):
        with town.at(slug) as place:
            mine = {person.tenant_id for person in db.session.scalars(select(Notice).join(Notice.person)).unique()}
            assert mine == {place.id}


def test_people_of_another_organisation_are_never_among_the_recipients(town):
    """TI14: not when their number is given, and not from the bureau, which can read them."""
    strangers = [town.person(WEST, "handler").id, town.person(CITY, "supervisor").id]
    assert tell_now(town, EAST, people=strangers) == 0
    assert tell_now(town, CITY, people=[town.person(EAST, "handler").id]) == 0
    assert tell_now(town, CITY, role="handler") == 0
    assert tell_now(town, CITY, can=Can.PERSON_KEEP) == 1


def test_the_database_refuses_a_notice_for_a_stranger(town):
    stranger = town.person(WEST, "handler").id
    with town.at(EAST):
        db.session.add(
            Notice(person_id=stranger, key="x", event="x", subject_kind="", facts={}, arguments={}, created_at=_now())
        )
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def _now():
    from app.core import clock

    return clock.now()


def test_the_bureau_does_not_read_a_countys_notices(town):
    tell_now(town, role="handler")
    assert told(town, CITY) == {}
    assert told(town, WEST) == {}


def test_whoever_did_it_and_whoever_is_disabled_is_not_told(town, somebody_disabled):
    handler = town.person(EAST, "handler").id
    assert tell_now(town, role="handler", but=handler) == 0
    assert tell_now(town, people=[somebody_disabled]) == 0


@pytest.fixture
def somebody_disabled(town):
    second = town.person(EAST, "second")
    with town.at(EAST):
        accounts.disable(town.person(EAST, "second"), by=None)
        db.session.commit()
    return second.id


# How often -----------------------------------------------------------------------------------------------------------


def test_a_thing_is_told_once_per_key(town):
    assert tell_now(town, role="handler", key="case 1 is late") == 2
    assert tell_now(town, role="handler", key="case 1 is late") == 0
    assert tell_now(town, role="handler", key="case 2 is late") == 2


def test_a_job_that_is_done_again_tells_nobody_twice(town):
    handler = town.handler
    with town.at(EAST):
        trace.begin("one-request")
        for _again in range(3):
            notify("test.told", handler, people=[handler.id])
        trace.begin("another-request")
        notify("test.told", handler, people=[handler.id])
        db.session.commit()
    assert told(town) == {handler.id: ["test.told"] * 2}


def test_it_is_told_after_the_commit_and_not_after_a_rollback(town):
    with town.at(EAST):
        unit.afterwards(tell, number="2026-000001")
        db.session.rollback()
    jobs.drain()
    assert told(town) == {}
    with town.at(EAST):
        unit.afterwards(tell, number="2026-000001")
        db.session.commit()
    assert told(town) == {}
    jobs.drain()
    assert len(told(town)) == 2


@pytest.mark.parametrize("value", ["电话 说", "x" * 65, "a\nb"])
def test_a_notice_carries_codes_and_no_content(town, value):
    with town.at(EAST), pytest.raises(ValueError, match="codes"):
        notify("test.told", role="handler", facts={"number": value})
    with town.at(EAST), pytest.raises(ValueError, match="codes"):
        notify("test.told", role="handler", endpoint="x", arguments={"number": value})


# Reading them --------------------------------------------------------------------------------------------------------


def test_an_empty_page_says_what_will_come(town, english):
    browser = english(town.client(EAST, "handler"))
    browser.get("/notices")
    assert "No notices yet" in browser.page.words
    browser.get("/notices?show=unread")
    assert "Nothing is unread" in browser.page.words


def test_opening_a_notice_marks_it_read_and_leads_to_what_it_is_about(town, english):
    tell_now(town, role="handler", endpoint="accounts.roles")
    browser = english(town.client(EAST, "handler"))
    browser.get("/notices")
    assert "You were told of 2026-000001" in browser.page.words
    (open_,) = [form["action"] for form in browser.page.forms if "/notices/0" in form.get("action", "")]
    answer = browser.post(open_)
    assert (answer.status_code, answer.location) == (303, "/east/roles")
    browser.get("/notices?show=unread")
    assert "Nothing is unread" in browser.page.words
    browser.get("/notices")
    assert "You were told of 2026-000001" in browser.page.words


def test_a_notice_about_a_page_that_is_gone_leads_back_to_the_list(town):
    tell_now(town, role="handler", endpoint="once.upon_a_time")
    browser = town.client(EAST, "handler")
    browser.get("/notices")
    (open_,) = [form["action"] for form in browser.page.forms if "/notices/0" in form.get("action", "")]
    assert browser.post(open_).location == "/east/notices"


def test_words_may_be_made_of_the_facts(town, english):
    with town.at(EAST):
        notify("test.late", role="handler", facts={"days": 3})
        notify("test.unknown", role="handler")
        db.session.commit()
    browser = english(town.client(EAST, "handler"))
    browser.get("/notices")
    assert "3 days late" in browser.page.words
    assert "test.unknown" in browser.page.words


def test_all_can_be_marked_as_read(town, english):
    for number in range(3):
        tell_now(town, role="handler", key=str(number))
    browser = english(town.client(EAST, "handler"))
    assert browser.post("/notices/read").status_code == 303
    browser.get("/notices")
    assert "Marked as read: 3" in browser.page.words
    with town.at(EAST):
        assert queries.unread(town.person(EAST, "second")) == 3


@pytest.mark.parametrize(("slug", "login"), [(EAST, "second"), (WEST, "handler"), (CITY, "supervisor")])
def test_nobody_opens_somebody_elses_notice(town, slug, login):
    tell_now(town, people=[town.handler.id])
    with town.at(EAST):
        notice = db.session.scalars(select(Notice)).one()
    browser = town.client(slug, login)
    theirs = browser.post(f"/notices/{notice.id}")
    missing = browser.post("/notices/00000000-0000-7000-8000-000000000000")
    assert theirs.status_code == missing.status_code == 404
    with town.at(EAST):
        assert db.session.scalars(select(Notice.read_at)).one() is None


def test_the_count_stands_on_every_page_and_takes_one_statement(town, english):
    from sqlalchemy import event

    for number in range(4):
        tell_now(town, role="handler", key=str(number))
    browser, sent = english(town.client(EAST, "handler")), []

    def note(_connection, _cursor, statement, *_rest):
        if "notice" in statement:
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    browser.get("/account")
    event.remove(db.engine, "before_cursor_execute", note)
    assert "Notices 4" in browser.page.words
    assert len(sent) == 1
    assert "read_at IS NULL" in sent[0]


def test_pages_outside_and_the_sign_in_page_ask_for_no_notices(town):
    for slug, path in (("", "/"), (EAST, "/sign-in")):
        assert town.client(slug).get(path).status_code == 200


def test_a_long_list_has_pages(town):
    for number in range(55):
        tell_now(town, people=[town.handler.id], key=str(number), facts={"number": f"N{number:03}"})
    browser = town.client(EAST, "handler")
    browser.get("/notices")
    first = browser.page.words
    older = next(link for link in browser.page.links if link.startswith("?after="))
    browser.get(f"/notices{older}")
    assert first.count("You were told of") == 50
    assert browser.page.words.count("You were told of") == 5


def test_what_waits_is_counted_as_far_as_somebody_reads(town):
    """A thousand of them cost what a hundred do, on every page."""
    with town.at(EAST):
        by = town.person(EAST, "second")
        rows = [
            Notice(
                person_id=by.id,
                key=f"many:{n}",
                event="test.told",
                subject_kind="",
                facts={"number": n},
                arguments={},
                created_at=clock.now(),
            )
            for n in range(120)
        ]
        db.session.add_all(rows)
        db.session.commit()
        assert queries.unread(by) == queries.MOST + 1
    browser = town.client(EAST, "second")
    browser.get("/account")
    assert "99+" in browser.page.words
