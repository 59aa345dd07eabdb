"""What waits to be called back, and how satisfied people were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.cases.callbacks.models import CallBack, CallBackState
from app.cases.models import Case
from app.core import clock
from app.core.errors import Missing
from app.core.listing import Filter, Listing, Order
from app.deadlines.wording import ClockView, set_day
from tenants.database import db

PERIOD = timedelta(days=365)
SCORES = (5, 4, 3, 2, 1)


def named(score: int) -> str:
    return {
        5: _("very satisfied"),
        4: _("satisfied"),
        3: _("so-so"),
        2: _("dissatisfied"),
        1: _("very dissatisfied"),
    }[score]


LISTING = Listing(
    filters=[
        Filter(
            "show",
            _l("Show"),
            lambda value: CallBack.status == value,
            choices=lambda: [(one.value, one.label) for one in CallBackState],
        ),
        Filter(
            "score",
            _l("Satisfaction"),
            lambda value: CallBack.satisfaction == int(value),
            choices=lambda: [(str(score), named(score)) for score in SCORES],
        ),
    ],
    orders=[Order("due", _l("Due"), (CallBack.due_on, CallBack.id))],
)


def page_of(view: Any) -> Any:
    """What a view asks for; without a word about it those that wait."""
    query = _listed()
    return view.page(query if view.values else query.where(CallBack.status == CallBackState.WAITING))


def by_key(key: UUID) -> CallBack:
    """Raises Missing for another organisation's."""
    row = db.session.scalars(_listed().where(CallBack.id == key)).first()
    if row is None:
        raise Missing
    return row


def latest_of(case: Case) -> CallBack | None:
    """The last call-back of a case."""
    return db.session.scalars(
        select(CallBack).where(CallBack.case_id == case.id).order_by(CallBack.id.desc()).limit(1)
    ).first()


def _listed() -> Any:
    return select(CallBack).options(
        joinedload(CallBack.case).joinedload(Case.assignee), selectinload(CallBack.attempts)
    )


@dataclass(frozen=True)
class Satisfaction:
    """How those answered who could be asked, in the last twelve months."""

    scores: dict[int, int]
    invalid: int  # called, and no valid answer: in no share

    @property
    def answered(self) -> int:
        return sum(self.scores.values())

    @property
    def satisfied(self) -> int:
        return self.scores[5] + self.scores[4]


def satisfaction() -> Satisfaction:
    since = clock.now() - PERIOD
    query = (
        select(CallBack.satisfaction, func.count())
        .where(CallBack.ended_at >= since, CallBack.status.in_([CallBackState.ANSWERED, CallBackState.UNANSWERED]))
        .group_by(CallBack.satisfaction)
    )
    counted = dict(db.session.execute(query).all())
    return Satisfaction({score: counted.get(score, 0) for score in SCORES}, counted.get(None, 0))


def bar(row: CallBack) -> ClockView:
    """How long there is left to call, as of a clock."""
    done = clock.on(row.ended_at) if row.ended_at else None
    return set_day(row.due_on, clock.on(row.closed_at), clock.today(), done)
