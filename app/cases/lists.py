"""The lists that cases are classified by, as shipped: channel, nature, category, problem, claim, grounds.

A case stores the code; the words are looked up when it is read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.core.errors import Invalid
from app.deadlines.calendar import Bilingual
from app.deadlines.wording import say

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Entry:
    """One entry of a list. `group` is goods | services of a category, the counting scheme of a problem."""

    code: str
    name: Bilingual
    parent: str = ""
    group: str = ""
    source: str = ""

    def __str__(self) -> str:
        return say(self.name)


@cache
def entries(name: str) -> dict[str, Entry]:
    """code -> Entry of one list: categories, channels, claims, ending_grounds, natures, problems, refusal_grounds."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Entry(
                row["code"],
                Bilingual(row["name"], row["name_en"]),
                row.get("parent", ""),
                row.get("kind") or row.get("scheme") or "",
                row["source"],
            )
            for row in csv.DictReader(lines)
        }


def named(name: str, code: str | None) -> str:
    """The words for a code, in the reader's language; the code itself when the list has lost it."""
    if not code:
        return ""
    entry = entries(name).get(code)
    return str(entry) if entry else code


def choices(name: str, *, group: str = "", with_code: bool = False) -> list[tuple[str, str]]:
    """(code, words) for a field of choices."""
    return [
        (entry.code, f"{entry.code} {entry}" if with_code else str(entry))
        for entry in entries(name).values()
        if not group or entry.group == group
    ]


def leaves() -> dict[str, list[tuple[str, str]]]:
    """The categories that are chosen from, under the names of those above them."""
    every = entries("categories")
    above = {entry.parent for entry in every.values() if entry.parent}
    grouped: dict[str, list[tuple[str, str]]] = {}
    for entry in every.values():
        if entry.code not in above:
            heading = every[entry.parent] if entry.parent else entry
            grouped.setdefault(str(heading), []).append((entry.code, str(entry)))
    return grouped


def check(name: str, code: str | None, field: str, message: object) -> None:
    """Raises Invalid beside `field` where the list has no such code; nothing is a code too."""
    if code and code not in entries(name):
        raise Invalid(field, message)


def check_all(name: str, codes: Iterable[str], field: str, message: object) -> None:
    for code in codes:
        check(name, code, field, message)


def below(category: str) -> list[str]:
    """A category and those under it: what a filter by the upper one means."""
    return [category, *(entry.code for entry in entries("categories").values() if entry.parent == category)]
