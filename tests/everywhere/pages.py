"""Every page that there is, in a real browser: on a desk, on a phone, in the dark, and in English."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Engine

from tests.isolation import identifiers, scenario
from tests.isolation.scenario import Scenario
from tests.journeys.tab import Tab
from tests.town import CITY, EAST, MARKET

WHO = {
    EAST: ("director", "admin", "handler", "clerk"),
    CITY: ("supervisor", "admin"),
    MARKET: ("officer", "head"),
}
HOW: dict[str, tuple[dict[str, Any], str]] = {
    "desk": ({}, ""),
    "phone": ({"phone": True}, ""),
    "dark": ({}, "?theme=dark"),
    "english": ({"language": "en", "phone": True}, ""),
}
MOST = 2  # things of a kind: one that is new, and one to which something has happened


def addresses(town: Scenario, app: Any, slug: str) -> Iterator[str]:
    """Every page that is about something of an organisation, or of nothing."""
    for rule in identifiers.rules(app, "GET"):
        whose = EAST if rule.endpoint.startswith("bureau.") else slug
        rows = identifiers.known(town, rule, whose)
        for row in (rows[:1] + rows[-1:])[:MOST] if len(rows) > 1 else rows:
            for word in identifiers.words(rule):
                yield identifiers.filled(rule, **row, **word)


def every_page_holds(sit: Callable[..., Tab], app: Any, root: Engine, slug: str, how: str) -> None:
    """Raises AssertionError with all that is wrong with any of them."""
    with app.app_context():
        town = scenario.build(app, root)
    options, setting = HOW[how]
    left = dict.fromkeys(addresses(town, app, slug))
    faults: list[str] = []
    opened = 0
    for login in WHO[slug]:
        tab = sit(slug, login, **options)
        if setting:
            tab.open(f"/account{setting}")
        for path in list(left):
            if _is_page(tab, path):
                del left[path]
                opened += 1
                try:
                    tab.open(path)
                except AssertionError as fault:
                    faults.append(str(fault))
    assert opened > {EAST: 150, CITY: 40, MARKET: 20}[slug]
    assert not faults, f"{len(faults)} of {opened} pages:\n" + "\n".join(faults)


def _is_page(tab: Tab, path: str) -> bool:
    """Whether this person finds a whole page there; asked beside the tab, which would follow and download."""
    answer = tab.context.request.get(f"/{tab.slug}{path}", max_redirects=0)
    assert answer.status < 500, f"{path}: {answer.status}"
    html = answer.headers.get("content-type", "").startswith("text/html")
    return answer.status == 200 and html and "<html" in answer.text()[:200]
