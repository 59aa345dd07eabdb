"""What a page offers, its reader may open: no link leads to a refusal or to nothing."""

from __future__ import annotations

import pytest

from tests.isolation.crawler import Crawler
from tests.isolation.scenario import Scenario
from tests.town import CITY, EAST, MARKET

READERS = [
    *((EAST, login) for login in ("clerk", "handler", "director", "admin")),
    *((MARKET, login) for login in ("officer", "head")),
    *((CITY, login) for login in ("supervisor", "analyst", "admin")),
]


@pytest.mark.parametrize(("slug", "login"), READERS)
def test_no_link_on_a_page_is_refused_to_its_reader(scenario: Scenario, slug: str, login: str) -> None:
    assert len(_walked(scenario, slug, login, 60)) > 15


@pytest.mark.long
@pytest.mark.parametrize(("slug", "login"), [(EAST, "clerk"), (EAST, "admin"), (MARKET, "officer"), (CITY, "admin")])
def test_no_link_is_refused_to_who_goes_on_and_on(scenario: Scenario, slug: str, login: str) -> None:
    """Those who may do least are refused first."""
    assert len(_walked(scenario, slug, login, 400)) > 20


def _walked(scenario: Scenario, slug: str, login: str, most: int) -> dict[str, int]:
    crawler = Crawler(scenario.town.client(slug, login), most=most, variations=1)
    crawler.walk(["/"])
    assert not crawler.faults
    assert {address: status for address, status in crawler.opened.items() if status >= 400} == {}
    return crawler.opened
