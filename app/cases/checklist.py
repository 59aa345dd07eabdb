"""Which papers a case of its kind needs, and which of them are there (证据清单).

Kept as data: `for` names what a case is by its nature (complaint, report) and besides (prepaid, agent, joint, minor),
problems of the city's list, and ways of buying. What is neither complaint nor report needs none.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from app.cases import lists
from app.cases.lists import DATA
from app.cases.models import MIXED, OUTSIDE, REPORT
from app.deadlines.calendar import Bilingual
from app.deadlines.wording import say


@dataclass(frozen=True)
class Paper:
    """One line of the checklist. What is not `needed` helps."""

    code: str
    name: Bilingual
    needed: bool
    of: frozenset[str]

    def __str__(self) -> str:
        return say(self.name)


@dataclass(frozen=True)
class Line:
    paper: Paper
    held: bool

    @property
    def missing(self) -> bool:
        return self.paper.needed and not self.held


@cache
def papers() -> dict[str, Paper]:
    """code -> Paper of everything that any case may need."""
    with (DATA / "evidence.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Paper(
                row["code"],
                Bilingual(row["name"], row["name_en"]),
                row["needed"] == "yes",
                frozenset(row["for"].split()),
            )
            for row in csv.DictReader(lines)
        }


def wanted(kinds: Iterable[str]) -> list[Paper]:
    """The papers for a case of these kinds: `kinds` says which those are."""
    asked = set(kinds)
    return [paper for paper in papers().values() if paper.of & asked]


def kinds(nature: str, problem: str | None, place: str | None, besides: Iterable[str]) -> list[str]:
    """What the papers go by. Of who reports is not asked who they are, nor whether they bought anything."""
    if nature in OUTSIDE:
        return []
    found = ["report"] if nature in (REPORT, MIXED) else []
    if nature != REPORT:
        found += ["complaint", *besides, lists.as_city("places", place) if place else ""]
    return [kind for kind in (*found, lists.as_city("problems", problem) if problem else "") if kind]


def lines(kinds: Iterable[str], held: Collection[str]) -> list[Line]:
    """What such a case needs, and whether it is there; what is there besides comes last."""
    asked = wanted(kinds)
    more = [paper for paper in papers().values() if paper.code in held and paper not in asked]
    return [Line(paper, paper.code in held) for paper in (*asked, *more)]
