"""The lists that cases are classified by: channel, nature, category, problem, claim, trait, place, grounds.

A case stores the code; the words are looked up when it is read. The city keeps the lists. A county may call an entry
by a name of its own, take it out of its forms, and add entries below the city's: for everybody else these count as the
entry they hang under. Codes are never changed or given again.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, event, select

from app.cases.models import ListEntry
from app.core.errors import Invalid
from app.deadlines.calendar import Bilingual
from app.deadlines.wording import say
from tenants import realm
from tenants.database import db
from tenants.kept import OfOrganisation
from tenants.realm import BUREAU_ID
from tenants.session import announce

DATA = Path(__file__).parent / "data"
FRESH_FOR = 5.0  # seconds; everybody who is asked knows of a change within this time
_CHANGED = "lists"  # in a session that has changed one of them


@dataclass(frozen=True)
class Listed:
    """A list. `law`: its entries come from a regulation, so that only their wording can be touched."""

    title: Any
    law: bool = False
    kinds: tuple[tuple[str, Any], ...] = ()  # what the upper entries are told apart by


LISTS: dict[str, Listed] = {
    "categories": Listed(_l("Goods and services"), kinds=(("goods", _l("Goods")), ("service", _l("Services")))),
    "problems": Listed(
        _l("Problems"),
        kinds=(
            ("association", _l("Consumer associations' ten")),
            ("platform", _l("As the 12315 platform counts")),
            ("report", _l("Of reports")),
        ),
    ),
    "claims": Listed(_l("Claims")),
    "channels": Listed(_l("Channels")),
    "places": Listed(_l("Ways of buying")),
    "traits": Listed(
        _l("Traits"),
        kinds=(
            ("identity", _l("Identity")),
            ("urgency", _l("Urgency")),
            ("scale", _l("How many")),
            ("person", _l("The consumer")),
            ("matter", _l("The matter")),
        ),
    ),
    "natures": Listed(_l("Natures"), law=True),
    "refusal_grounds": Listed(_l("Grounds of refusal"), law=True),
    "ending_grounds": Listed(_l("Grounds of ending mediation"), law=True),
}


@dataclass(frozen=True)
class Entry:
    """One entry as this organisation has it. `of` is whose it is: the city's, or a county's own."""

    code: str
    name: Bilingual
    parent: str = ""
    group: str = ""  # goods | service of a category, the counting scheme of a problem
    source: str = ""
    position: int = 0
    active: bool = True
    of: int = BUREAU_ID
    renamed: bool = False

    def __str__(self) -> str:
        return say(self.name)

    @property
    def citys(self) -> bool:
        return self.of == BUREAU_ID

    @property
    def offered(self) -> bool:
        """Whether a form offers it: what another county has added is read, not chosen."""
        return self.active and (self.citys or self.of == realm.home().id)


@cache
def shipped(name: str) -> dict[str, Entry]:
    """code -> Entry of a list as it comes with the portal."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Entry(
                row["code"],
                Bilingual(row["name"], row["name_en"]),
                row.get("parent", ""),
                row.get("kind") or row.get("scheme") or "",
                row["source"],
                position,
            )
            for position, row in enumerate(csv.DictReader(lines), start=1)
        }


Lists = dict[str, dict[str, Entry]]
_kept: OfOrganisation[tuple[float, Lists]] = OfOrganisation()  # when they were read, and as it has them


def entries(name: str) -> dict[str, Entry]:
    """code -> Entry of one list, retired ones too, each after the one it hangs under; some seconds old."""
    if db.session.registry.has() and _CHANGED in db.session.info:  # what is not committed yet only this session sees
        return _read(db.session()).get(name, {})
    read_at, kept = _kept.get() or (float("-inf"), {})
    if time.monotonic() - read_at > FRESH_FOR:
        _at, kept = _kept.put((time.monotonic(), _read_now()))
    return kept.get(name, {})


def _read_now() -> Lists:
    """In the transaction that runs, or for that moment in one of its own.

    A request that took a second connection beside its first would wait for those who wait for theirs: enough at once,
    and the pool stands still.
    """
    session = db.session() if db.session.registry.has() else None
    if session is not None and session.in_transaction() and session.is_active:
        return _read(session.connection())
    with db.engine.connect() as connection:
        announce(connection)
        return _read(connection)


