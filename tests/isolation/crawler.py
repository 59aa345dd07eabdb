"""Somebody who opens everything there is: links, forms, blocks, searches, exports, and addresses that nobody gave."""

from __future__ import annotations

import html
import re
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.browser import Browser
from tests.isolation.canaries import Canary, found_in

LINKS = re.compile(r"""\b(?:href|hx-get|src)="([^"]+)\"""")
TARGETS = re.compile(r"""\bhx-target="#([a-z][a-z0-9-]*)\"""")
# A form that narrows a list: it is posted, and leads to the list's address.
LISTS = re.compile(r"""<form\b[^>]*/narrow"[^>]*>.*?</form>""", re.DOTALL)
LIST = re.compile(r"""\bname="list" value="([^"]+)\"""")
NAMED = re.compile(r"""<(?:input|select|textarea)\b[^>]*\bname="([^"]+)\"""")
# The box on top of a page, what it sends along, and the cases on the page that it leads to.
BOX = re.compile(r"""<form class="search".*?</form>""", re.DOTALL)
ACTION = re.compile(r'\baction="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CASES = re.compile(r'href="[^"]*/cases/(\d{4}-\d{6})"')
# What tells one page of a kind from the next: numbers and keys.
KEYS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+")
# Ways of showing the same page, and the way out.
NOT_FOLLOWED = re.compile(r"[?&](lang|size|theme|density)=|/static/|/sign-out")


class Crawler:
    """Opens pages of one person and notes which canary was met where."""

    def __init__(self, browser: Browser, *, most: int, variations: int) -> None:
        self.browser, self.most, self.variations = browser, most, variations
        self.met: dict[Canary, str] = {}
        self.opened: dict[str, int] = {}  # address -> status
        self.found: dict[str, set[str]] = {}  # what was typed into the box of the page -> the cases that it led to
        self.faults: list[str] = []
        self.targets: set[str] = {"content", "side", "main"}
        self._waiting: deque[str] = deque()
        self._known: set[str] = set()
        self._of_path: dict[str, int] = defaultdict(int)

    # Where to go -----------------------------------------------------------------------------------------------------

    def walk(self, addresses: Iterable[str] = ("/",)) -> None:
        """From these addresses along every link and every form that asks, until nothing new is left."""
        for address in addresses:
            self._note(self.browser.path(address))
        while self._waiting and len(self.opened) < self.most:
            self.open(self._waiting.popleft())

    def try_all(self, addresses: Iterable[str]) -> None:
        """Addresses as somebody would type them; what they lead to is not followed."""
        for address in addresses:
            path = self.browser.path(address)
            if path not in self.opened:
                self.open(path, follow=False)

    def search(self, words: Iterable[str]) -> None:
        """Type each word into the box on top of the page, where there is one, and look at what it leads to."""
        home = self.browser.open("GET", "/", follow_redirects=True).get_data(as_text=True)
        box = next(iter(BOX.findall(home)), "")
        if not box:
            return
        (address,), hidden = ACTION.findall(box), dict(HIDDEN.findall(box))
        for said in words:
            sent = self.browser.open("POST", address, data={**hidden, "q": said})
            self._look(address, sent)
            assert sent.status_code == 303, f"{address} answers {sent.status_code} to {said}"
            answer = self._get(urljoin(address, sent.headers["Location"]))
            assert answer is not None
            assert answer.status_code == 200, f"{sent.headers['Location']} answers {answer.status_code}"
            self.found[said] = set(CASES.findall(answer.get_data(as_text=True)))
        if "/search" in box:
            for said in words:
                assert self.post("/merchants/look-up", {"merchant_name": said}) == 200

    def ask_for_blocks(self) -> None:
        """Every page once more as htmx does, for each of its blocks; pages of one kind have the same blocks."""
        without = set()
        for address, status in list(self.opened.items()):
            if status == 200 and "?" not in address:
                for target in sorted(self.targets):
                    kind = KEYS.sub("", address), target
                    if kind not in without:
                        answer = self._get(address, headers={"HX-Request": "true", "HX-Target": target})
                        if answer is not None and b"<html" in answer.get_data():
                            without.add(kind)

    def post(self, address: str, data: dict[str, Any]) -> int:
        """A form that shows or exports something."""
        data = {"csrf_token": self._token(), **data}
        return self._look(address, self.browser.open("POST", address, data=data))

    # One address -----------------------------------------------------------------------------------------------------

    def open(self, address: str, *, follow: bool = True) -> None:
        response = self._get(address)
        self.opened[address] = response.status_code if response else 500
        if response is None:
            return
        if response.status_code in (301, 302, 303, 308):
            self._note(urljoin(address, response.headers["Location"]))
        elif response.mimetype == "text/html":
            page = response.get_data(as_text=True)
            self.targets.update(TARGETS.findall(page))
            if follow and response.status_code == 200:
                for link in LINKS.findall(page):
                    self._note(urljoin(address, html.unescape(link)))
                for form in LISTS.findall(page):
                    self._note_form(form)

    def _get(self, address: str, **options: Any) -> Any:
        """The answer; None where there was a fault, which is noted."""
        try:
            response = self.browser.open("GET", address, **options)
        except Exception as fault:
            self.faults.append(f"{address}: {fault!r}")
            return None
        self._look(address, response)
        return response

    def _look(self, address: str, response: Any) -> int:
        named = "\n".join(f"{name}: {value}" for name, value in response.headers)
        for canary in found_in(response.get_data(), named):
            self.met.setdefault(canary, address)
        if response.status_code >= 500:
            self.faults.append(f"{address}: {response.status_code}")
        return int(response.status_code)

    def _note(self, address: str) -> None:
        parts = urlsplit(address)
        plain = parts._replace(scheme="", netloc="", fragment="").geturl()
        mine = parts.netloc in ("", "127.0.0.1") and parts.path.startswith(f"/{self.browser.slug}/")
        if plain in self._known or not mine or NOT_FOLLOWED.search(plain):
            return
        self._known.add(plain)
        if parts.query:
            self._of_path[parts.path] += 1
            if self._of_path[parts.path] > self.variations:
                return
        self._waiting.append(plain)

    def _note_form(self, form: str) -> None:
        """Every field of it by itself."""
        (to,) = LIST.findall(form)
        for name in NAMED.findall(form):
            if name not in ("csrf_token", "list"):
                self._note(f"{html.unescape(to)}?{name}=PRIV")

    def _token(self) -> str:
        return self.browser.csrf_token()
