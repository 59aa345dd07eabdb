"""Cases that have to do with each other: said on one, shown on both, taken away with a reason; and nobody else's."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from app import audit
from app.cases.links import queries
from app.cases.links.models import CaseLink
from app.cases.links.services import relate, sever
from app.cases.papers.bundle import bound
from app.cases.queries import by_number
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from tenants.database import db
from tests.town import CITY, EAST, WEST

PART = {"HX-Request": "true"}
SAID = {"tie": "follows", "why": "此前调解未履行"}


@pytest.fixture
def two(town: Any, lodged: Any) -> tuple[str, str]:
    """The numbers of two cases, of which the second follows from the first."""
    first, second = lodged(), lodged(phone="13900000002")
    with town.at(EAST):
        relate(by_number(second), town.person(EAST, "handler"), related=first, **SAID)
        db.session.commit()
    return first, second


def ties(number: str) -> list[tuple[str, str]]:
    return [(row.case.number, row.tie) for row in queries.related(by_number(number))]


def told(number: str, event: str) -> list[tuple[str, str, str | None]]:
    lines = audit.trail(by_number(number).id, events=[event])
    return [(line.entry.facts["other"], line.entry.facts["tie"], line.words) for line in lines]


def test_both_cases_show_it_and_tell_it_each_from_its_side(town, two):
    first, second = two
    with town.at(EAST):
        assert ties(second) == [(first, queries.tie_name("follows"))]
        assert ties(first) == [(second, queries.tie_name("led_to"))]
        assert told(second, "case.linked") == [(first, "follows", SAID["why"])]
        assert told(first, "case.linked") == [(second, "led_to", SAID["why"])]
    browser = town.client(EAST, "clerk")
    for here, there in (two, reversed(two)):
        assert f"/cases/{here}/links" in browser.get(f"/cases/{here}").get_data(as_text=True)
        shown = browser.get(f"/cases/{here}/links", headers=PART).get_data(as_text=True)
        assert there in shown
        assert SAID["why"] in shown
        assert "/links/new" not in shown, "the window looks and does not relate"


def test_it_changes_neither_case(town, two):
    with town.at(EAST):
        assert [by_number(number).version for number in two] == [1, 1]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"related": ""}, "related"),
        ({"related": "2026-999999"}, "related"),
        ({"related": "itself"}, "related"),
        ({"tie": "cousins"}, "tie"),
        ({"why": "  "}, "why"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(town, lodged, said, field):
    first, second = lodged(), lodged(phone="13900000002")
    with town.at(EAST), pytest.raises(Invalid) as refusal:
        facts = {"related": first, **SAID, **said}
        facts["related"] = second if facts["related"] == "itself" else facts["related"]
        relate(by_number(second), town.person(EAST, "handler"), **facts)
    assert refusal.value.field == field


def test_two_are_related_once_whichever_way(town, two):
    for case, related in (two, reversed(two)):
        with town.at(EAST), pytest.raises(Invalid) as refusal:
            relate(by_number(case), town.person(EAST, "handler"), related=related, tie="other", why="同一事")
        assert refusal.value.field == "related"


def test_it_is_taken_away_from_either_side_and_can_be_said_again(town, two):
    first, second = two
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        (row,) = queries.related(by_number(first))
        with pytest.raises(Invalid):
            sever(row.link, by_number(first), handler, reason=" ")
        sever(row.link, by_number(first), handler, reason="不是同一笔消费")
        db.session.commit()
        assert ties(first) == ties(second) == []
        assert told(second, "case.unlinked") == [(first, "follows", "不是同一笔消费")]
        assert told(first, "case.unlinked") == [(second, "led_to", "不是同一笔消费")]
        with pytest.raises(WrongMoment):
            sever(row.link, by_number(first), handler, reason="再来一次")
        relate(by_number(first), handler, related=second, tie="merchant", why="同一商家")
        db.session.commit()
        assert ties(second) == [(first, queries.tie_name("merchant"))]


def test_who_handles_cases_relates_them(town, two):
    with town.at(EAST):
        clerk = town.person(EAST, "clerk")
        (row,) = queries.related(by_number(two[0]))
        with pytest.raises(NotAllowed):
            relate(by_number(two[0]), clerk, related=two[1], **SAID)
        with pytest.raises(NotAllowed):
            sever(row.link, by_number(two[0]), clerk, reason="不是")


def test_neither_the_bureau_nor_another_county_reads_it(town, two):
    for slug in (CITY, WEST):
        with town.at(slug):
            assert db.session.scalar(select(func.count()).select_from(CaseLink)) == 0


def test_a_relation_of_other_cases_is_not_found_on_this_one(town, two, lodged):
    third = lodged(phone="13900000003")
    with town.at(EAST):
        (row,) = queries.related(by_number(two[0]))
        key = row.link.id
        with pytest.raises(Missing):
            queries.link_of(by_number(third), key)
    assert town.client(EAST, "handler").get(f"/cases/{third}/links/{key}/remove").status_code == 404


# Pages ---------------------------------------------------------------------------------------------------------------


def test_from_the_page_of_the_case_and_back(town, lodged):
    first, second = lodged(), lodged()
    browser = town.client(EAST, "handler")
    assert f"/cases/{second}/links/new" in browser.get(f"/cases/{second}").get_data(as_text=True)
    hints = browser.get(f"/cases/{second}/alike", headers=PART).get_data(as_text=True)
    assert f"/cases/{second}/links/new?related={first}" in hints
    form = browser.get(f"/cases/{second}/links/new?related={first}&tie=consumer").get_data(as_text=True)
    assert f'value="{first}"' in form
    kept = browser.post(f"/cases/{second}/links/new", {"related": "2026-999999", "tie": "consumer", "why": "同一人"})
    assert kept.status_code == 422
    assert "同一人" in kept.get_data(as_text=True), "what was typed is kept"
    said = {"related": f" {first} ", "tie": "consumer", "why": "同一人"}
    assert browser.post(f"/cases/{second}/links/new", said).status_code == 303
    page = browser.get(f"/cases/{first}/links").get_data(as_text=True)
    assert "同一人" in page
    with town.at(EAST):
        (row,) = queries.related(by_number(first))
        key = row.link.id
    away = f"/cases/{first}/links/{key}/remove"
    assert away in page
    assert browser.post(away, {"text": ""}).status_code == 422
    assert browser.post(away, {"text": "不是同一人"}).status_code == 303
    late = browser.post(away, {"text": "我也这么看"}, checked=False)
    assert late.status_code == 409
    assert "我也这么看" in late.get_data(as_text=True)
    assert browser.get(away).status_code == 200


def test_others_of_the_merchant_and_of_the_consumer_are_found_one_click_away(town, lodged):
    number, merchants = lodged(), lodged(phone="13900000002")
    consumers, strangers = lodged(merchant_name="别的店"), lodged(phone="13900000004", merchant_name="水岸健身")
    lodged(WEST)
    with town.at(EAST):
        case = by_number(number)
        assert [one.number for one in queries.of_merchant(case)] == [merchants]
        assert [one.number for one in queries.of_consumer(case)] == [consumers]
        relate(case, town.person(EAST, "handler"), related=merchants, **SAID)
        db.session.flush()
        assert not queries.of_merchant(case), "it stands above already"
        db.session.rollback()
    browser = town.client(EAST, "handler")
    fragment = browser.get(f"/cases/{number}/links", headers=PART).get_data(as_text=True)
    assert "<html" not in fragment
    for other, tie in ((merchants, "merchant"), (consumers, "consumer")):
        assert f"/cases/{number}/links/new?related={other}&amp;tie={tie}" in fragment
    assert strangers not in fragment
    assert "<html" in browser.get(f"/cases/{number}/links").get_data(as_text=True)
    looked = town.client(EAST, "clerk").get(f"/cases/{number}/links").get_data(as_text=True)
    assert merchants in looked
    assert "/links/new" not in looked


def test_who_left_no_phone_is_nobody_elses_consumer(town, lodged):
    number = lodged(phone="", merchant_name="")
    lodged(phone="", merchant_name="")
    with town.at(EAST):
        assert not queries.of_consumer(by_number(number))
        assert not queries.of_merchant(by_number(number))
    page = town.client(EAST, "handler").get(f"/cases/{number}/links")
    assert page.status_code == 200


def test_the_bound_file_lists_it_and_names_nobody_of_the_other_case(town, lodged):
    number, other, gone = (
        lodged(),
        lodged(name="王建国", phone="13800000002"),
        lodged(name="李若兰", phone="13800000003"),
    )
    with town.at(EAST):
        case, handler = by_number(number), town.person(EAST, "handler")
        relate(case, handler, related=other, tie="follows", why="王建国介绍来的")
        link = relate(case, handler, related=gone, tie="consumer", why="与李若兰为同一人")
        sever(link, case, handler, reason="李若兰另有其人")
        db.session.flush()
        file = "".join(page.extract_text() for page in PdfReader(io.BytesIO(bound(case, handler, whole=False))).pages)
    said = re.sub(r"\s", "", file)
    assert said.count("关联案件") >= 2, "in the index, and on its page"
    assert f"{other}本案由该案引起" in said
    assert "介绍来的" in said
    assert "王建国" not in said
    assert "李若兰" not in said