def forget() -> None:
    """Read the lists anew: one of them has just been changed."""
    _kept.forget()
    if not realm.absent():
        db.session().info[_CHANGED] = True


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    if session.info.pop(_CHANGED, False):
        _kept.forget()


def _read(run: Connection | Session) -> Lists:
    row = ListEntry.__table__.c
    names = ("listed", "code", "parent", "kind", "name", "name_en", "position", "active", "source", "tenant_id")
    rows = run.execute(select(*(row[name] for name in names)).order_by(row.position, row.code)).all()
    here = realm.home().id
    own = {(one.listed, one.code): one for one in rows if one.tenant_id == here != BUREAU_ID}
    below: dict[tuple[str, str], list[Entry]] = {}
    for one in rows:
        if one.tenant_id == BUREAU_ID or one.parent:
            entry = Entry(
                one.code,
                Bilingual(one.name, one.name_en),
                one.parent,
                one.kind,
                one.source,
                one.position,
                one.active,
                one.tenant_id,
            )
            if one.tenant_id == BUREAU_ID and (ours := own.get((one.listed, one.code))):
                entry = _as_called_here(entry, ours)
            below.setdefault((one.listed, one.parent), []).append(entry)
    return {name: {entry.code: entry for entry in _down(below, name, "")} for name in LISTS}


def _as_called_here(entry: Entry, ours: Any) -> Entry:
    name = Bilingual(ours.name or entry.name.zh, ours.name_en or entry.name.en)
    return replace(entry, name=name, active=entry.active and ours.active, renamed=name != entry.name)


def _down(below: dict[tuple[str, str], list[Entry]], name: str, parent: str) -> Iterable[Entry]:
    for entry in below.get((name, parent), ()):
        yield entry
        yield from _down(below, name, entry.code)


def named(name: str, code: str | None) -> str:
    """The words for a code, in the reader's language; the code itself when the list has lost it."""
    if not code:
        return ""
    entry = entries(name).get(code)
    return str(entry) if entry else code


def choices(name: str, *, group: str = "", keep: str | None = None) -> list[tuple[str, str]]:
    """(code, words) for a field of choices; `keep` is what a case has already, offered though it was retired since."""
    return [
        (entry.code, str(entry))
        for entry in entries(name).values()
        if (entry.offered or entry.code == keep) and (not group or entry.group == group)
    ]


def grouped(name: str, *, keep: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """The choices of a list under the names of its kinds, such as the ways of counting problems side by side."""
    found = {str(title): choices(name, group=kind, keep=keep) for kind, title in LISTS[name].kinds}
    return {title: listed for title, listed in found.items() if listed}


def leaves(*, keep: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """The categories that are chosen from, under the names of those above them."""
    every = entries("categories")
    above = {entry.parent for entry in every.values() if entry.parent and entry.citys}
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in every.values():
        heading = every[top("categories", entry.code)]
        if (entry.offered and heading.active and entry.code not in above) or entry.code == keep:
            found.setdefault(str(heading), []).append((entry.code, str(entry)))
    return found


def check(name: str, code: str | None, field: str, message: object, *, kept: str | None = None) -> None:
    """Raises Invalid beside `field` where the list offers no such code; nothing is a code too, and so is what was
    there before (`kept`), even if it has been retired since."""
    entry = entries(name).get(code) if code else None
    if code and code != kept and (entry is None or not entry.offered):
        raise Invalid(field, message)


def keeps(name: str) -> bool:
    """Whether this organisation may change anything of a list."""
    return name in LISTS and (realm.home().is_bureau or not LISTS[name].law)


def below(name: str, code: str) -> list[str]:
    """An entry and all under it: what a filter by the upper one means."""
    every = entries(name)
    return [code, *(one.code for one in every.values() if one.code != code and code in _upwards(every, one.code))]


def top(name: str, code: str) -> str:
    """The uppermost entry that this one hangs under, such as 食品 for 糕点."""
    return _upwards(entries(name), code)[-1]


def as_city(name: str, code: str) -> str:
    """The city's entry that this one counts as; what leaves a county says no more than that."""
    every = entries(name)
    return next((one for one in _upwards(every, code) if one not in every or every[one].citys), code)


def _upwards(every: dict[str, Entry], code: str) -> list[str]:
    found = [code]
    while (entry := every.get(found[-1])) is not None and entry.parent and entry.parent not in found:
        found.append(entry.parent)
    return found
