"""What a form does not ask for, it does not take (TI20)."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric, String, Uuid

from tests.forms import Shown, forms_of
from tests.isolation import canaries, identifiers
from tests.isolation.scenario import Scenario
from tests.town import CITY, EAST, MARKET, WEST

POISON, DAY, AMOUNT = "POISON", "1999-01-01", 987654
NOBODY = "019f0000-0000-7000-8000-0000000000ff"
STEPS = re.compile(r"""\bhref="([^"]*/(?:steps|reveal|fields)/[^"]+)\"""")
PLUMBING = {"csrf_token", "submission_key", "version"}
# Forms that end the session or the account of who sends them, or that somebody else's test sends.
NOT_SENT = re.compile(
    r"/sign-out|/devices/|/account/password|/disable|/slip$|/search|/transfer/[^/]+/(stop|resume)|/suspend"
)


def poison() -> dict[str, str]:
    """Every column that there is, as a field that nobody asked for."""
    made: dict[str, str] = {}
    for model in canaries.planted_models().values():
        for column in model.__table__.columns:
            made[column.name] = _poisoned(column)
    return {**made, "tenant_id": "3", "sender_id": "3", "receiver_id": "6", "author_id": "3", "by": NOBODY}


def _poisoned(column: Any) -> str:
    kinds: list[tuple[Any, str]] = [
        (String, POISON),
        (Uuid, NOBODY),
        (Date, DAY),
        (DateTime, f"{DAY}T00:00:00+00:00"),
        (Boolean, "1"),
        (Integer, str(AMOUNT)),
        (Numeric, str(AMOUNT)),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), POISON)


def poisoned_cells(scenario: Scenario) -> list[str]:
    """table.column of every cell that holds what only an extra field said."""
    told = []
    for name, model in canaries.planted_models().items():
        for column in model.__table__.columns:
            said = scenario.rows(
                f"select 1 from {name} where {column.name}::text like any "
                f"(array['%{POISON}%', '{DAY}%', '%{AMOUNT}%', '%{NOBODY}%']) limit 1"
            )
            told += [f"{name}.{column.name}"] if said else []
    return told


def counts(scenario: Scenario, slug: str) -> dict[str, int]:
    """How many rows an organisation has in each table; what it is told of is not counted."""
    tenant = scenario.tenant(slug)
    found = {}
    for name, model in canaries.planted_models().items():
        if "tenant_id" in model.__table__.c:
            ((found[name],),) = scenario.rows(f"select count(*) from {name} where tenant_id = :t", t=tenant)
    return found


class Sender:
    """Somebody who opens every page of their own, and sends every form that is on it once."""

    def __init__(self, scenario: Scenario, app: Any, slug: str, login: str) -> None:
        self.scenario, self.app = scenario, app
        self.browser = scenario.town.client(slug, login)
        self.token = self.browser.csrf_token()
        self.taken: set[str] = set()
        self.refused: dict[str, int] = {}
        self.blind: set[str] = set()  # steps whose form has forgotten what its sender saw
        self.sent = 0

    def send_everything(self, extra: dict[str, str]) -> None:
        """Pages about a thing, then what they lead to: one step at a time, so that each is sent in its moment."""
        for rule in identifiers.rules(self.app, "GET"):
            if rule.arguments - set(identifiers.keys(rule)):
                continue
            idle = 0  # pages of this kind in a row on which there was nothing new to send
            whose = EAST if rule.endpoint.startswith("bureau.") else self.browser.slug
            for row in identifiers.known(self.scenario, rule, whose)[:25]:
                sent = self.sent
                path = self.browser.path(identifiers.filled(rule, **row))
                for link in self._look(path, extra) or ():
                    if self._look(link, extra) is None:
                        break
                idle = 0 if self.sent > sent else idle + 1
                if idle == 6:
                    break

    def _look(self, path: str, extra: dict[str, str]) -> list[str] | None:
        """Send the forms of a page; the links to steps that it offers, or None after a step was taken."""
        page = self.browser.open("GET", path)
        if page.status_code != 200 or page.mimetype != "text/html":
            return []
        said = page.get_data(as_text=True)
        for form in forms_of(said):
            kind = _without_numbers(urlsplit(urljoin(path, form.action)).path)
            if form.method == "post" and not NOT_SENT.search(kind) and self._worth(kind):
                self.send(kind, urljoin(path, form.action), form, extra)
                if "/steps/" in kind and kind in self.taken:
                    return None
        links = [urljoin(path, html.unescape(link)) for link in STEPS.findall(said)]
        return [link for link in links if self._worth(_without_numbers(link))]

    def _worth(self, kind: str) -> bool:
        return kind not in self.taken and self.refused.get(kind, 0) < 8

    def send(self, kind: str, to: str, form: Shown, extra: dict[str, str]) -> None:
        self.sent += 1
        if "/steps/" in kind and not (form.controls.get("version") and form.controls["version"].value):
            self.blind.add(kind)
        more = {name: value for name, value in extra.items() if name not in form.controls}
        for fill in (form.filled, form.untouched):
            response = self.browser.open("POST", to, data={**more, **fill(csrf_token=self.token)})
            if response.status_code in (200, 204, 302, 303):
                self.taken.add(kind)
                return
        self.refused[kind] = self.refused.get(kind, 0) + 1


def _without_numbers(address: str) -> str:
    """/east/cases/…/steps/accept"""
    path = re.sub(r"\b[a-z]+-[A-Z]{2}-\d{4}-\d{6}\b|\bM?\d{4}-\d{6}\b", "…", address)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)


@pytest.mark.parametrize(
    ("slug", "logins"),
    [(EAST, ("clerk", "handler", "director", "admin")), (MARKET, ("officer", "head")), (CITY, ("supervisor", "admin"))],
)
def test_no_form_takes_what_it_does_not_ask_for(
    scenario: Scenario, whole_app: Any, slug: str, logins: tuple[str, ...]
) -> None:
    before, strangers = counts(scenario, WEST), poison()
    taken: set[str] = set()
    blind: set[str] = set()
    refused: dict[str, int] = {}
    for login in logins:
        sender = Sender(scenario, whole_app, slug, login)
        sender.send_everything(strangers)
        taken |= sender.taken
        refused |= sender.refused
        blind |= sender.blind
    assert poisoned_cells(scenario) == []
    assert counts(scenario, WEST) == before
    assert not blind, "these do not say which version they were made from"
    never = sorted(refused.keys() - taken)
    assert not never, "these were never taken, so they show nothing"
    assert len(taken) >= {EAST: 40, MARKET: 5, CITY: 5}[slug]
