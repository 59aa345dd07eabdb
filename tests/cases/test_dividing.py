"""A mixed letter becomes complaint and report: two cases, one evidence, and a wall towards the merchant."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app import audit
from app.audit.models import Entry
from app.cases.models import Case, Party
from app.cases.papers import services as papers
from app.cases.papers.facts import facts_of
from app.cases.queries import by_number, file_of, files_of
from app.cases.queries.clocks import clock_page
from app.cases.queries.parties import parties
from app.cases.services import attach, lodge, may_remove, timing
from app.cases.services.dividing import divide, other_half
from app.cases.services.intake import Agent, Complainant
from app.cases.services.parties import elect
from app.cases.services.parts import statement_of
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.documents.kinds import kinds
from app.files.accept import accept
from app.handoffs import packet
from app.handoffs import queries as exchange
from app.handoffs import services as handoffs
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import EAST

COMPLAINT, REPORT = "健身房闭店，请退还余额。", "该店长期无照经营，并雇人刷好评。"
HALVES = {"complaint": COMPLAINT, "report": REPORT, "demand": "退还余额", "problem": "R07"}
LETTER = replace(TOLD, nature="M", facts=f"{COMPLAINT}{REPORT}")


TOGETHER = replace(
    LETTER,
    others=[Complainant("王建国", "13822223333", Decimal(900), consented=True), Complainant("李若兰", "13833334444")],
    agent=Agent("林晓东", "13811112222", "110101199003078478", "代为投诉、举报", clock.today() + timedelta(days=30)),
)


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
    take(report, "guide", text="请向市场监管部门反映")
    for step in ("accept", "mediate", "settle", "close"):
        take(complaint, step)
    with town.at(EAST):
        assert [by_number(number).status for number in halves] == ["closed", "closed"]


@pytest.mark.parametrize("step", ["refuse", "withdraw", "join_earlier"])
def test_a_mixed_letter_comes_to_no_end_before_it_is_divided(town, lodged, take, step):
    """What is reported in it would end unread with the complaint (令20 art. 7)."""
    number = lodged(nature="M")
    with pytest.raises(WrongMoment):
        take(number, step, into=lodged(nature="M", phone="13900000003"), ground="NA3", text="不办")
    with town.at(EAST):
        assert by_number(number).status == "lodged"


def test_what_is_found_to_be_reported_while_it_is_mediated_is_divided_off_then(town, standing, take):
    """Its check counts from the day on which it was found, not from that of the letter (令20 art. 23)."""
    number = standing(
        "mediating", received_at=clock.now() - timedelta(days=20), order_number="DD20260910A", elderly=True
    )
    take(number, "describe", nature="M")
    with town.at(EAST):
        made = divide(by_number(number), town.person(EAST, "handler"), **HALVES)
        db.session.commit()
        complaint, report = by_number(number), by_number(made.number)
        assert (complaint.nature, complaint.status, report.nature, report.status) == ("C", "mediating", "R", "lodged")
        assert [one.started_on for one in report.clocks if one.code == "clue_check"] == [clock.today()]
        assert [one.state for one in complaint.clocks if one.code == "mediation"] == ["running"]
        statement = statement_of(report)
        assert (statement.order_number, report.elderly) == ("DD20260910A", True)


def test_who_reported_is_not_opened_up_by_another_nature(town, halves, lodged, take):
    """Papers of a complaint name who complains: only the director turns a report into one, and never a divided one."""
    with pytest.raises(Invalid) as refused:
        take(halves[1], "describe", nature="C")
    assert refused.value.field == "nature"
    alone = lodged(nature="R")
    for nature in ("C", "Q", "M"):
        with pytest.raises(Invalid) as refused:
            take(alone, "describe", login="handler", nature=nature)
        assert refused.value.field == "nature"
    take(alone, "describe", nature="C")
    with town.at(EAST):
        assert by_number(alone).nature == "C"


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


# Who made both -------------------------------------------------------------------------------------------------------


def divided(town: Any, letter: Any = TOGETHER) -> tuple[Case, Case]:
    """A letter of several, with a receipt, divided: the complaint and the report, in a transaction of East."""
    handler = town.person(EAST, "handler")
    case = lodge(letter, handler, evidence=[accept(io.BytesIO("收据".encode()), "收据.txt")]).case
    db.session.flush()
    if letter.others:
        elect(case, handler, {0}, text="推选书")
    made = divide(case, handler, **HALVES)
    db.session.flush()
    return case, made


def test_who_signed_the_letter_and_who_brought_it_has_reported_too(town):
    with town.at(EAST):
        complaint, report = divided(town)
        said = parties(report, everybody=True)
        assert [one.reveal("name") for one in said.people] == ["林晓梅", "王建国", "李若兰"]
        assert [one.reveal("phone") for one in said.people[1:]] == ["13822223333", "13833334444"]
        assert (report.people, complaint.people) == (3, 3)
        assert said.agent is not None
        assert (said.agent.reveal("name"), said.agent.reveal("id_number")) == ("林晓东", "110101199003078478")
        assert (said.agent.powers, said.agent.until) == ("代为投诉、举报", TOGETHER.agent.until)
        registered = facts_of(report, kinds()["report-registration"])
        assert registered["consumer"] == "林晓梅等3人"
        assert [one["name"] for one in registered["others"]] == ["王建国", "李若兰"]
        assert registered["agent_name"] == "林晓东"


def test_what_belongs_to_the_dispute_stays_with_the_complaint(town):
    """Shares, consents and representatives are of mediation, and a report is not mediated: it asks for none of them."""
    with town.at(EAST):
        complaint, report = divided(town)
        of_complaint, of_report = (parties(case, everybody=True) for case in (complaint, report))
        assert of_complaint.amount == 900
        assert [one.represents for one in of_complaint.people] == [True, False, False]
        assert not any(one.represents or one.amount or one.consented_on for one in of_report.people)
        assert (of_complaint.unheard, of_report.unheard) == (1, 0)
        assert "consent" in {paper.code for paper in of_complaint.missing}
        assert "consent" not in {paper.code for paper in of_report.missing}


def test_an_authorisation_that_has_run_out_stays_where_it_was(town):
    with town.at(EAST):
        case = lodge(TOGETHER, town.person(EAST, "handler")).case
        db.session.flush()
        agent = db.session.scalars(select(Party).where(Party.role == "agent")).one()
        agent.until = clock.today() - timedelta(days=1)
        db.session.flush()
        report = divide(case, town.person(EAST, "handler"), **HALVES)
        db.session.flush()
        assert parties(report).agent is None
        assert parties(case).agent is agent


@pytest.mark.parametrize("kind", sorted(code for code, form in kinds().items() if "merchant" in form.to))
def test_nobody_of_those_who_reported_is_named_to_the_merchant(town, kind):
    with town.at(EAST):
        _complaint, report = divided(town)
        said = str(facts_of(report, kinds()[kind]))
        for words in ("林晓梅", "王建国", "13822223333", "李若兰", "林晓东", "13811112222", "代为投诉", "收据"):
            assert words not in said


def test_neither_the_bureau_nor_another_county_reads_who_reported(town):
    with town.at(EAST):
        number = divided(town)[1].number
        db.session.commit()
    for slug in ("city", "west"):
        with town.at(slug):
            assert db.session.scalars(select(Party)).all() == []
    with town.at("city"):
        case = db.session.scalars(select(Case).where(Case.number == number)).one()
        assert "王建国" not in f"{case.title}{case.summary}{case.party_label}"


# Its evidence --------------------------------------------------------------------------------------------------------


def test_the_papers_of_the_report_list_the_evidence_of_the_letter(town):
    with town.at(EAST):
        complaint, report = divided(town)
        attach(report, town.person(EAST, "handler"), [accept(io.BytesIO("照片".encode()), "照片.txt")])
        db.session.flush()
        said = [
            [one["name"] for one in facts_of(case, kinds()["file-index"])["evidence"]] for case in (report, complaint)
        ]
        assert said == [["收据.txt", "照片.txt"], ["收据.txt"]]


def test_a_pause_of_the_report_may_rest_on_a_paper_of_the_letter(town):
    with town.at(EAST):
        complaint, report = divided(town)
        handler = town.person(EAST, "handler")
        (receipt,) = files_of(complaint)
        (photo,) = attach(report, handler, [accept(io.BytesIO("照片".encode()), "照片.txt")])
        db.session.flush()
        timing.add_limit(report, handler, limit="order-121/1/case_decision", on=clock.today())
        db.session.flush()
        facts = {"clock": "case_decision", "reason": "testing", "evidence": "JC-1", "on": clock.today()}
        CASE.take("pause", report, by=handler, file=str(receipt.id), **facts)
        db.session.flush()
        (one,) = (one for one in report.clocks if one.code == "case_decision")
        (changed,) = clock_page(report, one.id).changed
        assert changed.file is receipt
        timing.add_limit(complaint, handler, limit="order-121/1/case_decision", on=clock.today())
        db.session.flush()
        with pytest.raises(Invalid) as refusal:
            CASE.take("pause", complaint, by=handler, file=str(photo.id), **facts)
        assert refusal.value.field == "file", "the complaint does not read what was added to the report"


def test_a_letter_about_the_report_may_take_the_evidence_of_the_letter_along(town):
    with town.at(EAST):
        complaint, report = divided(town)
        director = town.person(EAST, "director")
        (receipt,) = files_of(complaint)
        (photo,) = attach(report, director, [accept(io.BytesIO("照片".encode()), "照片.txt")])
        db.session.flush()
        letter = {
            "kind": "request", "receiver": 5, "subject": "核查", "ask": "请核查。", "wanted": "", "legal_basis": "",
            "fields": {}, "need": "",
        }  # fmt: skip
        sent = handoffs.send(report, director, **letter, files=[str(receipt.id), str(photo.id)])
        db.session.flush()
        handoff = next(one for one in exchange.of_case(report) if one.id == sent.handoff_id)
        assert sorted(file.name for file in exchange.packed_files(handoff)) == ["收据.txt", "照片.txt"]
        assert packet.personal_of(handoff) is not None
        with pytest.raises(Invalid) as refusal:
            handoffs.send(complaint, director, **letter, files=[str(photo.id)])
        assert refusal.value.field == "files"


def test_the_pages_of_the_report_offer_the_papers_of_the_letter(town):
    with town.at(EAST):
        complaint, report = divided(town)
        timing.add_limit(report, town.person(EAST, "handler"), limit="order-121/1/case_decision", on=clock.today())
        (receipt,) = files_of(complaint)
        number, key = report.number, str(receipt.id)
        db.session.commit()
    browser = town.client(EAST, "director")
    for page in ("steps/pause", "letters/new?kind=request"):
        assert key in browser.get(f"/cases/{number}/{page}").get_data(as_text=True), page
