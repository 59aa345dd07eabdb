"""Counting: catching up with the trail, recounting everything, and comparing the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.audit.models import Entry
from app.cases.models import Case, CaseClock
from app.core import clock
from app.facts.models import CaseTally, DayFigure, Mark, MonthFigure
from app.facts.tally import Cell, contributions, difference, monthly
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db

BATCH = 1000


def catch_up() -> int:
    """Count what the trail has gained since the last time, in this organisation; returns how many cases moved."""
    mark = _mark()
    last = db.session.scalar(select(func.max(Entry.seq))) or 0
    moved = 0
    while mark.seq < last:
        upto = min(mark.seq + BATCH, last)
        touched = select(Entry.subject_id).where(
            Entry.seq > mark.seq, Entry.seq <= upto, Entry.subject_kind == Case.__tablename__
        )
        moved += _count({case_id for case_id in db.session.scalars(touched) if case_id})
        mark.seq = upto
    mark.at = clock.now()
    return moved


def rebuild() -> int:
    """Throw the figures of this organisation away and count every case again; returns how many cases there are."""
    mark = _mark()
    for model in (CaseTally, DayFigure, MonthFigure):
        db.session.execute(delete(model))
    mark.seq = db.session.scalar(select(func.max(Entry.seq))) or 0
    mark.at = clock.now()
    counted = 0
    for batch in _batches():
        counted += _count(batch)
    return counted


def verify() -> list[str]:
    """Recount from the cases and compare; a sentence for every figure that differs."""
    days: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    months: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for batch in _batches():
        for _, parts in _parts_of(batch):
            for (measure, day, *dims), value in difference(parts, ()).items():
                on = date.fromisoformat(day)
                days[(on, measure)] += value
                for cell in monthly(measure, *dims):
                    months[(on.replace(day=1), *cell)] += value
    kept_days = {
        (row.day, row.measure): row.value
        for row in db.session.execute(select(DayFigure.day, DayFigure.measure, DayFigure.value))
    }
    columns = (MonthFigure.month, MonthFigure.measure, MonthFigure.channel, MonthFigure.category, MonthFigure.problem)
    kept_months = {tuple(row[:-1]): row[-1] for row in db.session.execute(select(*columns, MonthFigure.value))}
    return [*_compare("day", days, kept_days), *_compare("month", months, kept_months)]


def _compare(grain: str, counted: dict[Any, Decimal], kept: dict[Any, Decimal]) -> Iterator[str]:
    for key in sorted(counted.keys() | kept.keys(), key=str):
        if counted.get(key, Decimal()) != kept.get(key, Decimal()):
            name = " ".join(str(part) for part in key)
            yield f"{grain} {name}: counted {counted.get(key, 0)}, kept {kept.get(key, 0)}"


def _mark() -> Mark:
    """This organisation's mark, locked: two workers do not count the same entries twice."""
    mine = realm.current().writes
    db.session.execute(
        insert(Mark)
        .values(tenant_id=mine, id=uuid7(), seq=0, at=clock.now())
        .on_conflict_do_nothing(index_elements=["tenant_id"])
    )
    return db.session.scalars(
        select(Mark).where(Mark.tenant_id == mine).with_for_update().execution_options(populate_existing=True)
    ).one()


def _batches() -> Iterator[list[UUID]]:
    last: UUID | None = None
    while True:
        query = select(Case.id).order_by(Case.id).limit(BATCH)
        ids = list(db.session.scalars(query if last is None else query.where(Case.id > last)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _parts_of(ids: Iterable[UUID]) -> Iterator[tuple[UUID, list[Any]]]:
    """(case, what it contributes now) for each of the cases."""
    ids = list(ids)
    limits: dict[UUID, list[Any]] = defaultdict(list)
    wanted = (CaseClock.case_id, CaseClock.code, CaseClock.due_on, CaseClock.met_on)
    for row in db.session.execute(select(*wanted).where(CaseClock.case_id.in_(ids))):
        limits[row.case_id].append(row)
    columns = (
        Case.id, Case.channel, Case.category, Case.problem, Case.origin, Case.amount, Case.recovered, Case.outcome,
        Case.received_at, Case.accepted_at, Case.decided_at, Case.closed_at,
    )  # fmt: skip
    for case in db.session.execute(select(*columns).where(Case.id.in_(ids))):
        yield case.id, [list(part) for part in contributions(case, limits[case.id])]


def _count(ids: Iterable[UUID]) -> int:
    """Bring the figures up to date with these cases."""
    ids = list(ids)
    if not ids:
        return 0
    mine = realm.current().writes
    before = {
        row.case_id: row.parts
        for row in db.session.execute(select(CaseTally.case_id, CaseTally.parts).where(CaseTally.case_id.in_(ids)))
    }
    sums: dict[Cell, Decimal] = defaultdict(Decimal)
    tallies = []
    for case_id, parts in _parts_of(ids):
        for cell, value in difference(parts, before.get(case_id, ())).items():
            sums[cell] += value
        if parts != before.get(case_id):
            tallies.append({"tenant_id": mine, "id": uuid7(), "case_id": case_id, "parts": parts})
    if tallies:
        statement = insert(CaseTally)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "case_id"], set_={"parts": statement.excluded.parts}
            ),
            tallies,
        )
    _add(sums)
    return len(tallies)


def _add(sums: dict[Cell, Decimal]) -> None:
    mine = realm.current().writes
    days: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    months: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for (measure, day, channel, category, problem), value in sums.items():
        days[(day, measure)] += value
        for cell in monthly(measure, channel, category, problem):
            months[(f"{day[:8]}01", *cell)] += value
    day_rows = [
        {"tenant_id": mine, "id": uuid7(), "day": day, "measure": measure, "value": value}
        for (day, measure), value in sorted(days.items())
        if value
    ]
    names = ("month", "measure", "channel", "category", "problem")
    month_rows = [
        {"tenant_id": mine, "id": uuid7(), **dict(zip(names, key, strict=True)), "value": value}
        for key, value in sorted(months.items())
        if value
    ]
    for model, rows, keys in ((DayFigure, day_rows, ("day", "measure")), (MonthFigure, month_rows, names)):
        if rows:
            statement = insert(model)
            db.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["tenant_id", *keys], set_={"value": model.value + statement.excluded.value}
                ),
                rows,
            )
