"""A page client that checks every page it opens, so that no test can look at a bad page and be content."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import Client, TestResponse

PHONE = re.compile(r"(?<![0-9A-Za-z*])1[3-9]\d{9}(?![0-9A-Za-z])")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use"}
# What nobody has translated: a text of English words alone, or one of them for a name of ours.
SENTENCE = re.compile(r"[A-Z]?[a-z]+(?:[ ,’'-]+[a-z]+)+[.…:?!]?")
WORD = re.compile(r"[A-Z][a-z]{3,}:?")
NAMES = {"button", "th", "label", "legend", "summary", "h1", "h2", "h3", "dt", "option"}
LOOSE = {"p", "li", "dt", "dd", "tr", "td", "th", "option", "thead", "tbody"}


class Page(HTMLParser):
    """What a page consists of, as far as the house rules ask."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings: list[str] = []
        self.title = ""
        self.links: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.fields: dict[str, str] = {}
        self.labelled: set[str] = set()
        self.wants_label: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.text: list[str] = []
        self.foreign: list[str] = []  # words that stand on a page and are of no language that it is in
        self._silent = 0
        self._english: int | None = None  # how deep what is said to be in English begins
        self.feed(html)
        self.close()
        for tag in self.open:
            if tag not in LOOSE:
                self.faults.append(f"<{tag}> is never closed")

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        if tag not in VOID:
            self.open.append(tag)
            if self._english is None and tag != "html" and attributes.get("lang") == "en":
                self._english = len(self.open)
        if tag in ("script", "style"):
            self._silent += 1
            if tag == "style":
                self.faults.append("an inline <style>")
            elif "src" not in attributes and attributes.get("type") != "application/json":
                self.faults.append("an inline script")
        for name in attributes:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}=…> breaks the content policy")
        if "id" in attributes:
            if attributes["id"] in self.ids:
                self.faults.append(f"id {attributes['id']!r} stands twice")
            self.ids.append(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "label" and "for" in attributes:
            self.labelled.add(attributes["for"])
        if tag == "form":
            self.forms.append({**attributes, "fields": {}})
        if tag in ("input", "select", "textarea"):
            name = attributes.get("name", "")
            if self.forms and name:
                self.forms[-1]["fields"][name] = attributes.get("value", "")
            if (
                attributes.get("type") not in ("hidden", "submit", "button")
                and not {"aria-label", "aria-labelledby"} & attributes.keys()
                and "label" not in self.open
            ):
                self.wants_label.append((tag, attributes.get("id", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent -= 1
        while self.open and self.open[-1] != tag and self.open[-1] in LOOSE:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            if tag not in LOOSE:
                self.faults.append(f"</{tag}> closes nothing (open: {' '.join(self.open[-4:])})")
        else:
            self.open.pop()
        if self._english is not None and len(self.open) < self._english:
            self._english = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        said, tag = " ".join(data.split()), self.open[-1] if self.open else ""
        if self._english is None and (SENTENCE.fullmatch(said) or (tag in NAMES and WORD.fullmatch(said))):
            self.foreign.append(said)
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data
        elif "h1" in self.open:
            self.headings.append(data)
        if data.strip():
            self.text.append(data.strip())

    @property
    def words(self) -> str:
        return " ".join(self.text)

    @property
    def heading(self) -> str:
        return " ".join("".join(self.headings).split())


def check(response: TestResponse, *, may_show: tuple[str, ...] = ()) -> Page:
    """Raises AssertionError, with every fault, on a page that breaks a house rule."""
    html = response.get_data(as_text=True)
    page = Page(html)
    faults = list(page.faults)
    partial = "HX-Request" in (response.request.headers if response.request else {})
    if not partial or "<html" in html:
        if not page.heading:
            faults.append("no <h1>")
        elif page.heading not in " ".join(page.title.split()):
            faults.append(f"the title {page.title.strip()!r} does not name the heading {page.heading!r}")
        if "<html lang=" not in html:
            faults.append("no language")
    for tag, field_id in page.wants_label:
        if field_id not in page.labelled:
            faults.append(f"<{tag} id={field_id!r}> has no label")
    shown = page.words
    for allowed in may_show:
        shown = shown.replace(allowed, "")
    for pattern, what in ((PHONE, "phone number"), (IDENTITY, "identity number")):
        found = pattern.search(shown)
        if found:
            faults.append(f"an unmasked {what}: {found.group()[:4]}…")
    if '<html lang="zh' in html:
        faults += [f"not translated: {said!r}" for said in page.foreign]
    for left in ("{{", "}}", "{%", "lazy_gettext", "None</", "Undefined"):
        if left in html:
            faults.append(f"left over in the page: {left}")
    address = response.request.path if response.request else ""
    assert not faults, f"{address}: " + "; ".join(faults)
    return page


class Browser:
    """Opens pages of one organisation."""

    def __init__(self, app: Any, slug: str = "") -> None:
        self.app = app
        self.slug = slug
        self.client = Client(app, TestResponse)
        self.page: Page | None = None
        self._token = ""  # of the last form seen; good for as long as the session

    def path(self, path: str) -> str:
        return path if not self.slug or path.startswith(f"/{self.slug}/") else f"/{self.slug}{path}"

    def open(self, method: str, path: str, **options: Any) -> TestResponse:
        """One request in a context of its own, as on a server: nothing kept in `g` reaches the next one."""
        with self.app.app_context():
            return self.client.open(
                self.path(path), method=method, base_url="http://127.0.0.1", buffered=True, **options
            )

    def get(self, path: str, *, checked: bool = True, may_show: tuple[str, ...] = (), **options: Any) -> TestResponse:
        response = self.open("GET", path, **options)
        return self._seen(response, checked, may_show)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        token: bool = True,
        checked: bool = True,
        may_show: tuple[str, ...] = (),
        **options: Any,
    ) -> TestResponse:
        """Post a form with a valid CSRF token, as a browser would that has the page open."""
        data = dict(data or {})
        if token and "csrf_token" not in data:
            data["csrf_token"] = self._token or self.csrf_token()
        response = self.open("POST", path, data=data, **options)
        if path.startswith(("/sign-", "/account")):
            self._token = ""
        return self._seen(response, checked, may_show)

    def _seen(self, response: TestResponse, checked: bool, may_show: tuple[str, ...]) -> TestResponse:
        self.page = None
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            if checked:
                self.page = check(response, may_show=may_show)
            elif response.data:
                self.page = Page(response.get_data(as_text=True))
        return response

    def csrf_token(self) -> str:
        """The token of the last form seen; opens the sign-in page or the account page to find one."""
        for path in ("/sign-in", "/account", "/account/password"):
            page = Page(self.open("GET", path).get_data(as_text=True))
            for form in page.forms:
                if form["fields"].get("csrf_token"):
                    self._token = str(form["fields"]["csrf_token"])
                    return self._token
        raise AssertionError("no form with a token to be found")

    def sign_in(self, login: str, password: str) -> TestResponse:
        response = self.post("/sign-in", {"login": login, "password": password})
        assert response.status_code in (302, 303), response.get_data(as_text=True)[:2000]
        return response
