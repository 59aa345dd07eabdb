"""What both sides agreed to: noted once, never changed, the latest counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.cases.papers.facts import proposed
from app.cases.queries import by_number
from app.cases.services import consents
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.documents.kinds import kinds
from tenants.database import db
from tests.consents import agreed
from tests.town import EAST, WEST


def stands(town: Any, number: str) -> dict[tuple[str, str], bool | None]:
    with town.at(EAST):
        found = consents.standing(by_number(number))
        return {(one.matter, one.side): one.said.given if one.said else None for one in found}


def test_what_the_consumer_agrees_to_at_the_window_is_noted_and_the_others_are_asked(town, lodged):
    number = lodged(consents=("entrust", "publish"))
    assert stands(town, number) == {
        ("entrust", "consumer"): True,
        ("entrust", "merchant"): None,
        ("publish", "consumer"): True,
    }
    with town.at(EAST):
        said = proposed(by_number(number), kinds()["registration"])
        assert (said["publish"], said["entrust"]) == ("同意", "同意")


def test_an_answer_is_noted_on_its_page_and_the_latest_counts(town, lodged):
    number, browser = lodged(), town.client(EAST, "clerk")
    said = {"asked": "entrust merchant", "said_on": str(clock.today()), "evidence": "同意书，卷内第3页"}
    for answer in ("yes", "no"):
        assert browser.post(f"/cases/{number}/consents", {**said, "answer": answer}).status_code == 303
    browser.get(f"/cases/{number}/consents")
    assert "同意书，卷内第3页" in browser.page.words
    assert stands(town, number)[("entrust", "merchant")] is False
    browser.get(f"/cases/{number}")
    assert "委托调解 · 经营者 不同意" in browser.page.words
    assert "委托调解 · 经营者 · 不同意" in browser.page.words, "in the story"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"asked": "publish merchant"}, "asked"),
        ({"answer": ""}, "answer"),
        ({"said_on": str(clock.today() + timedelta(days=1))}, "said_on"),
        ({"said_on": "2019-01-01"}, "said_on"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(town, lodged, said, field):
    number, browser = lodged(), town.client(EAST, "clerk")
    usual = {"asked": "entrust merchant", "answer": "yes", "said_on": str(clock.today()), "evidence": "口头"}
    answer = browser.post(f"/cases/{number}/consents", {**usual, **said})
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in answer.get_data(as_text=True)
    assert stands(town, number)[("entrust", "merchant")] is None


def test_nobody_is_asked_what_is_not_theirs_and_nothing_is_noted_once_it_is_over(town, standing):
    open_, over = standing("lodged"), standing("closed", phone="13900000009")
    said = {"given": True, "said_on": clock.today()}
    with town.at(EAST):
        by = town.person(EAST, "handler")
        with pytest.raises(Invalid):
            consents.note(by_number(open_), by, matter="publish", side="merchant", **said)
        with pytest.raises(WrongMoment):
            consents.note(by_number(over), by, matter="publish", side="consumer", **said)


def test_what_was_said_last_counts_whenever_it_was_noted(town, lodged):
    with clock.freeze(clock.now() - timedelta(days=9)):
        number = lodged()
    with town.at(EAST):
        case, by = by_number(number), town.person(EAST, "handler")
        for days, given in ((1, False), (5, True)):
            said_on = clock.today() - timedelta(days=days)
            consents.note(case, by, matter="entrust", side="merchant", given=given, said_on=said_on)
        db.session.commit()
    assert stands(town, number)[("entrust", "merchant")] is False


def test_nobody_is_asked_over_a_report(town, lodged):
    number = lodged(nature="R", consents=("entrust",))
    assert set(stands(town, number).values()) == {None}
    with town.at(EAST), pytest.raises(WrongMoment):
        by = town.person(EAST, "handler")
        consents.note(by_number(number), by, matter="entrust", side="consumer", given=True, said_on=clock.today())


def test_both_sides_entrust_or_nobody_does(town, lodged):
    number = lodged(consents=("entrust",))
    with town.at(EAST):
        case = by_number(number)
        assert not consents.given(case, consents.ENTRUST)
        agreed(case, town.person(EAST, "handler"))
        assert consents.given(case, consents.ENTRUST)
        db.session.rollback()


def test_a_neighbour_finds_no_consents(town, lodged):
    number = lodged()
    browser = town.client(WEST, "handler")
    assert browser.get(f"/cases/{number}/consents", checked=False).status_code == 404
