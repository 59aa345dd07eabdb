"""AU6, AU7, AU8: the row on the server is the session; what happens to it acts on the very next request."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.accounts import jobs, presence, services, sessions
from app.accounts.models import SignIn
from app.core import clock
from tenants.database import db
from tests.conftest import settings_for
from tests.town import EAST, PASSWORD, WEST

NEW = "four herons over a quiet field"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36 MicroMessenger/8.0"


def is_in(browser):
    return browser.get("/account").status_code == 200


def english(browser):
    browser.get("/sign-in?lang=en")
    return browser


# Leaving (AU6) --------------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_on_the_server(town, jar, events):
    browser = town.client(EAST, "handler")
    taken = jar.taken(browser)
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/east/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert not is_in(jar.replay(taken))
    assert events()[-1].event == "account.signed_out"


def test_signing_out_without_a_session_leads_to_the_sign_in_page(town):
    assert town.client(EAST).post("/sign-out").location == "/east/sign-in"


def test_signing_out_everywhere_ends_every_device(town, jar):
    browsers = [town.client(EAST, "handler") for _ in range(3)]
    other = town.client(EAST, "director")
    answer = browsers[0].post("/account/devices/end")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert [is_in(browser) for browser in browsers] == [False] * 3
    assert is_in(other)


def test_one_device_can_be_signed_out_from_another(town):
    here, there = town.client(EAST, "handler"), town.client(EAST, "handler")
    here.get("/account")
    ends = [form["action"] for form in here.page.forms if "/devices/0" in form["action"]]
    assert len(ends) == 2
    here.post(ends[0])  # the latest stands first
    assert is_in(here)
    assert not is_in(there)
    english(there).get("/sign-in")
    assert "signed out from another one" in there.page.words


def test_ending_this_very_device_signs_out(town):
    browser = town.client(EAST, "handler")
    browser.get("/account")
    (end,) = [form["action"] for form in browser.page.forms if "/devices/0" in form["action"]]
    assert browser.post(end).location == "/east/sign-in"
    assert not is_in(browser)


def test_nobody_ends_a_session_of_somebody_else(town):
    victim, other = town.client(EAST, "director"), town.client(EAST, "handler")
    victim.get("/account")
    (end,) = [form["action"] for form in victim.page.forms if "/devices/0" in form["action"]]
    theirs = other.post(end)
    missing = other.post("/account/devices/00000000-0000-7000-8000-000000000000/end")
    assert theirs.status_code == missing.status_code == 404
    assert is_in(victim)


# Time (AU8) -----------------------------------------------------------------------------------------------------------


def test_half_an_hour_of_silence_ends_a_session(town, jar):
    browser, begun = town.client(EAST, "handler"), clock.now()
    taken = jar.taken(browser)
    with clock.freeze(begun + timedelta(minutes=29)):
        assert is_in(browser)
    with clock.freeze(begun + timedelta(minutes=58)):
        assert is_in(browser)
    with clock.freeze(begun + timedelta(minutes=89)):
        assert not is_in(browser)
    assert not is_in(jar.replay(taken))  # ended is ended, whatever the clock says afterwards


def test_twelve_hours_end_a_session_however_busy_it_was(town):
    browser, begun = town.client(EAST, "handler"), clock.now()
    for minutes in range(0, 12 * 60, 20):
        with clock.freeze(begun + timedelta(minutes=minutes)):
            assert browser.post("/account/alive", checked=False).status_code == 204
    with clock.freeze(begun + timedelta(hours=12, seconds=1)):
        assert not is_in(browser)


def test_the_page_knows_how_long_the_session_will_last(town):
    browser, begun = town.client(EAST, "handler"), clock.now()

    def left(minutes):
        with clock.freeze(begun + timedelta(minutes=minutes)):
            html = browser.get("/account").get_data(as_text=True)
        return int(html.partition('data-session-ends="')[2].partition('"')[0])

    assert 1790 <= left(0) <= 1800
    assert 1790 <= left(20) <= 1800
    for minutes in range(45, 12 * 60 - 10, 25):
        left(minutes)
    assert left(12 * 60 - 5) <= 300  # the twelve hours are nearly over


def test_being_there_is_noted_at_most_once_a_minute(town, statements):
    browser, begun = town.client(EAST, "handler"), clock.now()

    def noted(seconds):
        with clock.freeze(begun + timedelta(seconds=seconds)), statements(without=("FROM tenant",)) as sent:
            browser.get("/account")
        return [line for line in sent if line.startswith("UPDATE sign_in")]

    assert [len(noted(seconds)) for seconds in (5, 50, 65, 70, 120, 130)] == [0, 0, 1, 0, 0, 1]


def test_asking_who_is_there_takes_one_statement(town, statements):
    browser = town.client(EAST, "handler")
    with statements(without=("FROM tenant",)) as sent:
        browser.get("/account")
    assert len([line for line in sent if "sign_in" in line and "JOIN person" in line]) == 1


def test_the_sixth_device_ends_the_oldest(town):
    browsers, begun = [], clock.now()
    for number in range(6):
        with clock.freeze(begun + timedelta(seconds=number)):
            browsers.append(town.client(EAST, "handler"))
    assert [is_in(browser) for browser in browsers] == [False] + [True] * 5


def test_the_sign_in_page_says_why_a_session_is_over(town):
    first = town.client(EAST, "handler")
    for _ in range(5):
        town.client(EAST, "handler")
    english(first).get("/sign-in")
    assert "more than five devices" in first.page.words


def test_devices_are_shown_in_words_people_know(town):
    assert presence.device(CHROME) == "Chrome · Windows"
    assert presence.device(WECHAT) == "WeChat · Android"
    assert presence.device("") == "—"
    browser = town.client(EAST)
    answer = browser.post(
        "/sign-in", {"login": "handler", "password": PASSWORD}, headers={"User-Agent": CHROME + "<script>"},
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
    )  # fmt: skip
    assert answer.status_code == 303
    browser.get("/account")
    assert "Chrome · Windows" in browser.page.words
    assert "10.1.2.3" in browser.page.words


# What others do (AU7) -------------------------------------------------------------------------------------------------


def test_disabling_acts_on_the_next_request(town, somebody):
    browsers = [town.client(EAST, "handler"), town.client(EAST, "handler")]
    with somebody("handler") as person:
        services.disable(person, by=None)
    assert [is_in(browser) for browser in browsers] == [False, False]


def test_disabling_past_the_portal_acts_too(town, root):
    browser = town.client(EAST, "handler")
    with root.begin() as connection:
        connection.execute(text("update person set active = false where login = 'handler'"))
    assert not is_in(browser)


def test_another_role_ends_the_session_and_its_rights(town, somebody, jar):
    """AU5 too: the session's id is another one after a change of role."""
    browser = town.client(EAST, "handler")
    taken = jar.taken(browser)
    with somebody("handler") as person:
        services.change_role(person, "clerk", by=None)
    assert not is_in(jar.replay(taken))
    again = town.client(EAST, "handler")
    assert jar.taken(again) != taken
    assert is_in(english(again))
    assert "Intake clerk" in again.page.words


