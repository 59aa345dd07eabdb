"""The search where it is hardest: a county of 50,000 cases among a million of the city's.

HENGPING_BENCH_SEARCH (default 50000,1000000) says how many of both. A city of ten thousand is built by the services;
then its cases and their search documents are copied under new keys until there are enough: what a word costs depends on
how many documents hold it and whose they are, not on whether two of them read alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.search import queries, sql
from app.settings import Settings
from tenants import realm
from tenants.database import db
from tenants.registry import registry
from tests.benchmarks import bench
from tests.benchmarks.bench import measure
from tests.benchmarks.test_pages import COUNTY, ROUNDS, signed_in

pytestmark = pytest.mark.benchmark

MINE, ALL = (int(size) for size in os.environ.get("HENGPING_BENCH_SEARCH", "50000,1000000").split(","))
SEED = 10_000
WORDS = {"common": "退款", "less common": "门店", "rare": "甲醛", "absent": "鲸鱼", "three characters": "预付卡"}
COPIED = ("case_record", "search_document")
KEYS = {"case_record": "id", "search_document": "subject_id"}  # the same new key in both


@pytest.fixture(scope="module")
def million(server: str, tmp_path_factory: Any) -> Iterator[Any]:
    with bench.city(server, "hengping_bench_search", SEED, tmp_path_factory.mktemp("search")) as (app, settings):
        place = registry.find(COUNTY)
        assert place is not None
        multiply(settings, place.id)
        yield app


def multiply(settings: Settings, mine: int) -> None:
    """Copy until the county has MINE cases and the city ALL, numbers and keys told apart by the number of the copy."""
    root = create_engine(settings.url("setup"), poolclass=NullPool)
    with root.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(f"drop index {sql.INDEX}"))
        for whose, wanted in ((f"tenant_id = {mine}", MINE), (f"tenant_id <> {mine}", ALL - MINE)):
            there = connection.execute(text(f"select count(*) from case_record where {whose}")).scalar_one()
            for table in COPIED:
                columns = _columns(connection, table)
                changed = {
                    KEYS[table]: f"md5({KEYS[table]}::text || copy)::uuid",
                    "number": "number || '-' || copy",
                    **({"id": "md5(id::text || copy)::uuid"} if table == "search_document" else {}),
                    "submission_key": "null",
                }
                said = ", ".join(changed.get(column, column) for column in columns)
                kept = "true" if table == "case_record" else "kind = 'case'"
                connection.execute(
                    text(
                        f"insert into {table} ({', '.join(columns)}) select {said} "
                        f"from (select * from {table} where {whose} and {kept}) of_city, "
                        "generate_series(1, :times) copy"
                    ),
                    {"times": max(0, round(wanted / there) - 1)},
                )
        connection.execute(text(sql.index(connection)))
    with root.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze case_record, search_document"))
    root.dispose()


def _columns(connection: Any, table: str) -> list[str]:
    asked = text(
        "select column_name from information_schema.columns "
        "where table_schema = 'public' and table_name = :table and is_generated = 'NEVER'"
    )
    return [str(name) for (name,) in connection.execute(asked, {"table": table})]


@pytest.mark.parametrize("kind", WORDS)
def test_a_word_in_a_million(million: Any, kind: str) -> None:
    """What the search itself takes, and the page it is answered with."""
    word = WORDS[kind]
    with realm.enter(registry.realm(COUNTY), db.leave):
        found = queries.find(word, ["case"])
        itself = measure(lambda: queries.find(word, ["case"]), ROUNDS)
        counted = db.session.execute(text("select count(*) from case_record")).scalar_one()
    browser = signed_in(million, COUNTY, "handler")
    page = measure(lambda: browser.open("GET", f"/search?q={word}"), ROUNDS)
    print(
        f"\n{counted:>9,} of {ALL:,}  {kind:<17} {len(found):>3} hits   search p50 {itself.p50:6.1f} "
        f"p95 {itself.p95:6.1f}   page p50 {page.p50:6.1f} p95 {page.p95:6.1f} ms"
    )
    assert bool(found) == (kind != "absent")
