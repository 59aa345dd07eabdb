"""A workflow as a picture: its states in the order in which they are reached, and what leads from one to the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.workflow.engine import Step, Workflow

WIDE, HIGH, ACROSS, DOWN = 132, 34, 74, 26  # of a box, and between two of them, in units of the picture
MARGIN = 22


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
    """The picture. States that nothing leads to stand at the end."""
    moves: dict[tuple[Any, Any], list[int]] = {}
    for number, step in numbered(flow):
        for source in step.source:
            if step.target is not None and step.target != source:
                moves.setdefault((flow.states(source), flow.states(step.target)), []).append(number)
    columns = _columns(flow, moves)
    places = {state: (x, y) for x, states in enumerate(columns) for y, state in enumerate(states)}
    boxes = [Box(state, MARGIN + x * (WIDE + ACROSS), MARGIN + y * (HIGH + DOWN)) for state, (x, y) in places.items()]
    deepest = max(len(states) for states in columns)
    floor = MARGIN + deepest * (HIGH + DOWN)
    at = {box.state: box for box in boxes}
    back = [move for move in moves if at[move[1]].x <= at[move[0]].x]
    arrows = [_arrow(at[source], at[target], moves[source, target], floor, back) for source, target in moves]
    width = 2 * MARGIN + len(columns) * (WIDE + ACROSS) - ACROSS
    return Drawing(width, floor + 14 * len(back) + MARGIN, boxes, arrows)


def _columns(flow: Workflow, moves: Iterable[tuple[Any, Any]]) -> list[list[Any]]:
    """The states by how many steps they are from the first."""
    reached, columns = {flow.states(flow.first)}, [[flow.states(flow.first)]]
    while following := [
        state for state in flow.states if state not in reached and any((one, state) in moves for one in columns[-1])
    ]:
        columns.append(following)
        reached |= set(following)
    left = [state for state in flow.states if state not in reached]
    return [*columns, left] if left else columns


def _arrow(source: Box, target: Box, numbers: list[int], floor: int, back: list[tuple[Any, Any]]) -> Arrow:
    """Onwards from side to side; back, or within a column, below all boxes and up again."""
    said = ",".join(map(str, numbers))
    if target.x > source.x:
        x1, y1, x2, y2 = source.x + WIDE, source.y + HIGH / 2, target.x, target.y + HIGH / 2
        middle = (x1 + x2) / 2
        return Arrow(f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}", said, x2 - ACROSS * 0.42, _near(y1, y2))
    low = floor + 14 * back.index((source.state, target.state))
    right, left = source.x + WIDE * 0.62, target.x + WIDE * 0.38
    path = f"M{right} {source.y + HIGH}V{low}H{left}V{target.y + HIGH}"
    return Arrow(path, said, (right + left) / 2, low)


def _near(y1: float, y2: float) -> float:
    """Where its number stands, nearer to where it leads, so that numbers of one source lie apart."""
    return y1 + (y2 - y1) * 0.62
