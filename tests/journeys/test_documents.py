"""From a case to the paper in hand: drafted, approved, served, checked by whoever holds it, and bound into the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.documents.models import DocumentState
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import EAST, Town


@pytest.fixture
def refused(town: Town, lodged: Callable[..., str]) -> str:
    """A case that East has refused."""
    number = lodged()
    with town.at(EAST):
        told = {"ground": "NA3", "text": "所购商品用于经营，不是为生活消费需要。"}
        CASE.take("refuse", by_number(number), by=town.person(EAST, "director"), **told)
        db.session.commit()
    return number


def test_a_refusal_is_written_approved_and_served(sit: Callable[..., Tab], refused: str) -> None:
    handler = sit(EAST, "handler")
    handler.open(f"/cases/{refused}")
    handler.follow(handler.page.get_by_role("link", name="投诉不予受理决定书").first)
    assert "不是为生活消费需要" in handler.field("reason").input_value()
    handler.send()
    handler.stands(DocumentState.DRAFTED)
    handler.reads("投诉不予受理决定书", "林**", "向人民法院提起诉讼")
    handler.picture("document-draft")
    handler.take("submit")
    handler.stands(DocumentState.WAITING)

    director = sit(EAST, "director")
    director.open(handler.path)
    director.take("approve")
    director.stands(DocumentState.ISSUED)
    director.reads(f"东消调不受〔{clock.today().year}〕第1号")

    handler.open(handler.path)
    pdf = handler.download(handler.page.get_by_role("link", name="PDF"))
    assert pdf.read_bytes().startswith(b"%PDF")
    handler.follow("Note how it was served")
    handler.select("mode", "post")
    handler.fill("note", "挂号信 XA123")
    handler.send()
    handler.reads("挂号信 XA123")
    handler.picture("document-issued")
    handler.open(f"/cases/{refused}/documents")
    handler.picture("documents")
    handler.follow("Bind the file")
    handler.picture("bundle")


def test_an_administrator_looks_at_a_template_on_a_phone_too(sit: Callable[..., Tab]) -> None:
    for phone in (False, True):
        admin = sit(EAST, "admin", phone=phone)
        admin.menu("/templates")
        admin.follow(admin.page.get_by_role("link", name="投诉受理决定书", exact=True))
        admin.reads("江州市临河县消费者权益保护中心")
        admin.picture(f"template{'-phone' if phone else ''}")
