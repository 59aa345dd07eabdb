"""The queue: open work by due date, narrowed by declared filters; figures and tabs from one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, Uuid, and_, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased, joinedload, undefer

from app import deadlines
from app.accounts import absence
from app.cases.models import Case, CaseClock, CaseDraft, CaseState
from app.cases.queries.filters import beyond_the_open, filters, late, within
from app.core import clock
from app.core.listing import Listing, Order, Spread, View, capped, ordered
from app.deadlines import SOON, URGENT, ClockView
from tenants.database import db

OFTEN = 3  # cases against one merchant in the last 30 days that are worth a word
MOST = 10_000  # cases that a filter counts; beyond, it says that there are more


@dataclass(frozen=True)
class Figures:
    """What is on the desks now, for one person."""

    open: int
    mine: int
    late: int
    urgent: int
    soon: int
    lodged: int
    mediating: int
    prepaid: int
    vulnerable: int
    approvals: int


def figures(me: Any) -> Figures:
    """Counted once per request, over the open cases only: a partial index holds them."""
    kept: dict[Any, Figures] = db.session().info.setdefault("case_figures", {})
    if me.id not in kept:
        kept[me.id] = _count(me)
    return kept[me.id]


def _count(me: Any) -> Figures:
    today = clock.today()
    waiting = select(func.count()).select_from(CaseDraft).where(CaseDraft.status == "waiting").scalar_subquery()
    query = select(
        func.count().label("open"),
        func.count().filter(_mine(me)).label("mine"),
        func.count().filter(late(today)).label("late"),
        func.count().filter(within(today, URGENT)).label("urgent"),
        func.count().filter(within(today, SOON)).label("soon"),
        func.count().filter(Case.status == CaseState.LODGED).label("lodged"),
        func.count().filter(Case.status == CaseState.MEDIATING).label("mediating"),
        func.count().filter(Case.prepaid).label("prepaid"),
        func.count().filter(or_(Case.minor, Case.elderly)).label("vulnerable"),
        waiting.label("approvals"),
        func.array(absence.covered(me, today).scalar_subquery(), type_=ARRAY(Uuid)).label("covers"),
    ).where(Case.open)
    found = dict(db.session.execute(query).one()._mapping)
    absence.remember_covers(me, found.pop("covers"))  # the list is narrowed by them next
    return Figures(**found)


def _mine(me: Any) -> Any:
    """One's own, and those of colleagues whom one deputises for today."""
    return or_(Case.assignee_id == me.id, Case.assignee_id.in_(absence.covered(me, clock.today())))


def queue(me: Any) -> Listing:
    """The filters and orders of the list of cases, for one person."""
    return Listing(
        filters=filters(me),
        orders=[
            Order("due", _l("Time limit"), (Case.queue_on, Case.id)),
            Order("newest", _l("Newest first"), (Case.received_at, Case.id), descending=True),
            Order("oldest", _l("Oldest first"), (Case.received_at, Case.id)),
        ],
    )


def rows_of(view: Any, numbers: Figures) -> Any:
    """The page of cases that a view asks for, and how many there are. Without a word about it: the open ones."""
    query = select(Case)
    if not beyond_the_open(view.values):
        query = query.where(Case.open)
    narrowed = view.values.keys() - {"scope"} or view.values.get("scope", "open") != "open"
    count = capped(view.narrow(query.with_only_columns(Case.id)), MOST) if narrowed else numbers.open
    return view.page(query, count=count, spread=_by_key(view))


def next_in(me: Any, asked: dict[str, str], case: Case) -> str | None:
    """The number of the case that follows in a list, which this one may have left by now; None at its end."""
    view = queue(me).read(asked)
    columns, query = view.order.columns, view.narrow(select(Case.number)).where(Case.id != case.id)
    if not beyond_the_open(view.values):
        query = query.where(Case.open)
    here = tuple_(*columns)
    place = select(*columns).where(Case.id == case.id)
    there = tuple_(*db.session.execute(place).one())
    query = query.where(here < there if view.order.descending else here > there)
    return db.session.scalar(query.order_by(*ordered(columns, view.order.descending)).limit(1))


def _by_key(view: View) -> Spread:
    """The keys of a page first, which the covering indexes hold, then its rows: what is filtered out is never read."""
    columns = view.order.columns

    def spread(query: Select[Any], downwards: bool) -> Select[Any]:
        found = query.with_only_columns(Case.tenant_id, *columns).subquery("found")
        shown = aliased(Case)
        return (
            select(shown)
            .join(found, and_(shown.tenant_id == found.c.tenant_id, shown.id == found.c.id))
            .options(joinedload(shown.assignee), undefer(shown.queue_on))
            .order_by(*ordered((found.c[each.key] for each in columns), downwards))
        )

    return spread


def tabs(view: Any, numbers: Figures) -> list[dict[str, Any]]:
    """The saved filters above the list."""
    saved: list[tuple[Any, dict[str, str], int]] = [
        (_("Mine"), {"who": "me"}, numbers.mine),
        (_("All open"), {"scope": "open"}, numbers.open),
        (_("Awaiting triage"), {"status": "lodged"}, numbers.lodged),
        (_("Prepaid"), {"trait": "prepaid"}, numbers.prepaid),
        (_("Minors and elderly"), {"trait": "vulnerable"}, numbers.vulnerable),
        (_("Late"), {"due": "late"}, numbers.late),
    ]
    asked = {name: view.args[name] for name in view.values} or {"scope": "open"}
    return [
        {"title": title, "url": view.url(**{**dict.fromkeys(view.values), **args}), "count": n, "on": asked == args}
        for title, args, n in saved
    ]


@dataclass(frozen=True)
class Beside:
    """What a row says beside the case itself."""

    clocks: dict[UUID, ClockView]
    often: dict[UUID, int]  # merchant -> cases in the last 30 days


def beside(cases: Sequence[Case]) -> Beside:
    """The clock that each case is ordered by, and how often its merchant came up: two statements for the page."""
    return Beside(clocks_of(cases), _often({case.merchant_id for case in cases if case.merchant_id}))


def clocks_of(cases: Sequence[Case]) -> dict[UUID, ClockView]:
    """case -> the bar of its earliest running clock; a paused one where none runs."""
    open_ = (CaseClock.case_id.in_([case.id for case in cases]), CaseClock.state.in_(["running", "paused"]))
    found: dict[UUID, CaseClock] = {}
    for one in db.session.scalars(select(CaseClock).where(*open_)) if cases else ():
        best = found.get(one.case_id)
        if best is None or (one.state != "running", one.due_on) < (best.state != "running", best.due_on):
            found[one.case_id] = one
    today, rules = clock.today(), deadlines.load_rules()
    return {case_id: deadlines.view(one, today, rules) for case_id, one in found.items()}


def _often(merchants: set[UUID]) -> dict[UUID, int]:
    if not merchants:
        return {}
    query = (
        select(Case.merchant_id, func.count().label("count"))
        .where(Case.merchant_id.in_(merchants), Case.received_at >= clock.now() - timedelta(days=30))
        .group_by(Case.merchant_id)
        .having(func.count() >= OFTEN)
    )
    counted: dict[UUID, int] = dict(db.session.execute(query).all())  # type: ignore[arg-type]  # rows are pairs
    return counted


def of_merchant(merchant_id: UUID) -> Select[Any]:
    """The cases against a merchant of the register."""
    return listed().where(Case.merchant_id == merchant_id)


def listed() -> Select[Any]:
    """Cases with what a row of a list says."""
    return select(Case).options(joinedload(Case.assignee), undefer(Case.queue_on))
