"""What a process remembers of one organisation is found by no other, and by nobody without a realm (TI15)."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.kept import OfOrganisation
from tenants.realm import NoRealm
from tests.town import EAST, NORTH, WEST


def test_what_is_remembered_of_one_is_found_by_no_other(town: Any) -> None:
    kept: OfOrganisation[str] = OfOrganisation()
    with town.at(EAST):
        kept.put("of East")
    with town.at(WEST):
        assert kept.get() is None
        kept.put("of West")
    with town.at(EAST):
        assert kept.get() == "of East"
    kept.forget()
    with town.at(WEST):
        assert kept.get() is None


def test_nothing_is_asked_or_kept_without_a_realm(app: Any) -> None:
    kept: OfOrganisation[str] = OfOrganisation()
    with pytest.raises(NoRealm):
        kept.get()
    with pytest.raises(NoRealm):
        kept.put("nobody's")


def test_the_oldest_goes_first(town: Any) -> None:
    kept: OfOrganisation[str] = OfOrganisation(2)
    for slug in (EAST, WEST, NORTH):
        with town.at(slug):
            kept.put(slug)
    found = []
    for slug in (EAST, WEST, NORTH):
        with town.at(slug):
            found.append(kept.get())
    assert found == [None, WEST, NORTH]
