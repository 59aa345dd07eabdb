"""The ledger of claims and offers, its picture, and who may read its words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.mediation.ladder import ladder
from app.mediation.services import offers
from tenants.database import db
from tests.town import EAST


@pytest.fixture
def said(town: Any) -> Any:
    def note(number: str, side: str, amount: int | None, *, login: str = "handler", **facts: Any) -> None:
        with town.at(EAST):
            told = {"said_on": clock.today(), "amount": None if amount is None else Decimal(amount), **facts}
            offers.note(by_number(number), town.person(EAST, login), side=side, **told)
            db.session.commit()

    return note


def rounds(town: Any, number: str) -> list[tuple[int, str, Decimal | None]]:
    with town.at(EAST):
        return [(one.round, one.side, one.amount) for one in offers.ledger(by_number(number))]


def test_a_side_that_speaks_again_begins_the_next_round(town, standing, said):
    number = standing("mediating")
    for side, amount in (
        ("consumer", 4680),
        ("merchant", 2000),
        ("consumer", 4000),
        ("mediator", 3300),
        ("merchant", 3300),
    ):
        said(number, side, amount)
    assert [one[:2] for one in rounds(town, number)] == [
        (1, "consumer"),
        (1, "merchant"),
        (2, "consumer"),
        (2, "mediator"),
        (2, "merchant"),
    ]


def test_the_picture_has_a_line_for_each_side_and_the_same_numbers_as_a_table(town, standing, said):
    number = standing("mediating")
    for side, amount in (("consumer", 4680), ("merchant", 2000), ("merchant", 3000)):
        said(number, side, amount)
    with town.at(EAST):
        chart = ladder(offers.ledger(by_number(number)))
    assert chart is not None
    assert [list(one.values) for one in chart.series] == [[4680.0, None], [2000.0, 3000.0]]
    assert [row.cells[1:] for row in chart.table().rows] == [[4680.0, 2000.0], [None, 3000.0]]
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}/mediation")
    for word in ("4,680.00", "3,000.00", "1,680.00"):
        assert word in browser.page.words


def test_what_is_no_money_is_said_in_words_and_something_has_to_be_said(town, standing, said):
    number = standing("mediating")
    said(number, "merchant", None, words="免费延长会籍一年")
    with pytest.raises(Invalid):
        said(number, "merchant", None, words=" ")
    with town.at(EAST):
        assert ladder(offers.ledger(by_number(number))) is None


def test_the_words_stay_in_the_county(town, standing, said):
    """The entry that the bureau reads has side, round and amount; what was said is private."""
    from app import audit

    number = standing("mediating")
    said(number, "merchant", 2000, words="老板说手头紧，电话13912345678")
    with town.at(EAST):
        (line, *_rest) = audit.trail(by_number(number).id)
        assert line.entry.facts == {"side": "merchant", "round": 1, "amount": "2000"}
    browser = town.client(EAST, "clerk")
    browser.get(f"/cases/{number}/mediation")
    assert "手头紧" in browser.page.words
    assert "139****5678" in browser.page.words


def test_who_does_not_handle_cases_notes_none_and_nothing_is_offered_any_more_once_it_is_settled(standing, said):
    with pytest.raises(NotAllowed):
        said(standing("mediating"), "consumer", 100, login="clerk")
    with pytest.raises(WrongMoment):
        said(standing("settled"), "consumer", 100)


def test_an_offer_is_never_changed(town, standing, said, as_app):
    from sqlalchemy import text
    from sqlalchemy.exc import ProgrammingError

    said(standing("mediating"), "consumer", 100)
    for statement in ("update mediation_offer set amount = 1", "delete from mediation_offer"):
        with as_app.connect() as connection:
            connection.execute(text("select portal.set_realm(array[2::bigint], 2, 2)"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(statement))
