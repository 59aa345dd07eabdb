"""Numbers: in order, per organisation, kind and year; a gap is allowed, a second one is not."""

from __future__ import annotations

import pytest

from app.core.numbering import next_number, numbered
from tenants import realm
from tenants.database import db
from tests.town import EAST, WEST, Town


def test_each_organisation_counts_for_itself(town: Town) -> None:
    for slug in (EAST, WEST):
        with town.at(slug):
            assert [next_number("test", 2026) for _ in range(3)] == ["2026-000001", "2026-000002", "2026-000003"]
            db.session.commit()


def test_each_kind_and_each_year_begins_at_one(town: Town) -> None:
    with town.at(EAST):
        assert next_number("test", 2026, prefix="ZB-") == "ZB-2026-000001"
        assert next_number("other", 2026) == "2026-000001"
        assert next_number("test", 2027) == "2027-000001"


def test_a_run_is_taken_at_once(town: Town) -> None:
    with town.at(EAST):
        assert next_number("test", 2026, count=250) == "2026-000001"
        assert next_number("test", 2026) == "2026-000251"


def test_what_was_rolled_back_may_be_given_again_what_was_committed_is_not(town: Town) -> None:
    with town.at(EAST):
        next_number("test", 2026)
        db.session.rollback()
        assert next_number("test", 2026) == "2026-000001"
        db.session.commit()
        assert next_number("test", 2026) == "2026-000002"


def test_a_number_has_six_places_and_grows_beyond_them() -> None:
    assert numbered("M", 2026, 123) == "M2026-000123"
    assert numbered("", 2026, 1_234_567) == "2026-1234567"


def test_nobody_gets_a_number_without_saying_who_asks(town: Town) -> None:
    with pytest.raises(realm.NoRealm):
        next_number("test", 2026)
