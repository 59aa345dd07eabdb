"""Pages as their users meet them: signed in, as the app role, with row level security and audit on.

`make bench` prints one table. HENGPING_BENCH_SIZES (default 10000,300000) says how many cases the city has,
HENGPING_BENCH_ROUNDS how often each page is opened. Nothing is asserted about time; that a page answers, finds what
it should and stays within its statements is.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app import create_app, jobs
from app.demo import city
from app.settings import Settings
from app.setup import set_up
from tenants.database import db
from tenants.registry import registry
from tests.benchmarks.bench import HEAD, Row, Timing, bare_answer, measure, recorded, replay
from tests.browser import Browser
from tests.conftest import connect, settings_for

pytestmark = pytest.mark.benchmark

SIZES = [int(size) for size in os.environ.get("HENGPING_BENCH_SIZES", "10000,300000").split(",")]
ROUNDS = int(os.environ.get("HENGPING_BENCH_ROUNDS", "60"))
COUNTY = "linhe"

table: list[str] = []


@pytest.fixture(scope="module", params=SIZES, ids=[f"{size} cases" for size in SIZES])
def big_city(request: pytest.FixtureRequest, server: str, tmp_path_factory: Any) -> Iterator[tuple[int, Any, Settings]]:
    """A city of so many cases, in a database of its own."""
    size = request.param
    name = f"hengping_bench_{size}"
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        connection.exec_driver_sql(f"create database {name}")
    settings = settings_for(server, name, instance=tmp_path_factory.mktemp(name))
    set_up(settings)
    app = create_app(dataclasses.replace(settings))
    result = app.test_cli_runner().invoke(args=["demo", "build", "--cases", str(size)])
    assert result.exit_code == 0, result.output[-3000:]
    with app.app_context():
        registry.use(db.engine)
        jobs.use(app)
        yield size, app, settings
        db.engine.dispose()
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
def bare() -> Timing:
    return bare_answer(300)


def signed_in(app: Any, slug: str, role: str) -> Browser:
    browser = Browser(app, slug)
    browser.sign_in(city.CITY.offices[slug].holding(role)[0].login, city.PASSWORD)
    return browser


def timed(request: Any, page: str, browser: Browser, path: str, big_city: Any, bare: Timing, most: int) -> Any:
    """Open the page often, count its statements, replay them; one line of the table."""
    size, _app, settings = big_city

    def run() -> Any:
        return browser.open("GET", path)

    response = run()
    assert response.status_code == 200, path
    with recorded(db.engine) as seen:
        run()
    row = Row(
        size=size,
        page=page,
        page_time=measure(run, ROUNDS),
        statements=len(seen),
        sql_floor=replay(_address(settings), list(seen), ROUNDS),
        bare=bare,
    )
    _print(row)
    assert len(seen) <= most, f"{page}: {len(seen)} statements"
    return response


def _address(settings: Settings) -> str:
    return settings.url("portal_app").set(drivername="postgresql").render_as_string(hide_password=False)


def _print(row: Row) -> None:
    if not table:
        print(f"\n{HEAD}")
    table.append(row.line())
    print(table[-1], flush=True)


def _number(app: Any, slug: str, where: str) -> str:
    """The number of some case, looked up past the walls."""
    settings = app.config["SETTINGS"]
    root = create_engine(settings.url("setup"), poolclass=NullPool)
    with root.connect() as connection:
        place = registry.find(slug)
        assert place is not None
        said = f"select number from case_record where tenant_id = {place.id} and {where} order by id desc limit 1"
        return str(connection.execute(text(said)).scalar_one())


def test_queue(request: Any, big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], COUNTY, "handler")
    timed(request, "queue", browser, "/cases", big_city, bare, 12)
    timed(request, "queue, all open", browser, "/cases?view=open", big_city, bare, 12)


def test_case(request: Any, big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], COUNTY, "handler")
    number = _number(big_city[1], COUNTY, "status = 'mediating'")
    timed(request, "case", browser, f"/cases/{number}", big_city, bare, 20)


def test_intake(request: Any, big_city: Any, bare: Timing) -> None:
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
    with recorded(db.engine) as seen:
        post()
    _print(
        Row(size, "intake (POST)", measure(post, ROUNDS), len(seen), replay(_address(settings), list(seen), 20), bare)
    )


@pytest.mark.parametrize(("kind", "word"), [("common", "退款"), ("rare", "甲醛"), ("absent", "鲸鱼")])
def test_search(request: Any, big_city: Any, bare: Timing, kind: str, word: str) -> None:
    browser = signed_in(big_city[1], COUNTY, "handler")
    timed(request, f"search, {kind} word", browser, f"/search?q={word}", big_city, bare, 12)


def test_bureau_overview(request: Any, big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], "city", "supervisor")
    timed(request, "bureau overview", browser, "/overview", big_city, bare, 16)
    timed(request, "cases of the city", browser, "/counties/cases", big_city, bare, 12)


def test_in_tray(request: Any, big_city: Any, bare: Timing) -> None:
    browser = signed_in(big_city[1], "scjg", "officer")
    timed(request, "department in-tray", browser, "/inbox", big_city, bare, 12)
