"""Whoever holds a paper may check it, and learns nothing beyond it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.core import clock
from app.documents import checks
from app.documents.kinds import kinds
from tenants.bases import uuid7
from tenants.database import db
from tests.documents.conftest import pressed
from tests.town import EAST, WEST

FORM = kinds()["acceptance"]


@pytest.fixture
def issued(town: Any) -> Any:
    """Two documents of a county that may be checked; the tickets, and the key of the first."""

    def make(place: str = EAST) -> tuple[str, str, Any]:
        with town.at(place):
            key = uuid7()
            tickets = [checks.enter(one, FORM, f"东消调受〔2026〕第{n}号") for n, one in ((1, key), (2, uuid7()))]
            db.session.commit()
        return tickets[0].rpartition("/")[2], tickets[1].rpartition("/")[2], key

    return make


@pytest.fixture
def guest(settings: Any) -> Any:
    engine = create_engine(settings.url("portal_guest"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_the_address_is_that_of_the_organisation(town, settings):
    with town.at(EAST):
        link = checks.enter(uuid7(), FORM, "第9号")
        db.session.rollback()
    assert re.fullmatch(rf"{settings.base_url}/east/check/[\w-]{{22}}", link)


def test_the_page_says_number_kind_day_and_who_issued_it_and_nothing_else(town, issued):
    ticket, _other, _key = issued()
    browser = town.client(EAST)
    assert browser.get(f"/check/{ticket}").status_code == 200
    for said in ("东县消费者权益保护中心", "投诉受理决定书", "东消调受〔2026〕第1号"):
        assert said in browser.page.words
    assert "第2号" not in browser.page.words
    assert browser.get(f"/check/{ticket}").headers["Cache-Control"] == "no-store"


def test_a_void_document_is_said_to_be_void(town, issued):
    ticket, other, key = issued()
    with town.at(EAST):
        checks.void(key)
        db.session.commit()
        assert checks.check(ticket).voided_on == clock.today()
        assert checks.check(other).voided_on is None
    browser = town.client(EAST)
    browser.get(f"/check/{ticket}")
    assert browser.page.words.count("2026") >= 1
    assert "note red" in browser.open("GET", f"/check/{ticket}").get_data(as_text=True)


def test_a_wrong_ticket_and_another_county_s_are_like_nothing(town, issued):
    ticket, _other, _key = issued()
    answers = []
    for slug, asked in ((EAST, "x" * 22), (WEST, ticket), (EAST, "%00"), (EAST, ticket.upper())):
        answer = town.client(slug).open("GET", f"/check/{asked}")
        answers.append(answer.status_code)
    assert answers == [404] * 4


def test_a_guest_sees_the_one_row_that_the_ticket_is_for(issued, guest):
    ticket, _other, _key = issued()
    rows = text("select number from document_check")
    assert guest.execute(rows).all() == []
    guest.execute(text("select portal.set_ticket(:hash)"), {"hash": checks._hash(ticket)})
    assert [row.number for row in guest.execute(rows)] == ["东消调受〔2026〕第1号"]
    guest.rollback()
    assert guest.execute(rows).all() == [], "the ticket is forgotten with its transaction"


@pytest.mark.parametrize(
    "statement",
    [
        "select id from document_check",
        "select * from document_check",
        "update document_check set voided_on = now()",
        "delete from document_check",
        "select 1 from case_document",
        "select 1 from tenant",
    ],
)
def test_a_guest_may_ask_nothing_else(guest, statement):
    with pytest.raises(DBAPIError, match="permission denied"):
        guest.execute(text(statement))


def test_the_ticket_itself_is_not_kept(issued, root):
    ticket, _other, _key = issued()
    with root.connect() as connection:
        assert ticket not in str(connection.execute(text("select * from document_check")).all())


def test_the_code_is_on_the_paper_and_in_its_pdf() -> None:
    made = pressed(FORM, FORM.samples(), "docx", "pdf", link="https://example.org/east/check/x")
    with zipfile.ZipFile(io.BytesIO(made.docx)) as word:
        assert [name for name in word.namelist() if name.startswith("word/media/")]
    assert made.pdf
    assert len(PdfReader(io.BytesIO(made.pdf)).pages[0].images) == 1
    without = pressed(FORM, FORM.samples(), "docx", "pdf")
    assert without.pdf
    assert len(PdfReader(io.BytesIO(without.pdf)).pages[0].images) == 0
