"""The first sheet of a workbook, from standard input to standard output: a line of JSON for each row with content.

Run by itself through app.core.bounded, so it imports nothing of ours. A line is [line of the sheet, cells]; every cell
is text, as a person reads it.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime
from typing import Any

import python_calamine

WIDEST = 200  # columns
LONGEST_ROW = 2**20  # bytes


def main() -> None:
    book = python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
    for line, cells in enumerate(book.get_sheet_by_index(0).iter_rows(), start=1):
        said = [text(cell) for cell in cells[: WIDEST + 1]]  # one more, which tells that there are too many
        if any(said):
            row = json.dumps([line, said], ensure_ascii=False).encode()
            if len(row) > LONGEST_ROW:
                raise MemoryError("whoever reads a row has it in memory")
            sys.stdout.buffer.write(row + b"\n")


def text(cell: Any) -> str:
    """188006.0 is 188006, a moment has no fractions of a second, and blanks alone are nothing."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell).strip()


if __name__ == "__main__":
    main()
