"""A figure of the bureau is a link to the list behind it: nobody has to believe a number."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.facts.small_town import Builder
from tests.town import CITY

FIGURE = re.compile(r"¥?[1-9][\d,]*(\.\d+)?万?")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "use", "rect", "polyline"}


class Loose(HTMLParser):
    """The figures of <main> that stand in no link, each with the words of its row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.row, self.loose = "", list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.row = ""
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        said, tags = data.strip(), [tag for tag, _attrs in self.open]
        if "main" not in tags or not said:
            return
        self.row = f"{self.row} {said}".strip()
        led = {"a", "svg", "option", "time"} & set(tags) or any(map(_needs_none, self.open))
        if FIGURE.fullmatch(said) and not led:
            self.loose.append(f"{said} in “{self.row}”")


def _needs_none(element: tuple[str, dict[str, str | None]]) -> bool:
    """An average per head, how a figure has moved, and what it is compared with."""
    _tag, attrs = element
    classes = set((attrs.get("class") or "").split())
    return attrs.get("data-label") == "人均" or bool(classes & {"change", "compared"})


@pytest.mark.parametrize("login", ["supervisor", "analyst"])
def test_every_figure_on_the_bureaus_pages_is_a_link(small_town: Builder, login: str) -> None:
    browser = small_town.town.client(CITY, login)
    pages = ["/overview?period=2026-06", "/overview?period=2026-05", "/exchange"]
    pages += [f"/counties/{slug}?period={month}" for slug in ("east", "west") for month in ("2026-05", "2026-06")]
    loose = {page: found for page in pages if (found := Loose(_text(browser, page)).loose)}
    assert not loose, loose


def _text(browser: Any, page: str) -> str:
    answer = browser.get(page)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_a_figure_without_a_link_is_found() -> None:
    page = "<main><table><tr><th>东县<svg><rect/></svg><br></th><td>{}</td></tr></table></main>"
    assert Loose(page.format("1,204")).loose == ["1,204 in “东县 1,204”"]
    assert Loose(page.format("¥16.7万")).loose
    for fine in ('<a href="/x">1,204</a>', "18 / 19", "88.7%", '<span class="change">12</span>', "0", "2026-06-01"):
        assert Loose(page.format(fine)).loose == []
