"""调阅: no grant, nothing; a grant, to read and not to write; over, gone at once; every opening in both trails."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit.models import Entry, Remark
from app.audit.trail import verify
from app.bureau import queries, services
from app.bureau.models import Grant
from app.cases.models import CaseFile, CaseStatement
from app.cases.services import attach
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed
from app.files.accept import accept
from app.notifications.models import Notice
from tenants import realm
from tenants.database import db
from tenants.provisioning import Act
from tenants.realm import Place
from tenants.registry import registry
from tenants.session import NotOurs
from tests.facts.small_town import CANARY, PHONE, TODAY, Builder
from tests.town import CITY, EAST, WEST

REASON = "核查投诉办理质量"


class Desk:
    """The supervisor before the case E1 of East."""

    def __init__(self, small: Builder) -> None:
        self.small, self.town = small, small.town
        self.number = small.numbers["E1"]
        self.address = f"/counties/east/cases/{self.number}"

    @property
    def east(self) -> Place:
        return registry.by_id(2)

    def call_in(self, login: str = "supervisor", *, name: str = "E1", extent: str = "file", days: int = 3) -> str:
        with self.town.at(CITY):
            case = queries.case_of(self.east, self.small.numbers[name])
            by = self.town.person(CITY, login)
            grant = services.call_in(case, by, extent=extent, reason=REASON, days=days, longest=14)
            db.session.commit()
            return grant.number

    def read(self, number: str, login: str = "supervisor", look: Callable[[Grant], Any] | None = None) -> Any:
        with self.town.at(CITY):
            with services.reading(queries.grant(number), self.town.person(CITY, login)) as grant:
                found = look(grant) if look else queries.file_of(grant).statement.facts
            db.session.commit()
            return found

    def events(self, slug: str, like: str) -> list[tuple[str, int]]:
        with self.town.at(slug):
            query = select(Entry.event, Entry.actor_place).where(
                Entry.event.like(like), Entry.tenant_id == realm.current().writes
            )
            return [tuple(row) for row in db.session.execute(query.order_by(Entry.seq))]


@pytest.fixture
def desk(fresh_town: Builder) -> Desk:
    return Desk(fresh_town)


def test_without_a_grant_there_is_nothing_to_read(desk: Desk) -> None:
    with desk.town.at(CITY):
        by = desk.town.person(CITY, "supervisor")
        assert queries.grant_for(queries.case_of(desk.east, desk.number), by) is None
        assert db.session.scalars(select(CaseStatement)).all() == []
        assert db.session.scalars(select(Remark).where(Remark.tenant_id == 2)).all() == []
        with pytest.raises(NotAllowed), services.reading(None, by):
            pass
    assert desk.events(EAST, "case.opened%") == []


def test_under_a_grant_the_file_is_read(desk: Desk) -> None:
    number = desk.call_in()
    opened = desk.read(number, look=queries.file_of)
    assert CANARY in opened.statement.facts
    assert opened.agreements[0].terms.startswith(CANARY)
    assert opened.party.phone == "138****6027", "what is sealed stays masked"
    assert any(line.words for line in opened.lines)


def test_the_reason_keeps_nobodys_number(desk: Desk) -> None:
    """It stands in the city's register, and in the county's trail."""
    with desk.town.at(CITY):
        case, by = queries.case_of(desk.east, desk.number), desk.town.person(CITY, "supervisor")
        why = f"来访人{PHONE}称未收到答复，核查办理质量"
        grant = services.call_in(case, by, extent="file", reason=why, days=1, longest=14)
        assert grant.reason == "来访人138****6027称未收到答复，核查办理质量"


def test_a_grant_opens_the_one_case_only(desk: Desk) -> None:
    """The realm opens the county; the questions that are asked in it are about the case."""
    held = desk.call_in()
    with desk.town.at(CITY):
        other = queries.case_of(desk.east, desk.small.numbers["E2"])
        assert queries.grant_for(other, desk.town.person(CITY, "supervisor")) is None
    assert desk.read(
        held, look=lambda _grant: db.session.scalars(select(CaseStatement.tenant_id).distinct()).all()
    ) == [2], "and of no other county"


def test_under_a_grant_nothing_can_be_written(desk: Desk) -> None:
    number = desk.call_in()

    def edit(_grant: Grant) -> None:
        statement = db.session.scalars(select(CaseStatement).limit(1)).one()
        statement.facts = "改了"
        with pytest.raises(NotOurs):
            db.session.flush()
        db.session.rollback()
        # Not by raw SQL either: the policy lets no row be changed in a realm without a pen.
        assert db.session.execute(text("update case_statement set facts = 'x'")).rowcount == 0
        with pytest.raises(DBAPIError, match="row-level security"):
            db.session.execute(
                text(
                    "insert into counter (tenant_id, id, kind, year, last) values (2, gen_random_uuid(), 'x', 2026, 1)"
                )
            )
        db.session.rollback()

    desk.read(number, look=edit)


def test_a_grant_is_personal(desk: Desk) -> None:
    number = desk.call_in()
    with pytest.raises(NotAllowed):
        desk.read(number, "analyst")
    with desk.town.at(CITY):
        case = queries.case_of(desk.east, desk.number)
        assert queries.grant_for(case, desk.town.person(CITY, "analyst")) is None


def test_a_grant_ends_by_itself(desk: Desk) -> None:
    number = desk.call_in(days=3)
    with clock.freeze(TODAY + timedelta(days=3, seconds=-1)):
        assert CANARY in desk.read(number)
    with clock.freeze(TODAY + timedelta(days=3)), pytest.raises(NotAllowed):
        desk.read(number)


def test_given_back_it_is_gone_at_once(desk: Desk) -> None:
    number = desk.call_in()
    with desk.town.at(CITY):
        services.give_back(queries.grant(number), desk.town.person(CITY, "supervisor"))
        db.session.commit()
    with pytest.raises(NotAllowed):
        desk.read(number)
    with desk.town.at(CITY), pytest.raises(Missing):
        services.give_back(queries.grant(number), desk.town.person(CITY, "supervisor"))


def test_whoever_lost_the_permission_reads_no_more(desk: Desk) -> None:
    number = desk.call_in()
    with desk.town.at(CITY):
        by = desk.town.person(CITY, "supervisor")
        by.role = "analyst"
        with pytest.raises(NotAllowed), services.reading(queries.grant(number), by):
            pass


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "看看"}, "reason"),
        ({"days": 15}, "days"),
        ({"days": 0}, "days"),
        ({"extent": "everything"}, "extent"),
    ],
)
def test_what_is_no_reason_no_time_and_no_extent(desk: Desk, change: dict[str, Any], field: str) -> None:
    asked = {"extent": "story", "reason": REASON, "days": 3, "longest": 14, **change}
    with desk.town.at(CITY):
        case = queries.case_of(desk.east, desk.number)
        with pytest.raises(Invalid) as refused:
            services.call_in(case, desk.town.person(CITY, "supervisor"), **asked)
        assert refused.value.field == field
    assert desk.events(EAST, "case.called_in") == [], "the county is not told of what did not happen"


def test_every_opening_stands_in_both_trails(desk: Desk) -> None:
    number = desk.call_in()
    desk.read(number)
    desk.read(number)
    with desk.town.at(CITY):
        services.give_back(queries.grant(number), desk.town.person(CITY, "supervisor"))
        db.session.commit()
    told = ["called_in", "opened", "opened", "given_back"]
    assert desk.events(EAST, "case.%")[-4:] == [(f"case.{one}", 1) for one in told], "by the bureau, in the county"
    assert desk.events(CITY, "grant.%") == [("grant.given", 1), *[(f"grant.{one}", 1) for one in told[1:]]]
    assert [event for event, _place in desk.events(WEST, "case.%") if "open" in event or "called" in event] == []
    for slug in (EAST, CITY):
        with desk.town.at(slug):
            assert verify() is None
    with desk.town.at(CITY):
        acts = db.session.scalars(select(Act).where(Act.tenant_id == 1, Act.target_id == 2)).all()
        assert len(acts) == 4
        assert all(act.done_at for act in acts)


def test_the_county_reads_who_and_why_and_its_director_is_told(desk: Desk) -> None:
    desk.call_in()
    with desk.town.at(EAST):
        notice = db.session.scalars(select(Notice).where(Notice.event == "case.called_in")).one()
        assert notice.person_id == desk.town.person(EAST, "director").id
        assert notice.facts == {"number": desk.number, "until": "2026-06-21"}
    browser = desk.town.client(EAST, "handler")
    words = browser.get(f"/cases/{desk.number}").text
    assert REASON in words
    assert "市消保局 市督察" in words
    assert "2026-06-21" in words


def test_on_the_pages(desk: Desk) -> None:
    browser = desk.town.client(CITY, "supervisor")
    assert browser.get(f"{desk.address}/file").status_code == 403
    asked = {"reason": REASON, "extent": "story", "days": "2"}
    refused = browser.post(f"{desk.address}/call-in", {**asked, "reason": "看"})
    assert refused.status_code == 422
    assert browser.post(f"{desk.address}/call-in", asked).status_code == 303
    page = browser.get(f"{desk.address}/file")
    assert CANARY in page.text
    assert PHONE not in page.text, "numbers in what was told are masked"
    assert REASON in browser.get("/grants").text
    assert browser.post(f"/grants/{the_grant(desk)}/give-back").status_code == 303
    assert browser.get(f"{desk.address}/file").status_code == 403
    assert browser.get("/grants?holds=now").text.count(REASON) == 0
    assert browser.get("/grants?holds=over&county=east").text.count(REASON) == 1


def test_the_last_day_is_that_of_the_clock_on_the_wall(desk: Desk) -> None:
    """Called in before eight in the morning it ends on a day on which it is still the day before in London."""
    asked = {"reason": REASON, "extent": "story", "days": "2"}
    with clock.freeze(clock.at(TODAY.date(), 5, 20)):
        assert desk.town.client(CITY, "supervisor").post(f"{desk.address}/call-in", asked).status_code == 303
        told = desk.town.client(EAST, "director").get(desk.address.removeprefix(f"/counties/{EAST}")).text
    assert f"至 {TODAY.date() + timedelta(days=2)}" in told


def the_grant(desk: Desk) -> str:
    with desk.town.at(CITY):
        return db.session.scalars(select(Grant.number)).one()


def test_the_analyst_cannot_call_in(desk: Desk) -> None:
    browser = desk.town.client(CITY, "analyst")
    assert browser.post(f"{desk.address}/call-in", {"reason": REASON, "extent": "file", "days": "2"}).status_code == 403
    assert "/call-in" not in browser.get(desk.address).text


def test_papers_are_opened_only_when_the_whole_file_was_called_in(desk: Desk) -> None:
    with desk.town.at(EAST):
        clerk = desk.town.person(EAST, "handler")
        attach(desk.small.case("E5"), clerk, [accept(io.BytesIO("收据金额4680".encode()), "收据.txt")])
        attach(desk.small.case("E6"), clerk, [accept(io.BytesIO("别的案件".encode()), "别的.txt")])
        db.session.commit()
        ours, others = db.session.scalars(select(CaseFile.id).order_by(CaseFile.id)).all()
    browser, file = desk.town.client(CITY, "supervisor"), f"/counties/east/cases/{desk.small.numbers['E5']}/file"
    desk.call_in(name="E5", extent="story")
    assert str(ours) not in browser.get(file).text
    assert browser.get(f"{file}/{ours}").status_code == 403
    desk.call_in(name="E5", extent="file")
    assert str(ours) in browser.get(file).text
    paper = browser.get(f"{file}/{ours}")
    assert paper.get_data(as_text=True) == "收据金额4680"
    assert paper.headers["Content-Disposition"].startswith("attachment")
    assert browser.get(f"{file}/{others}").status_code == 404, "a paper of another case"
    assert ("case.opened_paper", 1) in desk.events(EAST, "case.opened_paper")


def test_a_grant_that_the_county_was_told_of_but_that_failed_opens_nothing(desk: Desk) -> None:
    """The county hears first: if the bureau's own transaction breaks off, there is an entry and no grant."""
    with desk.town.at(CITY):
        case = queries.case_of(desk.east, desk.number)
        services.call_in(case, desk.town.person(CITY, "supervisor"), extent="file", reason=REASON, days=1, longest=14)
        db.session.rollback()
    assert desk.events(EAST, "case.called_in") == [("case.called_in", 1)]
    assert desk.town.client(CITY, "supervisor").get(f"{desk.address}/file").status_code == 403
