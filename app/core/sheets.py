"""Spreadsheets as we write them: a cell holds a text, a number or a day, and never a formula of what somebody said."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.core import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE: dict[str, Any] = {"strings_to_formulas": False, "strings_to_urls": False}  # how a workbook is opened
LONGEST_CELL = 32_000  # a cell holds 32,767 signs


def put(sheet: Any, line: int, at: int, said: Any, day: Any) -> None:
    """A day, a number, or text: never a formula, whatever it begins with. `day` is the format of days."""
    if said is None or said == "":
        return
    if isinstance(said, datetime):
        sheet.write_datetime(line, at, datetime.combine(clock.on(said), datetime.min.time()), day)
    elif isinstance(said, date):
        sheet.write_datetime(line, at, datetime.combine(said, datetime.min.time()), day)
    elif isinstance(said, int | Decimal):
        sheet.write_number(line, at, said)
    else:
        sheet.write_string(line, at, str(said)[:LONGEST_CELL])


def head(sheet: Any, titles: list[tuple[Any, int]], bold: Any) -> None:
    """The first line: what stands in each column, and how wide it is."""
    for at, (title, width) in enumerate(titles):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, str(title), bold)
