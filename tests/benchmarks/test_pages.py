"""Pages as their users meet them: signed in, as the app role, with row level security and audit on.

`make bench` prints one table; docs/benchmarks.md says what its columns mean. HENGPING_BENCH_SIZES (default
10000,300000) says how many cases the city has, HENGPING_BENCH_ROUNDS how often each page is opened. Nothing is
asserted about time; that a page answers, finds what it should and stays within its statements is.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from app.demo import city
from app.files.accept import EVIDENCE, accept
from app.settings import Settings
from app.transfer import services as transfer
from tenants import realm
from tenants.database import db
from tenants.registry import registry
from tests.benchmarks import bench
from tests.benchmarks.bench import HEAD, Row, Timing, bare_answer, cpu_seconds, load, measure, recorded, replay
from tests.browser import Browser
from tests.transfer.test_import import SHARED, real_input

pytestmark = pytest.mark.benchmark

SIZES = [int(size) for size in os.environ.get("HENGPING_BENCH_SIZES", "10000,300000").split(",")]
ROUNDS = int(os.environ.get("HENGPING_BENCH_ROUNDS", "60"))
COUNTY = "linhe"

table: list[str] = []


@pytest.fixture(scope="module", params=SIZES, ids=[f"{size} cases" for size in SIZES])
def big_city(request: pytest.FixtureRequest, server: str, tmp_path_factory: Any) -> Iterator[tuple[int, Any, Settings]]:
    """A city of so many cases, in a database of its own."""
    size = request.param
    with bench.city(server, f"hengping_bench_{size}", size, tmp_path_factory.mktemp("pages")) as (app, settings):
        yield size, app, settings


@pytest.fixture(scope="module")
def bare() -> Timing:
    return bare_answer(300)


def signed_in(app: Any, slug: str, role: str) -> Browser:
    browser = Browser(app, slug)
    browser.sign_in(city.CITY.offices[slug].holding(role)[0].login, city.PASSWORD)
    return browser


def timed(page: str, browser: Browser, path: str, big_city: Any, bare: Timing, most: int) -> Any:
    """Open the page often, count its statements, replay them; one line of the table."""
    size, _app, settings = big_city

    def run() -> Any:
        return browser.open("GET", path)

    response = run()
    assert response.status_code == 200, path
    looks = []
    for _look in range(2):  # now and then one of them asks whether the lists or the rules have changed
        with recorded(db.engine) as seen:
            run()
        looks.append(list(seen))
    seen = min(looks, key=len)
    _print(Row(size, page, measure(run, ROUNDS), len(seen), replay(_address(settings), seen, ROUNDS), bare))
    assert len(seen) <= most, f"{page}: {len(seen)} statements"
    return response


def _address(settings: Settings) -> str:
    return settings.url("portal_app").set(drivername="postgresql").render_as_string(hide_password=False)


def _print(row: Row) -> None:
    _say(row.line())


def _say(line: str) -> None:
    if not table:
        print(f"\n{HEAD}")
    table.append(line)
    print(line, flush=True)


def _number(app: Any, slug: str, where: str) -> str:
    """The number of some case, looked up past the walls."""
    settings = app.config["SETTINGS"]
    root = create_engine(settings.url("setup"), poolclass=NullPool)
    with root.connect() as connection:
        place = registry.find(slug)
        assert place is not None
        said = f"select number from case_record where tenant_id = {place.id} and {where} order by id desc limit 1"
        return str(connection.execute(text(said)).scalar_one())


def _rows(response: Any) -> int:
    return response.get_data(as_text=True).count("data-row")


def _far_down(browser: Browser, path: str, pages: int) -> str:
    """The address of the page that so many clicks on “next page” lead to, or of the last one."""
    for _ in range(pages):
        found = re.search(r'rel="next" href="([^"]+)"', browser.open("GET", path).get_data(as_text=True))
        if found is None:
            break
        path = f"{path.partition('?')[0]}{found[1].replace('&amp;', '&')}"
    return path


def test_queue(big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], COUNTY, "handler")
    timed("queue", browser, "/cases", big_city, bare, 12)
    closed = "/cases?scope=closed&sort=newest"
    timed("queue, closed cases", browser, closed, big_city, bare, 12)
    timed("queue, rare filters", browser, "/cases?category=G10&problem=P06&idle=3", big_city, bare, 12)
    timed("queue, rare filters, all", browser, "/cases?scope=all&sort=newest&category=G10&most=50", big_city, bare, 12)
    timed("queue, 20 pages down", browser, _far_down(browser, closed, 20), big_city, bare, 12)


def test_today(big_city: Any, bare: Timing) -> None:
    timed("today", signed_in(big_city[1], COUNTY, "handler"), "/desk/today", big_city, bare, 12)


def test_case(big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], COUNTY, "handler")
    number = _number(big_city[1], COUNTY, "status = 'mediating'")
    timed("case", browser, f"/cases/{number}", big_city, bare, 24)  # with mediation, group and exchange beside it


class Undone(Exception):
    """A transaction was not to be committed."""


def test_intake(big_city: Any, bare: Timing) -> None:
    """The whole of it: the form is posted, the case with its clocks, trail and search document is committed."""
    size, app, settings = big_city
    browser = signed_in(app, COUNTY, "clerk")
    token = browser.csrf_token()
    facts = "顾客称在本县商场购买的电饭煲使用三天后漏电，商场以已拆封为由拒绝退货，请求协调退款三百九十九元。"
    count = iter(range(10**9))

    def post() -> Any:
        data = {"csrf_token": token, "told": f"{facts}{next(count)}", "name": "王建国", "phone": "19900010001",
                "channel": "window", "nature": "C", "submission_key": f"bench-{os.getpid()}-{next(count)}"}  # fmt: skip
        return browser.open("POST", "/cases/new", data=data)

    assert post().status_code == 303
    timing = measure(post, ROUNDS)
    with recorded(db.engine) as seen, suppress(Undone):

        def undo(session: Session) -> None:
            if any("INSERT INTO case_record" in said for said, *_values in seen):
                raise Undone  # what is not in the database can be written again by the replay

        event.listen(Session, "before_commit", undo)
        try:
            post()
        finally:
            event.remove(Session, "before_commit", undo)
    _print(Row(size, "intake (POST)", timing, len(seen), replay(_address(settings), seen, ROUNDS), bare))


@pytest.mark.parametrize(("kind", "word"), [("common", "退款"), ("rare", "甲醛"), ("absent", "鲸鱼")])
def test_search(big_city: Any, bare: Timing, kind: str, word: str) -> None:
    browser = signed_in(big_city[1], COUNTY, "handler")
    response = timed(f"search, {kind} word", browser, f"/search?q={word}", big_city, bare, 12)
    assert bool(_rows(response)) == (kind != "absent"), f"{word}: {_rows(response)} found"


def test_bureau_overview(big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], "city", "supervisor")
    timed("bureau overview", browser, "/overview", big_city, bare, 16)
    timed("cases of the city", browser, "/counties/cases", big_city, bare, 12)
    timed("late cases of the city", browser, "/counties/cases?due=late&sort=due", big_city, bare, 12)


def test_in_tray(big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], "scjg", "officer")
    timed("department in-tray", browser, "/inbox", big_city, bare, 12)
    timed("department, answered", browser, "/answered", big_city, bare, 12)


@real_input
def test_import(big_city: Any) -> None:
    """A spreadsheet of 4,326 messages, read, taken in and committed; the last test, for the queues are longer then."""
    size = big_city[0]
    with realm.enter(registry.realm(COUNTY), db.leave), (SHARED / "messages.xlsx").open("rb") as content:
        connection = db.session.execute(text("select pg_backend_pid()")).scalar_one()
        begun, busy = time.perf_counter(), cpu_seconds([connection])
        with recorded(db.engine) as seen:
            file = accept(content, "messages.xlsx", kinds={".xlsx": EVIDENCE[".xlsx"]})
            batch = transfer.begin(file, None)
            transfer.ready(batch, batch.columns, None)
            db.session.commit()
            batch = transfer.run(batch.id)
            db.session.commit()
        wall, busy = time.perf_counter() - begun, cpu_seconds([connection]) - busy
        assert (batch.imported, batch.already, batch.rejected) == (4326, 0, 0)
    _say(
        f"{size:>9,}  {'import of 4,326 rows':<26} {wall * 1000:>8.0f} {'':>8} {busy * 1000:>8.0f} {len(seen):>6} "
        f"{'':>8} {'':>7} {'':>8} {load():>5.1f}  {len(seen) / 4326:.2f} statements a row"
    )
