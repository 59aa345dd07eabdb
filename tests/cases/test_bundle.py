"""The file of a case as one PDF: everything in it, in order, with numbers; masked unless somebody says why not."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

from app.audit.models import Entry
from app.cases import services as cases
from app.cases.papers import services
from app.cases.papers.bundle import PARTS, bound
from app.cases.papers.models import CaseDocument
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.documents.kinds import kinds
from app.files.accept import accept
from app.groups import services as groups
from app.investigations.workflow import INVESTIGATION, propose
from app.mediation.models import Instalment
from app.mediation.services import performance
from tenants.database import db
from tests.files import specimens
from tests.handoffs.conftest import REQUEST, Exchange
from tests.town import EAST, MARKET


def pdf_with(pages: int, text: str = "") -> bytes:
    """A PDF as people send them."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(420, 595)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture
def filed(town: Any, standing: Any) -> Any:
    """A case of East with two documents, a picture, a PDF of three pages, a broken PDF and a text."""

    def make() -> str:
        number: str = standing("settled")
        papers = {
            "照片.jpg": specimens.picture(),
            "合同.pdf": pdf_with(3),
            "坏的.pdf": b"%PDF-1.7\nnothing of the kind\n%%EOF",
            "说明.txt": "情况说明".encode(),
        }
        with town.at(EAST):
            case, by = by_number(number), town.person(EAST, "handler")
            cases.attach(case, by, [accept(io.BytesIO(body), name) for name, body in papers.items()])
            cases.note(case, by, text="店长13912345678答应明天来。")
            for code in ("acceptance", "mediation-agreement"):
                filled = {one.name: one.sample for one in kinds()[code].fields}
                paper = services.draft(case, kinds()[code], by, filled=filled)
                db.session.flush()
                PAPER.take("issue", paper, by=by)
                db.session.flush()
            db.session.commit()
        return number

    return make


def read(content: bytes) -> list[str]:
    """Each page, the index as it is printed, the others without blanks."""
    index, *pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return [index, *(re.sub(r"\s", "", page) for page in pages)]


def page_of(index: str, title: str) -> int:
    """The last number of the row that names it."""
    row = re.search(rf"{re.escape(title)}\s+(?:\D\S*\s+|\d+年\S*\s+)?(\d+)\s", index)
    assert row, (title, index)
    return int(row[1])


def make(town: Any, number: str, login: str = "handler", **how: Any) -> list[str]:
    with town.at(EAST):
        content = bound(by_number(number), town.person(EAST, login), **how)
        db.session.commit()
        return read(content)


def test_the_whole_file_has_everything_in_it_on_the_page_that_the_index_says(town, filed):
    pages = make(town, filed(), whole=True, reason="移送法院")
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in re.sub(r"\s", "", page)
    index = pages[0]
    assert "卷宗" in index
    for title, first in (
        ("案件情况", "林晓梅"),
        ("投诉受理决定书", "决定自"),
        ("投诉调解书", "自愿达成如下协议"),
    ):
        at = page_of(index, title)
        assert first in pages[at - 1], (title, at)
    assert "坏的.pdf" in index
    assert index.count("未并入") == 2, "the broken one, and the text"
    assert "13912345678" in "".join(pages)
    contract = page_of(index, "合同.pdf")
    assert contract == page_of(index, "照片.jpg") + 1
    assert len(pages) == contract + 2


def test_a_masked_file_says_nobody_s_name_or_number_and_has_no_evidence_in_it(town, filed):
    pages = "".join(make(town, filed(), whole=False))
    for secret in ("林晓梅", "13812346027", "13912345678"):
        assert secret not in pages
    assert "林**" in pages
    assert "投诉调解书" in pages
    assert pages.count("未并入") == 4


def test_the_whole_wants_a_right_and_a_reason_and_leaves_a_trace(town, filed):
    number = filed()
    with town.at(EAST):
        case = by_number(number)
        with pytest.raises(Invalid):
            bound(case, town.person(EAST, "handler"), whole=True)
        with pytest.raises(NotAllowed):
            bound(case, town.person(EAST, "clerk"), whole=True, reason="看看")
    make(town, number, whole=True, reason="移送法院")
    make(town, number, "clerk", whole=False)
    with town.at(EAST):
        made = db.session.scalars(select(Entry).where(Entry.event == "case.bundle").order_by(Entry.seq)).all()
        assert [(entry.facts["extent"], entry.actor_name) for entry in made] == [
            ("whole", "东承办"),
            ("masked", "东窗口"),
        ]


