"""The canary test (TI16): a string in every text of every organisation, and everybody who looks everywhere.

It is the one test that knows nothing of how the walls are made. What it cannot see it does not claim: it crawls what
the pages offer, every address there is with everybody's identifiers, and the bytes of every file that comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import Engine, event, text

from app.cases import lists
from tests.isolation import canaries, identifiers
from tests.isolation.canaries import CODES, CODES_INSIDE, INSIDE
from tests.isolation.crawler import Crawler
from tests.isolation.scenario import COUNTIES, Scenario
from tests.town import CITY, EAST, MARKET, POLICE, WEST

STRANGERS_QUICK = [(WEST, "director"), (WEST, "admin"), (MARKET, "officer"), (POLICE, "head"), (CITY, "supervisor")]
# Whoever may read cases or letters has a box to search them by.
SEARCHERS = [
    *((slug, login) for slug in (EAST, WEST) for login in ("clerk", "handler", "director")),
    *((slug, login) for slug in (MARKET, POLICE) for login in ("officer", "head")),
    *((CITY, login) for login in ("supervisor", "analyst")),
]
STRANGERS = [
    (WEST, "clerk"),
    (WEST, "handler"),
    (MARKET, "head"),
    (POLICE, "officer"),
    (CITY, "analyst"),
    (CITY, "admin"),
]


@pytest.fixture(scope="module")
def planted(scenario: Scenario) -> Scenario:
    canaries.plant(scenario)
    return scenario


@pytest.fixture
def crawl(planted: Scenario, whole_app: Any) -> Callable[..., Crawler]:
    def go(
        slug: str,
        login: str,
        start: str = "/",
        *,
        most: int = 60,
        variations: int = 2,
        first: int = 1,
        deep: bool = False,
    ) -> Crawler:
        """Look at everything, as one person; `first` identifiers of each county are tried in every address."""
        crawler = Crawler(planted.town.client(slug, login), most=most, variations=variations)
        crawler.walk([start])
        crawler.try_all(identifiers.addresses(planted, whole_app, COUNTIES, first))
        crawler.search(words(planted))
        if (slug, login) in SEARCHERS:
            assert crawler.found, "the box on top of the page was never used"
        if deep:
            crawler.ask_for_blocks()
        return crawler

    return go


def words(scenario: Scenario) -> list[str]:
    """What to type into every box: words and numbers that both counties have."""
    numbers = [number for slug in COUNTIES for number in scenario.cases[slug].values()][::4]
    return ["PRIV", "OWN", "east", "case_statement", "林晓梅", "健身房", "1380000020", "13800000201", *numbers]


def strangers_met(crawler: Crawler) -> dict[str, str]:
    slug = crawler.browser.slug
    return {str(one): where for one, where in crawler.met.items() if not one.may_be_met_by(slug)}


# That the check can fail ---------------------------------------------------------------------------------------------


def test_every_text_of_both_counties_carries_a_canary(planted: Scenario) -> None:
    """A new column of words turns up here: the scenario has to make a row of it, or canaries.CODES to say why not."""
    bare = []
    for name in sorted(canaries.columns_to_plant()):
        table, _, column = name.partition(".")
        model = canaries.planted_models()[table]
        if column in model.__table__.c and not any(
            word.lower() in row.lower() for row, word in _cells(planted.root, model, column)
        ):
            bare.append(name)
    assert not bare, f"no row of East carries a canary in {bare}"


def _cells(root: Engine, model: Any, column: str) -> list[tuple[str, str]]:
    columns = model.__table__.c
    mine = "tenant_id in (1, 2)" if "tenant_id" in columns else "2 in (sender_id, receiver_id)"
    if "lead_id" in columns:
        mine = "2 = any (participants)"
    with root.connect() as connection:
        rows = connection.execute(text(f"select {column}::text as said from {model.__tablename__} where {mine}"))
        return [(row.said, f"-{model.__tablename__}.{column}-") for row in rows if row.said]


def test_what_is_not_planted_is_still_there() -> None:
    """The lists of exceptions name columns that exist, each once."""
    there = {
        f"{name}.{column.name}" for name, model in canaries.planted_models().items() for column in model.__table__.c
    }
    assert CODES.keys() | CODES_INSIDE.keys() | INSIDE.keys() <= there
    assert canaries.json_columns() == CODES_INSIDE.keys() | INSIDE.keys()


def test_its_own_people_meet_the_canaries_of_a_county(crawl: Callable[..., Crawler]) -> None:
    """Whoever may read a thing does meet it, so that not meeting it means something."""
    crawler = crawl(EAST, "director", most=180, first=2)
    assert not crawler.faults
    assert crawler.found["13800000201"], "the whole phone of a consumer of East's finds the case"
    columns = {one.column for one in crawler.met if EAST in one.whose}
    assert columns >= {
        "audit_entry.actor_name",
        "audit_remark.text",
        "case_agreement.terms",
        "case_draft.text",
        "case_file.bytes",
        "case_file.name",
        "case_record.merchant_name",
        "case_record.party_label",
        "case_record.summary",
        "case_record.title",
        "case_statement.demand",
        "case_statement.facts",
        "handoff.subject",
        "handoff_draft.ask",
        "handoff_draft.subject",
        "handoff_file.bytes",
        "handoff_file.name",
        "handoff_message.text",
        "import_fault.reference",
        "import_file.name",
        "merchant.name",
        "merchant_contact.name",
        "person.name",
    }


@pytest.fixture
def without_walls(planted: Scenario) -> Iterator[None]:
    """Row level security off, and the hint to the planner too, which says the same once more."""
    tables = sorted(canaries.planted_models())

    def forget(session: Session, *_: Any) -> None:
        session.info["hint"] = False

    def switch(how: str) -> None:
        with planted.root.begin() as connection:
            for table in tables:
                connection.execute(text(f"alter table {table} {how} row level security"))

    event.listen(Session, "after_begin", forget)
    switch("disable")
    yield
    switch("enable")
    event.remove(Session, "after_begin", forget)
    lists.forget()  # what was read without walls is not to be met by the next


def test_without_the_walls_they_would_be_met(crawl: Callable[..., Crawler], without_walls: None) -> None:
    """The crawl finds what there is to find: a neighbour's cases and words. The bytes the store itself refuses."""
    crawler = crawl(WEST, "director", most=30)
    met = {one.column for one in crawler.met if not one.may_be_met_by(WEST)}
    assert met >= {"case_record.title", "case_statement.facts", "audit_remark.text", "merchant.name", "case_file.name"}
    assert "case_file.bytes" not in met


