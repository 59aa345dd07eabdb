"""A workflow as a picture: its states in the order in which they are reached, and what leads from one to the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.workflow.engine import Step, Workflow

WIDE, HIGH, ACROSS, DOWN = 132, 34, 84, 24  # of a box, and between two of them, in units of the picture
LANE, MARGIN = 15, 22  # of a way round the boxes, and round all of it

Move = tuple[Any, Any]  # from a state to another


@dataclass(frozen=True)
class Box:
    state: Any
    x: int
    y: int


@dataclass(frozen=True)
class Arrow:
    """From one state to another; `numbers` are those of the steps that lead there."""

    path: str
    numbers: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]


def numbered(flow: Workflow) -> list[tuple[int, Step]]:
    """Its steps as the table under the picture counts them: those that lead on, then those that change no status."""
    steps = sorted(flow.by_name.values(), key=lambda step: step.target is None)
    return list(enumerate(steps, start=1))


def drawn(flow: Workflow) -> Drawing:
    """The picture: onwards to the next column straight, over columns above all boxes, back below them."""
    moves: dict[Move, list[int]] = {}
    for number, step in numbered(flow):
        for source in step.source:
            if step.target is not None and step.target != source:
                moves.setdefault((flow.states(source), flow.states(step.target)), []).append(number)
    columns = _columns(flow, moves)
    column = {state: x for x, states in enumerate(columns) for state in states}
    over = [move for move in moves if column[move[1]] > column[move[0]] + 1]
    back = [move for move in moves if column[move[1]] <= column[move[0]]]
    top = MARGIN + LANE * len(over)
    at = {
        state: Box(state, MARGIN + x * (WIDE + ACROSS), top + y * (HIGH + DOWN))
        for x, states in enumerate(columns)
        for y, state in enumerate(states)
    }
    floor = top + max(map(len, columns)) * (HIGH + DOWN)
    lanes = {move: MARGIN + LANE * n for n, move in enumerate(over)}
    lanes |= {move: floor + LANE * n for n, move in enumerate(back)}
    arrows = [
        _arrow(at[source], at[target], said, lanes.get((source, target))) for (source, target), said in moves.items()
    ]
    width = 2 * MARGIN + len(columns) * (WIDE + ACROSS) - ACROSS // 2
    return Drawing(width, floor + LANE * len(back) + MARGIN, list(at.values()), arrows)


def _columns(flow: Workflow, moves: Iterable[Move]) -> list[list[Any]]:
    """The states by the longest way that leads to them: what leads to one declared earlier leads back."""
    order = [flow.states(flow.first), *(state for state in flow.states if state != flow.first)]
    column: dict[Any, int] = {}
    for state in order:
        before = [column[source] for source, target in moves if target == state and source in column]
        column[state] = 1 + max(before) if before else 0
    return [[state for state in order if column[state] == x] for x in range(1 + max(column.values()))]


def _arrow(source: Box, target: Box, numbers: list[int], lane: int | None) -> Arrow:
    """From side to side; one that goes round runs in the gaps beside the boxes, and in a lane of its own."""
    said = ",".join(map(str, numbers))
    x1, y1, x2, y2 = source.x + WIDE, source.y + HIGH / 2, target.x, target.y + HIGH / 2
    if lane is None:
        middle = (x1 + x2) / 2
        # Its number stands nearer to where it leads, so that those of one source lie apart.
        return Arrow(
            f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}", said, x2 - ACROSS * 0.42, y1 + (y2 - y1) * 0.62
        )
    beside = 8 + lane // LANE * 4 % (ACROSS // 2)
    out, into = x1 + beside, x2 - beside - 4
    return Arrow(f"M{x1} {y1}H{out}V{lane}H{into}V{y2}H{x2}", said, (out + into) / 2, lane)
