"""Phrases: kept for all by the administrator or for oneself, with variables from a closed list, filled in safely."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import Entry, Remark
from app.cases.phrases import queries, services
from app.cases.phrases.models import Phrase
from app.cases.phrases.variables import VARIABLES, facts_of, fill, samples, unknown
from app.cases.queries import by_number
from app.core.errors import Changed, Invalid, Missing, NotAllowed
from app.documents import letterhead
from tenants.database import db
from tests.town import CITY, EAST, WEST

WORDS = "您的投诉（编号{案件编号}）由{中心名称}办理。"


@pytest.fixture
def kept(town) -> Any:
    """Somebody of East keeps a phrase: its key."""

    def make(login: str = "admin", **said: Any) -> Any:
        with town.at(EAST):
            facts = {"title": "办理告知", "words": WORDS, "of_center": login == "admin", **said}
            key = services.add(town.person(EAST, login), **facts).id
            db.session.commit()
            return key

    return make


def titles(town: Any, login: str, number: str, place: str = "note") -> list[str]:
    with town.at(EAST):
        return [one.title for one in queries.offered(by_number(number), place, town.person(EAST, login))]


# What stands in braces -----------------------------------------------------------------------------------------------


def test_every_variable_has_a_text_in_a_case_and_one_for_the_preview(town, lodged):
    number = lodged()
    with town.at(EAST):
        case = by_number(number)
        assert facts_of(case).keys() == samples().keys() == VARIABLES.keys()
        assert all(samples().values())
        assert {"案件编号": number, "经营者名称": "悦动健身"}.items() <= facts_of(case).items()


def test_names_in_braces_are_replaced_once_and_what_is_not_known_stays_open():
    facts = {"案件编号": "2026-000001", "经营者名称": "{案件编号}健身{{7*7}}", "承办人": ""}
    assert fill("{案件编号}、｛ 案件编号 ｝、{经营者名称}、{承办人}", facts) == (
        "2026-000001、2026-000001、{案件编号}健身{{7*7}}、【承办人】"
    )


@pytest.mark.parametrize(
    ("words", "odd"),
    [
        (WORDS, []),
        ("无变量", []),
        ("{商家}", ["{商家}"]),
        ("{{案件编号}}", ["{", "}"]),
        ("{案件编号.__class__}", ["{案件编号.__class__}"]),
        ("没有合上{案件编号", ["{"]),
        ("{}", ["{}"]),
    ],
)
def test_what_is_no_variable_is_found(words, odd):
    assert unknown(words) == odd


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"words": "{消费者姓名}您好"}, "words"),
        ({"words": "请拨打13912340000"}, "words"),
        ({"words": " "}, "words"),
        ({"words": "长" * 1001}, "words"),
        ({"title": ""}, "title"),
        ({"title": "13912340000"}, "title"),
        ({"place": "nowhere"}, "place"),
        ({"place": "refer"}, "place"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(kept, fault, field):
    with pytest.raises(Invalid) as refused:
        kept(**fault)
    assert refused.value.field == field


def test_the_page_says_which_variables_there_are_and_keeps_what_was_typed(town):
    browser = town.client(EAST, "admin")
    said = {"title": "告知", "words": "{消费者姓名}您好", "active": "y"}
    assert browser.post("/center-phrases/new", said).status_code == 422
    assert "{消费者姓名}" in browser.page.words
    assert "{案件编号}" in browser.page.words
    with town.at(EAST):
        assert db.session.scalars(select(Phrase)).all() == []


# Whose they are ------------------------------------------------------------------------------------------------------


def test_the_administrators_are_everybodys_and_ones_own_is_nobody_elses(town, lodged, kept):
    number = lodged()
    kept(title="全中心的")
    own = kept("handler", title="东承办独用")
    assert titles(town, "handler", number) == ["东承办独用", "全中心的"]
    assert titles(town, "director", number) == ["全中心的"]
    for login, path in (("second", "/phrases"), ("director", "/phrases"), ("admin", "/center-phrases")):
        browser = town.client(EAST, login)
        assert browser.get(f"{path}/{own}").status_code == 404
        browser.get(path)
        assert "东承办独用" not in browser.page.words
    with town.at(EAST):
        remarks = db.session.scalars(select(Remark.text)).all()
        assert not [said for said in remarks if "东承办独用" in said]  # the trail is read by others


def test_the_centers_are_changed_by_the_administrator_alone(town, kept):
    key = kept()
    browser = town.client(EAST, "director")
    assert browser.get(f"/center-phrases/{key}").status_code == 403
    assert browser.get(f"/phrases/{key}").status_code == 404
    with town.at(EAST):
        handler, phrase = town.person(EAST, "handler"), queries.one(key, None)
        said = {"title": "改", "words": "改", "place": "any", "active": True}
        with pytest.raises(NotAllowed):
            services.change(phrase, handler, **said)
        with pytest.raises(NotAllowed):
            services.move_up(phrase, handler)
        with pytest.raises(NotAllowed):
            services.add(handler, **said, of_center=True)


def test_a_phrase_is_not_there_for_another_county_nor_for_the_city(town, kept):
    key = kept()
    assert town.client(WEST, "admin").get(f"/center-phrases/{key}").status_code == 404
    with town.at(WEST), pytest.raises(Missing):
        queries.one(key, None)
    with town.at(CITY):
        assert db.session.scalars(select(Phrase)).all() == []


# Keeping them --------------------------------------------------------------------------------------------------------


def test_a_phrase_is_added_looked_at_changed_and_retired_on_its_pages(town, lodged):
    number = lodged()
    browser = town.client(EAST, "admin")
    said = {"title": "办理告知", "place": "note", "words": WORDS, "active": "y"}
    assert browser.post("/center-phrases/new", {**said, "preview": "yes"}).status_code == 200
    assert f"编号{VARIABLES['案件编号'].sample}）由东县消费者权益保护中心办理" in browser.page.words
    with town.at(EAST):
        assert db.session.scalars(select(Phrase)).all() == []
    assert browser.post("/center-phrases/new", said).status_code == 303
    assert titles(town, "handler", number) == ["办理告知"]
    assert titles(town, "handler", number, "end") == []
    with town.at(EAST):
        key = db.session.scalars(select(Phrase.id)).one()
    retired = {**said, "version": "1", "active": ""}
    del retired["active"]
    assert browser.post(f"/center-phrases/{key}", retired).status_code == 303
    assert titles(town, "handler", number) == []
    with town.at(EAST):
        entry = db.session.scalars(select(Entry).where(Entry.event == "phrase.changed")).one()
        assert entry.facts["changes"] == {"active": [True, False]}


def test_the_list_says_that_it_is_empty_and_what_to_do(town):
    browser = town.client(EAST, "handler")
    browser.get("/account?lang=en")
    browser.get("/phrases")
    assert "The center keeps no phrase yet" in browser.page.words
    assert "You keep no phrase of your own yet" in browser.page.words


def test_the_order_is_changed_one_place_at_a_time(town, lodged, kept):
    number = lodged()
    keys = [kept(title=title) for title in ("甲", "乙", "丙")]
    browser = town.client(EAST, "admin")
    assert browser.post(f"/center-phrases/{keys[2]}/up").status_code == 303
    assert titles(town, "handler", number) == ["甲", "丙", "乙"]
    for _n in range(2):  # the first one stays where it is
        assert browser.post(f"/center-phrases/{keys[2]}/up").status_code == 303
    assert titles(town, "handler", number) == ["丙", "甲", "乙"]


def test_moving_a_phrase_makes_no_form_of_it_stale_and_is_not_told_as_a_change(town, kept):
    _first, key = kept(), kept()
    with town.at(EAST):
        admin = town.person(EAST, "admin")
        phrase = queries.one(key, None)
        said = {"title": "办理告知", "words": "改了", "place": "any", "active": True}
        services.change(phrase, admin, **said, seen=1)
        services.move_up(phrase, admin)
        with pytest.raises(Changed) as late:
            services.change(phrase, admin, **said, seen=1)
        assert [line.entry.event for line in late.value.lines] == ["phrase.changed"]


# In a case -----------------------------------------------------------------------------------------------------------


def test_what_is_meant_for_the_place_comes_first_and_is_read_with_its_variables_filled_in(town, lodged, kept):
    number = lodged()
    with town.at(EAST):
        letterhead.change(town.person(EAST, "admin"), telephone="0309-6020315")
        db.session.commit()
    kept(title="各处", words="请致电{中心电话}。")
    kept(title="记录", place="note")
    kept(title="终止", place="end")
    browser = town.client(EAST, "clerk")
    browser.get(f"/cases/{number}/phrases?place=note")
    said = browser.page.words
    assert said.index("记录") < said.index("各处")
    assert "终止" not in said
    assert f"您的投诉（编号{number}）由东县消费者权益保护中心办理。" in said
    assert "请致电0309-6020315。" in said
    assert browser.get(f"/cases/{number}/phrases?place=nowhere").status_code == 404


def test_the_forms_of_a_note_and_of_a_step_lead_to_them(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    for path, place in ((f"/cases/{number}", "note"), (f"/cases/{number}/steps/refuse", "refuse")):
        browser.get(path)
        assert [link for link in browser.page.links if link.endswith(f"/cases/{number}/phrases?place={place}")]
        page = browser.get(f"/cases/{number}/phrases?place={place}", headers={"HX-Request": "true"})
        assert "<html" not in page.get_data(as_text=True)
