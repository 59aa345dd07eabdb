"""A division is taken back: the letter is as it was, the report closed; while nothing was done that would be lost."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app import audit
from app.cases import reuniting, services
from app.cases.models import Case, CaseDivision, CaseStatement
from app.cases.papers import services as papers
from app.cases.queries import by_number, files_of
from app.cases.services import attach, dividing, lodge, parties
from app.cases.services.intake import Complainant
from app.cases.services.parts import statement_of
from app.cases.tasks import services as tasks
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Changed, Invalid, NotAllowed, WrongMoment
from app.documents.kinds import kinds
from app.facts.tally import contributions
from app.files.accept import accept
from app.groups import services as groups
from app.handoffs import services as handoffs
from tenants.database import db
from tests.cases.conftest import TELLING, TOLD
from tests.cases.test_dividing import HALVES, LETTER
from tests.town import EAST, WEST

WHY = {"reason": "只反映一件事"}


@pytest.fixture
def halves(town: Any) -> tuple[str, str]:
    """The numbers of a complaint and a report out of one letter, which came with a receipt."""
    return divided(town)


def divided(town: Any, place: str = EAST) -> tuple[str, str]:
    with town.at(place):
        by = town.person(place, "handler")
        case = lodge(LETTER, by, evidence=[accept(io.BytesIO("收据".encode()), "收据.txt")]).case
        made = dividing.divide(case, by, **HALVES)
        db.session.commit()
        return case.number, made.number


def stood(case: Case) -> dict[str, Any]:
    statement = statement_of(case)
    clocks = [(one.code, one.state, one.started_on, one.due_on, one.spans) for one in case.clocks]
    named = (case.title, case.summary, case.given_title, case.given_summary, case.summary_confirmed)
    told = (statement.facts, statement.demand, statement.title, statement.summary)
    return {"named": named, "told": told, "clocks": clocks, "is": (case.nature, case.status, case.traits, case.due_on)}


def test_the_letter_is_as_it_was_and_its_time_limits_never_stopped(town):
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        case = lodge(LETTER, handler).case
        db.session.flush()
        before = stood(case)
        report = dividing.divide(case, handler, **HALVES)
        db.session.flush()
        assert stood(case) != before
        assert reuniting.reunite(case, handler, **WHY) is case
        db.session.commit()
        assert stood(by_number(case.number)) == before
        assert (report.status, report.outcome, report.due_on) == ("closed", "taken_back", None)
        assert {one.state for one in report.clocks} == {"void"}


def test_from_the_report_it_is_the_same_and_both_tell_it(town, halves):
    letter, report = halves
    with town.at(EAST):
        reuniting.reunite(by_number(report), town.person(EAST, "handler"), **WHY)
        db.session.commit()
        told = [audit.trail(by_number(number).id, limit=1)[0] for number in halves]
        assert [(line.entry.event, line.entry.facts["other"], line.words) for line in told] == [
            ("case.reunited", report, WHY["reason"]),
            ("case.taken_back", letter, WHY["reason"]),
        ]
        assert not any(line.entry.public for line in told)
        gone = by_number(report)
        assert files_of(gone) == [], "the evidence is the letter's alone again"
        assert dividing.went_back_into(gone).number == letter
        assert dividing.other_half(by_number(letter)) is None
        assert {part[0] for part in contributions(gone, gone.clocks)}.isdisjoint({"closed", "closed_on_time"})
        assert not CASE.open_to(town.person(EAST, "director"), gone), "it is neither reopened nor considered again"


def test_the_letter_is_divided_anew_and_once_more_taken_back(town, halves):
    with town.at(EAST):
        handler, letter = town.person(EAST, "handler"), by_number(halves[0])
        reuniting.reunite(letter, handler, **WHY)
        again = dividing.divide(letter, handler, **HALVES)
        db.session.commit()
        assert again.number not in halves
        assert files_of(again) == files_of(letter)
        reuniting.reunite(again, handler, **WHY)
        db.session.commit()
        assert [case.outcome for case in db.session.scalars(select(Case).order_by(Case.id))] == [
            None,
            "taken_back",
            "taken_back",
        ]


def photo() -> Any:
    return [accept(io.BytesIO("照片".encode()), "照片.txt")]


def drafted(case: Case, by: Any, code: str) -> None:
    papers.draft(case, kinds()[code], by, filled={one.name: one.sample for one in kinds()[code].fields})


def asked(case: Case, by: Any) -> None:
    letter = {"kind": "request", "receiver": 5, "subject": "核查", "ask": "请核查。", "wanted": "", "legal_basis": ""}
    handoffs.prepare(case, by, **letter)


def told(step: str) -> Any:
    return lambda case, by: CASE.take(step, case, by=by, **TELLING[step])


def due(case: Case, by: Any) -> None:
    tasks.give(by, case=case, text="联系商家", due_on=clock.today(), assignee=by.id)


TO_THE_REPORT = {
    "case.not_file": told("not_file"),
    "case.supplement": told("supplement"),
    "case.file_added": lambda case, by: attach(case, by, photo()),
    "case.note": lambda case, by: services.note(case, by, text="店长答应明天来"),
    "case.document_draft": lambda case, by: drafted(case, by, "report-result"),
    "case.claim": lambda case, by: CASE.take("claim", case, by=by),
    "task.given": due,
    "letter.draft": asked,
}
TO_THE_LETTER = {
    "case.refuse": told("refuse"),
    "case.supplement": told("supplement"),
    "case.withdraw": told("withdraw"),
    "case.document_draft": lambda case, by: drafted(case, by, "minutes"),
    "letter.draft": asked,
    "case.grouped": lambda case, by: groups.open_group(by, title="健身", cases=[case, lodge(TOLD, by).case]),
    "case.describe": lambda case, by: CASE.take(
        "describe", case, by=by, title="退费", category="S0401", problem="P02", summary=""
    ),
}


@pytest.mark.parametrize(
    ("half", "event", "do"),
    [
        *((0, event, do) for event, do in TO_THE_LETTER.items()),
        *((1, event, do) for event, do in TO_THE_REPORT.items()),
    ],
)
def test_what_was_done_since_stands_in_the_way_and_is_named(town, halves, half, event, do):
    with town.at(EAST):
        director = town.person(EAST, "director")
        do(by_number(halves[half]), director)
        db.session.commit()
        with pytest.raises(WrongMoment) as refusal:
            reuniting.reunite(by_number(halves[0]), town.person(EAST, "handler"), **WHY)
        assert event in [line.entry.event for line in refusal.value.lines]
        name = director.name
        assert name in refusal.value.message
        db.session.rollback()
        assert db.session.scalars(select(CaseDivision.taken_back_at)).all() == [None]
    page = town.client(EAST, "handler").get(f"/cases/{halves[1]}/reunite").get_data(as_text=True)
    assert name in page
    assert "<textarea" not in page


def test_what_stays_with_the_letter_stands_in_nobodys_way(town, halves):
    with town.at(EAST):
        director, handler = town.person(EAST, "director"), town.person(EAST, "handler")
        letter, report = map(by_number, halves)
        attach(letter, handler, photo())
        services.note(letter, handler, text="店长答应明天来")
        parties.join(letter, handler, [Complainant("王建国", "13822223333")])
        due(letter, handler)
        CASE.take("assign", letter, by=director, assignee=str(handler.id))
        db.session.flush()
        CASE.take("add_limit", letter, by=handler, **{**TELLING["add_limit"], "on": clock.today()})
        for one in (letter, report):
            services.reveal(one, handler, field="phone", reason="回访")
        db.session.flush()
        reuniting.reunite(letter, handler, **WHY)
        db.session.commit()
        assert (letter.assignee_id, letter.people, len(files_of(letter))) == (handler.id, 2, 2)
        assert len([one for one in letter.clocks if one.is_open]) == 2


def test_who_divides_takes_back_and_says_why(town, halves):
    with town.at(EAST):
        letter = by_number(halves[0])
        with pytest.raises(NotAllowed):
            reuniting.reunite(letter, town.person(EAST, "clerk"), **WHY)
        with pytest.raises(Invalid) as refusal:
            reuniting.reunite(letter, town.person(EAST, "handler"), reason="  ")
        assert refusal.value.field == "text"
        with pytest.raises(Changed):
            reuniting.reunite(letter, town.person(EAST, "handler"), **WHY, seen=letter.version - 1)


def test_there_is_nothing_to_take_back_of_any_other_case(town, lodged, halves):
    other = lodged()
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        with pytest.raises(WrongMoment):
            reuniting.reunite(by_number(other), handler, **WHY)
        reuniting.reunite(by_number(halves[0]), handler, **WHY)
        db.session.commit()
        for number in halves:
            with pytest.raises(WrongMoment) as late:
                reuniting.reunite(by_number(number), handler, **WHY)
            assert handler.name in late.value.message


def test_how_the_letter_stood_is_nobody_elses(town, halves):
    for slug in ("city", WEST):
        with town.at(slug):
            assert not db.session.scalars(select(CaseDivision)).all()
            assert not db.session.scalars(select(CaseStatement)).all()
    west = divided(town, WEST)
    for number in set(west) - set(halves):
        assert town.client(EAST, "handler").get(f"/cases/{number}/reunite").status_code == 404


def test_from_the_page_of_either_half(town, halves):
    letter, report = halves
    browser = town.client(EAST, "handler")
    for number in halves:
        assert f"/cases/{number}/reunite" in browser.get(f"/cases/{number}").get_data(as_text=True)
    assert f"/cases/{letter}/reunite" not in town.client(EAST, "clerk").get(f"/cases/{letter}").get_data(as_text=True)
    sent = browser.get(f"/cases/{report}/reunite").get_data(as_text=True)
    assert "<textarea" in sent
    assert browser.post(f"/cases/{report}/reunite", {"text": "", "version": "1"}).status_code == 422
    answer = browser.post(f"/cases/{report}/reunite", {"text": "只有一件事", "version": "1"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/cases/{letter}")
    page = browser.get(f"/cases/{report}").get_data(as_text=True)
    assert letter in page
    assert f"/cases/{letter}/divide" in browser.get(f"/cases/{letter}").get_data(as_text=True)
    late = browser.post(f"/cases/{letter}/reunite", {"text": "我也这么看", "version": "2"}, checked=False)
    assert late.status_code == 409
    assert "我也这么看" in late.get_data(as_text=True)


def test_a_summary_that_somebody_had_confirmed_comes_back_too(town):
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        case = lodge(replace(LETTER, title="", heading="来信标题"), handler).case
        db.session.flush()
        CASE.take("describe", case, by=handler, title="闭店退费", category="S0401", problem="P02", summary="退费纠纷")
        db.session.flush()
        before = stood(case)
        dividing.divide(case, handler, **HALVES)
        db.session.flush()
        reuniting.reunite(case, handler, **WHY)
        db.session.commit()
        assert stood(by_number(case.number)) == before
        assert case.title == "闭店退费"
