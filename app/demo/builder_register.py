"""Numbers as they were given: in the order in which things happened, though lives are told one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from app.core import clock
from app.core.numbering import numbered
from app.demo.builder_script import Deed, Script
from app.handoffs.kinds import KINDS

Counters = dict[tuple[str, str, int], int]


@dataclass
class Family:
    """A life with the one that another county opened from it, and the numbers of everything in them.

    The keys of `numbers`: the part (0 for the first life, 1 for the other), what was numbered, which exchange.
    """

    scripts: list[Script]
    numbers: dict[tuple[int, str, int], str] = field(default_factory=dict)
    awaited: int = 0

    def number(self, part: int, what: str, exchange: int = 0) -> str:
        return self.numbers[part, what, exchange]


class Register:
    """Gives numbers; a family goes on as soon as it has all of its own.

    A life comes in order of its receipt and is numbered afterwards, so nothing that is yet to come can be earlier
    than the receipt of the latest life. Only those wait who still have something ahead: flat in memory.
    """

    def __init__(self) -> None:
        self.last: Counters = defaultdict(int)
        self._ahead: list[tuple[datetime, int, Family, int, Deed]] = []
        self._parents: dict[int, Family] = {}
        self._places = count()

    def give(self, scripts: Iterable[Script]) -> Iterator[Family]:
        for script in scripts:
            yield from self._until(script.life.received_at)
            self._enter(script)
        yield from self._until(None)

    def _enter(self, script: Script) -> None:
        life = script.life
        if life.parent is None:
            family = Family([script])
            if life.outcome == "taken_over":
                self._parents[life.key] = family
                family.awaited += 1
        else:
            family = self._parents.pop(life.parent)
            family.awaited -= 1
            family.scripts.append(script)
            accepted = self._accepted(family.scripts[0])
            self._push(family, 1, accepted)
        for deed in script.deeds:
            if deed.verb in ("lodge", "letter", "send"):
                self._push(family, len(family.scripts) - 1, deed)

    @staticmethod
    def _accepted(script: Script) -> Deed:
        """The deed by which the case of another county was taken over: it opens a case there."""
        return next(
            deed
            for deed in script.deeds
            if deed.step == "accept" and deed.verb == "move" and script.life.exchanges[deed.exchange].kind == "referral"
        )

    def _push(self, family: Family, part: int, deed: Deed) -> None:
        family.awaited += 1
        heappush(self._ahead, (deed.at, next(self._places), family, part, deed))

    def _until(self, moment: datetime | None) -> Iterator[Family]:
        while self._ahead and (moment is None or self._ahead[0][0] <= moment):
            _at, _place, family, part, deed = heappop(self._ahead)
            self._number(family, part, deed)
            family.awaited -= 1
            if not family.awaited:
                yield family

    def _number(self, family: Family, part: int, deed: Deed) -> None:
        life = family.scripts[part].life
        if deed.verb in ("lodge", "move"):
            what, kind, prefix = "case", "case", ""
            year = clock.on(opened_at(family, part)).year
        else:
            handed = KINDS[life.exchanges[deed.exchange].kind]
            what = deed.verb
            kind, prefix = ("letter", "") if what == "letter" else (f"handoff-{handed.code}", f"{handed.prefix}-")
            year = clock.on(deed.at).year
        key = (life.center, kind, year)
        self.last[key] += 1
        family.numbers[part, what, deed.exchange if what != "case" else 0] = numbered(prefix, year, self.last[key])


def opened_at(family: Family, part: int) -> datetime:
    """When a case counts as received: what was taken over, on the day it was signed for."""
    if part == 0:
        return family.scripts[0].life.received_at
    moves = next(one for one in family.scripts[0].life.exchanges if one.kind == "referral").moves
    return [move.at for move in moves if move.step == "sign"][-1]
