"""Every form that there is, sent with fields that it does not ask for.

AL1: what changes something leaves an entry, in the same transaction. TI20: what a form does not ask for, it does not
take.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import Engine, func, select

from app import audit
from app.audit.models import Entry
from app.documents.kinds import FORMS
from tenants.bases import uuid7
from tenants.database import db
from tests.audit import ledger
from tests.audit.ledger import Noted
from tests.forms import forms_of
from tests.isolation import identifiers, poison
from tests.isolation import scenario as scenarios
from tests.isolation.scenario import Scenario
from tests.isolation.sender import Sender
from tests.town import CITY, EAST, MARKET, NORTH, PASSWORD, POLICE, WEST

# Everybody who sends the forms that they find on their own pages.
SENDERS = [
    *((EAST, login) for login in ("clerk", "handler", "director", "admin")),
    *((MARKET, login) for login in ("officer", "head")),
    *((CITY, login) for login in ("supervisor", "admin")),
]
NEW = "four herons over a quiet field"
PERSON = {"name": "东承办", "title": "组长", "role": "handler"}

# What no sender sends, in this order: endpoint -> who, where to, with what. The braces are asked of the database.
BY_HAND: dict[str, tuple[str, str | None, str, dict[str, Any]]] = {
    "accounts.sign_in": (EAST, None, "/sign-in", {"login": "handler", "password": PASSWORD}),
    "accounts.sign_out": (EAST, "handler", "/sign-out", {}),
    "accounts.end_session": (EAST, "handler", "/account/devices/{session of handler}/end", {}),
    "accounts.end_sessions": (EAST, "handler", "/account/devices/end", {}),
    "accounts.new_person": (EAST, "admin", "/people/new", {**PERSON, "login": "wang.fang"}),
    "accounts.person": (EAST, "admin", "/people/{second}", {**PERSON, "name": "东新名"}),
    "accounts.disable": (EAST, "admin", "/people/{second}/disable", {}),
    "accounts.enable": (EAST, "admin", "/people/{second}/enable", {}),
    "accounts.slip": (EAST, "admin", "/people/{second}/slip", {}),
    "accounts.new_password": (
        NORTH,
        "handler",
        "/account/password",
        {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW},
    ),
    "groups.write": (EAST, "handler", "/groups/{group}/documents/new/minutes", {}),
    "signals.rule": (EAST, "admin", "/claimant-signals/LC1", {}),
    "worklist.start": (
        EAST,
        "director",
        "/cases/bulk/start",
        {"chosen": "{case}", "action": "assign", "assignee": "{second}"},
    ),
    "worklist.undo": (EAST, "director", "/cases/bulk/{bulk}/undo", {}),
    "worklist.keep": (EAST, "handler", "/cases/filters", {"asked": "?status=accepted", "name": "已受理"}),
    "worklist.edit": (EAST, "handler", "/cases/filters/{filter}", {"name": "改过的名称"}),
    "staffing.hand_over": (
        EAST,
        "director",
        "/hand-over",
        {"person": "{director}", "chosen": "{case of director}", "to": "{second}", "text": "休假", "go": "yes"},
    ),
    "cases.new": (EAST, "clerk", "/cases/new", {"nature": "M"}),
    "parties.divide": (EAST, "handler", "/cases/{mixed case}/divide", {}),
    "parties.reunite": (EAST, "handler", "/cases/{divided}/reunite", {}),
    "shares.ledger": (EAST, "handler", "/cases/{joint}/shares/ledger", {"table": ""}),
    "advocacy.new": (EAST, "handler", "/cases/{case}/advocacy/exposure/new", {}),
    "advocacy.step": (EAST, "director", "/cases/{supported}/advocacy/litigation/steps/approve", {}),
    "dealings.new": (EAST, "handler", "/merchants/{merchant}/interviews/new", {}),
    "investigations.new": (EAST, "handler", "/cases/{case}/investigation/new", {}),
    "papers.new": (EAST, "handler", "/cases/{case}/documents/new/recusal", {}),
    "papers.edit": (EAST, "handler", "/cases/{paper}/edit", {}),
    "templates.show": (EAST, "admin", "/templates/refusal", {"template": FORMS / "refusal.docx"}),
    "templates.restore": (EAST, "admin", "/templates/refusal/restore", {}),
    "cases.renew_code": (EAST, "director", "/cases/{case}/slip", {}),
    "handoffs.new": (EAST, "handler", "/cases/{case}/letters/new?kind=request", {}),
    "handoffs.edit": (EAST, "handler", "/letters/{letter}/edit", {}),
    "handoffs.letter_step": (EAST, "handler", "/letters/{letter}/steps/submit", {}),
    "reference.new": (EAST, "admin", "/lists/channels/new", {}),
    "transfer.start": (EAST, "admin", "/transfer/{import}/start", {}),
    "transfer.stop": (EAST, "admin", "/transfer/{import}/stop", {}),
    "transfer.resume": (EAST, "admin", "/transfer/{import}/resume", {}),
    "bureau.suspend": (CITY, "admin", f"/organisations/{POLICE}/suspend", {}),
    "bureau.resume": (CITY, "admin", f"/organisations/{POLICE}/resume", {}),
}
FOUND = {
    "bulk": "select id from case_bulk where tenant_id = 2 order by begun_at desc limit 1",
    "second": "select id from person where tenant_id = 2 and login = 'second'",
    "director": "select id from person where tenant_id = 2 and login = 'director'",
    "case of director": (
        "select case_.number from case_record case_ join person on person.id = case_.assignee_id "
        "where case_.tenant_id = 2 and case_.open and person.login = 'director' order by case_.id limit 1"
    ),
    "session of handler": (
        "select it.id from sign_in it join person on person.id = it.person_id where it.tenant_id = 2 "
        "and person.login = 'handler' and it.ended_at is null order by it.begun_at desc limit 1"
    ),
    "supported": (
        "select case_.number from litigation_support it join case_record case_ on case_.id = it.case_id "
        "where it.tenant_id = 2 and it.status = 'asked' order by it.id limit 1"
    ),
    "filter": (
        "select it.id from case_filter it join person on person.id = it.owner_id "
        "where it.tenant_id = 2 and person.login = 'handler' order by it.id limit 1"
    ),
    "merchant": "select number from merchant where tenant_id = 2 and merged_into_id is null order by id limit 1",
    "group": "select number from case_group where tenant_id = 2 order by id limit 1",
    "case": "select number from case_record where tenant_id = 2 and status = 'accepted' order by id limit 1",
    "joint": (
        "select number from case_record where tenant_id = 2 and people > 1 and status = 'accepted' order by id limit 1"
    ),
    "mixed case": "select number from case_record where tenant_id = 2 and nature = 'M' order by id desc limit 1",
    "divided": (
        "select case_.number from case_division it join case_record case_ on case_.id = it.case_id "
        "where it.tenant_id = 2 and it.taken_back_at is null order by it.id desc limit 1"
    ),
    "paper": (
        "select case_.number || '/documents/' || it.id from case_document it join case_record case_ "
        "on case_.id = it.case_id where it.tenant_id = 2 and it.status = 'drafted' order by it.id desc limit 1"
    ),
    "letter": "select number from handoff_draft where tenant_id = 2 and status = 'drafted' order by id desc limit 1",
    "import": "select number from import_file where tenant_id = 2 and status <> 'done' order by id limit 1",
}
# endpoint -> why it leaves no entry.
NO_ENTRY = {
    "accounts.alive": "asks for a little more time at one's own screen",
    "cases.duplicates": "looks for what may be the same matter, and keeps nothing of what it was asked",
    "desk.palette": "finds pages and actions while somebody types",
    "desk.look_up": "searches; by POST, so that no number stands in an address",
    "handbook.look_up": "searches the handbook; by POST, as all that is typed",
    "handbook.put_away": "puts the first steps away on one's own screen",
    "handbook.take_out": "shows the first steps again on one's own screen",
    "merchants.look_up": "searches the register while somebody types",
    "notifications.open_notice": "marks a notice as read on one's own screen",
    "notifications.read_all": "marks notices as read on one's own screen",
    "suggestions.while_typing": "looks what a text may be about, and keeps nothing of it",
    "worklist.here": "says that somebody has a case open",
    "worklist.keep_draft": "keeps what somebody has not sent yet, for them alone",
    "worklist.export_chosen": "asks what goes into the spreadsheet of the chosen cases",
    "worklist.print_list": "puts the rows of a list on paper",
    "worklist.preview": "says what would become of each of the chosen cases",
    "portal.narrow": "carries what narrows a list into its address",
}
# Looking, saying and carrying off: the entry is all they leave, so nothing but its absence would tell.
ONLY_AN_ENTRY = {
    "bureau.export",
    "cases.note",
    "cases.reveal",
    "contacts.index",
    "handoffs.reveal",
    "mediation.pack",
    "papers.bundle",
    "parties.reveal",
    "shares.take",
}
# table -> why a transaction that writes in it alone is no change of anything.
ASIDE = {
    "act": "announces an act in another realm; what is done there is in both chains",
    "case_note_draft": "what somebody is still writing",
    "case_presence": "who has a case open just now",
    "first_steps_away": "what somebody wants to see no more, on their own screen",
    "notice": "what was told to one person, and whether they have read it",
    "throttle": "counts tries, so that the next one may have to wait",
}


@dataclass
class Sent:
    """What came of it: the requests, who sent them, and what West had before and after."""

    requests: list[Noted]
    senders: list[Sender]
    scenario: Scenario
    before: dict[str, int]
    after: dict[str, int]

    def of(self, slug: str) -> list[Sender]:
        return [one for one in self.senders if one.browser.slug == slug]


@pytest.fixture(scope="module")
def sent(whole_app: Any, root: Engine) -> Sent:
    """Every POST request there is, sent at least once."""
    with whole_app.app_context():
        scenario = scenarios.build(whole_app, root)
        with ledger.kept(whole_app, db.engine) as requests:
            send_by_hand(scenario)
            before = poison.counts(scenario, WEST)
            senders = send_the_rest(scenario, poison.poison())
        return Sent(requests, senders, scenario, before, poison.counts(scenario, WEST))


@pytest.fixture(scope="module")
def everything(sent: Sent) -> list[Noted]:
    return sent.requests


def send_the_rest(scenario: Scenario, extra: dict[str, str]) -> list[Sender]:
    senders = [Sender(scenario, scenario.town.app, slug, login) for slug, login in SENDERS]
    for sender in senders:
        sender.send_everything(extra)
    return senders


def send_by_hand(scenario: Scenario) -> None:
    for endpoint, (slug, login, path, facts) in BY_HAND.items():
        browser = scenario.town.client(slug, login)
        asked = f"{path} {facts}"
        names = {name: str(scenario.rows(query)[0][0]) for name, query in FOUND.items() if f"{{{name}}}" in asked}
        to, codes = path.format_map(names), []
        for said in fillings(browser, to):
            if not codes or codes[-1] >= 400:
                said |= {name: _sent(value, names) for name, value in facts.items()}
                codes.append(browser.post(to, said, checked=False).status_code)
        assert codes[-1] < 400, f"{endpoint}: {codes}"


def _sent(value: str | Path, names: dict[str, str]) -> Any:
    return value.format_map(names) if isinstance(value, str) else (io.BytesIO(value.read_bytes()), value.name)


def fillings(browser: Any, path: str) -> list[dict[str, Any]]:
    """Two ways to fill in the form that goes there, which is on the page itself or on the one above it.

    A button without fields is sent once, with nothing.
    """
    there = urlsplit(browser.path(path)).path
    for page in (path, path.rpartition("/")[0]):
        answer = browser.open("GET", page)
        if answer.status_code == 200:
            for form in forms_of(answer.get_data(as_text=True)):
                if form.method == "post" and urlsplit(urljoin(browser.path(page), form.action)).path == there:
                    return [form.untouched(), form.filled()] if form.controls.keys() - {"csrf_token"} else [{}]
    return [{}]


def routes(app: Any) -> set[str]:
    return {rule.endpoint for rule in identifiers.rules(app, "POST")}


def answered(requests: list[Noted]) -> list[Noted]:
    return [one for one in requests if one.status < 400]


def silent(requests: list[Noted]) -> dict[str, set[str]]:
    """endpoint -> tables in which it changed something in a transaction without an entry."""
    found: dict[str, set[str]] = {}
    for one in requests:
        for tables in one.transactions:
            if ledger.ENTRY not in tables and tables - ASIDE.keys():
                found.setdefault(one.endpoint, set()).update(tables - ASIDE.keys())
    return found


# What is so -----------------------------------------------------------------------------------------------------------


def test_every_page_that_takes_a_form_was_sent_one(whole_app, everything):
    """A route that no sender finds a form for needs a line in BY_HAND, or one in NO_ENTRY that says why."""
    left = routes(whole_app) - NO_ENTRY.keys() - {one.endpoint for one in answered(everything)}
    assert not left, sorted(left)


def test_every_page_that_takes_a_form_leaves_an_entry(whole_app, everything):
    told = {one.endpoint for one in answered(everything) if any(ledger.ENTRY in each for each in one.transactions)}
    left = routes(whole_app) - NO_ENTRY.keys() - told
    assert not left, sorted(left)


def test_no_transaction_changes_anything_without_an_entry(everything):
    assert len(everything) > 150
    assert silent(everything) == {}


def test_a_page_that_leaves_no_entry_is_there_and_changes_nothing(whole_app, everything):
    assert NO_ENTRY.keys() <= routes(whole_app)
    written = {table for one in everything if one.endpoint in NO_ENTRY for each in one.transactions for table in each}
    assert written <= ASIDE.keys()


def test_a_page_that_was_refused_leaves_no_entry_of_what_it_did_not_do(everything):
    refused = [one for one in everything if one.status >= 400]
    assert refused
    assert [one for one in refused if one.status not in (403, 422, 429) and one.transactions] == []


# What no form asks for ------------------------------------------------------------------------------------------------


def test_no_form_takes_what_it_does_not_ask_for(sent):
    assert poison.poisoned_cells(sent.scenario) == []
    assert sent.after == sent.before, "of West, whom nobody who sent anything belongs to"


@pytest.mark.parametrize(("slug", "least"), [(EAST, 40), (MARKET, 5), (CITY, 5)])
def test_every_form_was_taken_and_says_which_version_it_was_made_from(sent, slug, least):
    taken = set().union(*(one.taken for one in sent.of(slug)))
    refused = set().union(*(one.refused for one in sent.of(slug)))
    assert not set().union(*(one.blind for one in sent.of(slug)))
    never = sorted(refused - taken)
    assert not never, "these were never taken, so they show nothing"
    assert len(taken) >= least


# And would be noticed if it were not ----------------------------------------------------------------------------------


@contextmanager
def nothing_recorded() -> Iterator[None]:
    """As if every service had forgotten to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "record", lambda *_said, **_more: uuid7())
        yield


