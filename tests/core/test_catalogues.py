"""Nothing that a reader of Chinese would miss, misread or never see gets past `make check`."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from app.core.catalogues import LOCALE, collected, faults


def _catalogue(*entries: tuple[str, str], fuzzy: bool = False) -> Catalog:
    catalogue = Catalog(LOCALE)
    for msgid, text in entries:
        catalogue.add(msgid, text, flags=["fuzzy"] if fuzzy else [])
    return catalogue


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "not translated: 'Open %(count)s cases'"),
        ([("Open %(count)s cases", "")], "not translated: 'Open %(count)s cases'"),
        ([("Open %(count)s cases", "打开投诉")], "leaves out a placeholder: 'Open %(count)s cases'"),
        (
            [("Open %(count)s cases", "打开 %(count)s 件，共 %(all)s 件")],
            "names a placeholder that the message has not",
        ),
        ([("Open %(count)s cases", "打开 %(count)s 件"), ("Gone", "没了")], "no longer used: 'Gone'"),
    ],
)
def test_a_fault_is_said(entries: list[tuple[str, str]], said: str) -> None:
    (fault,) = faults(_catalogue(("Open %(count)s cases", "")), _catalogue(*entries))
    assert fault.startswith(said)


def test_a_fuzzy_entry_is_a_fault() -> None:
    found = faults(_catalogue(("Accept", "")), _catalogue(("Accept", "受理"), fuzzy=True))
    assert list(found) == ["fuzzy: 'Accept'"]


def test_a_complete_catalogue_has_no_fault() -> None:
    assert not list(faults(_catalogue(("Accept", "")), _catalogue(("Accept", "受理"))))


def test_msgids_are_collected_from_code_and_templates() -> None:
    places = {place for message in collected() for place, _ in message.locations}
    assert any(place.endswith(".py") for place in places)
    assert any(place.endswith(".html") for place in places)
    assert not any(place.startswith("/") for place in places)
