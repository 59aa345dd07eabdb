"""Who may enter what, written down: a page cannot come to be open to more people without a line that says so."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

DOORS = Path(__file__).with_name("doors.csv")


def doors(app: Any) -> list[tuple[str, str, str, str]]:
    """(endpoint, methods, kinds of organisation, permission) of every page."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        view = app.view_functions[rule.endpoint]
        methods = " ".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        found.append((rule.endpoint, methods, " ".join(sorted(view.area.kinds)), str(view.allow)))
    return sorted(set(found))


def test_every_door_is_as_it_was_decided(app: Any) -> None:
    """The matrix of roles is made from `allow`; what `allow` should be stands in doors.csv, and is read by people."""
    with DOORS.open(encoding="utf-8", newline="") as lines:
        _head, *decided = [tuple(row) for row in csv.reader(lines)]
    there = doors(app)
    opened, gone = sorted(set(there) - set(decided)), sorted(set(decided) - set(there))
    assert not opened, f"these are not in {DOORS.name}, or are so otherwise"
    assert not gone, f"these are in {DOORS.name} and no page is like that"
    assert list(decided) == there, f"{DOORS.name} is not in order"
