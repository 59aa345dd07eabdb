"""The pages of mediation through the front door, and what a calendar elsewhere is given."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.accounts.services import disable
from app.cases.queries import by_number
from app.core import clock
from app.mediation import ics, queries
from tenants.database import db
from tests.mediation.conftest import soon
from tests.town import EAST, WEST


def send(browser: Any, path: str, facts: dict[str, Any]) -> str:
    """Send a form that is taken, and look at the page that it leads to."""
    answer = browser.post(path, facts)
    assert answer.status_code == 303, browser.page and browser.page.words
    return str(browser.get(urlsplit(answer.headers["Location"]).path).get_data(as_text=True))


def link_in(page: str) -> str:
    """The address of a feed, as it is shown once."""
    return re.findall(r"<code>http://[^/]+/east(/mediation/feeds/[^<]+)</code>", page)[0]


def plan_of(house: Any, **said: Any) -> dict[str, Any]:
    day = soon()
    facts = {"on": f"{clock.on(day)}", "at": "09:00", "lasts": "60", "way": "room", "room": str(house.one)}
    return {**facts, "presides": str(house.lawyer), **said}


def test_arranged_through_the_page_it_stands_on_the_case_and_in_the_calendar(town, house, standing):
    number = standing("mediating")
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}/mediation/new")
    send(browser, f"/cases/{number}/mediation/new", plan_of(house.east, mediators=str(house.east.inside)))
    for said in ("秦律师", "东承办", "调解室一"):
        assert said in browser.page.words
    browser.get(f"/cases/{number}")
    assert f"{clock.on(soon()):%m-%d} 09:00" in browser.page.words
    browser.get(f"/mediation?week={clock.on(soon())}")
    assert number in browser.page.words
    browser.get(f"/mediation?week={clock.on(soon())}&who=me")
    assert number in browser.page.words
    other = town.client(EAST, "second")
    other.get(f"/mediation?week={clock.on(soon())}&who=me")
    assert number not in other.page.words


def test_what_is_in_the_way_is_said_beside_its_field_and_nothing_is_kept(town, house, standing, arranged):
    first, second = standing("mediating"), standing("mediating")
    arranged(first)
    browser = town.client(EAST, "handler")
    typed = plan_of(house.east, consumers="林晓梅和女儿", presides=str(house.east.body))
    answer = browser.post(f"/cases/{second}/mediation/new", typed)
    assert answer.status_code == 422
    assert re.search(rf"调解室一.*09:00.*10:00.*{first}", browser.page.words)
    assert "林晓梅和女儿" in answer.get_data(as_text=True)
    with town.at(EAST):
        assert queries.of_case(by_number(second)) == []


def test_a_mediator_who_is_recused_is_not_offered(town, house, standing):
    number = standing("mediating")
    browser = town.client(EAST, "handler")
    decided = {"mediator": str(house.east.lawyer), "asked_by": "consumer", "reason": "亲属", "granted": "yes"}
    send(browser, f"/cases/{number}/recusals/new", decided)
    assert "秦律师" in browser.page.words
    browser.get(f"/cases/{number}/mediation/new")
    assert "秦律师" not in browser.page.words
    answer = browser.post(f"/cases/{number}/mediation/new", plan_of(house.east))
    assert answer.status_code == 422


def test_a_strangers_room_or_mediator_is_none(town, house, standing):
    number = standing("mediating")
    browser = town.client(EAST, "handler")
    for said in ({"room": str(house.west.one)}, {"presides": str(house.west.lawyer)}):
        assert browser.post(f"/cases/{number}/mediation/new", plan_of(house.east, **said)).status_code == 422


def test_the_register_is_kept_by_director_and_administrator_only(town, house):
    admin = town.client(EAST, "admin")
    admin.get("/mediators")
    assert "秦律师" in admin.page.words
    send(admin, "/mediators/new", {"kind": "person", "name": "韩老师", "phone": "13912345678", "active": "y"})
    assert "韩老师" in admin.page.words
    assert "139****5678" in admin.page.words
    again = admin.post("/mediators/new", {"kind": "inside", "person": "", "name": "谁"})
    assert again.status_code == 422
    assert town.client(EAST, "handler").open("GET", "/mediators").status_code == 403


def test_who_is_in_the_register_once_cannot_be_entered_again(town, house):
    admin = town.client(EAST, "admin")
    answer = admin.post("/mediators/new", {"kind": "inside", "person": str(town.handler.id)})
    assert answer.status_code == 422
    assert "东承办" in admin.page.words


def test_the_panel_of_a_case_takes_one_statement_however_many_sessions_there_are(
    town, house, standing, arranged, statements
):
    number = standing("mediating")
    browser = town.client(EAST, "handler")
    costs = []
    for hour in (9, 10, 11, 12):
        arranged(number, soon(hour))
        browser.get(f"/cases/{number}")
        with statements() as sent:
            browser.get(f"/cases/{number}")
        costs.append(sum("mediation_session" in one for one in sent))
    assert costs == [1] * 4


# For calendars elsewhere ----------------------------------------------------------------------------------------------


def events(body: bytes) -> list[dict[str, str]]:
    """Unfolded and taken apart, as a calendar does."""
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2] == "END:VCALENDAR"
    found: list[dict[str, str]] = []
    for line in lines:
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1].setdefault(name, value)
    return found


def test_a_session_as_a_calendar_takes_it(town, house, standing, arranged):
    number = standing("mediating")
    key = arranged(number, consumers="林晓梅本人")
    browser = town.client(EAST, "handler")
    answer = browser.open("GET", f"/cases/{number}/mediation/{key}/session.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    (event,) = events(answer.data)
    begins = soon().astimezone(UTC)
    assert event["DTSTART"] == f"{begins:%Y%m%dT%H%M%SZ}"
    assert event["DTEND"] == f"{begins + timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    assert (event["UID"], event["STATUS"], event["SEQUENCE"]) == (str(key), "CONFIRMED", "0")
    assert number in event["SUMMARY"]
    assert event["LOCATION"] == "调解室一"


def test_a_feed_shows_ones_own_sessions_to_whoever_holds_its_address_and_names_nobody(town, house, standing, arranged):
    mine, others = standing("mediating"), standing("mediating")
    arranged(mine, mediators=(house.east.inside,), consumers="林晓梅本人")
    arranged(others, soon(14))
    browser = town.client(EAST, "handler")
    address = link_in(send(browser, "/mediation/feed", {}))
    body = town.client(EAST).open("GET", address).data
    (event,) = events(body)
    assert mine in event["SUMMARY"]
    for word in ("林", "健身", "东承办", others):
        assert word not in body.decode(), word
    assert town.client(WEST).open("GET", address).status_code == 404
    assert address not in browser.get("/mediation/feed").get_data(as_text=True)
    send(browser, "/mediation/feed", {})
    assert town.client(EAST).open("GET", address).status_code == 404


def test_a_feed_that_was_taken_back_or_whose_owner_has_left_opens_nothing(town, house):
    browser = town.client(EAST, "handler")
    for end in ("back", "left"):
        address = link_in(send(browser, "/mediation/feed", {}))
        assert town.client(EAST).open("GET", address).status_code == 200
        if end == "back":
            send(browser, "/mediation/feed/end", {})
        else:
            with town.at(EAST):
                disable(town.person(EAST, "handler"), by=town.person(EAST, "admin"))
                db.session.commit()
        assert town.client(EAST).open("GET", address).status_code == 404


@pytest.mark.parametrize("text", ["调" * 40, "a" * 75, "a" * 76, "é调a" * 30, ""])
def test_lines_are_folded_by_octets_and_never_within_a_sign(text):
    pieces = list(ics.folded(text))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
    assert all(piece[0] == " " for piece in pieces[1:])


def test_text_is_escaped_as_the_rfc_says():
    assert ics.escaped("一楼;东,\\室\n门") == "一楼\\;东\\,\\\\室\\n门"
