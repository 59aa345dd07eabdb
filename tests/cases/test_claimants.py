"""Signals about unusual claimants: they advise those who decide, follow the thresholds, and are told to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app import audit
from app.cases.claimants import queries, services
from app.cases.claimants.models import ClaimantDecision
from app.cases.queries import by_number
from app.cases.services.intake import Agent, Complainant
from app.core import clock
from app.core.errors import Changed, Invalid, NotAllowed
from tenants.database import db
from tests.town import CITY, EAST, WEST

PART = {"HX-Request": "true"}
WHOLE = {"order_number": "DD1", "held": ("purchase",), "purchased_on": None}


def codes(town: Any, number: str, place: str = EAST) -> set[str]:
    with town.at(place):
        return {signal.code for signal in queries.signals(by_number(number))}


def ruled(town: Any, code: str, *, place: str = EAST, seen: int = 0, **wanted: Any) -> None:
    with town.at(place):
        stood = {"least": 2, "days": 30, "active": True, **wanted}
        services.change_rule(town.person(place, "admin"), code, seen=seen, **stood)
        db.session.commit()


def test_one_complaint_with_its_papers_is_nothing_unusual(town, lodged):
    assert codes(town, lodged(**WHOLE)) == set()


def test_lc1_counts_complaints_of_one_phone_within_its_days(town, lodged):
    ruled(town, "LC1", least=3, days=90)
    for n, days in enumerate((100, 80, 10)):
        number = lodged(received_at=clock.now() - timedelta(days=days), merchant_name=f"店{n}", problem=None, **WHOLE)
    assert codes(town, number) == set(), "one of them lies before the 90 days"
    assert codes(town, lodged(merchant_name="店9", problem=None, **WHOLE)) == {"LC1"}


@pytest.mark.parametrize(
    ("told", "found"),
    [({"problem": None}, {"LC2"}), ({"merchant_name": ""}, {"LC2"}), ({"problem": None, "merchant_name": ""}, set())],
)
def test_lc2_counts_what_is_against_one_merchant_or_about_one_problem(town, lodged, told, found):
    for _n in range(3):
        number = lodged(**WHOLE, **told)
    assert codes(town, number) == found


def test_lc3_looks_for_a_purchase(town, lodged):
    assert codes(town, lodged()) == {"LC3"}
    assert codes(town, lodged(phone="13900000001", order_number="DD1")) == set()


def test_lc4_counts_the_names_of_one_phone(town, lodged):
    lodged(name="林晓梅", merchant_name="店1", problem=None, **WHOLE)
    same = lodged(name=" 林晓梅 ", merchant_name="店2", problem=None, **WHOLE)
    assert codes(town, same) == set()
    assert codes(town, lodged(name="赵一鸣", merchant_name="店3", problem=None, **WHOLE)) == {"LC4"}
    assert codes(town, lodged(name="钱二", phone="", merchant_name="店4", problem=None, **WHOLE)) == set()


def test_lc2_and_lc4_look_at_every_phone_by_which_somebody_is_known_in_the_case(town, lodged):
    """The first phone is new; the agent's, and that of who complains with them, are not."""
    for n in range(2):
        lodged(name="周文", phone="13900000011", merchant_name=f"店{n}", **WHOLE)
    lodged(name="吴用", phone="13900000012", merchant_name="店3", problem="P05", **WHOLE)
    fresh = {"name": "林晓梅", "phone": "13900000010", "merchant_name": "店9", **WHOLE}
    assert codes(town, lodged(**fresh)) == set()
    agent = Agent("周文", "13900000011", powers="代为投诉")
    assert codes(town, lodged(**{**fresh, "phone": "13900000013"}, agent=agent)) == {"LC2"}
    together = [Complainant("郑三", "13900000012")]
    assert codes(town, lodged(**{**fresh, "phone": "13900000014"}, problem=None, others=together)) == {"LC4"}


def test_somebody_with_two_phones_is_one_person_and_two_people_with_one_each_are_two(town, lodged):
    lodged(name="周文", phone="13900000021", **WHOLE)
    lodged(name="周文", phone="13900000022", **WHOLE)
    known = {"name": "周文", "phone": "13900000021", **WHOLE}
    assert codes(town, lodged(**known, others=[Complainant("周文", "13900000022")])) == {"LC2"}
    for name, phone in (("吴用", "13900000031"), ("郑三", "13900000032")):
        lodged(name=name, phone=phone, **WHOLE)
    both = lodged(name="吴用", phone="13900000031", others=[Complainant("郑三", "13900000032")], **WHOLE)
    assert codes(town, both) == set(), "two of each"


def test_an_agent_who_is_called_by_the_phone_of_who_complains_is_no_second_name(town, lodged):
    agent = Agent("林小兰", "138 1234 6027", powers="代为投诉")
    assert codes(town, lodged(**WHOLE, agent=agent)) == set()


def test_signals_are_read_in_a_few_statements_however_many_complain(town, lodged, statements):
    from app.cases.claimants.queries import signals

    people = [Complainant(f"消费者{n}", f"1390000{n:04d}") for n in range(30)]
    number = lodged(**WHOLE, others=people)
    with town.at(EAST):
        case = by_number(number)
        with statements() as asked:
            signals(case)
    assert len(asked) <= 3