# That nothing crosses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slug", "login"), STRANGERS_QUICK)
def test_no_canary_crosses(crawl: Callable[..., Crawler], slug: str, login: str) -> None:
    crawler = crawl(slug, login)
    assert not strangers_met(crawler)
    assert not crawler.faults
    assert len(crawler.opened) > 80


@pytest.mark.long
@pytest.mark.parametrize(("slug", "login"), [*STRANGERS_QUICK, *STRANGERS])
def test_no_canary_crosses_however_long_one_looks(crawl: Callable[..., Crawler], slug: str, login: str) -> None:
    crawler = crawl(slug, login, most=700, variations=40, first=3, deep=True)
    assert not strangers_met(crawler)
    assert not crawler.faults
    assert len(crawler.opened) > 150


def test_what_shows_something_in_exchange_for_a_form_shows_nothing_of_others(planted: Scenario, whole_app: Any) -> None:
    """Looking at a personal field, and asking for cases that are alike, with the identifiers of both counties."""
    crawler = Crawler(planted.town.client(WEST, "director"), most=0, variations=0)
    shown = 0
    for address in identifiers.addresses(planted, whole_app, COUNTIES, 2, "POST"):
        if "/reveal/" in address or "/fields/" in address:
            shown += crawler.post(address, {"text": "回访消费者"}) == 200
    for phone in ("13800000201", "13800000301"):
        crawler.post("/cases/new/duplicates", {"phone": phone, "merchant_name": "悦动健身", "told": "健身房闭店"})
    assert shown > 4, "West does see its own"
    assert {one.column for one in crawler.met} >= {"case_party.name", "case_party.phone", "case_statement.facts"}
    assert not strangers_met(crawler)


