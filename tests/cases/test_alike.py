"""The same matter twice: hints while somebody types and on the case, joining to the earlier one, taking apart again."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.cases import queries
from app.cases.models import Case, CaseJoin, CaseStatement
from app.cases.queries import by_number
from app.cases.services import attach, joining, note, reveal
from app.cases.services.intake import Complainant
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.files.accept import accept
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import CITY, EAST, WEST

PART = {"HX-Request": "true"}
STRANGER = {"phone": "13900001111", "merchant_name": "别的店", "facts": "买到的水杯有裂缝，要求换一个。"}


# Hints ---------------------------------------------------------------------------------------------------------------


def test_the_same_order_number_is_a_hint_however_it_is_written(town, lodged):
    number = lodged(order_number="DD20260910A", **STRANGER)
    with town.at(EAST):
        for written in ("DD20260910A", "dd20260910a", "ＤＤ２０２６０９１０Ａ", " DD20260910A "):
            (hint,) = queries.duplicates(order_number=written).hints
            assert hint.case.number == number
        assert not queries.duplicates(order_number="").hints
    with town.at(WEST):
        assert not queries.duplicates(order_number="DD20260910A").hints


def test_every_hint_says_why_and_the_one_with_most_reasons_comes_first(town, lodged):
    alike, same = lodged(phone="13900002222"), lodged(order_number="DD1")
    with town.at(EAST):
        found = queries.duplicates(
            phone="13812346027", merchant_name="悦动健身", order_number="DD1", facts=TOLD.facts
        ).hints
        assert [hint.case.number for hint in found] == [same, alike]
        assert [len(hint.reasons) for hint in found] == [3, 1]
        assert "%" in found[1].reasons[0]


def test_words_are_compared_in_the_consumers_account_and_not_in_the_summary_alone(town, lodged):
    number = lodged(summary="预付卡纠纷", title="退卡")
    with town.at(EAST):
        (hint,) = queries.duplicates(merchant_name="悦动健身", facts=TOLD.facts).hints
        assert hint.case.number == number


@pytest.mark.parametrize(
    ("told", "typed", "alike"),
    [
        ("云裳服饰（杭州）", "云裳服饰(杭州)", True),
        ("云裳服饰", "杭州云裳服饰有限公司", True),
        ("杭州云裳服饰有限公司", "云裳", True),
        ("云裳服饰有限公司", "悦动健身有限公司", False),
    ],
)
def test_a_merchant_is_recognised_however_it_is_called(town, lodged, told, typed, alike):
    lodged(merchant_name=told)
    with town.at(EAST):
        assert bool(queries.duplicates(merchant_name=typed, facts=TOLD.facts).hints) is alike
        assert not queries.duplicates(merchant_name="云裳", facts="买到的水杯有裂缝，要求换一个新的。").hints


def test_five_that_tell_the_same_are_a_mass(town, lodged):
    for n in range(4):
        assert not _typed(town).is_mass, n
        lodged(phone=f"1390000{n:04d}")
    assert _typed(town).is_mass
    assert len(_typed(town).like) == 4


def _typed(town: Any) -> queries.Found:
    with town.at(EAST):
        return queries.duplicates(merchant_name="悦动健身", facts=TOLD.facts)


def test_a_case_is_no_hint_of_itself(town, lodged):
    number = lodged(order_number="DD1")
    with town.at(EAST):
        assert not queries.alike(by_number(number)).hints
        assert queries.duplicates(order_number="DD1").hints


def test_a_hint_costs_one_statement(town, lodged, statements):
    lodged()
    with town.at(EAST), statements() as sent:
        queries.duplicates(phone="13812346027", merchant_name="悦动健身", order_number="DD1", facts=TOLD.facts)
    assert len(sent) == 1


def test_the_page_of_a_case_looks_for_the_same_matter_once_it_is_there(town, lodged):
    first, later = lodged(), lodged()
    browser = town.client(EAST, "handler")
    page = browser.get(f"/cases/{later}").get_data(as_text=True)
    assert f"/cases/{later}/alike" in page
    assert first not in page
    fragment = browser.get(f"/cases/{later}/alike", headers=PART).get_data(as_text=True)
    assert first in fragment
    assert "<html" not in fragment
    assert f"/cases/{later}/steps/join_earlier" in fragment
    assert "<html" in browser.get(f"/cases/{later}/alike").get_data(as_text=True)
    earlier = browser.get(f"/cases/{first}/alike").get_data(as_text=True)
    assert later in earlier
    assert "join_earlier" not in earlier, "the later one is joined to the earlier, never the reverse"


def test_the_order_number_is_asked_for_while_somebody_types(town, lodged):
    number = lodged(order_number="DD1")
    browser = town.client(EAST, "clerk")
    assert number in browser.post("/cases/new/duplicates", {"order_number": "dd1"}, headers=PART).get_data(as_text=True)


# Joining -------------------------------------------------------------------------------------------------------------


def test_a_case_goes_on_in_an_earlier_one(town, lodged, take, look):
    first, later = lodged(), lodged()
    take(later, "accept")
    with town.at(EAST):
        attach(by_number(later), town.person(EAST, "clerk"), [accept(io.BytesIO(b"1"), "收据.txt")])
        db.session.commit()
    take(later, "join_earlier", into=first, login="handler")
    joined = look(later)
    assert (joined.status, joined.outcome, joined.due_on) == ("closed", "joined", None)
    assert {one.state for one in joined.clocks} == {"met", "void"}
    browser = town.client(EAST, "handler")
    page = browser.get(f"/cases/{first}").get_data(as_text=True)
    assert later in page
    assert "收据.txt" in page
    assert first in browser.get(f"/cases/{later}").get_data(as_text=True)


def test_the_form_offers_the_earlier_cases_that_would_take_it_in(town, standing, lodged):
    over, first, unlike, report = standing("refused"), lodged(), lodged(phone="", facts="杯子裂了"), lodged(nature="R")
    later = lodged()
    newest = lodged()
    page = town.client(EAST, "handler").get(f"/cases/{later}/steps/join_earlier").get_data(as_text=True)
    offered = [number for number in (over, first, unlike, report, later, newest) if f'value="{number}"' in page]
    assert offered == [first, unlike]


def test_only_a_case_that_is_earlier_open_and_of_the_same_kind_takes_another_in(town, lodged, standing, take):
    over, report, first, west = standing("refused"), lodged(nature="R"), lodged(), lodged(WEST)
    later = lodged()
    newest = lodged()
    for into in ("", "2026-999999", later, newest, over, report, west):
        with pytest.raises(Invalid) as refusal:
            take(later, "join_earlier", into=into)
        assert refusal.value.field == "into", into
    take(later, "join_earlier", into=first)
    with pytest.raises(WrongMoment):
        take(first, "join_earlier", into=standing("mediating", received_at=clock.now() - timedelta(days=9)))


def test_what_was_joined_counts_as_received_and_not_as_closed(town, lodged, take):
    from app.facts.tally import contributions

    first, later = lodged(), lodged()
    take(later, "join_earlier", into=first)
    with town.at(EAST):
        case = by_number(later)
        measures = {part[0] for part in contributions(case, case.clocks)}
    assert "received" in measures
    assert "closed" not in measures


def test_it_is_taken_apart_as_if_nothing_had_been(town, standing, lodged, take, look):
    first, later = lodged(), standing("mediating")
    take(later, "pause")
    before = look(later)
    was = [(one.code, one.state, one.due_on, one.paused_on, one.spans) for one in before.clocks]
    take(later, "join_earlier", into=first)
    take(later, "part", login="handler")
    after = look(later)
    assert (after.status, after.outcome, after.closed_at, after.due_on) == ("mediating", None, None, before.due_on)
    assert [(one.code, one.state, one.due_on, one.paused_on, one.spans) for one in after.clocks] == was
    assert look(first).traits == []
    take(later, "resume")
    take(later, "join_earlier", into=first)
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(CaseJoin)) == 2


def test_it_is_not_taken_apart_once_something_has_happened(town, standing, lodged, take):
    first, later = lodged(), lodged()
    take(later, "join_earlier", into=first)
    take(first, "refuse")
    with pytest.raises(WrongMoment):
        take(later, "part")
    page = town.client(EAST, "handler").get(f"/cases/{later}").get_data(as_text=True)
    assert "/steps/part" not in page
    with town.at(EAST):
        said = joining.kept_by(by_number(later))
        assert first in said
        assert said in page
    take(first, "reconsider")
    with town.at(EAST):
        assert joining.kept_by(by_number(later)) == ""
    take(later, "part")


def test_what_was_done_to_a_joined_case_keeps_it_there_and_is_named(town, lodged, take):
    first, later = lodged(), lodged()
    take(later, "join_earlier", into=first, login="handler")
    with town.at(EAST):
        case, director = by_number(later), town.person(EAST, "director")
        assert joining.kept_by(case) == ""
        reveal(case, director, field="phone", reason="回访")
        note(case, director, text="来电催问")
        assert joining.kept_by(case) == "", "words are not lost"
        case.version += 1
        db.session.flush()
        assert director.name in joining.kept_by(case)
        with pytest.raises(WrongMoment) as refusal:
            joining.part(case, director)
        assert director.name in refusal.value.message


def test_two_cases_keep_their_mark_until_the_last_is_taken_out(town, lodged, take, look):
    first, one, other = lodged(), lodged(), lodged()
    for later in (one, other):
        take(later, "join_earlier", into=first)
    take(one, "part")
    assert look(first).traits == [joining.TOOK_IN]
    take(other, "part")
    assert look(first).traits == []


def test_nobody_else_is_told_what_goes_on_in_what(town, lodged, take):
    first, later = lodged(), lodged()
    take(later, "join_earlier", into=first)
    with town.at(WEST):
        assert not db.session.execute(text("select count(*) from case_join")).scalar()
        assert not db.session.scalars(select(CaseStatement)).all()
    with town.at(CITY):
        assert db.session.scalars(select(Case.outcome).where(Case.number == later)).one() == "joined"


def test_others_who_complain_together_are_found_by_their_phone(town, lodged):
    first = lodged(others=[Complainant("林晓兰", "13800001235")])
    with town.at(EAST):
        assert [hint.case.number for hint in queries.duplicates(phone="13800001235").hints] == [first]


def test_the_hotline_goes_on_waiting_where_the_matter_goes_on(town, lodged, take):
    """Its limit is counted on in the earlier case, from the day on which it began; taken apart, it is there no more."""
    first, later = lodged(), lodged(phone="13900000003")
    take(later, "add_limit")
    with town.at(EAST):
        (waits,) = [one for one in by_number(later).clocks if one.code == "hotline_answer"]
        due = waits.due_on
    take(later, "join_earlier", into=first)
    with town.at(EAST):
        (one,) = [one for one in by_number(first).clocks if one.code == "hotline_answer"]
        assert (one.state, one.due_on) == ("running", due)
        assert [one.state for one in by_number(later).clocks if one.code == "hotline_answer"] == ["void"]
    take(later, "part")
    with town.at(EAST):
        assert [one.state for one in by_number(first).clocks if one.code == "hotline_answer"] == ["void"]
        assert [one.state for one in by_number(later).clocks if one.code == "hotline_answer"] == ["running"]
