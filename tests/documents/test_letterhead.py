"""What an organisation's papers say of it: checked, written down, and printed where somebody would need it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import Entry, Remark
from app.core.errors import Changed, Invalid
from app.documents import checks, letterhead
from app.documents.kinds import kinds
from tenants.bases import uuid7
from tenants.database import db
from tests.documents.conftest import pressed, texts
from tests.town import CITY, EAST, MARKET, WEST

SAID = {"address": "江州市东县城关镇政通路1号", "telephone": "0309-6020315", "hours": "周一至周五 9:00—17:00"}
FACTS = {fact: SAID[name] for fact, name in letterhead.FACTS.items()}


@pytest.fixture
def said(town: Any) -> Any:
    """Let papers of an organisation say something; how they say it."""

    def make(slug: str = EAST, **wanted: str) -> dict[str, str]:
        with town.at(slug):
            letterhead.change(town.person(slug, "admin"), **(wanted or SAID))
            db.session.commit()
            return letterhead.facts()

    return make


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0309-6110315", "0309-6110315"),
        ("（0309）611 0315", "0309-6110315"),
        ("０３０９６１１０３１５", "0309-6110315"),
        ("010 8888 1126", "010-88881126"),
        ("021–88881126", "021-88881126"),
        ("0309-61103155", "0309-61103155"),
        ("0309-6110315-802", "0309-6110315转802"),
        ("0309-6110315 转 802", "0309-6110315转802"),
        ("03096110315分机8", "0309-6110315转8"),
        ("400 8000012", "400-800-0012"),
        ("800-800-0012", "800-800-0012"),
        ("12315", "12315"),
        ("", ""),
    ],
)
def test_a_telephone_is_kept_as_it_is_written_in_china(said: Any, typed: str, kept: str) -> None:
    assert said(telephone=typed)["issuer_phone"] == kept


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(
            ("telephone", wrong)
            for wrong in (
                *("6110315", "0309-611031", "0309-1110315", "010-8888112", "0109-6110315", "120", "95001", "12315转8"),
                *(
                    "138-0000-1234",
                    "13800001234-1",
                    "23800001234",
                    "400-800-001",
                    "打12315",
                    "0309-6110315、0309-6110316",
                    "٠٣٠٩٦١١٠٣١٥",
                ),
            )
        ),
        *(("address", wrong) for wrong in ("1号", "见通知栏的内容", "路" * 101)),
        *(("hours", wrong) for wrong in ("全年", "周一至周五", "9" * 61)),
        *(("prefix", wrong) for wrong in ("消", "临 消", "lower", "<b>临消</b>", "消" * 9)),
    ],
)
def test_what_nobody_could_find_or_call_is_refused_beside_its_field(town: Any, name: str, wrong: str) -> None:
    with town.at(EAST):
        with pytest.raises(Invalid) as refusal:
            letterhead.change(town.person(EAST, "admin"), **{**SAID, name: wrong})
        assert refusal.value.field == name
        db.session.rollback()
        assert not any(letterhead.facts().values())


def test_on_the_page_it_is_checked_and_kept(town: Any) -> None:
    admin, address = town.client(EAST, "admin"), "/templates/letterhead"
    assert admin.post(address, {**SAID, "telephone": "6110315"}).status_code == 422
    assert admin.page.words.count("带区号的固定电话") == 2  # on top, and beside the field
    assert SAID["telephone"] not in admin.get(address).get_data(as_text=True)
    assert (
        admin.post(address, {**SAID, "prefix": "东消保", "telephone": "（0309）6020315", "version": 1}).status_code
        == 303
    )
    assert "东消保" in admin.get("/templates").get_data(as_text=True)
    shown = admin.get(address).get_data(as_text=True)
    assert all(f'value="{value}"' in shown for value in (*SAID.values(), "东消保"))


def test_who_was_slower_is_shown_both(town: Any, said: Any) -> None:
    said()
    admin = town.client(EAST, "admin")
    answer = admin.post("/templates/letterhead", {**SAID, "hours": "周一至周六 9:00—12:00", "version": 1})
    assert answer.status_code == 409
    with town.at(EAST):
        assert letterhead.present().hours == SAID["hours"]
        with pytest.raises(Changed):
            letterhead.change(town.person(EAST, "admin"), seen=1, hours="")


def test_only_an_administrator_of_a_center_or_the_bureau_has_the_page(town: Any) -> None:
    for slug, login, code in (
        *((EAST, login, 403) for login in ("clerk", "handler", "director")),
        *((slug, "admin", 200) for slug in (EAST, CITY)),
        (MARKET, "head", 404),
    ):
        assert town.client(slug, login).open("GET", "/templates/letterhead").status_code == code, (slug, login)


def test_a_change_is_written_down_without_its_words(town: Any, said: Any) -> None:
    said()
    said(telephone="12315")
    with town.at(EAST):
        last = select(Entry).where(Entry.event == "template.letterhead").order_by(Entry.seq.desc())
        entry = db.session.scalars(last).first()
        assert entry is not None
        assert (entry.subject_kind, entry.facts) == ("letterhead", {"changes": {"telephone": None}})
        told = db.session.scalars(select(Remark.text).where(Remark.entry_id == entry.id)).one()
        assert SAID["telephone"] in told
        assert "12315" in told
    page = town.client(EAST, "admin").get("/audit").get_data(as_text=True)
    assert "修改了文书抬头与联系方式" in page


def test_it_is_that_of_the_organisation_that_asks(town: Any, said: Any) -> None:
    """The bureau reads what a county owns, and signs with none of it."""
    assert said() == FACTS
    for slug in (WEST, CITY, MARKET):
        with town.at(slug):
            assert not any(letterhead.facts().values()), slug
    for slug in (WEST, CITY):
        page = town.client(slug, "admin").get("/templates/letterhead").get_data(as_text=True)
        assert SAID["address"] not in page
        assert SAID["telephone"] not in page


@pytest.mark.parametrize("code", [form.code for form in kinds().values() if form.to and form.signed])
def test_what_goes_to_somebody_says_where_to_turn_as_far_as_that_is_known(code: str) -> None:
    form = kinds()[code]
    bare = {**form.samples(), **dict.fromkeys(FACTS, "")}
    (line,) = [one for one in texts(pressed(form, bare | FACTS, "docx").docx) if one.startswith("联系地址")]
    asked = {fact for one in form.fields for fact in one.proposes}  # what a person fills in stands in the text
    assert all((value in line) == (fact not in asked) for fact, value in FACTS.items())
    assert ("Address" in line, "Office hours" in line) == (bool(form.of), bool(form.of))
    without = texts(pressed(form, bare, "docx").docx)
    assert not [one for one in without if "联系地址" in one or "办公时间" in one]
    if "issuer_phone" in asked:
        return
    by_telephone = texts(pressed(form, bare | {"issuer_phone": "12315"}, "docx").docx)
    (line,) = [one for one in by_telephone if "12315" in one]
    assert line.strip() == ("联系电话 Telephone：12315" if form.of else "联系电话：12315")
    assert len(by_telephone) == len(without) + 1


def test_what_stays_in_the_file_says_nothing_of_it() -> None:
    for form in kinds().values():
        if not (form.to and form.signed):
            assert "issuer_address" not in "".join(texts(form.shipped)), form.code


def test_whoever_checks_a_paper_is_told_whom_to_call(town: Any, said: Any) -> None:
    with town.at(EAST):
        ticket = checks.enter(uuid7(), kinds()["acceptance"], "东消调受〔2026〕第1号").rpartition("/")[2]
        db.session.commit()
    stranger = town.client(EAST)
    stranger.get(f"/check/{ticket}")
    assert "联系电话" not in stranger.page.words
    said()
    stranger.get(f"/check/{ticket}")
    assert all(value in stranger.page.words for value in SAID.values())
