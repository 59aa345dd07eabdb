"""How the departments keep their limits, as the bureau reads it: each number is the length of the list it leads to."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from app.core import clock
from app.handoffs import queries
from tests.handoffs.conftest import REQUEST, Exchange
from tests.town import CITY, MARKET, Town

JUNE = "2026-06"
LINK = re.compile(r'href="/city(/exchange/limits\?[^"]*)">([\d%]+)<')


def on(day: int) -> object:
    return clock.freeze(clock.at(date(2026, 6, day), 9))


@pytest.fixture
def asked(exchange: Exchange) -> None:
    """One signed for two days late and answered in time, one that lies unsigned since the first."""
    first = exchange.send(exchange.lodge(), REQUEST)
    exchange.send(exchange.lodge(), {**REQUEST, "subject": "请核查门店登记"})
    with on(5):
        exchange.do(MARKET, "officer", first, "sign")
        exchange.do(MARKET, "officer", first, "accept")
    with on(10):
        exchange.do(MARKET, "officer", first, "answer", text="已核查。")


@pytest.mark.usefixtures("asked")
def test_each_number_leads_to_a_list_of_that_length(town: Town) -> None:
    with on(18):
        supervisor = town.client(CITY, "supervisor")
        found = [(unescape(url), said) for url, said in LINK.findall(supervisor.get(f"/overview?period={JUNE}").text)]
        assert sorted(said for _url, said in found) == ["1", "1", "2", "50%"]
        for url, said in found:
            rows = re.findall("<tr data-row", supervisor.get(url).text)
            assert len(rows) == (2 if said == "50%" else int(said)), url


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("narrowed", "there"),
    [
        ("", 3),
        ("kept=ended", 2),
        ("kept=in_time", 1),
        ("kept=missed", 1),
        ("kept=running", 1),
        ("kept=overdue", 1),
        ("began=2026-05", 0),
        ("to=market&kept=in_time", 1),
        ("to=police", 0),
        ("to=nobody&kept=nonsense&began=never", 3),
    ],
)
def test_the_limits_are_narrowed_and_lead_to_their_handoffs(town: Town, narrowed: str, there: int) -> None:
    with on(18):
        supervisor = town.client(CITY, "supervisor")
        page = supervisor.get(f"/exchange/limits?{narrowed}").text
        assert len(re.findall("<tr data-row", page)) == there
        assert all(
            supervisor.get(link).status_code == 200 for link in set(supervisor.page.links) if "/exchange/e" in link
        )


@pytest.mark.usefixtures("asked")
def test_the_senders_own_limits_are_nobodys_punctuality(town: Town) -> None:
    """The answer waits to be looked at by East: that clock is not the department's."""
    with town.at(CITY):
        (market,) = queries.punctuality(date(2026, 6, 1), date(2026, 6, 30), date(2026, 6, 18))
    assert (market.place.slug, market.ended, market.in_time, market.overdue) == (MARKET, 2, 1, 1)
