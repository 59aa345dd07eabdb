"""Reading the figures: for one organisation or, in the bureau's realm, for all of them; the numbers are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Date, Text, and_, case, column, func, literal, select, values

from app import deadlines
from app.accounts.models import Person
from app.accounts.permissions import ROLES, Can
from app.audit.models import Entry
from app.cases.models import Case
from app.core import clock
from app.deadlines import SOON
from app.facts.measures import COUNTED, MEASURES, Figure
from app.facts.models import DayFigure, Mark, MonthFigure
from app.facts.periods import Period
from tenants.database import db

WEEKS = 12
NEVER = date(9999, 12, 31)  # the day of cases without a running limit, for indexes


@dataclass(frozen=True)
class Sums:
    """What was counted in some periods, by organisation."""

    counted: Mapping[tuple[str, int, str], Decimal] = field(repr=False)
    places: tuple[int, ...]

    def figure(self, code: str, period: str, place: int | None = None) -> Figure:
        """A measure of one organisation or, without `place`, of the city."""
        places = self.places if place is None else (place,)

        def counted(name: str) -> Decimal:
            return sum((self.counted.get((period, one, name), Decimal()) for one in places), Decimal())

        return MEASURES[code].figure(counted, city=place is None)


def sums(periods: Mapping[str, Period], places: Sequence[int]) -> Sums:
    """What was counted on the days of each period, in one statement."""
    asked = values(column("name", Text), column("since", Date), column("until", Date), name="asked").data(
        [(name, period.since, period.until) for name, period in periods.items()]
    )
    rows = db.session.execute(
        select(asked.c.name, DayFigure.tenant_id, DayFigure.measure, func.sum(DayFigure.value))
        .join(DayFigure, DayFigure.day.between(asked.c.since, asked.c.until))
        .where(DayFigure.tenant_id.in_(places), DayFigure.measure.in_(COUNTED))
        .group_by(asked.c.name, DayFigure.tenant_id, DayFigure.measure)
    )
    return Sums({(name, place, measure): value for name, place, measure, value in rows}, tuple(places))


@dataclass(frozen=True)
class Standing:
    """What lies on the desks of an organisation at this moment."""

    open: int = 0
    late: int = 0
    soon: int = 0
    oldest: date | None = None  # the time limit that passed first, or will

    def figure(self, code: str) -> Figure:
        return Figure(MEASURES[code], Decimal(getattr(self, code)))


def standing(places: Sequence[int]) -> dict[int, Standing]:
    """Counted from the open cases themselves, through their partial index."""
    today = clock.today()
    due_soon = and_(Case.queue_on >= today, Case.queue_on <= deadlines.load_calendar().last_day_within(today, SOON))
    rows = db.session.execute(
        select(
            Case.tenant_id,
            func.count(),
            func.count().filter(Case.queue_on < today),
            func.count().filter(due_soon),
            func.min(Case.queue_on).filter(Case.queue_on < NEVER),
        )
        .where(Case.open, Case.tenant_id.in_(places))
        .group_by(Case.tenant_id)
    )
    found = {place: Standing(open_, late, soon, oldest) for place, open_, late, soon, oldest in rows}
    return {place: Standing() for place in places} | found


def altogether(found: Mapping[int, Standing]) -> Standing:
    """The desks of the city."""
    every = found.values()
    return Standing(
        sum(one.open for one in every),
        sum(one.late for one in every),
        sum(one.soon for one in every),
        min((one.oldest for one in every if one.oldest), default=None),
    )


def hands(places: Sequence[int]) -> dict[int, int]:
    """How many people handle cases in each organisation: what a workload per head is divided by."""
    handling = [code for code, role in ROLES.items() if Can.CASE_HANDLE in role.can]
    rows = db.session.execute(
        select(Person.tenant_id, func.count())
        .where(Person.tenant_id.in_(places), Person.active, Person.role.in_(handling))
        .group_by(Person.tenant_id)
    )
    return dict(rows.all())


def weekly(measure: str, places: Sequence[int], weeks: int = WEEKS) -> dict[int, list[int]]:
    """Week by week, the last seven days being the last: a small line for each organisation."""
    today = clock.today()
    week: Any = ((literal(today) - DayFigure.day) // 7).label("week")
    rows = db.session.execute(
        select(DayFigure.tenant_id, week, func.sum(DayFigure.value))
        .where(
            DayFigure.tenant_id.in_(places),
            DayFigure.measure == measure,
            DayFigure.day.between(today - timedelta(days=7 * weeks - 1), today),
        )
        .group_by(DayFigure.tenant_id, week)
    )
    lines = {place: [0] * weeks for place in places}
    for place, ago, value in rows:
        lines[place][weeks - 1 - ago] = int(value)
    return lines


Grid = dict[tuple[date, str], Decimal]


def by_month(measure: str, what: str, since: date, until: date, places: Sequence[int]) -> Grid:
    """(first day of the month, code) -> value; `what` is category, problem or channel."""
    code = {"category": MonthFigure.category, "problem": MonthFigure.problem, "channel": MonthFigure.channel}[what]
    rows = db.session.execute(
        select(MonthFigure.month, code, func.sum(MonthFigure.value))
        .where(
            MonthFigure.tenant_id.in_(places),
            MonthFigure.measure == f"{measure}/{what}",
            MonthFigure.month.between(since.replace(day=1), until),
        )
        .group_by(MonthFigure.month, code)
    )
    grid: Grid = defaultdict(Decimal)
    for month, name, value in rows:
        grid[(month, name)] += value
    return grid


def counted_at(places: Sequence[int]) -> dict[int, datetime | None]:
    """Until when the figures of each organisation are complete; None where nothing was ever counted.

    Where the trail has gained no entry about a case since the last count, they are complete now.
    """
    now = clock.now()
    asked = values(column("id", BigInteger), name="asked").data([(place,) for place in places])
    uncounted = (  # in the order of the chain, so that the walk begins where the count ended
        select(Entry.seq)
        .where(
            Entry.tenant_id == asked.c.id,
            # Not coalesce(): PostgreSQL does not hold it for leakproof, and would walk the whole chain.
            Entry.seq > case((Mark.seq.is_(None), 0), else_=Mark.seq),
            Entry.subject_kind == Case.__tablename__,
        )
        .order_by(Entry.seq)
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(asked.c.id, Mark.at, uncounted).select_from(asked.outerjoin(Mark, Mark.tenant_id == asked.c.id))
    )
    return {place: now if behind is None else at for place, at, behind in rows}