def test_it_is_made_on_its_page(town, filed):
    number = filed()
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}/documents/bundle")
    assert browser.post(f"/cases/{number}/documents/bundle", {"whole": "yes", "parts": list(PARTS)}).status_code == 422
    said = {"whole": "yes", "text": "移送法院", "parts": list(PARTS)}
    answer = browser.post(f"/cases/{number}/documents/bundle", said, checked=False)
    assert answer.get_data().startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_only_the_parts_that_are_wanted_are_bound(town, filed):
    number = filed()
    pages = "".join(make(town, number, whole=True, reason="移送法院", parts=["papers"]))
    assert "投诉调解书" in pages
    assert "案件情况" not in pages
    assert "照片.jpg" not in pages
    browser = town.client(EAST, "handler")
    assert browser.post(f"/cases/{number}/documents/bundle", {"whole": ""}).status_code == 422
    with town.at(EAST):
        made = db.session.scalars(select(Entry).where(Entry.event == "case.bundle")).one()
        assert made.facts["without"] == ["case", "course", "told", "evidence"]


def test_what_is_void_or_only_drafted_is_not_bound(town, filed):
    number = filed()
    with town.at(EAST):
        director = town.person(EAST, "director")
        query = select(CaseDocument).where(CaseDocument.kind == "acceptance")
        PAPER.take("void", db.session.scalars(query).one(), by=director, text="有误")
        db.session.commit()
    index = make(town, number, whole=False)[0]
    assert "投诉调解书" in index
    assert not re.search(r"投诉受理决定书\s+东消", index)


def paper(name: str) -> Any:
    return accept(io.BytesIO(name.encode()), name)


def test_all_that_the_case_led_to_is_bound_in(town, standing, lodged, take):
    """Its inquiry, the service of its documents, its performance, its group, and the case that was joined to it."""
    number, same, other = standing("mediating"), lodged(), lodged(name="王建国", phone="13812346099")
    with town.at(EAST):
        case, by = by_number(number), town.person(EAST, "director")
        cases.attach(by_number(same), by, [paper("第二封信.txt"), paper("林晓梅身份证.txt")])
        cases.note(case, by, text="林晓梅来电催问。")
        one = propose(case, by, scope="complex", text="店长13912345678去向不明")
        db.session.flush()
        said = {"title": "收款码", "source": "门店前台", "holder": ""}
        evidence = [paper("收款码.txt")]
        INVESTIGATION.take("collect", one, by=by, taken_on=clock.today(), said=said, evidence=evidence)
        notice = services.draft(case, kinds()["acceptance"], by, filled={})
        db.session.flush()
        PAPER.take("issue", notice, by=by)
        db.session.flush()
        proof = [paper("回执.txt")]
        services.serve(notice, case, by, party="consumer", mode="handed", served_on=clock.today(), proof=proof)
        group = groups.open_group(by, title="健身房闭店", cases=[case, by_number(other)])
        db.session.flush()
        groups.attach(group, by, [paper("房租欠条.txt")])
        groups.note(group, by, kind="fact", text="九月十日起闭店，店长失联，王建国等四十人受损。")
        db.session.commit()
    take(same, "join_earlier", into=number)
    take(number, "settle", instalments=f"{clock.today()} 4680 一次付清", perform_by=clock.today())
    with town.at(EAST):
        case, by = by_number(number), town.person(EAST, "director")
        (part,) = db.session.scalars(select(Instalment))
        performance.note(part, case, by, status="done", on=clock.today(), proofs=[paper("转账凭证.txt")])
        db.session.commit()
    whole, masked = ("".join(make(town, number, whole=it, reason="移送法院")) for it in (True, False))
    for name in ("第二封信.txt", "收款码.txt", "回执.txt", "房租欠条.txt", "转账凭证.txt"):
        assert name in whole, name
        assert name in masked, name
    for words in ("店长13912345678去向不明", "九月十日起闭店，店长失联", f"并入案件{same}", "证据第1号"):
        assert words in whole, words
    for secret in ("13912345678", "林晓梅"):
        assert secret in whole
        assert secret not in masked
    assert "九月十日起闭店" in masked
    assert "王建国" not in whole + masked, "another member of the group is named in nobody's file"
    with town.at(EAST):
        made = db.session.scalars(select(Entry.subject_number).where(Entry.event == "case.bundle")).all()
    assert sorted(made) == sorted([number, number, same])


def test_what_a_department_answered_is_bound_in(town, lodged):
    exchange = Exchange(town)
    reference = exchange.send(number := lodged(), REQUEST)
    for step, facts in (
        ("sign", {}),
        ("accept", {}),
        ("answer", {"text": "已立案，冻结存管账户。", "files": [paper("立案通知.txt")]}),
    ):
        exchange.do(MARKET, "officer", reference, step, **facts)
    pages = "".join(make(town, number, whole=True, reason="移送法院"))
    for words in ("往来函件", "已立案，冻结存管账户。", "立案通知.txt"):
        assert words in pages
