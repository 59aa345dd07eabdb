"""The queue: open work by due date, narrowed by declared filters; figures and tabs from one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, undefer

from app import deadlines
from app.accounts.models import Person
from app.accounts.permissions import ROLES, Can
from app.cases import lists
from app.cases.models import Case, CaseClock, CaseDraft, CaseState
from app.core import clock
from app.core.listing import Filter, Listing, Order
from app.deadlines import SOON, URGENT, ClockView
from tenants.database import db

OFTEN = 3  # cases against one merchant in the last 30 days that are worth a word
_HANDLING = [role.code for role in ROLES.values() if Can.CASE_HANDLE in role.can]


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
        func.count().filter(Case.assignee_id == me.id).label("mine"),
        func.count().filter(_late(today)).label("late"),
        func.count().filter(_within(today, URGENT)).label("urgent"),
        func.count().filter(_within(today, SOON)).label("soon"),
        func.count().filter(Case.status == CaseState.LODGED).label("lodged"),
        func.count().filter(Case.status == CaseState.MEDIATING).label("mediating"),
        func.count().filter(Case.prepaid).label("prepaid"),
        func.count().filter(or_(Case.minor, Case.elderly)).label("vulnerable"),
        waiting.label("approvals"),
    ).where(Case.open)
    return Figures(**db.session.execute(query).one()._mapping)


def _late(today: date) -> Any:
    return Case.queue_on < today


def _within(today: date, amount: int) -> Any:
    """Due, not late, and no more than so many working days away."""
    last = deadlines.load_calendar().last_day_within(today, amount)
    return and_(Case.queue_on >= today, Case.queue_on <= last)


def queue(me: Any) -> Listing:
    """The filters and orders of the list of cases, for one person."""
    return Listing(
        filters=[
            Filter("scope", _l("Which"), _scope, choices=_scopes),
            Filter("who", _l("Handled by"), lambda value: _handled_by(value, me), choices=cache(_people)),
            Filter("status", _l("Status"), lambda value: Case.status == value, choices=_states),
            Filter("due", _l("Due"), lambda value: _DUE[value](clock.today()), choices=_dues),
            Filter("trait", _l("Concerns"), lambda value: _TRAITS[value](), choices=_traits),
            Filter("category", _l("Category"), _of_category, choices=lambda: lists.choices("categories")),
            Filter("channel", _l("Channel"), _of_channel, choices=lambda: lists.choices("channels")),
            Filter("merchant", _l("Merchant"), lambda value: Case.merchant_name == value),
            Filter("since", _l("Received since"), _from_begin, parse=date.fromisoformat),
            Filter("until", _l("Received until"), _before_end, parse=date.fromisoformat),
            Filter("draft", _l("Draft"), lambda value: _waits(), choices=_drafts),
        ],
        orders=[
            Order("due", _l("Time limit"), (Case.queue_on, Case.id)),
            Order("newest", _l("Newest first"), (Case.received_at, Case.id), descending=True),
            Order("oldest", _l("Oldest first"), (Case.received_at, Case.id)),
        ],
    )


def rows_of(view: Any, *, count: int | None = None) -> Any:
    """The page of cases that a view asks for. Without a word about it: the open ones."""
    query = listed()
    everything = view.values.get("scope") or view.values.get("status") in ("refused", "closed")
    return view.page(query if everything else query.where(Case.open), count=count)


def tabs(view: Any, numbers: Figures) -> list[dict[str, Any]]:
    """The saved filters above the list."""
    saved: list[tuple[Any, dict[str, str], int]] = [
        (_("Mine"), {"who": "me"}, numbers.mine),
        (_("All open"), {}, numbers.open),
        (_("Awaiting triage"), {"status": "lodged"}, numbers.lodged),
        (_("Prepaid"), {"trait": "prepaid"}, numbers.prepaid),
        (_("Minors and elderly"), {"trait": "vulnerable"}, numbers.vulnerable),
        (_("Late"), {"due": "late"}, numbers.late),
    ]
    asked = {name: view.args[name] for name in view.values}
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


def handlers() -> list[Person]:
    """Who may be given a case."""
    return list(
        db.session.scalars(select(Person).where(Person.active, Person.role.in_(_HANDLING)).order_by(Person.name))
    )


# The choices and conditions of the filters ---------------------------------------------------------------------------


def _scopes() -> list[tuple[str, Any]]:
    return [("all", _("all, closed ones too")), ("closed", _("no longer open"))]


def _scope(value: str) -> Any:
    return Case.status.in_([CaseState.REFUSED, CaseState.CLOSED]) if value == "closed" else Case.id.is_not(None)


def _people() -> list[tuple[str, Any]]:
    return [("me", _("me")), ("nobody", _("nobody yet")), *((str(person.id), person.name) for person in handlers())]


def _handled_by(value: str, me: Any) -> Any:
    if value == "nobody":
        return Case.assignee_id.is_(None)
    return Case.assignee_id == (me.id if value == "me" else UUID(value))


def _states() -> list[tuple[str, Any]]:
    return [(state.value, state.label) for state in CaseState]


def _dues() -> list[tuple[str, Any]]:
    return [("late", _("late")), ("urgent", _("within two working days")), ("soon", _("within five working days"))]


_DUE: dict[str, Any] = {
    "late": _late,
    "urgent": lambda today: _within(today, URGENT),
    "soon": lambda today: _within(today, SOON),
}


def _traits() -> list[tuple[str, Any]]:
    return [
        ("prepaid", _("prepaid")),
        ("vulnerable", _("minors and elderly")),
        ("taken_over", _("taken over from another county")),
    ]


_TRAITS: dict[str, Any] = {
    "prepaid": lambda: Case.prepaid,
    "vulnerable": lambda: or_(Case.minor, Case.elderly),
    "taken_over": lambda: Case.origin == "taken_over",
}


def _drafts() -> list[tuple[str, Any]]:
    return [("waiting", _("waiting for approval"))]


def _of_category(value: str) -> Any:
    return Case.category.in_(lists.below("categories", value))


def _of_channel(value: str) -> Any:
    return Case.channel.in_(lists.below("channels", value))


def _from_begin(day: date) -> Any:
    return Case.received_at >= clock.at(day)


def _before_end(day: date) -> Any:
    return Case.received_at < clock.at(day + timedelta(days=1))


def _waits() -> Any:
    return (
        select(CaseDraft.id)
        .where(CaseDraft.tenant_id == Case.tenant_id, CaseDraft.subject_id == Case.id, CaseDraft.status == "waiting")
        .exists()
    )
