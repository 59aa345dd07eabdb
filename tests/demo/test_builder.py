"""The builder writes the rows that the services would have written, once, whole, and the same ones every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, and_, func, select, text

from app.cases.models import Case, CaseClock, CaseFile
from app.cases.services import Complaint, lodge
from app.core import clock
from app.core.clock import SHANGHAI
from app.deadlines.services import shipped_rules
from app.demo import builder
from app.demo.builder_script import Script, script
from app.demo.builder_town import known, open_offices
from app.demo.city import CITY, PASSWORD
from app.demo.records import Life
from app.demo.story import lives
from app.files.store import store
from app.jobs import drain
from tenants import realm
from tenants.audit import faults
from tenants.database import db
from tenants.realm import BUREAU_ID
from tenants.registry import registry
from tests.demo.conftest import NOW
from tests.demo.contents import Row, contents, digest
from tests.demo.drive import Clerks
from tests.town import EAST

RULES = shipped_rules()
LONG = timedelta(days=1000)
BEFORE = 6  # the organisations of the other tests


def moves(life: Life, kind: str) -> list[str]:
    return [move.step for exchange in life.exchanges if exchange.kind == kind for move in exchange.moves]


def pauses(life: Life) -> list[str]:
    return [act.facts["reason"] for act in life.acts if act.step == "pause"]


SPECIMENS: dict[str, Callable[[Life], bool]] = {
    **{
        f"is {state}": lambda life, state=state: life.state == state and not life.exchanges
        for state in ("lodged", "accepted", "mediating", "settled", "ended", "refused", "closed")
    },
    "was settled and closed": lambda life: life.outcome == "settled" and life.closed_at is not None,
    "was ended and closed": lambda life: life.outcome == "ended" and life.closed_at is not None,
    "was withdrawn": lambda life: life.outcome == "withdrawn",
    "was reopened": lambda life: any(act.step == "reopen" for act in life.acts),
    "waits for the director": lambda life: life.waiting is not None and life.waiting.step == "refuse",
    "waits for more days": lambda life: life.waiting is not None and life.waiting.step == "extend",
    "was given more days": lambda life: any(act.step == "extend" and not act.rejected for act in life.acts),
    "was refused more days": lambda life: any(act.step == "extend" and act.rejected for act in life.acts),
    "was refused to be refused": lambda life: any(act.step == "refuse" and act.rejected for act in life.acts),
    "is tested": lambda life: pauses(life) == ["testing"] and life.state == "mediating",
    "was tested": lambda life: pauses(life) == ["testing"] and life.closed_at is not None,
    "had to bring papers": lambda life: pauses(life) == ["supplement"] and life.state == "closed",
    "had to say who it was": lambda life: pauses(life) == ["identity"],
    "is counted by the old order": lambda life: any(act.step == "rule" for act in life.acts),
    "was described anew": lambda life: any(act.step == "describe" for act in life.acts),
    "was brought more papers": lambda life: any(act.files for act in life.acts),
    "was told more about": lambda life: any(act.step == "supplement" for act in life.acts),
    "was considered again": lambda life: any(act.step == "reconsider" for act in life.acts),
    "came through the hotline": lambda life: life.channel == "hotline" and life.closed_at is not None,
    "is on its way to another county": lambda life: life.state == "referred",
    "was taken over": lambda life: life.outcome == "taken_over",
    "came back": lambda life: any(act.step == "come_back" for act in life.acts),
    "asked a department": lambda life: "answer" in moves(life, "request") and "write" not in moves(life, "request"),
    "asked, and was asked back": lambda life: "write" in moves(life, "request"),
    "asked, and had it returned and sent again": lambda life: "resend" in moves(life, "request"),
    "asked the wrong one": lambda life: moves(life, "request")[-2:] == ["return", "close"],
    "waits for a department": lambda life: moves(life, "request")[2:] in (["send"], ["send", "sign"]),
    "took its request back": lambda life: "withdraw" in moves(life, "request"),
    "sent an answer back": lambda life: "send_back" in moves(life, "request") and life.closed_at is not None,
    "waits for a better answer": lambda life: moves(life, "request")[-1:] == ["send_back"],
    "took its referral back": lambda life: "withdraw" in moves(life, "referral"),
    "had its letter given back": lambda life: "revise" in moves(life, "request") and life.closed_at is not None,
    "dropped its letter": lambda life: moves(life, "referral")[-1:] == ["discard"],
    "has a letter in draft": lambda life: moves(life, "request") == ["draft"],
    "has a letter on the director's desk": lambda life: moves(life, "request") == ["draft", "submit"],
    "was told in the old law's days": lambda life: life.received_at < datetime(2026, 1, 1, tzinfo=SHANGHAI),
}


@pytest.fixture(scope="module")
def specimens() -> list[Life]:
    """Lives with something of everything, in order of receipt, and what other counties made of them."""
    told = list(lives(3000, 7, NOW, RULES))
    chosen = {}
    for name, fits in SPECIMENS.items():
        life = next((life for life in told if life.parent is None and fits(life)), None)
        assert life is not None, name
        chosen[life.key] = life
    return [life for life in told if life.key in chosen or life.parent in chosen]


def test_the_builder_writes_what_the_services_write(city: Any, root: Engine, specimens: list[Life]):
    opened()
    Clerks(known(7)).live(scripts(specimens))
    lived = contents(root)
    city()
    opened()
    with builder.alone() as connection:
        writer = builder.Writer(connection, known(7), NOW, notices=LONG)
        writer.tell(specimens)
        writer.close()
        connection.commit()
    built = contents(root)

    assert lived["handoff"]
    assert lived["case_draft"]
    assert lived["notice"]
    for table in lived:
        assert kept(table, built[table]) == kept(table, lived[table]), table


def opened() -> None:
    """The offices, and what came of opening them."""
    open_offices(NOW, 7)
    with clock.freeze(NOW - LONG):
        drain()


def scripts(told: list[Life]) -> list[Script]:
    return [script(life) for life in told]


def kept(table: str, rows: list[Row]) -> list[Row]:
    """A figure of zero says nothing; the services leave it where something was counted and counted back.

    A notice of the demo leads to the case: to which line of its story is known only once the chain is written.
    """
    if table == "notice":
        for row in rows:
            row["arguments"] = {name: said for name, said in row["arguments"].items() if name != "_anchor"}
        return sorted(rows, key=repr)
    return [row for row in rows if not table.endswith("_figure") or row["value"]]


@pytest.mark.long
def test_the_same_seed_and_moment_build_the_same_city(city: Any, root: Engine, settings: Any):
    found = []
    for _time in range(2):
        city()
        builder.build(settings, 60, 7, NOW)
        found.append(digest(contents(root)))
    assert found[0] == found[1]


def test_a_built_city_holds(built: int, app: Any, root: Engine):
    assert built >= 145
    for arguments in (["audit", "verify"], ["facts", "verify"], ["tenants", "audit"]):
        done = app.test_cli_runner().invoke(args=arguments)
        assert done.exit_code == 0, done.output
    with root.connect() as connection:
        assert not faults(connection)


def test_people_of_every_role_sign_in(built: int, town: Any):
    for person in {official.role: official for official in CITY.officials}.values():
        browser = town.client(person.office)
        browser.sign_in(person.login, PASSWORD)
        assert browser.get("/account").status_code == 200


def test_chains_and_numbers_run_in_order_of_time(built: int, root: Engine):
    with root.connect() as connection:
        entries = connection.execute(text("select tenant_id, at from audit_entry order by tenant_id, seq")).all()
        lodged, sent = (
            connection.execute(text(query)).all()
            for query in (
                "select tenant_id, left(subject_number, 4), at from audit_entry where event = 'case.lodge' "
                "order by tenant_id, subject_number",
                "select sender_id, kind, sent_at from handoff order by sender_id, kind, number",
            )
        )
    ours = [(row.tenant_id, row.at) for row in entries if row.tenant_id > BEFORE]
    assert ours == sorted(ours)
    assert list(map(tuple, lodged)) == sorted(map(tuple, lodged))
    assert list(map(tuple, sent)) == sorted(map(tuple, sent))


def test_a_last_day_in_a_year_whose_holidays_are_not_known_says_so(built: int, town: Any):
    with realm.enter(registry.realm(BUREAU_ID), db.leave):
        last = func.max(CaseClock.due_on)
        of_the_case = CaseClock.tenant_id == Case.tenant_id, CaseClock.case_id == Case.id
        query = select(Case.tenant_id, Case.number, last.label("last")).join(CaseClock, and_(*of_the_case))
        running = query.where(CaseClock.state == "running").group_by(Case.tenant_id, Case.number).order_by(last)
        sure, *_between, unsure = db.session.execute(running).all()
    assert (sure.last.year, unsure.last.year) == (2026, 2027)
    for case, warned in ((sure, False), (unsure, True)):
        center = registry.by_id(case.tenant_id).slug
        with clock.freeze(NOW):
            browser = town.client(center)
            browser.sign_in(CITY.offices[center].holding("handler")[0].login, PASSWORD)
            page = browser.get(f"/cases/{case.number}")
        assert page.status_code == 200
        assert ("2027 年放假安排尚未确认" in page.text) is warned


def test_the_papers_are_there_and_open(built: int, app: Any):
    with realm.enter(registry.realm("linhe"), db.leave):
        files = db.session.scalars(select(CaseFile)).all()
        assert files
        for file in files:
            with store.open(file) as content:
                assert content.read(4)


def test_only_a_large_city_goes_without_old_papers():
    assert builder.papers_since(builder.WITH_PAPERS, NOW) is None
    since = builder.papers_since(4 * builder.WITH_PAPERS, NOW)
    assert since is not None
    assert timedelta(days=120) < NOW - since < timedelta(days=150)


def test_it_is_built_once(built: int, app: Any, root: Engine):
    before = digest(contents(root))
    run = app.test_cli_runner().invoke
    assert run(args=["demo", "build", "--once"]).exit_code == 0
    refused = run(args=["demo", "build"])
    assert refused.exit_code != 0
    assert "already" in refused.output
    assert digest(contents(root)) == before


@pytest.mark.long
def test_what_broke_off_is_begun_again(city: Any, settings: Any, root: Engine):
    city()
    builder.build(settings, 40, 7, NOW)
    whole = digest(contents(root))
    city()

    class Interrupted(Exception):
        pass

    def stop(done: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        builder.build(settings, 40, 7, NOW, stop)
    assert not builder.is_built()
    assert builder.build(settings, 40, 7, NOW)
    assert digest(contents(root)) == whole


def test_it_adds_nothing_to_the_cases_of_others(town: Any, settings: Any):
    with town.at(EAST):
        lodge(Complaint(facts="门店关门，卡里还有余额。"), town.person(EAST, "clerk"))
        db.session.commit()
    with pytest.raises(builder.NotEmpty):
        builder.build(settings, 10, 7, NOW)


def test_it_is_not_built_where_real_people_work(app: Any, settings: Any):
    app.config["SETTINGS"] = replace(settings, environment="production")
    try:
        done = app.test_cli_runner().invoke(args=["demo", "build", "--once"])
    finally:
        app.config["SETTINGS"] = settings
    assert done.exit_code != 0
    assert "production" in done.output
    assert not builder.is_built()
