"""AL1: every page that changes something leaves an entry in the same transaction."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.audit.models import Entry
from tenants.database import db
from tests.town import EAST, PASSWORD

NEW = "four herons over a quiet field"
PERSON = {"name": "东承办", "title": "组长", "role": "handler"}

# endpoint -> who sends it, where to, with what. A page that is added must be added here.
CHANGES = {
    "accounts.sign_in": (None, "/sign-in", {"login": "handler", "password": PASSWORD}),
    "accounts.sign_out": ("handler", "/sign-out", {}),
    "accounts.new_password": (
        "handler",
        "/account/password",
        {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW},
    ),
    "accounts.end_session": ("handler", "/account/devices/{device}/end", {}),
    "accounts.end_sessions": ("handler", "/account/devices/end", {}),
    "accounts.new_person": ("admin", "/people/new", {**PERSON, "login": "wang.fang"}),
    "accounts.person": ("admin", "/people/{person}", PERSON),
    "accounts.disable": ("admin", "/people/{person}/disable", {}),
    "accounts.enable": ("admin", "/people/{person}/enable", {}),
    "accounts.slip": ("admin", "/people/{person}/slip", {}),
}
# What a person does to their own screen only.
NO_ENTRY = {"accounts.alive", "notifications.open_notice", "notifications.read_all"}


def entries(town):
    with town.at(EAST):
        return db.session.scalar(select(func.count()).select_from(Entry))


def test_no_page_that_changes_something_was_forgotten(app):
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and rule.endpoint.split(".")[0] in ("accounts", "audit", "notifications")
    }
    assert found == CHANGES.keys() | NO_ENTRY


@pytest.mark.parametrize("endpoint", CHANGES)
def test_a_change_leaves_an_entry(town, endpoint):
    login, path, facts = CHANGES[endpoint]
    browser = town.client(EAST, login)
    browser.get("/account")
    forms = browser.page.forms if browser.page else []
    ends = [form["action"] for form in forms if "/devices/0" in form.get("action", "")]
    device = ends[0].split("/")[-2] if ends else ""
    before = entries(town)
    answer = browser.post(path.format(device=device, person=town.handler.id), facts)
    assert answer.status_code < 400
    assert entries(town) > before


@pytest.mark.parametrize("endpoint", [name for name in CHANGES if name != "accounts.sign_in"])
def test_what_is_refused_leaves_none_but_of_the_refusal(town, endpoint):
    """Without a token the form is not read, and nothing happens: no entry says that it did."""
    login, path, facts = CHANGES[endpoint]
    browser = town.client(EAST, login)
    before = entries(town)
    answer = browser.post(path.format(device=town.handler.id, person=town.handler.id), facts, token=False)
    assert answer.status_code == 400
    assert entries(town) == before
