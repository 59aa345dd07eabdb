"""What has come against a merchant: one statement, for figures and a picture with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Date, func, select

from app.cases.models import Case, Outcome
from app.cases.queries.filters import late
from app.core import clock
from app.merchants.models import Merchant
from app.ui.charts import Chart, Series
from tenants.database import db

MONTHS = 12
_SHOWN = (Outcome.SETTLED, Outcome.ENDED, Outcome.REFUSED)


@dataclass(frozen=True)
class History:
    """Cases against one merchant, of all years; amounts in yuan."""

    cases: int
    last_year: int  # received within a year
    open: int
    late: int
    settled: int
    mediated: int  # settled, or ended without agreement
    recovered: Decimal
    chart: Chart | None


def history(merchant: Merchant) -> History:
    """Counted over the index of cases by merchant, grouped by month and outcome."""
    today = clock.today()
    month = func.date_trunc("month", func.timezone("Asia/Shanghai", Case.received_at)).cast(Date)
    query = (
        select(
            month.label("month"),
            Case.outcome,
            func.count().label("cases"),
            func.count().filter(Case.open).label("open"),
            func.count().filter(Case.open, late(today)).label("late"),
            func.coalesce(func.sum(Case.recovered), 0).label("recovered"),
        )
        .where(Case.merchant_id == merchant.id)
        .group_by(month, Case.outcome)
    )
    rows = db.session.execute(query).all()
    months = _months(today)

    def counted(outcome: Outcome) -> int:
        return sum(row.cases for row in rows if row.outcome == outcome)

    settled = counted(Outcome.SETTLED)
    return History(
        cases=sum(row.cases for row in rows),
        last_year=sum(row.cases for row in rows if row.month >= months[0]),
        open=sum(row.open for row in rows),
        late=sum(row.late for row in rows),
        settled=settled,
        mediated=settled + counted(Outcome.ENDED),
        recovered=sum((Decimal(row.recovered) for row in rows), Decimal()),
        chart=_chart(rows, months) if len(rows) > 1 else None,
    )


def _months(today: date) -> list[date]:
    """The first days of the last twelve months, this one included."""
    this = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(this - MONTHS + 1, this + 1)]


def _chart(rows: Sequence[Any], months: Sequence[date]) -> Chart:
    def line(name: Any, outcomes: set[str | None]) -> Series:
        return Series(
            str(name),
            [sum(row.cases for row in rows if row.month == month and row.outcome in outcomes) for month in months],
        )

    shown: set[str | None] = {outcome.value for outcome in _SHOWN}
    others = {row.outcome for row in rows if row.outcome is not None} - shown
    series = [
        *(line(outcome.label, {outcome.value}) for outcome in _SHOWN),
        line(_("Other outcomes"), others),
        line(_("Not decided yet"), {None}),
    ]
    return Chart(
        "bar",
        _("Cases by month of receipt and outcome"),
        labels=[f"{month:%Y-%m}" for month in months],
        series=[one for one in series if any(one.values)],
        stacked=True,
        by=_("Month"),
    )
