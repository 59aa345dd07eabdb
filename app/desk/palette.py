"""The command palette: pages, actions, people and cases, found by what is typed or by first letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import queries as accounts
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.queries.filters import handlers
from app.cases.services.parts import KIND
from app.cases.worklist import queries as worklist
from app.core import clock
from app.core.forms import narrow
from app.core.pinyin import place
from app.search import queries as search
from tenants.database import db

MOST, CASES = 12, 5
LONGEST = 40
HITS = 100  # of the search, newest first: those that are called so are picked out of them
NEAREST = 500  # open cases, the next due first, whose first letters are compared
_CALLED = select(Case.number, Case.title, Case.merchant_name)
_NUMBER = re.compile(r"(?:(\d{4})-)?(\d{1,6})")


@dataclass(frozen=True)
class Target:
    """Something to go to, or with `press` a control of the page that was open."""

    title: str
    kind: str
    url: str = ""
    press: int | None = None


def found(typed: str, me: Any, menu: Iterable[Target], here: Sequence[str], url: Any) -> list[Target]:
    """What fits, the closest first: what begins with it before what only has it in it."""
    said = narrow(typed)[:LONGEST]
    named = [*menu, *_here(here), *_actions(me, url), *(_people(me, url) if said else ())]
    if not said:
        return named[:MOST]
    ranked = [(at, n, one) for n, one in enumerate(named) if (at := place(said, one.title)) is not None]
    cases = list(dict.fromkeys([*_by_number(said, me, url), *_by_name(said, me, url)]))[:CASES]
    others = [one for _at, _n, one in sorted(ranked, key=lambda rank: rank[:2])][: MOST - len(cases)]
    return [*cases, *others] if _NUMBER.fullmatch(said) else [*others, *cases]


def _here(labels: Sequence[str]) -> list[Target]:
    return [Target(label[:LONGEST], str(_("On this page")), press=n) for n, label in enumerate(labels[:60]) if label]


def _actions(me: Any, url: Any) -> list[Target]:
    """What can be begun from anywhere, and one's kept filters."""
    said = str(_("Action"))
    offered = [
        (Can.CASE_INTAKE, _("Register a complaint"), "cases.new", {}),
        (Can.CASE_READ, _("My cases"), "cases.index", {"who": "me"}),
        (Can.CASE_READ, _("Late cases"), "cases.index", {"due": "late"}),
        (Can.CASE_READ, _("In nobody's hands"), "cases.index", {"who": "nobody"}),
        (Can.CASE_READ, _("Columns and rows"), "worklist.habits", {}),
        (Can.CASE_READ, _("Kept filters"), "worklist.index", {}),
    ]
    actions = [Target(str(title), said, url(endpoint, **more)) for can, title, endpoint, more in offered if me.can(can)]
    if me.can(Can.CASE_READ):
        actions += [Target(one.name, str(_("Filter")), url("cases.index", **one.asked)) for one in worklist.kept(me)]
    return actions


def _people(me: Any, url: Any) -> list[Target]:
    """Colleagues: what they handle, for who reads cases, and their own page, for who keeps the people."""
    handled, kept = str(_("Cases of")), str(_("Person"))
    found: list[Target] = []
    if me.can(Can.CASE_READ):
        found += [Target(one.name, handled, url("cases.index", who=str(one.id))) for one in handlers()]
    if me.can(Can.PERSON_KEEP):
        everybody = db.session.scalars(accounts.people().order_by(Person.name))
        found += [Target(one.name, kept, url("accounts.person", person_id=one.id)) for one in everybody]
    return found


def _by_number(said: str, me: Any, url: Any) -> list[Target]:
    """2026-000123, or 123 of this year and the last."""
    match = _NUMBER.fullmatch(said)
    if match is None or not me.can(Can.CASE_READ):
        return []
    year = clock.today().year
    years = [int(match[1])] if match[1] else [year, year - 1]
    numbers = [f"{one}-{int(match[2]):06d}" for one in years]
    query = _CALLED.where(Case.number.in_(numbers)).order_by(Case.number.desc())
    return [_case(row, url) for row in db.session.execute(query)]


def _by_name(said: str, me: Any, url: Any) -> list[Target]:
    """Cases by what they are called or against whom: what begins with it first.

    Signs are found by the index of the search, among all cases; first letters among those that are due next.
    """
    if len(said) < 2 or not me.can(Can.CASE_READ):
        return []
    if said.isascii():
        query = _CALLED.where(Case.open).order_by(Case.queue_on, Case.id).limit(NEAREST)
    else:
        found = [hit.subject_id for hit in search.find(said, [KIND], limit=HITS)]
        query = _CALLED.where(Case.id.in_(found)).order_by(Case.received_at.desc(), Case.id.desc())
    ranked = []
    for n, row in enumerate(db.session.execute(query)):
        places = [at for words in (row.title, row.merchant_name) if (at := place(said, words)) is not None]
        if places:
            ranked.append((min(places), n, _case(row, url)))
    return [one for _at, _n, one in sorted(ranked, key=lambda rank: rank[:2])[:CASES]]


def _case(row: Any, url: Any) -> Target:
    kind = " · ".join(filter(None, [str(_("Case")), row.merchant_name]))
    return Target(f"{row.number} {row.title}", kind, url("cases.show", number=row.number))
