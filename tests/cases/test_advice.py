"""Whose matter a case is: every rule once, with its reason; nothing is decided by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from app.cases import advice, lists
from app.cases.models import OUTSIDE
from app.cases.papers.facts import proposed
from app.cases.papers.queries import asked_for
from app.cases.queries import by_number
from app.cases.services import lodge
from app.core import clock
from app.core.errors import Invalid
from app.deadlines import load_calendar, recount
from app.documents.kinds import kinds
from app.facts.tally import contributions
from app.merchants import services as register
from tenants.database import db
from tenants.registry import registry
from tests.cases.conftest import TOLD
from tests.forms import forms_of
from tests.town import EAST, WEST

HERE, THERE = "东县柳荫路12号", "西县文昌路3号"


def advised(town: Any, number: str, **facts: Any) -> list[advice.Advice]:
    with town.at(EAST):
        return advice.advise(by_number(number), **facts)


@pytest.mark.parametrize(
    ("address", "facts", "whose", "rule", "to"),
    [
        (HERE, {"place": "shop"}, advice.MINE, "J1", EAST),
        (THERE, {"place": "shop"}, advice.COUNTY, "J1", WEST),
        (THERE, {"place": None}, advice.COUNTY, "J1", WEST),
        (THERE, {"place": "platform"}, advice.COUNTY, "J2", WEST),
        ("", {"place": "platform"}, advice.PLATFORM, "J2", None),
        ("", {"place": "live"}, advice.PLATFORM, "J2", None),
        (THERE, {"place": "site"}, advice.COUNTY, "J3", WEST),
        ("", {"place": "shop"}, advice.MINE, "J4", None),
        (THERE, {"nature": "R", "place": None}, advice.COUNTY, "J6", WEST),
    ],
)
def test_where_the_merchant_is_decides(town, lodged, address, facts, whose, rule, to):
    with town.at(EAST):
        by = town.person(EAST, "handler")
        merchant = register.add(by, name="星河公司", address=address)
        case = lodge(replace(TOLD, merchant=merchant, **facts), by).case
        found = next(one for one in advice.advise(case) if one.whose not in (advice.DEPARTMENT, advice.NOTE))
        assert (found.whose, found.rule, found.to.slug if found.to else None) == (whose, rule, to)
        assert found.why


@pytest.mark.parametrize(
    ("act_place", "address", "place", "whose", "rule", "to", "said"),
    [
        (HERE, THERE, "shop", advice.MINE, "J6", EAST, HERE),
        (THERE, HERE, None, advice.COUNTY, "J6", WEST, THERE),
        (THERE, "", "platform", advice.COUNTY, "J6", WEST, THERE),
        ("", THERE, "site", advice.COUNTY, "J6", WEST, "尚不清楚"),
        ("学府路8号", THERE, "shop", advice.COUNTY, "J6", WEST, "学府路8号"),
        ("学府路8号", "", "live", advice.MINE, "J4", None, "学府路8号"),
        ("", "", "live", advice.PLATFORM, "J2", None, "平台"),
        ("", "", None, advice.MINE, "J4", None, "尚不清楚"),
    ],
)
def test_a_report_goes_where_the_act_took_place(town, act_place, address, place, whose, rule, to, said):
    with town.at(EAST):
        by = town.person(EAST, "handler")
        merchant = register.add(by, name="星河公司", address=address)
        case = lodge(replace(TOLD, merchant=merchant, nature="R", place=place, act_place=act_place), by).case
        (found, *_more) = advice.advise(case, act_place=act_place)
        assert (found.whose, found.rule, found.to.slug if found.to else None) == (whose, rule, to)
        assert said in found.why


def test_a_shop_of_this_county_is_ours_wherever_its_company_is_registered(town, root):
    """Of a report; a complaint goes by the region of the register, as before."""
    with root.begin() as connection:
        connection.execute(text("update tenant set region_code = '99012' || id where kind = 'center'"))
    registry.forget()
    with town.at(EAST):
        by = town.person(EAST, "handler")
        merchant = register.add(by, name="星河公司", address=HERE, region_code="990123")
        for nature, whose in (("R", advice.MINE), ("C", advice.COUNTY)):
            case = lodge(replace(TOLD, merchant=merchant, nature=nature, place="shop"), by).case
            assert advice.advise(case)[0].whose == whose


def test_where_it_took_place_is_noted_with_the_description_and_advised_by(town, lodged):
    browser, number = town.client(EAST, "handler"), lodged(nature="R", problem="R07")
    page = browser.get(address := f"/cases/{number}/steps/describe").get_data(as_text=True)
    (form,) = (one for one in forms_of(page) if "act_place" in one.controls)
    assert browser.post(address, {**form.filled(), "act_place": f" {THERE}"}).status_code == 303
    page = browser.get(f"/cases/{number}").get_data(as_text=True)
    assert f"举报由违法行为发生地处理：{THERE}" in page
    assert "记录了违法行为发生地" in page
    assert "act_place" not in browser.get(f"/cases/{lodged()}/steps/describe").get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "region", "whose", "to"),
    [
        (HERE, "", advice.MINE, EAST),
        (THERE, "", advice.COUNTY, WEST),
        ("学府路8号", "", advice.PLATFORM, None),
        ("远方市高新区1号", "330106", advice.AWAY, None),
    ],
)
def test_the_domicile_of_a_platform_is_that_of_its_operator_in_the_register(town, root, address, region, whose, to):
    with root.begin() as connection:
        connection.execute(text("update tenant set region_code = '99012' || id where kind = 'center'"))
    registry.forget()
    with town.at(EAST):
        by = town.person(EAST, "handler")
        case = lodge(replace(TOLD, place="live", platform="星选直播"), by).case
        (unknown, *_more) = advice.advise(case, platform="星选直播")
        assert (unknown.whose, unknown.rule) == (advice.PLATFORM, "J2")
        register.add(by, name="江州星选网络科技有限公司", sign="星选直播", address=address, region_code=region or None)
        (found, *_more) = advice.advise(case, platform=" 星选直播")
        assert (found.whose, found.rule, found.to.slug if found.to else None) == (whose, "J2", to)
        assert "江州星选网络科技有限公司" in found.why


def test_a_merchant_of_another_city_or_county_is_told_by_its_region(town, root):
    with root.begin() as connection:
        connection.execute(text("update tenant set region_code = '99012' || id where kind = 'center'"))
    registry.forget()
    with town.at(EAST):
        by = town.person(EAST, "handler")
        for region, whose, to in (
            ("330106", advice.AWAY, None),
            ("990123", advice.COUNTY, WEST),
            ("990122", "mine", EAST),
        ):
            merchant = register.add(by, name=f"远方{region}公司", region_code=region)
            (found, *_more) = advice.advise(lodge(replace(TOLD, merchant=merchant, place="shop"), by).case)
            assert (found.whose, found.to.slug if found.to else None) == (whose, to)


def test_who_supervises_the_trade_is_named_and_the_case_stays(town, lodged):
    number = lodged(category="G0401", prepaid=False)
    found = [one for one in advised(town, number) if one.whose == advice.DEPARTMENT]
    assert [(one.to.slug, one.rule) for one in found] == [("market", "J9")]
    prepaid = [one for one in advised(town, lodged(phone="13900000001")) if one.whose == advice.DEPARTMENT]
    assert {one.title for one in prepaid} >= {"商务"}, "named in words where no such department is on the platform"


def test_a_mixed_letter_a_major_group_and_an_old_report_are_noted(town, lodged):
    assert any("121" in one.rule for one in advised(town, lodged(nature="M")))
    assert "J5" in [one.rule for one in advised(town, lodged(phone="13900000001", traits=["major_group"]))]
    assert "J12" in [one.rule for one in advised(town, lodged(phone="13900000002", nature="R", traits=["repeated"]))]


@pytest.mark.parametrize(
    ("facts", "whose", "rule", "said"),
    [
        ({"nature": "R", "problem": "R01"}, advice.NOTE, "J6", "广告发布者所在地"),
        ({"nature": "R", "category": "S0702", "prepaid": False}, advice.DEPARTMENT, "J7", "通信管理"),
        ({"category": "S0702", "prepaid": False}, advice.DEPARTMENT, "J9", "通信管理"),
        ({"traits": ["suspected_crime"]}, advice.DEPARTMENT, "J11", "检察机关"),
        ({"traits": ["staged"]}, advice.NOTE, "J11", "终止调解"),
    ],
)
def test_what_else_the_law_of_complaints_says_of_it(town, lodged, facts, whose, rule, said):
    (found,) = [one for one in advised(town, lodged(**facts)) if one.rule == rule]
    assert found.whose == whose
    assert said in f"{found.title}{found.why}"
    assert rule not in [one.rule for one in advised(town, lodged(phone="13900000077"))] or rule == "J9"


def test_an_order_of_the_hotline_that_is_not_ours_is_objected_to_not_passed_on(town, lodged):
    with town.at(EAST):
        by = town.person(EAST, "handler")
        for address, channel, rules in ((THERE, "hotline", ["J10"]), (HERE, "hotline", []), (THERE, "phone", [])):
            merchant = register.add(by, name=f"星河{address}{channel}公司", address=address)
            case = lodge(replace(TOLD, merchant=merchant, channel=channel, place="shop"), by).case
            assert [one.rule for one in advice.advise(case) if one.rule in ("J8", "J10")] == rules


@pytest.mark.parametrize(("bought_on", "noted"), [(date(2023, 6, 1), False), (date(2023, 5, 31), True), (None, False)])
def test_what_was_bought_more_than_three_years_ago_is_a_hint(town, lodged, bought_on, noted):
    """Received on 1 June 2026: the day three years before is still within them (Order 121 art. 16 (4))."""
    with clock.freeze(clock.at(date(2026, 6, 1), 9)):
        number = lodged(purchased_on=bought_on)
        assert ("D9" in [one.rule for one in advised(town, number, bought_on=bought_on)]) is noted
        page = town.client(EAST, "handler").get(f"/cases/{number}").get_data(as_text=True)
        assert ("可能超过三年" in page) is noted


def test_what_was_referred_to_us_and_is_not_ours_goes_back(town):
    with town.at(EAST):
        by = town.person(EAST, "handler")
        case = lodge(replace(TOLD, merchant=register.add(by, name="星河公司", address=THERE), place="shop"), by).case
        case.origin_from = registry.places()[WEST].id
        (note,) = [one for one in advice.advise(case) if one.rule == "J8"]
        assert "西县中心" in note.why


def test_the_exact_trade_goes_before_its_branch(town, lodged):
    """Driving schools are the department of transport's, other training the department of education's."""
    titles = {
        code: [one.title for one in advised(town, lodged(category=code, prepaid=False)) if one.whose == "department"]
        for code in ("S0303", "S0301")
    }
    assert titles == {"S0303": ["交通"], "S0301": ["教育"]}


def test_every_trade_of_the_table_is_in_the_list_of_categories(app):
    known = {*lists.shipped("categories"), "prepaid"}
    assert {row["for"] for row in advice._rows("departments")} <= known
    services = {
        code for code, entry in lists.shipped("categories").items() if code.startswith("S") and not entry.parent
    }
    untold = services - {row["for"] for row in advice._rows("departments")} - {"S01", "S05", "S13"}  # no one department
    assert not untold


ANSWER = "自售出之日起保修一年。"


@pytest.mark.parametrize("nature", sorted(advice.routes()))
def test_what_is_no_complaint_gets_the_right_way_in_words_and_on_paper(town, lodged, nature):
    number = lodged(nature=nature)
    (found,) = advised(town, number)
    assert found.whose == advice.NO_COMPLAINT
    browser = town.client(EAST, "handler")
    assert str(advice.routes()[nature].words.zh) in browser.get(f"/cases/{number}").get_data(as_text=True)
    page = browser.get(form := f"/cases/{number}/steps/guide").get_data(as_text=True)
    (proposal,) = (one for one in forms_of(page) if "text" in one.controls)
    said = proposal.filled()
    if not advice.routes()[nature].sender:  # only a person can answer
        assert not proposal.controls["text"].value
        said["text"] = ANSWER
    assert browser.post(form, said).status_code == 303
    with town.at(EAST):
        case = by_number(number)
        assert (case.status, case.outcome, case.clocks) == ("closed", "guided", [])
        letter = proposed(case, kinds()["guidance"])["reason"]
        assert ("guidance" in {form.code for form in asked_for(case, [])}) == (nature != "N")
    told = advice.routes()[nature]
    assert letter == (f"{told.sender}\n依据：{told.law}。" if told.sender else ANSWER), "no word for who works on it"


def test_every_nature_that_is_no_complaint_has_a_way(app):
    assert set(advice.routes()) == set(lists.shipped("natures")) - {"C", "R", "M"} == OUTSIDE


def test_no_limit_of_complaints_runs_on_what_is_none(lodged, look, take):
    number = lodged(nature="X")
    assert look(number).due_on is None
    take(number, "describe", nature="C")
    case = look(number)
    assert [(one.code, one.state, one.started_on) for one in case.clocks] == [
        ("acceptance", "running", clock.on(case.received_at))
    ]
    take(number, "describe", nature="Q")
    assert [one.state for one in look(number).clocks] == ["void"]
    assert look(number).due_on is None


def test_nothing_that_is_no_complaint_is_accepted_as_one(lodged, look, take):
    with pytest.raises(Invalid) as refusal:
        take(number := lodged(), "accept", nature="G")
    assert refusal.value.field == "nature"
    assert look(number).clocks[0].state == "running"


def test_what_was_sent_elsewhere_is_looked_at_again_within_the_limit(lodged, look, take):
    number = lodged(nature="Q")
    take(number, "guide")
    take(number, "reconsider")
    case = look(number)
    assert (case.status, case.outcome, [one.code for one in case.clocks]) == ("lodged", None, ["acceptance"])
    take(number, "describe", nature="C")
    assert [(one.code, one.state) for one in look(number).clocks] == [("acceptance", "running")]
    take(number, "accept")
    assert look(number).status == "accepted"


def limits(case: Any) -> list[tuple[str, str]]:
    return [(one.code, one.state) for one in case.clocks]


def test_a_step_for_a_complaint_makes_no_complaint_of_a_report_nor_the_reverse(lodged, look, take):
    for nature, step, other in (("R", "file", "C"), ("C", "accept", "R")):
        number = lodged(nature=nature)
        with pytest.raises(Invalid) as refusal:
            take(number, step, nature=other)
        assert (refusal.value.field, look(number).status) == ("nature", "lodged")


def test_once_it_is_decided_mediation_runs_on_complaints_only(lodged, look, take):
    number = lodged(nature="R")
    take(number, "file")
    take(number, "describe", nature="C")
    assert limits(look(number))[-1] == ("mediation", "running")
    assert look(number).due_code == "mediation"
    take(number, "describe", nature="R")
    assert ("mediation", "running") not in limits(look(number))
    take(number, "describe", nature="C")
    take(number, "mediate")
    take(number, "describe", nature="X")
    assert ("mediation", "running") in limits(look(number)), "what is being mediated comes to its end"


def test_what_was_left_out_of_a_limit_stays_left_out_when_the_nature_comes_back(town, lodged, look, take):
    """Two working days that nobody could work on it: seven from Monday, 1 June 2026, end on the 12th, not the 10th."""
    with clock.freeze(clock.at(date(2026, 6, 1), 10)):
        number = lodged()
        with town.at(EAST):
            first = by_number(number).clocks[0]
            first.spans = [{"kind": "pause", "on": "2026-06-02", "until": "2026-06-04", "reason": "supplement"}]
            recount(first, load_calendar())
            db.session.commit()
            before = first.due_on
        take(number, "describe", nature="Q")
        assert look(number).due_on is None
        take(number, "describe", nature="C")
        case = look(number)
    assert before == date(2026, 6, 12)
    assert (case.due_on, case.clocks[-1].spans[0]["until"]) == (before, "2026-06-04")


def test_a_title_that_is_corrected_leaves_the_limits_alone(lodged, look, take):
    number = lodged(nature="Q")
    take(number, "guide")
    take(number, "reconsider")
    take(number, "describe", title="咨询保修期限")
    assert limits(look(number)) == [("acceptance", "running")]


def test_what_is_looked_at_again_has_not_been_accepted(lodged, look, take):
    number = lodged()
    take(number, "accept")
    take(number, "describe", nature="Q")
    take(number, "guide")
    take(number, "reconsider")
    assert look(number).accepted_at is None


def test_telling_where_to_turn_answers_the_hotline(lodged, look, take):
    number = lodged(nature="Q")
    take(number, "add_limit")
    take(number, "guide")
    assert [(one.code, one.state) for one in look(number).clocks] == [("hotline_answer", "met")]


def test_what_is_no_complaint_is_counted_by_itself(town, lodged, look, take):
    take(number := lodged(nature="Q"), "guide")
    with town.at(EAST):
        case = by_number(number)
        counted = {part[0] for part in contributions(case, case.clocks)}
    assert counted == {"received", "received_first", "guided"}


def test_a_complaint_is_not_sent_elsewhere_in_that_way(town, lodged):
    assert town.client(EAST, "handler").get(f"/cases/{lodged()}/steps/guide", checked=False).status_code == 409


def test_the_advice_is_gone_once_somebody_has_decided(town, lodged, take):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert 'id="advice-title"' in browser.get(f"/cases/{number}").get_data(as_text=True)
    take(number, "accept")
    assert 'id="advice-title"' not in browser.get(f"/cases/{number}").get_data(as_text=True)
