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
    crawler = Crawler(scenario.town.client(slug, login), most=60, variations=1)
    crawler.walk(["/"])
    assert not crawler.faults
    assert {address: status for address, status in crawler.opened.items() if status >= 400} == {}
    assert len(crawler.opened) > 15
