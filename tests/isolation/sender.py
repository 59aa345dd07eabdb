"""Somebody who sends every form that there is on the pages of their own."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.forms import Shown, forms_of
from tests.isolation import identifiers
from tests.isolation.scenario import Scenario
from tests.town import EAST

STEPS = re.compile(r"""\bhref="([^"]*/(?:steps|reveal|fields)/[^"]+)\"""")
# Forms that end the session or the account of who sends them, or that somebody else's test sends.
NOT_SENT = re.compile(
    r"/sign-out|/devices/|/account/password|/disable|/slip$|/search|/transfer/[^/]+/(stop|resume)|/suspend"
)


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
                if idle == 5:
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
    path = re.sub(r"\b[a-z]+-[A-Z]{2}-\d{4}-\d{6}\b|\b[GM]?\d{4}-\d{6}\b", "…", address)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)
