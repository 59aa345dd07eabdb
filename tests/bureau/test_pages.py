"""What the bureau sees: figures that lead to their lists, lists without personal data, and nothing written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.facts.measures import MEASURES
from tenants.audit import models
from tests.facts.small_town import CANARY, PHONE, Builder
from tests.town import CITY, EAST, MARKET, WEST

JUNE = "2026-06"
SLUGS = {"E": EAST, "W": WEST}
CASE = re.compile(r"/counties/[\w-]+/cases/\d{4}-\d+")
NUMBER = re.compile(
    r'<a href="([^"]*/counties/cases\?[^"]*)"[^>]*>(?:<span class="l">[^<]*</span><span class="n">)?([\d,]+)<'
)
PREFERENCES = ("lang=", "size=", "theme=", "density=")


@pytest.fixture
def supervisor(small_town: Builder) -> Any:
    return small_town.town.client(CITY, "supervisor")


def cases_in(browser: Any, path: str) -> set[str]:
    browser.get(path)
    return {link for link in browser.page.links if CASE.search(link)}


# Figures --------------------------------------------------------------------------------------------------------------


def test_the_overview_says_what_was_counted_by_hand(supervisor: Any) -> None:
    supervisor.get(f"/overview?period={JUNE}&lang=en", follow_redirects=True)
    words = supervisor.page.words
    assert "New cases 4 " in words, "East received four; West's was East's"
    assert "Open cases 3 " in words
    assert re.search(r"Closed in time 50\.0% .*1 / 2", words)
    assert "东县中心 4 2 0.7 1 50.0% 1 / 2" in words, "received, open, per head, late, in time"
    assert "西县中心 1 1 0.5 0 — 0 / 0" in words
    assert "东县中心 西县中心 1" in words, "the flow, in the table beside the picture"


@pytest.mark.parametrize(
    "page",
    [
        f"/overview?period={JUNE}",
        "/overview?period=2026-05",
        f"/counties/east?period={JUNE}",
        "/counties/east?period=2026-05",
    ],
)
def test_every_number_leads_to_a_list_of_that_length(supervisor: Any, page: str) -> None:
    pairs = NUMBER.findall(supervisor.get(page).text)
    assert len(pairs) >= 3
    for url, number in pairs:
        assert len(cases_in(supervisor, url.replace("&amp;", "&"))) == int(number), url


def test_every_number_of_a_chart_leads_to_its_list(supervisor: Any) -> None:
    page = supervisor.get(f"/overview?period={JUNE}").text
    by_category = [(url, n) for url, n in NUMBER.findall(page) if "category=" in url]
    assert len(by_category) >= 2
    flows = re.findall(r'<a href="([^"]*/exchange\?from=[^"]*)">(\d+)<', page)
    assert flows
    for url, size in flows:
        rows = re.findall(r"<tr data-row", supervisor.get(url.replace("&amp;", "&")).text)
        assert len(rows) == int(size), url


def test_a_share_leads_to_what_it_is_a_share_of(supervisor: Any) -> None:
    lists = {f"closed={JUNE}": 2, f"closed={JUNE}&kept=yes": 1, f"closed={JUNE}&kept=no": 1}
    for asked, there in {**lists, "closed=2026-05&outcome=settled": 1}.items():
        assert len(cases_in(supervisor, f"/counties/cases?{asked}")) == there, asked


def test_the_measures_are_explained_from_the_table_that_counts_them(supervisor: Any) -> None:
    page = supervisor.get("/measures").text
    assert all(f'id="{code}"' in page for code in MEASURES)


# Cases of the city ----------------------------------------------------------------------------------------------------

ALL = "E1 E2 E3 E4 E5 E6 E7 W1 W2"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ALL),
        ("?sort=due", ALL),
        ("?county=east", "E1 E2 E3 E4 E5 E6 E7"),
        ("?county=west", "W1 W2"),
        ("?status=open", "E5 E6 W1"),
        ("?status=refused", "E3"),
        ("?due=late", "E5"),
        ("?due=urgent", "W1"),
        ("?due=soon", "E6 W1"),
        ("?category=S04", "E1 E3 E7 W1 W2"),
        ("?category=G0201", "E2 E4 E5"),
        ("?channel=hotline", "E2 E4 E5"),
        ("?problem=P03", "E2 E4 E5"),
        ("?received=2026-05", "E1 E2 E3"),
        ("?received=2026-Q2", "E1 E2 E3 E4 E5 E6 E7 W1"),
        ("?received=2025", "W2"),
        ("?origin=taken_over", "W1"),
        ("?settled=2026-05", "E1"),
        ("?outcome=withdrawn&county=east", "E4"),
        ("?merchant=优乐母婴", "E6"),
        ("?merchant=nobody", ""),
        ("?q=案件E5", "E5"),
        ("?q=质量问题&county=west", "W2"),
        ("?q=优乐&status=open", "E6"),
        ("?q=林晓梅", ""),
        (f"?q={CANARY}", ""),
        ("?q=%25", ""),
        ("?county=market&status=nonsense&received=2026-99&after=~&sort=x", ALL),
    ],
)
def test_the_cases_of_the_city_are_narrowed(small_town: Builder, supervisor: Any, asked: str, found: str) -> None:
    expected = {f"/city/counties/{SLUGS[name[0]]}/cases/{small_town.numbers[name]}" for name in found.split()}
    assert cases_in(supervisor, f"/counties/cases{asked}") == expected


def test_one_case_is_shown_without_its_private_rows(small_town: Builder, supervisor: Any) -> None:
    page = supervisor.get(f"/counties/east/cases/{small_town.numbers['E1']}").text
    assert "案件E1" in page
    assert "林**" in page
    assert CANARY not in page


def test_two_counties_may_have_cases_of_the_same_number(small_town: Builder, supervisor: Any) -> None:
    """East's E2 and West's W1 are both the second of 2026, or whatever: the county is part of the address."""
    shared = {name: number for name, number in small_town.numbers.items() if number == small_town.numbers["W1"]}
    (east,) = shared.keys() - {"W1"}
    assert f"案件{east}" in supervisor.get(f"/counties/east/cases/{shared[east]}").text
    assert f"案件{east}" not in supervisor.get(f"/counties/west/cases/{shared['W1']}").text


@pytest.mark.parametrize(
    "path",
    [
        "/counties/market",
        "/counties/city",
        "/counties/nowhere",
        "/counties/east/cases/2026-999999",
        "/exchange/east-YS-2026-000999",
    ],
)
def test_what_is_no_county_no_case_and_no_exchange_is_not_there(supervisor: Any, path: str) -> None:
    assert supervisor.get(path).status_code == 404


# The exchange ---------------------------------------------------------------------------------------------------------


def test_the_exchange_is_shown_without_what_only_the_two_may_read(supervisor: Any) -> None:
    supervisor.get("/exchange")
    (link,) = {link for link in supervisor.page.links if "/exchange/" in link}
    page = supervisor.get(link).text
    assert "健身卡退费" in page
    assert "东县消费者权益保护中心 → 西县消费者权益保护中心" in supervisor.page.words
    assert CANARY not in page


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("from=east", 1),
        ("from=west", 0),
        ("to=west&kind=referral", 1),
        ("kind=request", 0),
        (f"sent={JUNE}", 1),
        ("sent=2026-05", 0),
        ("open=yes", 0),
        ("open=no", 1),
        ("due=late", 0),
        ("status=accepted", 1),
    ],
)
def test_the_exchange_is_narrowed(supervisor: Any, asked: str, there: int) -> None:
    supervisor.get(f"/exchange?{asked}")
    assert len({link for link in supervisor.page.links if "/exchange/" in link}) == there


# Looking, and nothing else --------------------------------------------------------------------------------------------


def crawl(browser: Any, *starts: str) -> dict[str, str]:
    """Every page that can be reached by links, each list in one of its forms."""
    seen: dict[str, str] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        shape = re.sub(r"=[^&]*", "=", path)
        if shape in seen or not path.startswith("/city/") or any(key in path for key in PREFERENCES):
            continue
        response = browser.get(path, checked=False)
        seen[shape] = response.text if response.mimetype == "text/html" else ""
        if browser.page is not None:
            waiting += [link.partition("#")[0] for link in browser.page.links]
    return seen


def fingerprint(root: Engine) -> dict[str, str]:
    """What every table holds of anybody but the bureau, seen from behind the walls."""
    with root.connect() as connection:
        return {
            name: connection.scalar(
                text(f"select md5(string_agg(t::text, '|' order by t::text)) from {name} t where tenant_id <> 1")
            )
            for name, model in models().items()
            if "tenant_id" in model.__table__.c
        }


def test_looking_at_everything_meets_nothing_private_and_writes_nothing(small_town: Builder, root: Engine) -> None:
    before = fingerprint(root)
    for login in ("supervisor", "analyst", "admin"):
        seen = crawl(small_town.town.client(CITY, login), "/city/overview", "/city/exchange", "/city/measures")
        assert len(seen) >= 20, sorted(seen)
        for path, page in seen.items():
            assert CANARY not in page, path
            assert PHONE not in page, path
    assert fingerprint(root) == before


@pytest.mark.parametrize("slug", [EAST, WEST, MARKET])
def test_nobody_else_has_these_pages(small_town: Builder, slug: str) -> None:
    browser = small_town.town.client(slug, "officer" if slug == MARKET else "director")
    for path in ("overview", "counties/east", "counties/cases", "measures", "exchange", "grants", "organisations"):
        assert browser.get(f"/{path}").status_code == 404, path


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("analyst", "/grants"),
        ("analyst", "/organisations"),
        ("supervisor", "/organisations"),
        ("admin", "/grants"),
        ("admin", "/exchange"),
    ],
)
def test_a_role_of_the_bureau_has_only_its_own(small_town: Builder, login: str, path: str) -> None:
    assert small_town.town.client(CITY, login).get(path).status_code == 403
