"""What a document may say of a case is what lies in its database: sessions, time limits, performance, people."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from app.cases.models import Case
from app.cases.papers import services
from app.cases.papers.facts import WITHHELD, facts_of, proposed
from app.cases.papers.phrases import day, hour, hours, sentence
from app.cases.services import lodge
from app.core import clock
from app.core.errors import Invalid
from app.documents import services as office
from app.documents.kinds import Form, common, kinds
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.cases.rich import SECRETS, rich
from tests.documents.conftest import pressed, rows
from tests.town import EAST

pytestmark = pytest.mark.usefixtures("one_day")


@pytest.fixture
def case(town: Any) -> Any:
    with town.at(EAST):
        yield rich(town)


def filled(case: Case, form: Form) -> dict[str, str]:
    """What the case proposes, and samples where a person has to say something."""
    known = proposed(case, form)
    sample = {one.name: f"{clock.today()}" if one.kind == "date" else one.sample for one in form.fields}
    return {one.name: known.get(one.name) or ("" if one.personal else sample[one.name]) for one in form.fields}


# What is asked for in a form and lies in no table: somebody has to say it.
ASKED = {
    *("recusal_days", "phone", "publish", "entrust", "opinion", "materials", "provide_by", "clue"),
    *("copy_to", "suspicion", "harm", "advice", "level", "reason_en", "facts_found_en", "agreement_en"),
    *("message", "topic", "product", "quantity", "sealed", "questions", "payer", "mediate_by", "matter", "suggestion"),
}


def test_a_session_held_and_one_to_come_are_what_minutes_and_notice_say(case):
    minutes, notice = (proposed(case, kinds()[code]) for code in ("minutes", "mediation-notice"))
    today = clock.today()
    assert minutes["session_at"].endswith("9时30分至11时")
    assert (minutes["place"], minutes["mediator"]) == ("一楼调解室一", "秦律师")
    assert minutes["present"] == "投诉人到场（林晓梅本人）；被投诉人到场（店长钱某）"
    assert minutes["record"] == "林晓梅要求退款，双方约定再议。"
    assert notice["session_at"].endswith("日14时")
    assert day(today) not in notice["session_at"]
    said = facts_of(case, kinds()["minutes"])
    assert [one["state"] for one in said["sessions"]] == ["已调解", "已安排"]
    assert said["last_recorder"] == "东承办"


def test_without_a_session_the_handler_is_proposed_as_the_mediator(town):
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        one = lodge(TOLD, handler).case
        db.session.flush()
        one.assignee = handler
        assert proposed(one, kinds()["minutes"])["mediator"] == handler.name


def test_a_recusal_its_reason_and_who_asked_for_it(case):
    said = proposed(case, kinds()["recusal"])
    assert (said["applicant"], said["mediator"]) == ("东县悦动健身有限公司", "韩律师")
    assert said["decision"] == "申请理由：林晓梅称其有亲属在该店。经审查，理由成立，决定其回避。"


def test_time_left_out_and_added_with_reason_days_and_paper(case):
    stops, goes_on, longer = (proposed(case, kinds()[code]) for code in ("suspension", "resumption", "extension"))
    assert stops["reason"] == "因需检测。"
    assert (stops["from_on"], goes_on["from_on"]) == (f"{clock.today()}", f"{clock.today()}")
    assert longer == {"days": "15 日（自然日）", "reason": "需等待检测结果"}
    said = facts_of(case, kinds()["extension"])
    first = next(one for one in said["pauses"] if one["limit"] == "调解")
    assert (first["reason"], first["evidence"], first["file"]) == ("检测", "JC-2026-17", "检测委托书.txt")
    (added,) = said["extensions"]
    assert (added["evidence"], added["approved_by"]) == ("YQ-2026-3", "东主任")


def test_an_extension_that_waits_is_what_its_form_asks_for(town, case):
    from app.cases.workflow import CASE

    told = {"clock": "case_decision", "amount": 5, "evidence": "YQ-2026-4", "text": "又一次"}
    CASE.take("extend", case, by=town.person(EAST, "handler"), **told)
    db.session.flush()
    assert proposed(case, kinds()["extension"]) == {"days": "5 日（自然日）", "reason": "又一次"}


def test_what_was_performed_with_its_day_and_proof(case):
    today = day(clock.today())
    said, form = facts_of(case, kinds()["performance"]), proposed(case, kinds()["performance"])
    paid, due = said["instalments"]
    assert paid["what"] == "支付2,340.00元（首期）"
    assert paid["result"] == f"{today}已履行，凭证：转账.txt"
    assert due["result"] == "尚未履行"
    assert form["performed_on"] == f"{clock.today()}"
    assert form["performed"].splitlines() == [
        f"第1期（支付2,340.00元（首期））：{today}已履行，凭证：转账.txt。",
        "第2期（支付2,340.00元（尾款））：尚未履行。",
    ]
    shown = rows(pressed(kinds()["performance"], {**said, "performed": "如下"}, "docx").docx)
    assert ["第1期", paid["what"], f"{paid['due_on']}前", paid["result"]] in shown


def test_the_course_says_what_happened_in_its_order(case):
    lines = proposed(case, kinds()["closing"])["course"].splitlines()
    what = [line.partition("，")[2] for line in lines]
    assert what[0] == "收到来件。"
    told = ("决定受理", "第1次调解，投诉人到场", "准许对韩律师的回避", "期限中止（检测）", "延长15", "达成调解协议")
    for said in told:
        assert any(said in line for line in what), said
    days = [tuple(map(int, re.findall(r"\d+", line)[:3])) for line in lines]
    assert days == sorted(days)


def test_who_complains_with_them_who_acts_for_them_and_the_card(case):
    said = facts_of(case, kinds()["registration"])
    assert [one["name"] for one in said["others"]] == ["王建国", "李若兰"]
    assert said["elected"] == "林晓梅、王建国"
    assert (said["agent_name"], said["agent_term"]) == ("林晓东", f"至{said['agent_term'][1:-1]}止")
    assert (said["card_number"], said["card_balance"]) == ("YD880012345678", "4,680.00")
    assert said["card_records"] == "经营者"
    shown = rows(pressed(kinds()["registration"], said, "docx").docx)
    assert ["共同投诉人", "王建国", "联系电话", "13822223333"] in shown
    assert ["预付余额", "4,680.00元"] in shown


def test_a_letter_that_went_out_is_what_is_asked_and_reminded_of(case):
    asked, reminder = (proposed(case, kinds()[code]) for code in ("request", "reminder"))
    assert asked["receiver"] == reminder["receiver"] == "江州市市场监督管理局"
    assert asked["ask"] == "请核查该店单用途预付卡备案。"
    assert re.fullmatch(r"ZB-\d{4}-\d+", reminder["letter"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", asked["answer_by"])


def test_how_the_last_document_was_served(case):
    said = proposed(case, kinds()["service-record"])
    assert said["served_paper"].startswith("投诉受理决定书 东消调受〔")
    assert said["mode"] == "直接送达"
    (once,) = facts_of(case, kinds()["service-record"])["services"]
    assert (once["to"], once["note"]) == ("林晓梅等3人", "本人签收")


# Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "field", "name"),
    [
        ("service-record", "served_to", "林晓梅等3人"),
        ("authorisation", "agent", "林晓东"),
        ("representatives", "representatives", "林晓梅、王建国"),
    ],
)
def test_a_name_is_proposed_on_no_page_and_stands_in_the_document(town, case, code, field, name):
    form, handler = kinds()[code], town.person(EAST, "handler")
    assert proposed(case, form)[field] == ""
    paper = services.draft(case, form, handler, filled=filled(case, form))
    assert services.complete(paper, case)[field] == name
    shown = office.masked(form, services.complete(paper, case))
    assert shown[field] != name
    typed = services.draft(case, form, handler, filled={**filled(case, form), field: "赵某"})
    assert services.complete(typed, case)[field] == "赵某"


def test_what_neither_the_case_nor_a_person_says_is_asked_for(town):
    with town.at(EAST):
        one, form = lodge(TOLD, town.person(EAST, "handler")).case, kinds()["authorisation"]
        db.session.flush()
        said = {"agent": "", "matter": "代为参加调解", "term": "至办结止"}
        with pytest.raises(Invalid) as refusal:
            services.draft(one, form, town.person(EAST, "handler"), filled=said)
        assert refusal.value.field == "agent"


def test_the_page_asks_for_a_name_that_nobody_knows(town, lodged):
    browser, where = town.client(EAST, "handler"), f"/cases/{lodged()}/documents/new/authorisation"
    page = browser.get(where).get_data(as_text=True)
    assert "本处留空" in page
    said = {"matter": "代为参加调解", "term": "至办结止"}
    assert browser.post(where, {**said, "agent": ""}).status_code == 422
    assert browser.post(where, {**said, "agent": "赵某"}).status_code == 303


def test_a_page_masks_the_columns_that_name_somebody(case):
    form = kinds()["registration"]
    shown = office.masked(form, facts_of(case, form))
    assert shown["others"][0]["name"] == "王**"
    assert "13822223333" not in str(shown)
    assert "YD8800123456" not in str(shown)
    assert office.masked(form, {"others": [{"name": "王建国"}]})["others"] == [{"name": "王**"}], "as issued before"


# Confidentiality -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(code for code, form in kinds().items() if "merchant" in form.to))
def test_nothing_of_who_made_a_report_reaches_the_business(case, code):
    """What turned out to be a report while it was mediated keeps all that was noted of the people in it."""
    form = kinds()[code]
    assert any(secret in str(facts_of(case, form)) for secret in SECRETS), "of a complaint it may"
    case.nature = "R"
    for said in (str(facts_of(case, form)), str(proposed(case, form)), str(services.answered(case, form, {}))):
        assert not [secret for secret in SECRETS if secret in said]
    told = facts_of(case, form)
    assert told["consumer"] == WITHHELD
    assert told["others"] == told["sessions"] == told["instalments"] == told["letters"] == []
    assert told["interview_minutes"].startswith("告知林**"), "what it was told itself it may read, without names"


def test_the_words_of_a_decision_on_a_report_name_nobody_to_the_business(town):
    from app.cases.workflow import CASE

    with town.at(EAST):
        director = town.person(EAST, "director")
        one = lodge(replace(TOLD, nature="R"), director).case
        db.session.flush()
        CASE.take("not_file", one, by=director, text="林晓梅（13812346027）所述查无实据")
        db.session.flush()
        assert proposed(one, kinds()["report-result"])["result"] == "林晓梅（13812346027）所述查无实据"
        said = proposed(one, kinds()["termination"])["reason"]
        assert said.endswith("所述查无实据")
        assert "林晓梅" not in said
        assert "13812346027" not in said


def test_of_a_report_what_was_served_on_others_is_not_said_to_the_business(case):
    case.nature = "R"
    assert facts_of(case, kinds()["service-record"])["services"] == []
    assert facts_of(case, kinds()["report-result"])["services"] != []


# In words ------------------------------------------------------------------------------------------------------------


def test_hours_and_sentences() -> None:
    from datetime import date

    begins, ends = clock.at(date(2026, 12, 3), 9, 30), clock.at(date(2026, 12, 3), 11)
    assert hour(begins) == "2026年12月3日9时30分"
    assert hours(begins, ends) == "2026年12月3日9时30分至11时"
    assert hours(begins, clock.at(date(2026, 12, 4))) == "2026年12月3日9时30分至2026年12月4日0时"
    assert [sentence(said) for said in ("理由", "理由。 ", "")] == ["理由。", "理由。", ""]


def test_every_fact_is_declared(case):
    assert set(facts_of(case, kinds()["registration"])) == {*common(), "summary"}, "which is only proposed"