def test_another_role_given_past_the_portal_acts_too(town, root):
    browser = town.client(EAST, "handler")
    with root.begin() as connection:
        connection.execute(text("update person set role = 'center_admin' where login = 'handler'"))
    assert browser.get("/people").status_code == 303


def test_a_new_password_ends_every_other_session_and_renews_this_one(town, jar, events):
    here, there = town.client(EAST, "handler"), town.client(EAST, "handler")
    taken = jar.taken(here)
    answer = here.post("/account/password", {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW})
    assert answer.status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert not is_in(jar.replay(taken))
    assert events(prefix="person.")[-1].event == "person.password_changed"
    with pytest.raises(AssertionError):
        town.client(EAST, "handler")
    assert town.client(EAST).sign_in("handler", NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("not it at all", NEW, NEW, "not your present password"),
        (PASSWORD, NEW, NEW + "!", "not the same"),
        (PASSWORD, PASSWORD, PASSWORD, "another password"),
        (PASSWORD, "kurz-7", "kurz-7", "at least 10"),
        (PASSWORD, "东县的桥上有人钓鱼呢", "东县的桥上有人钓鱼呢", "easily guessed"),
        (PASSWORD, "", "", "fill this in"),
    ],
)
def test_a_new_password_that_will_not_do_is_refused_in_words(town, old, new, again, words):
    browser = town.client(EAST, "handler")
    english(browser)
    answer = browser.post("/account/password", {"old_password": old, "new_password": new, "new_password_again": again})
    assert answer.status_code == 422
    assert words in browser.page.words
    assert new not in browser.page.words or not new
    assert is_in(browser)


