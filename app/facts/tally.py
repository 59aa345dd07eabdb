"""What a case contributes to the figures: the one place where a measure is defined for counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from app.core import clock

Part = tuple[str, str, str, str, str, str]  # measure, day, channel, category, problem, value
Cell = tuple[str, str, str, str, str]
# Closed, but not as a complaint of this county.
UNCOUNTED = ("taken_over", "joined", "filed", "not_filed", "guided", "taken_back")


def contributions(case: Any, clocks: Iterable[Any]) -> list[Part]:
    """Everything that this case adds, as it stands now.

    `checked` and `checked_on_time`: the decision to accept or refuse, or on a clue, against its limit (按时初查率).
    `closed_on_time`: closed, and no limit of the case was missed (按期办结率).
    `closed_settled`: closed, and the parties had agreed (调解成功率).
    What another county took over, or goes on in an earlier case, is closed there, and counted there; a report is not
    mediated, and counted by itself.
    """
    dims = (case.channel, case.category or "", case.problem or "")
    parts: list[Part] = []

    def add(measure: str, day: date | None, value: Any = 1) -> None:
        if day is not None and value:
            parts.append((measure, day.isoformat(), *dims, str(value)))

    def day_of(moment: Any) -> date | None:
        return clock.on(moment) if moment else None

    received, decided, closed = day_of(case.received_at), day_of(case.decided_at), day_of(case.closed_at)
    ended = [limit for limit in clocks if limit.met_on is not None]
    missed = any(limit.met_on > limit.due_on for limit in ended)
    add("received", received)
    if case.origin == "first":
        add("received_first", received)
    add("disputed", received, case.amount)
    add("accepted", day_of(case.accepted_at))
    for limit in ended:
        if limit.code in ("acceptance", "clue_check"):
            add("checked", limit.met_on)
            if limit.met_on <= limit.due_on:
                add("checked_on_time", limit.met_on)
    if case.outcome:
        add(case.outcome, decided or closed)
    add("recovered", decided, case.recovered)
    if closed is not None and case.outcome not in UNCOUNTED:
        add("closed", closed)
        if not missed:
            add("closed_on_time", closed)
        if case.outcome == "settled":
            add("closed_settled", closed)
        taken = (closed - received).days if received else 0
        add("closed_days", closed, taken)
    return parts


def monthly(measure: str, channel: str, category: str, problem: str) -> tuple[tuple[str, str, str, str], ...]:
    """The cells of a month that a part is summed in: its own, and one along each breakdown alone.

    Over a million cases the finest cells are as many as the cases of a month; a chart reads the coarse ones.
    """
    return (
        (measure, channel, category, problem),
        (f"{measure}/channel", channel, "", ""),
        (f"{measure}/category", "", category, ""),
        (f"{measure}/problem", "", "", problem),
    )


def cells(parts: Iterable[Part | list[Any]]) -> Counter[Cell]:
    """Parts summed by (measure, day, channel, category, problem)."""
    sums: Counter[Cell] = Counter()
    for measure, day, channel, category, problem, value in parts:
        sums[(measure, day, channel, category, problem)] += Decimal(value)  # type: ignore[assignment]
    return sums


def difference(new: Iterable[Part | list[Any]], old: Iterable[Part | list[Any]]) -> dict[Cell, Decimal]:
    """What has to be added to the figures to get from `old` to `new`."""
    after, before = cells(new), cells(old)
    moved = {cell: Decimal(after[cell]) - Decimal(before[cell]) for cell in after.keys() | before.keys()}
    return {cell: value for cell, value in moved.items() if value}