@pytest.fixture(scope="module")
def unrecorded(whole_app: Any, root: Engine) -> list[Noted]:
    with whole_app.app_context():
        scenario = scenarios.build(whole_app, root)
        with nothing_recorded(), ledger.kept(whole_app, db.engine) as requests:
            send_by_hand(scenario)
    return requests


@pytest.mark.parametrize("endpoint", BY_HAND)
def test_a_service_that_stops_recording_is_named(unrecorded, endpoint):
    assert endpoint in silent(unrecorded)


@pytest.mark.long
def test_every_service_that_stops_recording_is_named(app, root):
    scenario = scenarios.build(app, root)
    with nothing_recorded(), ledger.kept(app, db.engine) as requests:
        send_by_hand(scenario)
        send_the_rest(scenario, {})
    left = routes(app) - NO_ENTRY.keys() - ONLY_AN_ENTRY - silent(requests).keys()
    assert not left, sorted(left)


# What is refused leaves none ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint", [name for name in BY_HAND if name.startswith("accounts.") and name != "accounts.sign_in"]
)
def test_without_its_token_a_form_is_not_read_and_no_entry_says_that_it_was(town, endpoint):
    slug, login, path, facts = BY_HAND[endpoint]
    browser = town.client(slug, login)
    before = entries(town, slug)
    names = dict.fromkeys(FOUND, town.handler.id)
    assert browser.post(path.format_map(names), facts, token=False).status_code == 400
    assert entries(town, slug) == before


def entries(town: Any, slug: str) -> int:
    with town.at(slug):
        return db.session.scalar(select(func.count()).select_from(Entry)) or 0