def test_lc5_counts_who_asks_for_punitive_damages(town, lodged):
    ruled(town, "LC5", least=2, days=365)
    for n in range(2):
        number = lodged(claims=("C11",), merchant_name=f"店{n}", problem=None, **WHOLE)
    assert codes(town, number) == {"LC5"}


def test_what_comes_later_makes_no_earlier_case_unusual(town, lodged):
    first = lodged(received_at=clock.now() - timedelta(days=1), **WHOLE)
    for _n in range(3):
        lodged(**WHOLE)
    assert codes(town, first) == set()


def test_the_same_phone_in_another_county_counts_for_nothing(town, lodged):
    for _n in range(3):
        lodged(WEST, **WHOLE)
    assert codes(town, lodged(**WHOLE)) == set()


# Thresholds ----------------------------------------------------------------------------------------------------------


def test_a_center_decides_otherwise_than_the_city(town, lodged):
    ruled(town, "LC3", place=CITY, least=1)
    number, west = lodged(order_number="DD1"), lodged(WEST, order_number="DD1")
    assert codes(town, number) == codes(town, west, WEST) == {"LC3"}
    ruled(town, "LC3", active=False)
    assert (codes(town, number), codes(town, west, WEST)) == (set(), {"LC3"})
    with pytest.raises(Changed):
        ruled(town, "LC3", seen=0)
    ruled(town, "LC3", seen=1, least=1)
    assert codes(town, number) == {"LC3"}


@pytest.mark.parametrize("wanted", [{"least": 0}, {"least": 1001}, {"days": 0}, {"days": 1101}])
def test_a_threshold_has_its_limits(town, wanted):
    with pytest.raises(Invalid):
        ruled(town, "LC1", **wanted)


def test_the_pages_of_the_thresholds(town):
    for place in (EAST, CITY):
        browser = town.client(place, "admin")
        assert "LC5" in browser.get("/claimant-signals").get_data(as_text=True)
        assert (
            browser.post(
                "/claimant-signals/LC1", {"least": "4", "days": "60", "active": "y", "version": "0"}
            ).status_code
            == 303
        )
        assert browser.post("/claimant-signals/LC1", {"least": "4", "days": "0", "version": "1"}).status_code == 422
    assert town.client(EAST, "handler").get("/claimant-signals", checked=False).status_code == 403
    assert town.client(EAST, "admin").get("/claimant-signals/LC9", checked=False).status_code == 404


# Who judges, and who hears of it -------------------------------------------------------------------------------------


def test_a_person_judges_and_says_why_and_nothing_follows(town, lodged, look):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert "LC3" in browser.get(f"/cases/{number}/claimant", headers=PART).get_data(as_text=True)
    address = f"/cases/{number}/claimant"
    assert browser.post(address, {"verdict": "doubtful", "reason": " "}).status_code == 422
    assert browser.post(address, {"verdict": "doubtful", "reason": "同日在五家店购买同款商品"}).status_code == 303
    assert (look(number).status, look(number).outcome) == ("lodged", None)
    with town.at(EAST):
        row = db.session.scalars(select(ClaimantDecision)).one()
        assert (row.verdict, row.signals, row.decided_by_name) == ("doubtful", ["LC3"], "东承办")
        with pytest.raises(NotAllowed):
            services.judge(by_number(number), town.person(EAST, "clerk"), verdict="consumer", reason="x")


def test_only_who_decides_is_shown_a_signal_or_a_judgment(town, lodged):
    number = lodged()
    with town.at(EAST):
        services.judge(by_number(number), town.person(EAST, "handler"), verdict="not_consumer", reason="职业索赔的理由")
        db.session.commit()
    clerk = town.client(EAST, "clerk")
    assert clerk.get(f"/cases/{number}/claimant", checked=False).status_code == 403
    page = clerk.get(f"/cases/{number}").get_data(as_text=True)
    assert "职业索赔的理由" not in page
    assert f"/cases/{number}/claimant" not in page
    assert f"/cases/{number}/claimant" in town.client(EAST, "handler").get(f"/cases/{number}").get_data(as_text=True)
    with town.at(CITY):
        assert not db.session.execute(text("select count(*) from claimant_decision")).scalar()
        entry = db.session.execute(
            text("select facts::text from audit_entry where event = 'case.assessed'")
        ).scalar_one()
        assert "LC3" not in entry
        assert "not_consumer" not in entry
    with town.at(EAST):
        case = by_number(number)
        assert all("职业索赔" not in (line.words or "") for line in audit.trail(case.id))


def test_no_document_and_no_letter_knows_of_signals(town, lodged):
    from app.cases.papers.facts import facts_of
    from app.documents.kinds import common, kinds
    from app.handoffs.packet import FIELDS

    number = lodged()
    with town.at(EAST):
        case = by_number(number)
        services.judge(case, town.person(EAST, "handler"), verdict="doubtful", reason="疑似职业索赔")
        db.session.flush()
        for form in kinds().values():
            assert "疑似职业索赔" not in str(facts_of(case, form))
    assert not {"signals", "verdict", "claimant"} & (set(common()) | set(FIELDS))