MADE_ON_THE_SPOT = re.compile(r"/documents/bundle$|/confirmation/pack$|/cases/print$")


@pytest.mark.parametrize(("slug", "login"), [(WEST, "director"), (MARKET, "head"), (CITY, "supervisor")])
def test_what_is_made_on_the_spot_is_made_of_ones_own(planted: Scenario, whole_app: Any, slug: str, login: str) -> None:
    """The file of a case as a PDF, the pack for the court, a list on paper: none has an address to be crawled."""
    crawler = Crawler(planted.town.client(slug, login), most=0, variations=0)
    every = list(identifiers.addresses(planted, whole_app, COUNTIES, 3, "POST"))
    asked = [one for one in every if MADE_ON_THE_SPOT.search(one)]
    assert len({MADE_ON_THE_SPOT.search(one)[0] for one in asked}) == 3  # type: ignore[index]
    numbers = [number for county in COUNTIES for number in planted.cases[county].values()]
    said = {
        "whole": "yes",
        "parts": ["case", "course", "told", "papers", "evidence"],
        "text": "移送法院",
        "chosen": numbers,
        "which": "",
        "asked": "",
    }
    made = [crawler.post(one, said) for one in asked]
    assert not strangers_met(crawler)
    if slug == WEST:
        assert made.count(200) >= 3, "West does get its own"
        assert {one.column for one in crawler.met} >= {"case_party.name", "case_statement.facts", "case_record.title"}
    else:
        assert 200 not in made


def test_an_export_for_the_bureau_holds_nothing_that_was_confided(planted: Scenario) -> None:
    crawler = Crawler(planted.town.client(CITY, "admin"), most=0, variations=0)
    for slug in (*COUNTIES, MARKET):
        assert crawler.post(f"/organisations/{slug}/export", {}) == 200
    assert {one.column for one in crawler.met} >= {"case_record.title", "person.name", "handoff.subject"}
    assert not strangers_met(crawler)


def test_an_export_by_command_is_of_one_organisation(planted: Scenario, whole_app: Any, tmp_path: Path) -> None:
    """Its own rows, whole, and those between it and others; nobody else's (TI16)."""
    bundle = tmp_path / "east.zip"
    done = whole_app.test_cli_runner().invoke(args=["tenants", "export", EAST, "--to", str(bundle)])
    assert done.exit_code == 0, done.output
    met = canaries.found_in(bundle.read_bytes())
    assert {one.column for one in met} >= {"case_record.title", "case_statement.facts", "handoff_message.text"}
    readers = {one for one in met if (one.whose, one.column) == ((CITY,), "person.name")}  # stand in East's own trail
    assert not [str(one) for one in met - readers if not one.may_be_met_by(EAST)]


# Files called in -----------------------------------------------------------------------------------------------------


def test_a_grant_opens_the_one_case_and_nothing_beside_it(
    planted: Scenario, whole_app: Any, crawl: Callable[..., Crawler]
) -> None:
    number = planted.cases[EAST]["mediating"]
    ((case_id,),) = planted.rows("select id from case_record where tenant_id = 2 and number = :number", number=number)
    bureau = planted.town.client(CITY, "supervisor")
    address = f"/counties/{EAST}/cases/{number}"
    assert bureau.get(f"{address}/file").status_code == 403
    wish = {"reason": "核查办理质量", "extent": "file", "days": "3"}
    assert bureau.post(f"{address}/call-in", wish).status_code == 303
    crawler = crawl(CITY, "supervisor", f"{address}/file", first=2)
    private = {one for one in crawler.met if one.secrecy not in ("CITY", "OWN") and CITY not in one.whose}
    assert {one.column for one in private} >= {"case_statement.facts", "audit_remark.text", "case_file.bytes"}
    assert {(one.whose, one.about) for one in private} == {((EAST,), canaries.in_letters(case_id))}
    assert not crawler.faults
    (grant,) = planted.rows("select number from file_grant where revoked_at is null")
    assert bureau.post(f"/grants/{grant[0]}/give-back").status_code == 303
    assert bureau.get(f"{address}/file").status_code == 403
