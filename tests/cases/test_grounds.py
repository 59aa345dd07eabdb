"""A case is refused and ended on the grounds of the rule that it goes by, and its letters name no other."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from app.cases import grounds
from app.cases.papers import services as papers
from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Invalid
from app.documents.kinds import kinds
from app.handoffs.kinds import KINDS
from tenants.database import db
from tests.town import EAST

BEFORE, SINCE = date(2026, 4, 13), date(2026, 4, 15)  # Order 20's last days, and the first of Order 121


@pytest.fixture
def ending(town: Any, lodged: Any, take: Any) -> Any:
    """A case received on a day, in mediation since; its number."""

    def make(received: date) -> str:
        with clock.freeze(clock.at(received, 10)):
            number = str(lodged())
            for step in ("accept", "mediate"):
                take(number, step)
        return number

    return make


@pytest.mark.parametrize(
    ("received", "ends", "refuses"),
    [
        (BEFORE, ["T1", "T4", "T2", "T3", "T5", "T6", "T8"], ["NA1", "NA2", "NA3", "NA4", "NA5", "NA7"]),
        (SINCE, [f"T{n}" for n in range(1, 9)], [f"NA{n}" for n in range(1, 8)]),
    ],
)
def test_a_form_offers_the_grounds_of_the_rule_of_the_case(town, lodged, ending, received, ends, refuses):
    with clock.freeze(clock.at(received, 10)):
        fresh = lodged(phone="13912345678")
    page = town.client(EAST, "handler")
    for number, step, offered in ((ending(received), "end", ends), (fresh, "refuse", refuses)):
        form = page.get(f"/cases/{number}/steps/{step}").text
        assert re.findall(r'name="ground"[^>]* value="(\w+)"', form) == offered


@pytest.mark.parametrize(("received", "ground"), [(BEFORE, "T7"), (SINCE, "NA1"), (SINCE, "T9")])
def test_what_the_rule_does_not_know_is_refused_beside_the_field(ending, take, received, ground):
    number = ending(received)
    with pytest.raises(Invalid) as refused:
        take(number, "end", ground=ground)
    assert refused.value.field == "ground"


def test_time_that_has_not_run_out_is_no_ground(ending, take, look):
    """Sixty days from 15 April: 14 June, a Sunday, so the last day is Monday 15 June 2026 (Civil Code art. 203)."""
    number = ending(SINCE)
    for day in (14, 15):  # the last day belongs to it
        with clock.freeze(clock.at(date(2026, 6, day), 16)), pytest.raises(Invalid) as refused:
            take(number, "end", ground="T5")
        assert "2026" in refused.value.message
    with clock.freeze(clock.at(date(2026, 6, 16), 9)):
        take(number, "end", ground="T5")
    case = look(number)
    assert case.ground == "T5"
    (limit,) = [one for one in case.clocks if one.code == "mediation"]
    assert limit.met_on == limit.due_on, "it ended by itself, and was told of on the next working day"


def test_time_that_ran_out_long_ago_was_not_kept(ending, take, look):
    number = ending(SINCE)
    with clock.freeze(clock.at(date(2026, 6, 17), 9)):
        take(number, "end", ground="T5")
    (limit,) = [one for one in look(number).clocks if one.code == "mediation"]
    assert limit.met_on == date(2026, 6, 17)


def test_time_that_stands_still_has_not_run_out(ending, take):
    number = ending(SINCE)
    with clock.freeze(clock.at(date(2026, 6, 10), 9)):
        take(number, "pause")
    with clock.freeze(clock.at(date(2026, 7, 1), 9)), pytest.raises(Invalid) as refused:
        take(number, "end", ground="T5")
    assert refused.value.field == "ground"


def body_of(town: Any, number: str, kind: str) -> str:
    """What a document of the case says, as its preview shows it."""
    with town.at(EAST):
        form = kinds()[kind]
        made = papers.draft(
            by_number(number), form, town.person(EAST, "handler"), filled={one.name: one.sample for one in form.fields}
        )
        db.session.flush()
        said = str(papers.preview(made, by_number(number)).blocks)
        db.session.rollback()
        return said


@pytest.mark.parametrize(
    ("received", "law", "ground", "not_said"),
    [
        (BEFORE, "《市场监督管理投诉举报处理暂行办法》第二十一条", "四十五个工作日", "六十日"),
        (SINCE, "《市场监督管理投诉举报处理办法》", "六十日", "四十五个工作日"),
    ],
)
def test_the_letter_that_ends_a_case_speaks_of_one_law(town, ending, take, received, law, ground, not_said):
    number = ending(received)
    take(number, "end", ground="T5")
    said = body_of(town, number, "termination")
    assert law in said
    assert f"自{'投诉' if received == BEFORE else ''}受理之日起{ground}内" in said
    assert not_said not in said


def test_the_pages_say_the_ground_as_the_rule_of_the_case_has_it(town, ending, take):
    number = ending(BEFORE)
    take(number, "end", ground="T5")
    page = town.client(EAST, "handler")
    page.get(f"/cases/{number}")
    assert page.page.words.count("自投诉受理之日起四十五个工作日内未能达成调解协议") == 2, (
        "beside the case and in its story"
    )
    assert "六十日" not in page.page.words


def test_of_a_rule_that_nothing_is_known_of_no_ground_counts_days(town):
    with town.at(EAST):
        said = {code: str(entry) for code, entry in grounds.of("ending_grounds", "zhejiang-association").items()}
    assert said["T5"] == "在规定的期限内未达成调解协议"
    assert len(said) == 8


def test_a_referral_names_the_order_that_the_case_goes_by():
    assert KINDS["referral"].basis_for("order-20") == "市场监督管理投诉举报处理暂行办法 第十二条"
    assert KINDS["referral"].basis_for("order-121") == "市场监督管理投诉举报处理办法 第十二条"
    assert KINDS["referral"].basis_for("zhejiang-association") == ""
    assert KINDS["request"].basis_for("order-20") == KINDS["request"].basis_for("order-121") != ""
