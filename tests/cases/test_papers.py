"""The documents of a case: drafted from its facts, approved, issued with a number, served."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.audit.models import Entry
from app.cases.papers import services
from app.cases.papers.facts import UNNUMBERED, WITHHELD, facts_of
from app.cases.papers.models import CaseDocument, CaseDocumentFile
from app.cases.papers.phrases import capital
from app.cases.papers.queries import asked_for, files_of, of_case
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.documents import letterhead, library
from app.documents.kinds import kinds
from app.documents.models import DocumentState
from app.files.store import store
from app.jobs import drain
from app.notifications.models import Notice
from tenants.database import db
from tenants.registry import registry
from tests.documents.conftest import template, texts
from tests.town import EAST, WEST

SAID = {
    one.name: one.sample if one.kind != "date" else "2026-12-03" for form in kinds().values() for one in form.fields
}


def filled(kind: str) -> dict[str, str]:
    return {one.name: SAID[one.name] for one in kinds()[kind].fields}


@pytest.fixture
def drafted(town: Any) -> Any:
    """Draft a document of a case of East; its key."""

    def make(number: str, kind: str = "acceptance", login: str = "handler") -> Any:
        with town.at(EAST):
            paper = services.draft(by_number(number), kinds()[kind], town.person(EAST, login), filled=filled(kind))
            db.session.commit()
            return paper.id

    return make


@pytest.fixture
def step(town: Any) -> Any:
    """Take a step with a document of East in a transaction of its own; the document as it is then."""

    def go(paper_id: Any, name: str, login: str = "handler", **facts: Any) -> CaseDocument:
        with town.at(EAST):
            paper = db.session.scalars(select(CaseDocument).where(CaseDocument.id == paper_id)).one()
            PAPER.take(name, paper, by=town.person(EAST, login), **facts)
            db.session.commit()
            db.session.refresh(paper)
            db.session.expunge_all()
            return paper

    return go


def read(town: Any, paper: CaseDocument) -> tuple[str, str]:
    """The words of the Word file and of the PDF that were kept."""
    with town.at(EAST):
        files = files_of(paper)
        with store.open(files[services.WORD]) as word, store.open(files[services.PDF]) as pdf:
            pages = [page.extract_text() for page in PdfReader(pdf).pages]
            return "".join(texts(word.read())), re.sub(r"\s", "", "".join(pages))


# What it says --------------------------------------------------------------------------------------------------------


def test_an_issued_document_says_what_the_case_says(town, standing, drafted, step):
    number = standing("accepted")
    paper = step(drafted(number), "issue")
    year = clock.today().year
    assert paper.number == f"东消调受〔{year}〕第1号"
    for said in read(town, paper):
        for word in (
            "投诉受理决定书",
            "东县消费者权益保护中心",
            "林晓梅",
            "悦动健身",
            number,
            paper.number,
            "第十四条",
        ):
            assert word in said, word
        assert UNNUMBERED not in said


@pytest.mark.parametrize(
    "kind", ["acceptance", "mediation-notice", "refusal", "termination", "mediation-agreement", "performance"]
)
def test_what_decides_nothing_yet_is_not_issued(town, lodged, drafted, step, kind):
    """Of a case that was only taken down no paper says that it was accepted, refused or settled."""
    number = lodged()
    paper = drafted(number, kind, "director")
    with pytest.raises(WrongMoment):
        step(paper, "issue", "director")
    with town.at(EAST):
        assert db.session.scalar(select(CaseDocument.number).where(CaseDocument.id == paper)) is None


def test_what_was_issued_is_shown_as_it_was_signed_when_the_template_is_another(town, standing, drafted, step):
    number = standing("accepted")
    paper = step(drafted(number), "issue")
    ours = template("{{ issuer }}换过的格式 {{ number }} {{ qr }}")
    with town.at(EAST):
        library.replace(kinds()["acceptance"], town.person(EAST, "admin"), name="新.docx", content=io.BytesIO(ours))
        db.session.commit()
        kept = db.session.scalars(select(CaseDocument).where(CaseDocument.id == paper.id)).one()
        assert "换过的格式" not in str(services.preview(kept, by_number(number)).blocks)
    second = step(drafted(number), "issue")
    with town.at(EAST):
        library.restore(kinds()["acceptance"], town.person(EAST, "admin"))
        db.session.commit()
        kept = db.session.scalars(select(CaseDocument).where(CaseDocument.id == second.id)).one()
        assert "换过的格式" in str(services.preview(kept, by_number(number)).blocks)


@pytest.mark.parametrize(("status", "kind"), [("refused", "refusal"), ("ended", "termination")])
def test_reason_and_ground_are_those_of_the_decision(town, standing, status, kind):
    """The reason somebody gave is proposed, the ground stands in words, and the other routes are named."""
    number = standing(status)
    browser = town.client(EAST, "director")
    browser.get(f"/cases/{number}/documents/new/{kind}")
    reason = {"refused": "不是为生活消费需要", "ended": "商家拒绝退款"}[status]
    assert reason in browser.page.words
    with town.at(EAST):
        said = facts_of(by_number(number), kinds()[kind])
        assert said["ground"]
        assert "向人民法院提起诉讼" in said["routes"]


def test_the_law_is_the_one_that_binds_the_case(town, lodged):
    """Received before 2026-04-15 under the interim measures, after it under the measures: their articles differ."""
    from datetime import UTC, datetime

    said = []
    for day in (14, 15):
        number = lodged(received_at=datetime(2026, 4, day, 3, tzinfo=UTC))
        with town.at(EAST):
            said.append(facts_of(by_number(number), kinds()["termination"])["ending_basis"])
    assert said == [
        "《市场监督管理投诉举报处理暂行办法》第二十一条",
        "《市场监督管理投诉举报处理办法》第二十三条",
    ]


def test_documents_are_chinese_whoever_asks(town, standing):
    from flask_babel import force_locale

    number = standing("accepted")
    with town.at(EAST), force_locale("en"):
        said = facts_of(by_number(number), kinds()["registration"])
    assert (said["problem"], said["mediation_limit"]) != ("", "")
    assert not re.search(r"[A-Za-z]{3,}", said["problem"] + said["channel"] + said["nature"] + said["mediation_limit"])


def test_who_reported_never_reaches_the_business(town, lodged, drafted):
    """A report is about somebody who would like to know who made it (O20 art. 33)."""
    report = lodged(nature="R")
    complaint = lodged()
    with town.at(EAST):
        for form in kinds().values():
            said = facts_of(by_number(report), form)
            hidden = "merchant" in form.to
            assert (said["consumer"] == WITHHELD) is hidden, form.code
            assert ("林晓梅" in str(said)) is not hidden, form.code
            assert "林晓梅" in str(facts_of(by_number(complaint), form))


SAID_OF_WHO = ("林晓梅反映该店闭店", "请联系 １３８－１２３４ ６０２７", "订单 dd2026 0001 未履行")


@pytest.mark.parametrize("words", SAID_OF_WHO)
def test_nothing_typed_tells_the_business_who_reported_it(town, lodged, drafted, step, words):
    number, kind = lodged(nature="R", order_number="DD20260001"), kinds()["interview-notice"]
    prose = next(one.name for one in kind.fields if one.kind == "prose")
    said = {**filled("interview-notice"), prose: words}
    with town.at(EAST):
        by, case = town.person(EAST, "handler"), by_number(number)
        with pytest.raises(Invalid) as refusal:
            services.draft(case, kind, by, filled=said)
        assert refusal.value.field == prose
        db.session.rollback()
    paper = drafted(number, "interview-notice")
    with pytest.raises(Invalid):
        step(paper, "revise", filled=said)


@pytest.mark.parametrize("order", ["-", "无", "2026"])
def test_a_number_that_tells_nobody_from_others_stops_no_paper(town, lodged, drafted, order):
    assert drafted(lodged(nature="R", order_number=order), "interview-notice")


def test_nothing_typed_tells_of_a_report_that_was_joined_either(town, lodged, take):
    number, joined = lodged(nature="R"), lodged(nature="R", name="王建国", phone="13912340088")
    take(joined, "join_earlier", into=number)
    kind = kinds()["interview-notice"]
    prose = next(one.name for one in kind.fields if one.kind == "prose")
    with town.at(EAST), pytest.raises(Invalid):
        said = {**filled("interview-notice"), prose: "王建国也有反映"}
        services.draft(by_number(number), kind, town.person(EAST, "handler"), filled=said)


def test_a_draft_is_looked_at_again_once_the_complaint_has_become_a_report(town, standing, take, step):
    number, kind = standing("lodged"), kinds()["suspension"]
    prose = next(one.name for one in kind.fields if one.kind == "prose")
    with town.at(EAST):
        by = town.person(EAST, "handler")
        made = services.draft(by_number(number), kind, by, filled={**filled("suspension"), prose: SAID_OF_WHO[0]})
        db.session.commit()
        paper = made.id
    take(number, "describe", nature="R")
    with pytest.raises(WrongMoment):
        step(paper, "issue", login="director")
    take(number, "describe", nature="C")
    assert step(paper, "issue", login="director").number


def test_amounts_are_written_so_that_nobody_adds_to_them() -> None:
    from decimal import Decimal

    assert capital(Decimal("4680.00")) == "人民币肆仟陆佰捌拾元整"
    assert capital(Decimal("100000.05")) == "人民币壹拾万元零伍分"
    assert capital(Decimal("0.50")) == "人民币伍角"
    assert capital(None) == ""


def test_what_a_case_really_says_leaves_nothing_open(town, standing, drafted, step):
    """With what a case really says, of which a sample might say more."""
    number = standing("settled")
    for code in (
        "registration",
        "mediation-agreement",
        "performance",
        "minutes",
        "file-index",
        "judicial-confirmation",
    ):
        name = "approve" if kinds()[code].approval else "issue"
        paper = step(drafted(number, code), name, "director")
        word, pdf = read(town, paper)
        assert kinds()[code].title.zh in word
        assert kinds()[code].title.zh in pdf
        assert not re.search(r"\{\{|\{%|None", word)


# Numbers -------------------------------------------------------------------------------------------------------------


def test_each_organisation_year_and_kind_counts_for_itself(town, standing, drafted, step):
    from datetime import UTC, datetime

    number = standing("accepted")
    year = clock.today().year
    assert step(drafted(number), "issue").number == f"东消调受〔{year}〕第1号"
    assert step(drafted(number), "issue").number == f"东消调受〔{year}〕第2号"
    assert step(drafted(number, "minutes"), "issue").number == f"东消笔录〔{year}〕第1号"
    with clock.freeze(datetime(year + 1, 1, 1, 2, tzinfo=UTC)):
        assert step(drafted(number), "issue").number == f"东消调受〔{year + 1}〕第1号"


def test_what_is_rolled_back_leaves_no_gap(town, standing, drafted, step):
    number = standing("accepted")
    first, second = drafted(number), drafted(number)
    with town.at(EAST):
        paper = db.session.scalars(select(CaseDocument).where(CaseDocument.id == first)).one()
        PAPER.take("issue", paper, by=town.person(EAST, "handler"))
        assert paper.number.endswith("第1号")
        db.session.rollback()
    assert step(second, "issue").number.endswith("第1号")
    assert step(first, "issue").number.endswith("第2号")


def test_a_void_number_is_not_given_again(town, standing, drafted, step):
    number = standing("accepted")
    paper = step(drafted(number), "issue")
    assert step(paper.id, "void", "director", text="当事人姓名有误").state == DocumentState.VOIDED
    assert step(drafted(number), "issue").number.endswith("第2号")


def test_numbers_have_no_gap_however_many_issue_at_once(town, standing, drafted, root, rounds):
    """Four people issue at the same time, and every third of them changes their mind at the last moment."""
    number = standing("accepted")
    papers = [drafted(number, "resumption") for _ in range(12)]
    undone: list[Any] = []

    def work(mine: list[tuple[int, Any]]) -> None:
        with town.app.app_context(), town.at(EAST):
            for place, paper_id in mine:
                paper = db.session.scalars(select(CaseDocument).where(CaseDocument.id == paper_id)).one()
                PAPER.take("issue", paper, by=town.person(EAST, "handler"))
                if place % 3 == 2:
                    db.session.rollback()
                    undone.append(paper_id)
                else:
                    db.session.commit()

    numbered = list(enumerate(papers))
    threads = [threading.Thread(target=work, args=(numbered[place::4],)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with root.connect() as connection:
        given = connection.execute(text("select number from case_document where kind = 'resumption'")).scalars().all()
    ordinals = sorted(int(re.search(r"第(\d+)号", one)[1]) for one in given if one)
    assert len(undone) == 4
    assert ordinals == list(range(1, 9))
    rounds(
        f"numbers: 12 documents issued by 4 at once, {len(undone)} rolled back, {ordinals[-1]} numbers without a gap"
    )


# Steps ---------------------------------------------------------------------------------------------------------------


def test_what_needs_approval_waits_for_the_director(town, standing, drafted, step):
    paper_id = drafted(standing("refused"), "refusal")
    with pytest.raises(WrongMoment):
        step(paper_id, "issue")
    with pytest.raises(NotAllowed):
        step(paper_id, "approve")
    assert step(paper_id, "submit").state == DocumentState.WAITING
    assert step(paper_id, "send_back", "director", text="理由写具体").state == DocumentState.DRAFTED
    step(paper_id, "submit")
    paper = step(paper_id, "approve", "director")
    assert (paper.state, paper.issued_by_name) == (DocumentState.ISSUED, "东主任")


def test_an_issued_document_stays_as_it_was(town, standing, drafted, step, take):
    """The case goes on; what was signed does not change, nor can it be edited."""
    number = standing("accepted")
    paper = step(drafted(number), "issue")
    take(number, "describe", title="另一个标题", summary="摘要", category="S0401", problem="P02")
    with town.at(EAST):
        kept = db.session.get(CaseDocument, (registry.find(EAST).id, paper.id))
        assert services.complete(kept, by_number(number))["case_title"] == "健身房闭店拒退预付卡余额"
    with pytest.raises(WrongMoment):
        step(paper.id, "revise", filled={})
    browser = town.client(EAST, "handler")
    assert browser.get(f"/cases/{number}/documents/{paper.id}/edit").status_code == 409


def test_a_field_that_is_missing_is_said_beside_it(town, standing):
    number = standing("mediating")
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}/documents/new/mediation-notice")
    answer = browser.post(
        f"/cases/{number}/documents/new/mediation-notice", {**filled("mediation-notice"), "place": ""}
    )
    assert answer.status_code == 422
    with town.at(EAST), pytest.raises(Invalid):
        services.draft(by_number(number), kinds()["mediation-notice"], town.handler, filled={"place": "x"})


def test_how_it_was_served_is_kept(town, standing, drafted, step):
    from datetime import timedelta

    number = standing("accepted")
    paper = step(drafted(number), "issue")
    facts = {"party": "consumer", "mode": "post", "note": "挂号信 XA123"}
    with town.at(EAST):
        case, kept = by_number(number), db.session.get(CaseDocument, (registry.find(EAST).id, paper.id))
        for day in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=1)):
            with pytest.raises(Invalid):
                services.serve(kept, case, town.handler, served_on=day, **facts)
    browser = town.client(EAST, "handler")
    address = f"/cases/{number}/documents/{paper.id}"
    browser.get(f"{address}/service")
    assert browser.post(f"{address}/service", {**facts, "served_on": str(clock.today())}).status_code == 303
    browser.get(address)
    assert "挂号信" in browser.page.words
    with town.at(EAST):
        entry = db.session.scalars(select(Entry).where(Entry.event == "case.document_served")).one()
        assert {entry.facts["party"], entry.facts["mode"]} == {"consumer", "post"}


# Pages ---------------------------------------------------------------------------------------------------------------


def test_from_the_page_of_the_case_to_the_paper_in_hand(town, standing):
    number = standing("accepted")
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}")
    assert f"/east/cases/{number}/documents/new/acceptance" in browser.page.links
    browser.get(f"/cases/{number}/documents")
    browser.get(f"/cases/{number}/documents/new/acceptance")
    answer = browser.post(f"/cases/{number}/documents/new/acceptance", {})
    assert answer.status_code == 303
    paper = answer.headers["Location"].removeprefix("/east")
    browser.get(paper)
    assert "投诉受理决定书" in browser.page.words
    assert "林**" in browser.page.words
    assert "林晓梅" not in browser.page.words, "a page shows the name masked"
    assert browser.post(f"{paper}/steps/issue", {"version": "1"}).status_code == 303
    browser.get(paper)
    assert re.search(r"东消调受〔\d{4}〕第1号", browser.page.words)
    word = browser.get(f"{paper}/document.docx", checked=False)
    assert "林晓梅" in "".join(texts(word.get_data()))
    assert word.headers["Content-Disposition"].startswith("attachment")
    assert browser.get(f"{paper}/document.pdf", checked=False).get_data().startswith(b"%PDF")
    with town.at(EAST):
        taken = db.session.scalars(select(Entry).where(Entry.event == "case.document_taken")).all()
    assert len(taken) == 2, "who fetched it whole stands in the trail"


def test_a_clerk_reads_but_does_not_draft_issue_or_fetch(town, standing, drafted, step):
    number = standing("accepted")
    paper = step(drafted(number), "issue")
    address = f"/cases/{number}/documents"
    browser = town.client(EAST, "clerk")
    browser.get(f"{address}/{paper.id}")
    assert browser.get(f"{address}/new/acceptance", checked=False).status_code == 403
    assert browser.get(f"{address}/{paper.id}/document.docx", checked=False).status_code == 403
    browser.get(f"{address}/{paper.id}")
    assert browser.post(f"{address}/{paper.id}/steps/void", {"text": "x"}).status_code == 403


def test_another_county_finds_nothing(town, standing, drafted, step):
    number = standing("accepted")
    paper = step(drafted(number), "issue")
    browser = town.client(WEST, "director")
    for end in ("", "/edit", "/service", "/document.docx", "/steps/void"):
        assert browser.get(f"/cases/{number}/documents/{paper.id}{end}", checked=False).status_code == 404
    with town.at(WEST):
        assert db.session.scalars(select(CaseDocument)).all() == []
        assert db.session.scalars(select(CaseDocumentFile)).all() == []


def test_the_moment_of_a_case_says_which_document_is_due(town, standing, drafted):
    due = {
        "lodged": {"registration"},
        "refused": {"refusal"},
        "mediating": {"acceptance", "mediation-notice", "minutes"},
        "ended": {"acceptance", "termination", "closing"},
    }
    for status, codes in due.items():
        number = standing(status)
        with town.at(EAST):
            case = by_number(number)
            assert {form.code for form in asked_for(case, of_case(case))} == codes, status
    drafted(number, "termination")
    with town.at(EAST):
        case = by_number(number)
        assert "termination" not in {form.code for form in asked_for(case, of_case(case))}


def test_what_was_filled_in_is_sealed(town, standing, drafted, step, root):
    """A dump of the table tells nobody's name and nobody's number."""
    step(drafted(standing("accepted"), "registration"), "issue")
    with root.connect() as connection:
        said = connection.execute(text("select row_to_json(d)::text from case_document d")).scalar()
        names = connection.execute(text("select name from case_document_file")).scalars().all()
    for secret in ("林晓梅", "13812346027", "闭店"):
        assert secret not in said
        assert secret not in "".join(names)


def test_a_replaced_template_changes_the_paper_and_its_pdf(town, standing, drafted, step):
    ours = template(
        "{{ issuer }}自己的格式 {{ number }}", "{{ consumer }}：已经受理。", "{%p if qr %}", "{{ qr }}", "{%p endif %}"
    )
    with town.at(EAST):
        admin = town.person(EAST, "admin")
        library.replace(kinds()["acceptance"], admin, name="决定书.docx", content=io.BytesIO(ours))
        db.session.commit()
    for said in read(town, step(drafted(standing("accepted")), "issue")):
        assert "自己的格式" in said
        assert "林晓梅：已经受理" in said
        assert "符合受理条件" not in said


def test_those_who_complain_together_are_counted(town, standing):
    from app.cases.services import parties
    from app.cases.services.intake import Complainant

    number = standing("accepted")
    with town.at(EAST):
        case = by_number(number)
        parties.join(case, town.handler, [Complainant("王建国", "13700000001"), Complainant("李红", "13700000002")])
        db.session.flush()
        assert facts_of(case, kinds()["acceptance"])["consumer"] == "林晓梅等3人"


# For consumers from abroad -------------------------------------------------------------------------------------------


def codes(town: Any, number: str) -> list[str]:
    with town.at(EAST):
        case = by_number(number)
        return [form.code for form in asked_for(case, of_case(case))]


def test_a_consumer_from_abroad_is_proposed_what_has_english_in_it(town, lodged, take):
    number = lodged(traits=("foreign",))
    assert codes(town, number) == ["receipt-en", "registration"]
    take(number, "accept")
    assert "acceptance-en" in codes(town, number)
    assert "acceptance" not in codes(town, number)
    take(number, "describe", foreign=False)
    assert "acceptance" in codes(town, number)
    take(number, "describe", foreign=True)
    assert "acceptance-en" in codes(town, number)


def test_what_was_issued_in_chinese_is_not_asked_for_again_in_english(town, lodged, take, drafted):
    number = lodged(traits=("foreign",))
    take(number, "accept")
    drafted(number, "acceptance")
    assert "acceptance-en" not in codes(town, number)


def test_both_are_numbered_in_one_row_and_the_english_says_law_days_and_ground(town, lodged, take, drafted, step):
    number = lodged(traits=("foreign",))
    take(number, "accept")
    first, second = step(drafted(number, "acceptance"), "issue"), step(drafted(number, "acceptance-en"), "issue")
    year = clock.today().year
    assert [first.number, second.number] == [f"东消调受〔{year}〕第1号", f"东消调受〔{year}〕第2号"]
    word, _pdf = read(town, second)
    assert f"{clock.today().day} " in word
    for said in ("Measures for Handling Complaints and Reports", "60 calendar days", "林晓梅"):
        assert said in word
    assert not re.search(
        r"[一-鿿]",
        word.partition("Dear ")[2].partition("The Chinese text")[0].replace("林晓梅", "").replace("悦动健身", ""),
    )


def test_a_notice_of_mediation_and_a_typed_day_speak_both_languages(town, standing, drafted, step):
    number = standing("mediating", traits=("foreign",))
    assert "mediation-notice-en" in codes(town, number)
    word, pdf = read(town, step(drafted(number, "suspension-en"), "issue"))
    assert "2026年12月3日" in word
    for said in (word, pdf.replace("3December2026", "3 December 2026")):
        assert "3 December 2026" in said


# What follows it -----------------------------------------------------------------------------------------------------


def told(town: Any, event: str) -> list[Any]:
    drain()
    with town.at(EAST):
        return list(db.session.scalars(select(Notice.person_id).where(Notice.event == event)))


def test_the_director_hears_of_what_waits_and_the_drafter_of_the_decision(town, standing, drafted, step):
    paper_id = drafted(standing("mediating"), "recusal")
    assert told(town, "document.submit") == []
    step(paper_id, "submit")
    assert told(town, "document.submit") == [town.director.id]
    step(paper_id, "send_back", "director", text="写明理由")
    assert told(town, "document.send_back") == [town.handler.id]
    step(paper_id, "submit")
    assert told(town, "document.submit") == [town.director.id] * 2
    step(paper_id, "approve", "director")
    assert told(town, "document.approve") == [town.handler.id]


def test_a_receipt_is_kept_with_the_service_that_it_proves(town, standing, drafted, step, tmp_path):
    number = standing("accepted")
    paper = step(drafted(number), "issue")
    browser, where = town.client(EAST, "handler"), f"/cases/{number}/documents/{paper.id}"
    served = {"party": "consumer", "mode": "post", "served_on": f"{clock.today()}", "note": ""}
    sent = browser.post(f"{where}/service", {**served, "proof": (io.BytesIO("邮单".encode()), "邮单.txt")})
    assert sent.status_code == 303
    page = browser.get(where).get_data(as_text=True)
    (link,) = re.findall(rf"{where}/receipts/[0-9a-f-]+", page)
    assert "邮单.txt" in page
    assert browser.open("GET", link).data == "邮单".encode()
    other = step(drafted(number, "minutes"), "issue")
    assert browser.open("GET", link.replace(str(paper.id), str(other.id))).status_code == 404
    with town.at(EAST), pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text("delete from case_document_receipt"))


def test_a_center_chooses_what_its_numbers_begin_with(town, standing, drafted, step):
    number, year = standing("accepted"), clock.today().year
    admin = town.client(EAST, "admin")
    assert step(drafted(number), "issue").number == f"东消调受〔{year}〕第1号"
    assert admin.post("/templates/letterhead", {"prefix": "东消保"}).status_code == 303
    assert step(drafted(number), "issue").number == f"东消保调受〔{year}〕第2号"
    assert admin.post("/templates/letterhead", {"prefix": ""}).status_code == 303
    assert step(drafted(number), "issue").number == f"东消调受〔{year}〕第3号"
    with town.at(WEST):
        assert letterhead.prefix() == "西消"


# Where to turn -------------------------------------------------------------------------------------------------------

FOUND = {"address": "江州市东县城关镇政通路1号", "telephone": "0309-6020315", "hours": "周一至周五 9:00—17:00"}


def say(town, slug=EAST, **said):
    with town.at(slug):
        letterhead.change(town.person(slug, "admin"), **(said or FOUND))
        db.session.commit()


def test_a_letter_says_where_to_turn_as_it_was_on_the_day_of_issue(town, standing, drafted, step):
    number = standing("accepted")
    say(town, WEST, **{**FOUND, "telephone": "0309-6030315"})
    before = step(drafted(number), "issue")
    for said in read(town, before):
        assert "联系电话" not in said
        assert "0309-6030315" not in said
    say(town)
    after = step(drafted(number), "issue")
    for said in read(town, after):
        assert "".join(FOUND["address"].split()) in "".join(said.split())
        assert "联系电话：0309-6020315" in said
    say(town, telephone="12315")
    assert all("联系电话：0309-6020315" in said for said in read(town, after))
    page = town.client(EAST, "handler").get(f"/cases/{number}/documents/{after.id}").get_data(as_text=True)
    assert "联系电话：0309-6020315" in page


def test_the_telephone_in_a_notice_is_proposed_whole_and_may_be_another(town, standing):
    browser, new = town.client(EAST, "handler"), f"/cases/{standing('mediating')}/documents/new/mediation-notice"

    def proposed():
        browser.get(new)
        return next(form["fields"]["phone"] for form in browser.page.forms if "phone" in form["fields"])

    assert proposed() == ""
    say(town)
    assert proposed() == "0309-6020315"


def test_what_the_consumer_takes_home_says_where_to_turn(town, lodged):
    number, browser = lodged(), town.client(EAST, "clerk")
    printed = [f"/cases/{number}/{kind}" for kind in ("slip", "missing")]
    for there in printed:
        browser.get(there)
        assert "办公时间" not in browser.page.words
    say(town)
    for there in printed:
        browser.get(there)
        assert all(value in browser.page.words for value in FOUND.values()), there
