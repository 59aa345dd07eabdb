"""One step on many cases: looked over, taken one by one, told row by row, taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app import audit
from app.audit.models import Entry
from app.cases.models import BY_DEED, Case
from app.cases.queries import by_number
from app.cases.services import note
from app.cases.services.intake import lodge_many
from app.cases.worklist import bulk, queries
from app.cases.worklist.models import Bulk, BulkRow
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.jobs import drain
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import EAST, WEST


def person(town: Any, login: str) -> str:
    with town.at(EAST):
        return str(town.person(EAST, login).id)


def ask_for(browser: Any, numbers: list[str], action: str, **said: str) -> UUID:
    answer = browser.post("/cases/bulk/start", {"chosen": numbers, "action": action, **said})
    assert answer.status_code == 303
    return UUID(answer.headers["Location"].rpartition("/")[2])


@pytest.fixture
def start(town: Any) -> Any:
    """Ask for a step on many cases, and let the ten seconds pass for which some are held back."""

    def begin(browser: Any, numbers: list[str], action: str = "assign", **said: str) -> UUID:
        key = ask_for(browser, numbers, action, **said)
        with town.at(EAST):
            bulk.run(key)
            db.session.commit()
        return key

    return begin


def rows(town: Any, key: UUID) -> dict[str, str]:
    with town.at(EAST):
        return dict(db.session.execute(select(BulkRow.number, BulkRow.status).where(BulkRow.bulk_id == key)).all())


def test_the_chosen_are_assigned_and_each_says_so_in_its_own_trail(town, lodged, start):
    numbers = [lodged(), lodged(phone="13900000003")]
    other = lodged(phone="13900000004")
    second = person(town, "second")
    browser = town.client(EAST, "director")
    key = start(browser, numbers, assignee=second, text="集中办理")
    assert rows(town, key) == dict.fromkeys(numbers, "done")
    browser.get(f"/cases/bulk/{key}")
    assert all(number in browser.page.words for number in numbers)
    with town.at(EAST):
        assert by_number(other).assignee_id is None
        for number in numbers:
            case = by_number(number)
            assert str(case.assignee_id) == second
            (line,) = [line for line in audit.trail(case.id) if line.entry.event == "case.assign"]
            assert (line.words, line.entry.actor_name) == ("集中办理", "东主任")


def test_a_preview_says_who_will_be_refused_and_does_nothing(town, standing):
    able, closed = standing("lodged"), standing("refused", phone="13900000003")
    browser = town.client(EAST, "director")
    assert browser.post("/cases/bulk", {"chosen": [able, closed], "action": "assign"}).status_code == 200
    assert closed in browser.page.words
    assert able not in browser.page.words
    with town.at(EAST):
        assert db.session.scalar(select(Bulk.id)) is None
        assert by_number(able).assignee_id is None


def test_what_cannot_be_done_is_refused_row_by_row_and_the_rest_is_done(town, standing, take, start):
    ended, settled, lodged = standing("ended"), standing("settled", phone="1390000003"), standing("lodged")
    key = start(town.client(EAST, "director"), [ended, settled, lodged], "close", text="已办结")
    assert rows(town, key) == {ended: "refused", settled: "done", lodged: "refused"}
    with town.at(EAST):
        why = dict(db.session.execute(select(BulkRow.number, BulkRow.why).where(BulkRow.bulk_id == key)).all())
        assert by_number(settled).status == "closed"
        assert by_number(ended).status == "ended"
        assert "待审查" in why[lodged] or "待受理" in why[lodged]
        assert why[ended]
        assert not [line for line in audit.trail(by_number(ended).id) if line.entry.event == "case.close"]


@pytest.fixture
def read(take: Any) -> Any:
    """A case that somebody has read and described."""

    def make(number: str) -> str:
        take(number, "describe")
        return number

    return make


def outcome(town: Any, number: str) -> tuple[str, str | None, str | None]:
    with town.at(EAST):
        case = by_number(number)
        return case.status, case.outcome, case.ground


@pytest.mark.parametrize(
    ("action", "status", "facts", "said", "became"),
    [
        ("accept", "lodged", {}, {}, ("accepted", None, None)),
        ("refuse", "lodged", {}, {"ground": "NA3", "text": "不是生活消费"}, ("refused", "refused", "NA3")),
        ("withdraw", "lodged", {}, {"text": "来电撤回"}, ("closed", "withdrawn", None)),
        ("guide", "lodged", {"nature": "X"}, {"text": "请向信访机构提出"}, ("closed", "guided", None)),
        ("not_file", "lodged", {"nature": "R"}, {"text": "线索不实"}, ("closed", "not_filed", None)),
        ("mediate", "accepted", {}, {}, ("mediating", None, None)),
        ("end", "mediating", {}, {"ground": "T3", "text": "商家拒绝"}, ("ended", "ended", "T3")),
    ],
)
def test_a_step_that_is_the_same_for_all_is_taken_on_all(
    town, standing, read, action, status, facts, said, became, start
):
    fits = [read(standing(status, **facts)), read(standing(status, phone="13900000003", **facts))]
    other = standing("closed", phone="13900000004")
    key = start(town.client(EAST, "director"), [*fits, other], action, **said)
    assert rows(town, key) == {**dict.fromkeys(fits, "done"), other: "refused"}
    assert [outcome(town, number) for number in fits] == [became, became]


@pytest.mark.parametrize(
    ("action", "said", "field"),
    [
        ("refuse", {"ground": "NA3"}, "text"),
        ("refuse", {"text": "不是生活消费"}, "ground"),
        ("refuse", {"ground": "T3", "text": "不是生活消费"}, "ground"),
        ("end", {"ground": "NA3", "text": "商家拒绝"}, "ground"),
        ("guide", {}, "text"),
        ("join_earlier", {"into": "2026-999999"}, "into"),
    ],
)
def test_what_is_asked_with_it_is_asked_once_for_all(town, standing, action, said, field):
    number = standing("mediating" if action == "end" else "lodged", nature="Q" if action == "guide" else "C")
    browser = town.client(EAST, "director")
    answer = browser.post("/cases/bulk/start", {"chosen": [number], "action": action, **said})
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in answer.get_data(as_text=True)
    with town.at(EAST):
        assert db.session.scalar(select(Bulk.id)) is None


def test_many_are_joined_to_the_first_which_itself_is_refused(town, lodged, start):
    numbers = [lodged(phone=f"1390000000{n}") for n in range(3)]
    key = start(town.client(EAST, "director"), numbers, "join_earlier", into=numbers[0])
    assert rows(town, key) == {numbers[0]: "refused", numbers[1]: "done", numbers[2]: "done"}
    assert [outcome(town, number)[1] for number in numbers] == [None, "joined", "joined"]


def test_what_is_not_ready_to_be_accepted_is_foreseen_and_nothing_of_it_stays(town, lodged, read, start):
    ready, unread = read(lodged()), lodged(phone="13900000007")
    unclassified, mixed = lodged(phone="1", problem=None), read(lodged(phone="2", nature="M"))
    browser = town.client(EAST, "director")
    browser.post("/cases/bulk", {"chosen": [ready, unread, unclassified, mixed], "action": "accept"})
    assert unread in browser.page.words
    assert unclassified in browser.page.words
    assert mixed in browser.page.words
    assert ready not in browser.page.words
    key = start(browser, [ready, unread, unclassified, mixed], "accept", text="一并受理")
    assert rows(town, key) == {ready: "done", unread: "refused", unclassified: "refused", mixed: "refused"}
    with town.at(EAST):
        assert [by_number(number).version for number in (unread, unclassified, mixed)] == [1, 1, 2]
        begun = db.session.scalars(select(Entry).where(Entry.event == "bulk.begun")).all()
        assert len(begun) == 1, "what was refused takes nothing with it that is not its own"


def test_all_of_a_filter_are_meant_without_naming_them(town, standing):
    first, second, other = standing("lodged"), standing("lodged", phone="13900000003"), standing("accepted")
    browser = town.client(EAST, "handler")
    said = {"which": "all", "asked": "?status=lodged", "action": "flag", "flag": "media"}
    assert browser.post("/cases/bulk/start", said).status_code == 303
    with town.at(EAST):
        assert by_number(first).traits == by_number(second).traits == ["media"]
        assert by_number(other).traits == []


def test_a_trait_is_added_and_taken_away_and_divided_stays(town, lodged, start):
    number = lodged(traits=("repeated",))
    with town.at(EAST):
        by_number(number).traits = ["repeated", "divided"]
        db.session.commit()
    browser = town.client(EAST, "handler")
    start(browser, [number], "flag", flag="urgent")
    with town.at(EAST):
        assert set(by_number(number).traits) == {"repeated", "urgent", "divided"}
    start(browser, [number], "unflag", flag="repeated")
    with town.at(EAST):
        assert set(by_number(number).traits) == {"urgent", "divided"}
    for deed in BY_DEED:
        with town.at(EAST), pytest.raises(Invalid):
            bulk.begin(bulk.ACTIONS["flag"], [by_number(number)], town.person(EAST, "handler"), flag=deed)


def test_what_a_deed_has_set_is_ticked_and_taken_away_by_nobody(town, lodged, take):
    """Reminders go by whether a case is in a group: that is no mark for people."""
    alone, member = lodged(), lodged(phone="13900000003")
    with town.at(EAST):
        by_number(member).traits = ["grouped", "took_in"]
        db.session.commit()
    take(alone, "flag", traits=["urgent", "grouped"], login="handler")
    take(member, "flag", traits=["media"], login="handler")
    with town.at(EAST):
        assert by_number(alone).traits == ["urgent"]
        assert by_number(member).traits == ["media", "grouped", "took_in"]
    page = town.client(EAST, "handler")
    for path in (f"/cases/{alone}/steps/flag", "/cases/new"):
        text = page.get(path).get_data(as_text=True)
        assert 'value="urgent"' in text
        assert not [deed for deed in BY_DEED if f'value="{deed}"' in text]


def test_an_assignment_is_taken_back_but_for_what_somebody_touched_since(town, lodged, take, start):
    left, touched = lodged(), lodged(phone="13900000003")
    take(touched, "claim", login="handler")
    browser = town.client(EAST, "director")
    key = start(browser, [left, touched], assignee=person(town, "second"))
    take(touched, "supplement", login="clerk")
    assert browser.post(f"/cases/bulk/{key}/undo").status_code == 303
    assert rows(town, key) == {left: "undone", touched: "done"}
    with town.at(EAST):
        assert by_number(left).assignee_id is None
        assert by_number(touched).assignee_id == town.person(EAST, "second").id
        events = [line.entry.event for line in audit.trail(by_number(left).id)]
        assert events.count("case.assign") == 2
    assert browser.post(f"/cases/bulk/{key}/undo", checked=False).status_code == 409


def test_traits_come_back_as_they_were(town, lodged, start):
    number = lodged(traits=("repeated",))
    browser = town.client(EAST, "handler")
    key = start(browser, [number], "flag", flag="urgent")
    browser.post(f"/cases/bulk/{key}/undo")
    with town.at(EAST):
        assert by_number(number).traits == ["repeated"]


def test_after_ten_minutes_and_for_others_there_is_no_way_back(town, lodged, start):
    number = lodged()
    key = start(town.client(EAST, "director"), [number], assignee=person(town, "second"))
    with town.at(EAST):
        found = db.session.scalars(select(Bulk).where(Bulk.id == key)).one()
        director = town.person(EAST, "director")
        assert bulk.may_undo(found, director)
        assert not bulk.may_undo(found, town.person(EAST, "handler"))
        with clock.freeze(clock.now() + timedelta(minutes=11)), pytest.raises(WrongMoment):
            bulk.undo(found, director)


def test_one_case_assigned_from_its_page_is_given_back_with_one_click(town, lodged):
    number = lodged(phone="13900000005")
    browser = town.client(EAST, "director")
    step = f"/cases/{number}/steps/assign"
    assert browser.post(step, {"assignee": person(town, "second"), "version": "1"}).status_code == 303
    (back,) = re.findall(
        r'action="([^"]*/cases/bulk/[^"]+/undo)"', browser.get(f"/cases/{number}").get_data(as_text=True)
    )
    assert "/undo" not in browser.get(f"/cases/{number}").get_data(as_text=True), "it is said once"
    path = back.partition(f"/{EAST}")[2]
    assert town.client(EAST, "handler").post(path, checked=False).status_code == 404
    answer = browser.post(path)
    assert answer.headers["Location"].endswith(f"/cases/{number}")
    with town.at(EAST):
        assert by_number(number).assignee_id is None
    assert browser.post(path, checked=False).status_code == 409


def test_one_case_is_not_given_back_once_somebody_touched_it(town, lodged, take):
    number = lodged(traits=("repeated",))
    browser = town.client(EAST, "handler")
    assert browser.post(f"/cases/{number}/steps/flag", {"traits": ["urgent"], "version": "1"}).status_code == 303
    take(number, "supplement", login="clerk")
    with town.at(EAST):
        key = db.session.scalars(select(Bulk.id)).one()
    answer = browser.post(f"/cases/bulk/{key}/undo")
    assert answer.headers["Location"].endswith(f"/cases/bulk/{key}")
    with town.at(EAST):
        assert by_number(number).traits == ["urgent"]


def test_what_people_are_told_of_is_held_back_and_can_be_called_off(town, standing):
    numbers = [standing("settled"), standing("settled", phone="13900000003")]
    browser = town.client(EAST, "director")
    key = ask_for(browser, numbers, "close")
    assert rows(town, key) == dict.fromkeys(numbers, "waiting")
    assert "10秒" in browser.get(f"/cases/bulk/{key}").get_data(as_text=True)
    drain()
    assert rows(town, key) == dict.fromkeys(numbers, "waiting"), "the job waits for its time"
    with town.at(EAST):
        at = db.session.execute(text("select max(scheduled_at) from jobs.procrastinate_jobs")).scalar_one()
        begun = db.session.scalars(select(Bulk).where(Bulk.id == key)).one()
        assert bulk.HELD_BACK <= at - begun.begun_at < bulk.HELD_BACK + timedelta(seconds=5)
        assert not bulk.may_undo(begun, town.person(EAST, "handler"))
    assert browser.post(f"/cases/bulk/{key}/undo").status_code == 303
    assert rows(town, key) == dict.fromkeys(numbers, "undone")
    with town.at(EAST):
        bulk.run(key)
        db.session.commit()
        assert {by_number(number).status for number in numbers} == {"settled"}
    assert rows(town, key) == dict.fromkeys(numbers, "undone"), "what was called off is not done later"


def test_a_closed_case_is_not_taken_back_open(town, standing, start):
    key = start(town.client(EAST, "director"), [standing("settled")], "close")
    with town.at(EAST), pytest.raises(WrongMoment):
        bulk.undo(db.session.scalars(select(Bulk).where(Bulk.id == key)).one(), town.person(EAST, "director"))


@pytest.mark.parametrize(("login", "action"), [("clerk", "flag"), ("handler", "assign"), ("clerk", "close")])
def test_who_may_not_take_the_step_may_not_take_it_on_many(town, lodged, login, action):
    number = lodged()
    for path in ("/cases/bulk", "/cases/bulk/start"):
        said = {"chosen": [number], "action": action, "assignee": person(town, "second"), "flag": "urgent"}
        assert town.client(EAST, login).post(path, said, checked=False).status_code == 403
    with town.at(EAST):
        assert db.session.scalar(select(Bulk.id)) is None
        with pytest.raises(NotAllowed):
            bulk.named(action, town.person(EAST, login))


def test_a_neighbour_s_cases_are_not_among_the_chosen(town, lodged, start):
    foreign = [lodged(WEST) for _n in range(3)]
    own = lodged()
    key = start(town.client(EAST, "director"), [*foreign, own], assignee=person(town, "second"))
    assert rows(town, key) == {own: "done"}
    assert town.client(WEST, "director").get(f"/cases/bulk/{key}", checked=False).status_code == 404
    assert town.client(EAST, "handler").get(f"/cases/bulk/{key}", checked=False).status_code == 404
    with town.at(WEST):
        assert set(db.session.scalars(select(Case.assignee_id).where(Case.number.in_(foreign)))) == {None}


def test_more_than_a_page_is_done_behind_it_and_goes_on_where_it_broke_off(town, monkeypatch):
    with town.at(EAST):
        told = [(f"b-{n}", replace(TOLD, phone=f"139{n:08d}")) for n in range(bulk.AT_ONCE + 20)]
        lodge_many(told, town.person(EAST, "handler"))
        db.session.commit()
    browser = town.client(EAST, "director")
    said = {"which": "all", "asked": "?scope=open", "action": "assign", "assignee": person(town, "second")}
    key = UUID(browser.post("/cases/bulk/start", said).headers["Location"].rpartition("/")[2])
    assert set(rows(town, key).values()) == {"waiting"}
    browser.get(f"/cases/bulk/{key}")
    assert "0 / 120" in browser.page.words or "120" in browser.page.words

    class Cut(Exception):
        pass

    def cut(found: Bulk) -> None:
        raise Cut

    with town.at(EAST), pytest.raises(Cut):
        bulk.run(key, tell=cut)
    assert sorted(set(rows(town, key).values())) == ["done", "waiting"]
    drain()
    assert set(rows(town, key).values()) == {"done"}
    with town.at(EAST):
        assert db.session.scalars(select(Bulk.status)).one() == "done"
        events = [line.entry.event for line in audit.trail(by_number(next(iter(rows_now(key)))).id)]
        assert events.count("case.assign") == 1


def rows_now(key: UUID) -> list[str]:
    return list(db.session.scalars(select(BulkRow.number).where(BulkRow.bulk_id == key)))


def test_somebody_who_writes_a_note_in_between_hinders_nothing(town, lodged, start):
    number = lodged()
    with town.at(EAST):
        note(by_number(number), town.person(EAST, "handler"), text="一句")
        db.session.commit()
    assert rows(town, start(town.client(EAST, "director"), [number], assignee=person(town, "second"))) == {
        number: "done"
    }


def test_nothing_chosen_is_said_and_leads_back_to_the_list(town):
    answer = town.client(EAST, "director").post("/cases/bulk", {"action": "assign", "asked": "?status=lodged"})
    assert answer.status_code == 303
    assert "status=lodged" in answer.headers["Location"]


def test_the_chosen_are_printed_as_a_list(town, lodged):
    number, other = lodged(), lodged(phone="13900000003")
    foreign = lodged(WEST, title="西县的案件")
    browser = town.client(EAST, "clerk")
    assert browser.post("/cases/print", {"chosen": [number, foreign]}).status_code == 200
    assert number in browser.page.words
    assert other not in browser.page.words
    assert "西县的案件" not in browser.page.words
    browser.post("/cases/print", {"which": "all", "asked": "?status=lodged"})
    assert other in browser.page.words


def test_the_chosen_are_printed_on_a_sheet_each(town, lodged, monkeypatch):
    numbers = [lodged(facts="请打电话 13812345678 给我"), lodged(phone="13900000003")]
    foreign, said = lodged(WEST, title="西县的案件"), {"sheets": "yes"}
    browser = town.client(EAST, "clerk")
    browser.post("/cases/print", {"chosen": [*numbers, foreign], **said})
    assert [number in browser.page.words for number in numbers] == [True, True]
    assert "西县的案件" not in browser.page.words
    assert "13812345678" not in browser.page.words
    monkeypatch.setattr(queries, "MOST_SHEETS", 1)
    assert browser.post("/cases/print", {"chosen": numbers, **said}).status_code == 303


@pytest.mark.parametrize("page", ["/cases/bulk", "/cases/print", "/cases/exports/chosen"])
def test_an_address_without_its_ticks_leads_back_to_the_list(town, page):
    browser = town.client(EAST, "director")
    assert browser.get(page).status_code == 303
    assert "Tick the cases again" in browser.get(f"{page}?lang=en", follow_redirects=True).text
