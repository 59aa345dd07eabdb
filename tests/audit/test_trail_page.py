"""The page of the trail: words instead of codes, filters, pages, and only of one's own organisation."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app import audit
from app.accounts import words as account_words
from app.audit import words
from app.core import clock
from tenants.database import db
from tests.town import CITY, EAST, MARKET, WEST


def english(browser):
    browser.get("/sign-in?lang=en")
    return browser


def rows(browser):
    return re.findall(r"No\. (\d+)", browser.page.words)


@pytest.mark.parametrize(("slug", "login", "code"), [
    (EAST, "director", 200), (EAST, "admin", 200), (CITY, "supervisor", 200), (MARKET, "head", 200),
    (EAST, "handler", 403), (EAST, "clerk", 403), (CITY, "analyst", 403), (MARKET, "officer", 403),
])  # fmt: skip
def test_who_may_read_the_trail(town, slug, login, code):
    assert town.client(slug, login).get("/audit").status_code == code


def test_every_organisation_reads_its_own_trail(town, chain):
    """The bureau sees the entries of the counties beside their cases; this page is about its own people."""
    town.client(WEST, "handler")
    for slug, login in ((CITY, "supervisor"), (EAST, "director"), (WEST, "director")):
        browser = town.client(slug, login)
        browser.get("/audit")
        others = {"东", "西", "市"} - {{CITY: "市", EAST: "东", WEST: "西"}[slug]}
        assert not [name for name in re.findall(r"[东西市](?:承办|主任|督察)", browser.page.words) if name[0] in others]


def test_events_stand_in_words(town):
    browser = english(town.client(EAST, "director"))
    browser.post("/account/devices/end")
    browser = english(town.client(EAST, "director"))
    browser.get("/audit")
    for said in ("Signed in", "Signed out everywhere", "Devices: 1", "Director", "东主任"):
        assert said in browser.page.words


def test_an_event_that_nobody_gave_words_is_shown_as_it_is(town):
    with town.at(EAST):
        audit.record("thing.odd", None, None)
        db.session.commit()
    browser = english(town.client(EAST, "director"))
    browser.get("/audit")
    assert "thing.odd" in browser.page.words
    assert words.name("thing.odd") == "thing.odd"
    assert words.detail("thing.odd", {"a": 1}) == ""


def test_every_event_of_accounts_has_words(app):
    """Every name that the code records, found in the code."""
    code = (Path(account_words.__file__).parent / "services.py").read_text("utf-8")
    recorded = set(re.findall(r'"((?:account|person|tenant)\.\w+)"', code))
    assert len(recorded) >= 12
    assert recorded <= set(words.EVENTS)


def test_the_trail_is_narrowed_by_event_person_number_and_date(town, chain):
    browser = english(town.client(EAST, "director"))
    handler, director = (town.person(EAST, login) for login in ("handler", "director"))

    def shown(query):
        browser.get(f"/audit?{query}")
        return len(rows(browser))

    everything = shown("")
    assert shown(f"person={handler.id}") == 10
    assert shown("event=account.signed_in") == 1
    assert shown(f"event=account.signed_in&person={director.id}") == 1
    assert shown(f"event=account.signed_in&person={handler.id}") == 0
    assert "No entry is like this" in browser.page.words
    assert shown("number=2026-000001") == 0
    today, yesterday, earlier = (clock.today() - timedelta(days=n) for n in range(3))
    assert shown(f"since={yesterday}&until={today}") == everything  # the town may have been built before midnight
    assert shown(f"until={earlier}") == 0


@pytest.mark.parametrize("query", [
    "event=nothing", "person=x", "person=00000000-0000-0000-0000-000000000000", "since=yesterday", "until=2026-99-99",
    "after=x", "after=99999999999999999999999", "before=1~2", "sort=hash", "number=%00", "event=%27;drop",
])  # fmt: skip
def test_a_made_up_filter_narrows_nothing_and_breaks_nothing(town, chain, query):
    browser = english(town.client(EAST, "director"))
    assert browser.get(f"/audit?{query}").status_code == 200


def test_pages_follow_each_other_without_gaps(town):
    with town.at(EAST):
        for _ in range(130):
            audit.record("case.note", None, None)
        db.session.commit()
    browser = english(town.client(EAST, "director"))
    path, seen = "/audit?event=case.note", []
    while path:
        browser.get(path)
        seen += rows(browser)
        path = next((f"/audit{link}" for link in browser.page.links if link.startswith("?") and "after=" in link), None)
    assert len(seen) == len(set(seen)) == 130
    assert seen == sorted(seen, key=int, reverse=True)


def test_a_page_of_the_trail_costs_the_same_at_any_length(town, chain, statements):
    browser = english(town.client(EAST, "director"))
    with statements() as few:
        browser.get("/audit")
    with town.at(EAST):
        for _ in range(200):
            audit.record("case.note", town.person(EAST, "handler"), None)
        db.session.commit()
    with statements() as many:
        browser.get("/audit")
    assert len(many) == len(few)


def test_the_words_of_a_note_are_not_on_the_page(town, chain):
    """Whoever keeps the accounts reads what was done, not what people confided."""
    browser = town.client(EAST, "admin")
    answer = browser.get("/audit")
    assert "电话里说的话" not in answer.get_data(as_text=True)