def test_guessing_the_present_password_has_to_wait(town):
    browser = town.client(EAST, "handler")
    facts = {"old_password": "not it at all", "new_password": NEW, "new_password_again": NEW}
    codes = [browser.post("/account/password", facts).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_a_session_row_cannot_be_handed_to_somebody_else(town, as_app):
    """The app role may note the time and the end of a session, and nothing else of it."""
    with as_app.connect() as connection:
        granted = connection.execute(
            text(
                "select array_agg(attname::text order by attname) from pg_attribute a, aclexplode(a.attacl) x "
                "where a.attrelid = 'sign_in'::regclass and x.privilege_type = 'UPDATE'"
            )
        ).scalar()
    assert granted == ["ended_at", "ended_why", "seen_at"]


def test_no_token_is_kept(town, root, jar):
    browser = town.client(EAST, "handler")
    cookie = jar.taken(browser)
    with root.connect() as connection:
        row = connection.execute(text("select token_hash from sign_in order by begun_at desc limit 1")).one()
    assert len(bytes(row.token_hash)) == 32
    assert bytes(row.token_hash).hex() not in cookie


def test_when_the_database_does_not_answer_the_page_says_so(town, monkeypatch):
    """And asks it no second time to find out for whom."""
    browser, asked = town.client(EAST, "handler"), []

    def resume(token):
        asked.append(token)
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(sessions, "resume", resume)
    answer = browser.get("/account")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert len(asked) == 1


def test_an_error_page_asks_nothing_more_of_the_database(town, statements):
    browser = town.client(EAST, "handler")
    with statements(without=("FROM tenant",)) as sent:
        assert browser.get("/notices/nothing/here").status_code == 404
    assert len([line for line in sent if "sign_in" in line or "person" in line]) == 1


# Forgetting -----------------------------------------------------------------------------------------------------------


def test_a_sign_in_is_forgotten_when_its_time_is_over_and_not_before(town, events):
    def kept(slug):
        with town.at(slug):
            return len(
                db.session.scalars(select(SignIn).where(SignIn.tenant_id == town.person(slug, "admin").tenant_id)).all()
            )

    now = clock.now()
    for days in (191, 189):
        with clock.freeze(now - timedelta(days=days)):
            for slug in (EAST, WEST):
                town.client(slug, "handler")
    still = town.client(EAST, "handler")
    assert (kept(EAST), kept(WEST)) == (3, 2)
    with town.at(EAST):
        jobs.sweep.run()
        db.session.commit()
        jobs.sweep.run()
        db.session.commit()
    assert (kept(EAST), kept(WEST)) == (2, 2)
    assert is_in(still)
    forgotten = [entry for entry in events() if entry.event == "account.sign_ins_forgotten"]
    assert [entry.facts for entry in forgotten] == [{"count": 1}]
    assert sum(entry.event == "account.signed_in" for entry in events()) == 3  # the trail forgets nothing


def test_sign_ins_are_not_kept_for_less_than_six_months():
    with pytest.raises(ValueError, match="SIGN_IN_DAYS"):
        settings_for("postgresql://127.0.0.1", "none", sign_in_days=183)
    assert settings_for("postgresql://127.0.0.1", "none", sign_in_days=184).sign_in_days == 184
