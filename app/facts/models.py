"""Figures by day and by month, what each case has contributed to them, and how far the counting has come."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.bases import Owned, owned_fk


class DayFigure(Owned):
    """How many, or how much, of a measure fell on a day."""

    __tablename__ = "day_figure"
    __table_args__ = (
        UniqueConstraint("tenant_id", "day", "measure"),
        Index("ix_day_figure_measure", "tenant_id", "measure", "day", postgresql_include=["value"]),
    )
    removable = True  # a rebuild begins with an empty table

    day: Mapped[date] = mapped_column(Date)
    measure: Mapped[str]
    value: Mapped[Decimal] = mapped_column(Numeric(18, 2))


class MonthFigure(Owned):
    """The same by month, channel, category and problem; and, as `received/category`, along one of them alone."""

    __tablename__ = "month_figure"
    __table_args__ = (
        UniqueConstraint("tenant_id", "month", "measure", "channel", "category", "problem"),
        Index("ix_month_figure_measure", "tenant_id", "measure", "month", "category", postgresql_include=["value"]),
    )
    removable = True

    month: Mapped[date] = mapped_column(Date)  # its first day
    measure: Mapped[str]
    channel: Mapped[str]
    category: Mapped[str]  # '' where a case has none yet
    problem: Mapped[str]
    value: Mapped[Decimal] = mapped_column(Numeric(18, 2))


class CaseTally(Owned):
    """What one case has contributed so far."""

    __tablename__ = "case_tally"
    __table_args__ = (owned_fk("case_record", "case_id"), UniqueConstraint("tenant_id", "case_id"))
    removable = True

    case_id: Mapped[UUID]
    parts: Mapped[list[Any]] = mapped_column(JSONB)  # [[measure, day, channel, category, problem, value], …]


class Mark(Owned):
    """The last audit entry that was counted."""

    __tablename__ = "facts_mark"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]  # when the figures were last known to be current
