"""The command palette: pages, actions, cases by number and people, found by what is typed or by first letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.queries.filters import handlers
from app.cases.worklist import queries as worklist
from app.core import clock
from app.core.forms import narrow
from app.core.pinyin import place
from tenants.database import db

MOST = 12
LONGEST = 40
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
    named = [*menu, *_here(here), *_actions(me, url), *(_people(url) if said and me.can(Can.CASE_READ) else ())]
    if not said:
        return named[:MOST]
    ranked = [(at, n, one) for n, one in enumerate(named) if (at := place(said, one.title)) is not None]
    return [*_by_number(said, me, url), *(one for _at, _n, one in sorted(ranked, key=lambda rank: rank[:2]))][:MOST]


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


def _people(url: Any) -> list[Target]:
    return [Target(one.name, str(_("Cases of")), url("cases.index", who=str(one.id))) for one in handlers()]


def _by_number(said: str, me: Any, url: Any) -> list[Target]:
    """2026-000123, or 123 of this year and the last."""
    match = _NUMBER.fullmatch(said)
    if match is None or not me.can(Can.CASE_READ):
        return []
    year = clock.today().year
    years = [int(match[1])] if match[1] else [year, year - 1]
    numbers = [f"{one}-{int(match[2]):06d}" for one in years]
    query = select(Case.number, Case.title).where(Case.number.in_(numbers)).order_by(Case.number.desc())
    return [
        Target(f"{row.number} {row.title}", str(_("Case")), url("cases.show", number=row.number))
        for row in db.session.execute(query)
    ]
