"""AU3, AU4, AU5, AU11, AU12: the sign-in page, and what it gives away: nothing."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from app.accounts import passwords
from app.core import clock
from tests.town import CITY, EAST, MARKET, PASSWORD, WEST

WRONG = "not the password at all"


def try_(browser, login, password=WRONG, address="127.0.0.1", **data):
    return browser.post(
        "/sign-in", {"login": login, "password": password, **data}, environ_base={"REMOTE_ADDR": address}
    )


def bare(response):
    """A page without what differs from request to request by design."""
    return re.sub(r'(nonce|value|data-session-(?:ends|over))="[^"]*"|[0-9a-f]{16}', "", response.get_data(as_text=True))


# The way in -----------------------------------------------------------------------------------------------------------


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page_and_back(town):
    browser = town.client(EAST)
    answer = browser.get("/account?size_of=nothing")
    assert answer.status_code == 303
    assert answer.location == "/east/sign-in?next=/east/account?size_of%3Dnothing"
    page = browser.get(answer.location)
    assert page.status_code == 200
    goal = next(form["action"] for form in browser.page.forms if "sign-in" in form.get("action", ""))
    answer = browser.post(goal, {"login": "handler", "password": PASSWORD})
    assert answer.location == "/east/account?size_of=nothing"
    assert browser.get("/account").status_code == 200


def test_the_sign_in_name_is_taken_however_it_is_typed(town):
    assert try_(town.client(EAST), " ＨＡＮＤＬＥＲ ", PASSWORD).status_code == 303


def test_an_htmx_page_is_told_where_to_sign_in(town):
    browser = town.client(EAST)
    answer = browser.get(
        "/account", headers={"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/east/cases?status=open"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/east/sign-in?next=/east/cases?status%3Dopen"


def test_an_htmx_form_keeps_what_was_typed_when_the_session_is_over(town):
    browser = town.client(EAST)
    answer = browser.post("/account/devices/end", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers


def test_a_form_sent_after_the_session_ended_leads_back_to_the_page_it_stood_on(town):
    browser = town.client(EAST)
    answer = browser.post("/account/devices/end", headers={"Referer": "http://127.0.0.1/east/account"})
    assert answer.location == "/east/sign-in?next=/east/account"


def test_whoever_is_signed_in_does_not_see_the_sign_in_page(town):
    assert town.client(EAST, "handler").get("/sign-in?next=/east/account").location == "/east/account"


def test_a_page_that_somebody_may_not_open_says_so(town, events):
    """AL7: and leaves an entry, although the request changed nothing."""
    browser = town.client(EAST, "handler")
    assert browser.get("/people").status_code == 403
    (denied,) = events(prefix="access.")
    assert (denied.event, denied.actor_name) == ("access.denied", "东承办")
    assert denied.facts == {"route": "/people", "permission": "person.keep"}


class Counting(PasswordHasher):
    """Verifies as ever, and notes that it was asked."""

    def __init__(self, calls):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        object.__setattr__(self, "calls", calls)

    def verify(self, *arguments):
        self.calls.append(arguments)
        return super().verify(*arguments)


# Where it leads (AU11) ------------------------------------------------------------------------------------------------

STRANGE = [
    "//e.example",
    "/\\e.example",
    "\\\\e.example",
    "https:e.example",
    "https://e.example/",
    "//e.example/east/account",
    "/%2fe.example",
    "/%5ce.example",
    "///e.example",
    "/east/\r\nSet-Cookie: a=b",
    "/east/%0d%0aSet-Cookie: a=b",
    "/east/%250d%250a",
    "/east//e.example",
    "/east/%2f%2fe.example",
    "/east/../../e.example",
    "/east/%2e%2e/west/account",
    "/east/\taccount",
    "/west/account",
    "/eastern/account",
    "/east",
    "javascript:alert(1)",
    "data:text/html,x",
    "east/account",
    "e.example",
    " /east/account",
    "@e.example",
    "/east/" + "a" * 2000,
]


@pytest.mark.parametrize("goal", STRANGE)
def test_next_leads_nowhere_else(town, goal):
    browser = town.client(EAST)
    answer = try_(browser, "handler", PASSWORD, next=goal)
    assert answer.location == "/east/"
    assert town.client(EAST, "handler").get("/sign-in", query_string={"next": goal}).location == "/east/"


@pytest.mark.parametrize(
    "goal", ["/east/", "/east/account", "/east/cases?status=open&q=%E4%B8%9C", "/east/search?q=a//b"]
)
def test_next_leads_to_a_page_of_this_organisation(town, goal):
    assert try_(town.client(EAST), "handler", PASSWORD, next=goal).location == goal


# What it gives away (AU4) ---------------------------------------------------------------------------------------------


@pytest.fixture
def disabled(somebody):
    with somebody("second") as person:
        person.active = False
    return "second"


def test_every_failure_looks_the_same(town, disabled, statements, monkeypatch):
    """Unknown, wrong, disabled, of another organisation: one status, one body, one hash, as many statements."""
    looked_at = []
    monkeypatch.setattr(passwords, "_hasher", Counting(looked_at))
    seen = []
    for login, password in [("handler", WRONG), ("nobody.here", WRONG), (disabled, PASSWORD), ("officer", PASSWORD)]:
        browser = town.client(EAST)
        token = browser.csrf_token()
        looked_at.clear()
        with statements() as sent:
            answer = try_(browser, login, password, csrf_token=token)
        seen.append(
            (answer.status_code, len(looked_at), [line.split()[0] for line in sent], bare(answer).replace(login, "…"))
        )
    assert seen[0][0] == 422
    assert seen[0][1] == 1
    assert all(one == seen[0] for one in seen[1:])


def test_a_suspended_organisation_answers_as_one_that_does_not_exist(town, root):
    from tenants.registry import registry

    with root.begin() as connection:
        connection.execute(text("update tenant set active = false where slug = 'west'"))
    registry.forget()
    there, nowhere = (town.client(slug).get("/sign-in") for slug in (WEST, "gone"))
    assert there.status_code == nowhere.status_code == 404
    assert bare(there).replace("/west/", "/gone/") == bare(nowhere)


@pytest.mark.long
def test_every_failure_takes_the_same_time(town, disabled, root):
    """Medians of 200 tries each, with a hash that costs enough to be seen."""
    passwords._hasher = PasswordHasher(time_cost=2, memory_cost=16 * 1024, parallelism=1)
    passwords._nobody.cache_clear()
    try:
        with root.begin() as connection:
            connection.execute(
                text("update credential set password_hash = :kept"), {"kept": passwords.sealed(PASSWORD)}
            )
        kinds = {"wrong": ("handler", WRONG), "unknown": ("nobody.here", WRONG), "disabled": (disabled, PASSWORD)}
        browser, times = town.client(EAST), {kind: [] for kind in kinds}
        token = browser.csrf_token()
        for turn in range(200):
            if turn % 4 == 0:
                with root.begin() as connection:
                    connection.execute(text("delete from throttle"))
            for kind, (login, password) in kinds.items():
                begun = time.perf_counter()
                answer = browser.post("/sign-in", {"login": login, "password": password, "csrf_token": token})
                times[kind].append(time.perf_counter() - begun)
                assert answer.status_code == 422
    finally:
        passwords.configure("test")
    medians = {kind: statistics.median(taken) for kind, taken in times.items()}
    assert all(0.9 < median / medians["wrong"] < 1.1 for median in medians.values()), medians


# How often (AU3) ------------------------------------------------------------------------------------------------------


def test_six_wrong_passwords_leave_a_lock_and_six_entries(town, events):
    browser = town.client(EAST)
    answers = [try_(browser, "handler") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    entries = events()
    assert [entry.event for entry in entries] == ["account.failed"] * 4 + ["account.locked", "account.turned_away"]
    assert {entry.subject_id for entry in entries} == {town.person(EAST, "handler").id}
    assert {entry.address for entry in entries} == {"127.0.0.1"}


def test_while_locked_the_right_password_has_to_wait_too(town):
    browser = town.client(EAST)
    for _ in range(5):
        try_(browser, "handler")
    assert try_(browser, "handler", PASSWORD).status_code == 429
    with clock.freeze(clock.now() + timedelta(seconds=61)):
        assert try_(browser, "handler", PASSWORD).status_code == 303


def test_a_name_that_does_not_exist_is_locked_in_the_same_way(town, events):
    browser = town.client(EAST)
    assert [try_(browser, "nobody.here").status_code for _ in range(6)] == [422] * 5 + [429]
    assert [entry.subject_id for entry in events()] == [None] * 6
    assert "nobody.here" not in str([vars(entry) for entry in events()])  # people type passwords into the wrong field


def test_other_accounts_addresses_and_organisations_are_not_affected(town):
    browser = town.client(EAST)
    for _ in range(6):
        try_(browser, "handler")
    assert try_(browser, "director", PASSWORD).status_code == 303
    assert try_(town.client(EAST), "handler", PASSWORD, address="127.0.0.2").status_code == 303
    assert try_(town.client(WEST), "handler", PASSWORD).status_code == 303


def test_no_one_address_shuts_a_colleague_out_however_often_it_tries(town):
    browser = town.client(EAST)
    assert [try_(browser, "handler").status_code for _ in range(101)] == [422] * 5 + [429] * 96
    assert try_(town.client(EAST), "handler", PASSWORD, address="127.0.0.2").status_code == 303


def test_each_wait_is_longer_than_the_one_before(town):
    browser, waits, now = town.client(EAST), [], clock.now()
    for _lock in range(6):
        with clock.freeze(now):
            for _ in range(5):
                assert try_(browser, "handler").status_code == 422
            waits.append(int(try_(browser, "handler").headers["Retry-After"]))
        now += timedelta(seconds=waits[-1] + 1)
    assert waits == [61, 121, 241, 481, 901, 901]


def test_a_success_lets_the_count_begin_again(town):
    browser = town.client(EAST)
    for _round in range(3):
        for _ in range(4):
            assert try_(browser, "handler").status_code == 422
        assert try_(browser, "handler", PASSWORD).status_code == 303
        browser.post("/sign-out")


def test_failures_that_are_long_ago_do_not_count(town):
    browser, now = town.client(EAST), clock.now()
    for turn in range(8):
        with clock.freeze(now + timedelta(seconds=turn * 61)):
            assert try_(browser, "handler").status_code == 422


def test_many_addresses_together_do_not_get_further_than_a_hundred_tries(town):
    browser = town.client(EAST)
    codes = [try_(browser, "handler", address=f"10.0.0.{number}").status_code for number in range(101)]
    assert codes == [422] * 100 + [429]


def test_a_flood_is_counted_and_not_copied_into_the_trail(town, events):
    browser = town.client(EAST)
    token = browser.csrf_token()
    for _ in range(5 + 110):
        try_(browser, "handler", csrf_token=token)
    away = [entry.facts["count"] for entry in events() if entry.event == "account.turned_away"]
    assert away == [*range(1, 11), 100]


def test_what_nobody_tries_any_more_is_forgotten(town, root):
    from app.accounts.jobs import sweep

    try_(town.client(EAST), "nobody.here")
    with town.at(EAST), clock.freeze(clock.now() + timedelta(days=3)):
        sweep.run()
        from tenants.database import db

        db.session.commit()
    with root.connect() as connection:
        assert connection.execute(text("select count(*) from throttle")).scalar() == 0


# The cookie (AU5, AU12) -----------------------------------------------------------------------------------------------


def test_the_cookie_is_bound_to_the_host_and_says_nothing_about_the_person(town):
    browser = town.client(EAST)
    answer = try_(browser, "handler", PASSWORD)
    (header,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-")]
    name, _, rest = header.partition("=")
    assert name == "__Host-hp-east"
    assert "Secure" in rest
    assert "HttpOnly" in rest
    assert "SameSite=Lax" in rest
    assert "Path=/;" in f"{rest};"
    assert "Domain" not in rest
    assert len(header) < 4096
    assert not [line for line in answer.headers.getlist("Set-Cookie") if "handler" in line or "东" in line]


def test_the_session_is_another_one_after_signing_in(town, jar):
    browser = town.client(EAST)
    before_form = browser.csrf_token()
    before = jar.taken(browser)
    assert try_(browser, "handler", PASSWORD, csrf_token=before_form).status_code == 303
    first = jar.taken(browser)
    assert first != before
    assert jar.replay(before).get("/account").status_code == 303
    assert browser.post("/account/alive", {"csrf_token": before_form}).status_code == 400
    answer = try_(browser, "director", PASSWORD)
    assert answer.status_code == 303
    assert jar.replay(first).get("/account").status_code == 303
    assert browser.get("/account").status_code == 200
    assert "东主任" in browser.page.words


def test_a_cookie_of_another_organisation_opens_nothing_here(town, jar):
    taken = jar.taken(town.client(WEST, "handler"), WEST)
    assert jar.replay(taken, EAST).get("/account").status_code == 303


def test_a_made_up_cookie_opens_nothing(town, jar):
    for value in ("", "x", "eyJ0b2tlbiI6ImEifQ.aaaaaa.bbbbbb"):
        assert jar.replay(value).get("/account").status_code == 303


def test_two_organisations_stay_signed_in_in_two_tabs(town):
    east, west = town.client(EAST), town.client(WEST)
    west.client = east.client  # one browser, two tabs
    city = town.client(CITY)
    city.client = east.client
    try_(east, "handler", PASSWORD)
    try_(west, "director", PASSWORD)
    try_(city, "supervisor", PASSWORD)
    assert east.get("/account").status_code == 200
    assert "东承办" in east.page.words
    assert west.get("/account").status_code == 200
    assert "西主任" in west.page.words
    east.post("/sign-out")
    assert east.get("/account").status_code == 303
    assert west.get("/account").status_code == 200
    assert city.get("/account").status_code == 200


def test_the_same_name_in_two_organisations_is_two_people(town):
    for slug, login in ((EAST, "admin"), (WEST, "admin"), (CITY, "admin"), (MARKET, "head")):
        browser = town.client(slug, login)
        browser.get("/account")
        assert town.person(slug, login).name in browser.page.words


def test_without_a_csrf_token_nobody_is_signed_in(town):
    answer = town.client(EAST).post("/sign-in", {"login": "handler", "password": PASSWORD}, token=False)
    assert answer.status_code == 400


def test_the_password_is_not_in_the_page_that_comes_back(town):
    assert WRONG not in try_(town.client(EAST), "handler").get_data(as_text=True)


def test_a_hash_with_older_parameters_is_renewed_by_signing_in(town, root, credentials):
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with root.begin() as connection:
        connection.execute(text("update credential set password_hash = :old"), {"old": old})
    assert try_(town.client(EAST), "handler", PASSWORD).status_code == 303
    renewed = credentials("handler").password_hash
    assert renewed != old
    assert not passwords.outdated(renewed)
