"""An administrator may replace a template: it is looked over first, and the one before can be brought back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import Entry
from app.documents import library
from app.documents.kinds import kinds
from app.documents.services import Unfilled
from tenants.database import db
from tests.documents.conftest import template
from tests.town import CITY, EAST, WEST

FORM = kinds()["acceptance"]
OURS = template("{{ issuer }}自己的格式 {{ number }} {{ qr }}", "{{ consumer }}：你的投诉已经受理。")


def put(town: Any, slug: str = EAST, content: bytes = OURS) -> None:
    with town.at(slug):
        library.replace(FORM, town.person(slug, "admin"), name="决定书.docx", content=io.BytesIO(content))
        db.session.commit()


def used(town: Any, slug: str = EAST) -> bytes:
    with town.at(slug):
        return library.template_of(FORM)


def test_what_a_county_puts_in_its_place_is_used_there_alone(town):
    put(town)
    assert used(town) == OURS
    assert used(town, WEST) == FORM.shipped


def test_what_the_city_puts_in_its_place_is_used_where_no_county_has_its_own(town):
    citys = template("{{ issuer }}全市统一格式 {{ number }} {{ qr }}")
    put(town, CITY, citys)
    put(town)
    assert (used(town), used(town, WEST), used(town, CITY)) == (OURS, citys, citys)


def test_the_one_before_can_be_brought_back_and_nothing_is_lost(town):
    put(town)
    with town.at(EAST):
        library.restore(FORM, town.person(EAST, "admin"))
        db.session.commit()
    assert used(town) == FORM.shipped
    put(town)
    with town.at(EAST):
        assert [row.edition for row in library.history(FORM)] == [3, 2, 1]
        events = db.session.scalars(select(Entry.event).where(Entry.event.like("template.%"))).all()
    assert sorted(events) == ["template.replace", "template.replace", "template.restore"]
    assert used(town) == OURS


def test_one_that_is_not_fit_is_refused_with_every_reason(town):
    bad = template("{{ nobody }}", "{{ issuer.__class__ }}")
    with town.at(EAST), pytest.raises(Unfilled) as fault:
        library.replace(FORM, town.person(EAST, "admin"), name="x.docx", content=io.BytesIO(bad))
    assert len(fault.value.sentences) == 2
    assert used(town) == FORM.shipped


def test_on_the_page_it_is_looked_over_and_shown(town):
    browser = town.client(EAST, "admin")
    address = f"/templates/{FORM.code}"
    browser.get("/templates")
    browser.get(address)
    assert "consumer_phone" in browser.page.words
    fetched = browser.get(f"{address}/template.docx", checked=False)
    assert fetched.get_data() == FORM.shipped
    for content, said, code in (
        (template("{{ nobody }}"), "nobody", 422),
        (b"PK\x03\x04 no Word file", "", 422),
        (OURS, "", 303),
    ):
        answer = browser.post(address, {"template": (io.BytesIO(content), "决定书.docx")})
        assert answer.status_code == code
        assert said in answer.get_data(as_text=True)
    browser.get(address)
    assert "自己的格式" in browser.page.words
    assert browser.post(f"{address}/restore", {}).status_code == 303
    assert used(town) == FORM.shipped


@pytest.mark.parametrize("login", ["clerk", "handler", "director"])
def test_only_the_administrator_may(town, login):
    browser = town.client(EAST, login)
    assert browser.get("/templates", checked=False).status_code == 403
    browser.get("/account")
    answer = browser.post(f"/templates/{FORM.code}", {"template": (io.BytesIO(OURS), "决定书.docx")}, checked=False)
    assert answer.status_code == 403
