"""A mixed letter becomes complaint and report: two cases, one evidence, and a wall towards the merchant."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app import audit
from app.audit.models import Entry
from app.cases.models import Case
from app.cases.papers import services as papers
from app.cases.papers.facts import facts_of
from app.cases.queries import by_number, file_of, files_of
from app.cases.services import attach, lodge, may_remove
from app.cases.services.dividing import divide, other_half
from app.cases.services.intake import Complainant
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.documents.kinds import kinds
from app.files.accept import accept
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import EAST

COMPLAINT, REPORT = "健身房闭店，请退还余额。", "该店长期无照经营，并雇人刷好评。"
HALVES = {"complaint": COMPLAINT, "report": REPORT, "demand": "退还余额", "problem": "R07"}
LETTER = replace(TOLD, nature="M", facts=f"{COMPLAINT}{REPORT}")


@pytest.fixture
def halves(town: Any) -> tuple[str, str]:
    """The numbers of a complaint and a report out of one letter, which came with a receipt."""
    with town.at(EAST):
        clerk, handler = town.person(EAST, "clerk"), town.person(EAST, "handler")
        case = lodge(LETTER, clerk, evidence=[accept(io.BytesIO("收据".encode()), "收据.txt")]).case
        made = divide(case, handler, **HALVES)
        db.session.commit()
        return case.number, made.number


def test_two_cases_of_one_day_with_clocks_of_their_own(town, halves):
    with town.at(EAST):
        complaint, report = map(by_number, halves)
        assert (complaint.nature, report.nature, report.problem) == ("C", "R", "R07")
        assert complaint.received_at == report.received_at
        assert {clock.case_id for case in (complaint, report) for clock in case.clocks} == {complaint.id, report.id}
        assert other_half(complaint).number == report.number
        assert other_half(report).number == complaint.number


def test_each_ends_by_itself(town, halves, take):
    complaint, report = halves
    take(report, "refuse", ground="NA1", text="请向市场监管部门反映")
    for step in ("accept", "mediate", "settle", "close"):
        take(complaint, step)
    with town.at(EAST):
        assert [by_number(number).status for number in halves] == ["closed", "refused"]


def test_the_report_reads_the_evidence_of_the_letter_and_the_complaint_not_that_of_the_report(town, halves):
    with town.at(EAST):
        complaint, report = map(by_number, halves)
        director = town.person(EAST, "director")
        (receipt,) = files_of(complaint)
        assert files_of(report) == [receipt]
        assert file_of(report, receipt.id) is receipt
        assert not may_remove(receipt, report, director), "it is the complaint's"
        (photo,) = attach(report, director, [accept(io.BytesIO("照片".encode()), "照片.txt")])
        assert files_of(report) == [receipt, photo]
        assert files_of(complaint) == [receipt]
        with pytest.raises(Missing):
            file_of(complaint, photo.id)


@pytest.mark.parametrize("kind", sorted(code for code, form in kinds().items() if "merchant" in form.to))
def test_nothing_of_the_report_or_who_made_it_is_in_what_the_merchant_receives(town, halves, kind):
    with town.at(EAST):
        complaint, report = map(by_number, halves)
        of_report, of_complaint = (str(facts_of(case, kinds()[kind])) for case in (report, complaint))
        for said in ("林晓梅", "13812346027", REPORT):
            assert said not in of_report
        assert "无照经营" not in of_complaint
        assert "无照经营" not in complaint.title + complaint.summary


@pytest.mark.parametrize("kind", sorted(code for code, form in kinds().items() if "merchant" in form.to))
def test_nothing_of_a_letter_that_is_not_divided_yet_is_in_it_either(town, kind):
    with town.at(EAST):
        case = lodge(LETTER, town.person(EAST, "clerk")).case
        db.session.flush()
        said = str(facts_of(case, kinds()[kind]))
        for words in ("林晓梅", "13812346027", REPORT, "无照经营"):
            assert words not in said


def test_a_mixed_letter_is_divided_before_it_is_accepted(town):
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        case = lodge(LETTER, handler).case
        db.session.commit()
        described = {"title": "退费", "summary": "退费", "category": "S0401", "problem": "P02"}
        with pytest.raises(Invalid) as refusal:
            CASE.take("accept", case, by=handler, nature="M", **described)
        assert refusal.value.field == "nature"
        db.session.rollback()
        divide(case, handler, **HALVES)
        db.session.flush()
        CASE.take("accept", case, by=handler, **described)
        assert case.status == "accepted"


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_document_is_served_on_those_alone_whom_it_was_written_to(kind):
    assert set(papers.recipients(kind)) == {*kinds()[kind].to, "office"}


def test_what_was_not_written_to_the_merchant_is_not_served_on_it(town, halves):
    with town.at(EAST):
        report, handler = by_number(halves[1]), town.person(EAST, "handler")
        form = kinds()["report-result"]
        paper = papers.draft(report, form, handler, filled={one.name: one.sample for one in form.fields})
        paper.status, paper.issued_on = "issued", clock.today()
        with pytest.raises(Invalid) as refusal:
            papers.serve(paper, report, handler, party="merchant", mode="handed", served_on=clock.today())
        assert refusal.value.field == "party"


def test_the_letter_as_it_came_stays_in_the_story_of_this_center(town, halves):
    with town.at(EAST):
        complaint = by_number(halves[0])
        (line,) = (line for line in audit.trail(complaint.id) if line.entry.event == "case.divided")
        assert line.words == LETTER.facts
        assert line.changes["title"] == [LETTER.title, complaint.title]
        assert not db.session.scalars(select(Entry.public).where(Entry.event == "case.divided", Entry.public)).all()


@pytest.mark.parametrize("missing", ["complaint", "report"])
def test_both_halves_need_words(town, missing):
    with town.at(EAST), pytest.raises(Invalid) as refusal:
        handler = town.person(EAST, "handler")
        divide(lodge(LETTER, handler).case, handler, **{**HALVES, missing: "  "})
    assert refusal.value.field == missing


def test_a_letter_is_divided_once_and_only_a_mixed_one(town, halves, lodged):
    for number in (halves[0], halves[1], lodged(phone="13900000009")):
        with town.at(EAST), pytest.raises(WrongMoment):
            divide(by_number(number), town.person(EAST, "handler"), **HALVES)
    with town.at(EAST):
        assert len(db.session.scalars(select(Case)).all()) == 3


def test_the_window_does_not_divide(town):
    with town.at(EAST):
        clerk = town.person(EAST, "clerk")
        with pytest.raises(NotAllowed):
            divide(lodge(LETTER, clerk).case, clerk, **HALVES)


def test_from_the_page_of_the_case(town, lodged):
    number = lodged(nature="M", facts=f"{LETTER.facts}店长手机13912340000。")
    browser = town.client(EAST, "handler")
    assert f"/cases/{number}/divide" in browser.get(f"/cases/{number}").get_data(as_text=True)
    assert browser.post(f"/cases/{number}/divide", {**HALVES, "report": ""}).status_code == 422
    assert browser.post(f"/cases/{number}/divide", HALVES).status_code == 303
    with town.at(EAST):
        report = other_half(by_number(number)).number
    page = browser.get(f"/cases/{number}").get_data(as_text=True)
    assert report in page
    assert "无照经营" in page, "the letter, in the story"
    assert "13912340000" not in page
    assert number in browser.get(f"/cases/{report}").get_data(as_text=True)


def test_papers_name_the_first_of_those_who_complain_together(town):
    with town.at(EAST):
        others = [Complainant(f"甲{n}", f"1381234{n:04d}") for n in range(3)]
        case = lodge(replace(TOLD, others=others), town.person(EAST, "clerk")).case
        assert facts_of(case, kinds()["acceptance"])["consumer"] == "林晓梅等4人"
