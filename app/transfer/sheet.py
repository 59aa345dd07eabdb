"""A spreadsheet of messages as it really comes: found columns, dates in three shapes, blank lines, empty rows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import IO, Any

import python_calamine
from flask_babel import lazy_gettext as _l

from app.core.clock import SHANGHAI
from app.core.forms import narrow, tidy

# what -> (its name, whether a message cannot do without it, how its column may be headed)
WANTED: dict[str, tuple[Any, bool, tuple[str, ...]]] = {
    "reference": (_l("Number at the source"), True, ("留言编号", "工单编号", "编号", "工单号", "单号", "number", "id")),
    "facts": (_l("Text of the message"), True, ("留言详情", "内容", "工单内容", "详情", "诉求内容", "text", "body")),
    "title": (_l("Subject"), False, ("留言主题", "主题", "标题", "subject", "title")),
    "told_at": (_l("Time of the message"), False, ("留言时间", "来电时间", "时间", "受理时间", "time", "date")),
    "name": (_l("Name or user"), False, ("留言用户", "姓名", "来电人", "用户", "name", "user")),
    "phone": (_l("Phone"), False, ("联系电话", "电话", "来电号码", "手机", "phone")),
    "address": (_l("Address"), False, ("地址", "联系地址", "address")),
    "merchant": (_l("Merchant"), False, ("经营者", "被投诉人", "商家", "被投诉单位", "merchant")),
    "label": (_l("Label given by the source"), False, ("一级分类", "分类", "一级标签", "类别", "label", "category")),
}

REASONS: dict[str, Any] = {
    "reference": _l("No number at the source"),
    "facts": _l("No text"),
    "told_at": _l("The time cannot be read"),
    "length": _l("The text is longer than 20,000 characters"),
    "other": _l("The row cannot be read"),
}
LONGEST = 20_000
MOST_ROWS = 100_000
MOST_CELLS = 5_000_000  # of the rectangle that the reader keeps, at some 30 bytes each
# A cell with something in it; one without ends at once (<c r="A9" s="3"/>) and is not kept.
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"(?:[^>]*[^/])?>')
_TIME = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")


class Unreadable(ValueError):
    """The file is no spreadsheet that could be read, or has nothing in it."""


@dataclass(frozen=True)
class Message:
    """One row, understood."""

    line: int
    reference: str
    facts: str
    title: str
    told_at: datetime | None
    name: str
    phone: str
    address: str
    merchant: str
    label: str


@dataclass(frozen=True)
class Fault:
    """One row that cannot be taken: `reason` is a code of REASONS."""

    line: int
    reference: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    head: list[str]
    rows: list[tuple[int, list[Any]]]  # (line, cells); rows without any content are left out

    def sample(self, count: int = 5) -> list[tuple[int, list[str]]]:
        """The first rows as short words, for the preview."""
        return [(line, [_short(cell) for cell in cells]) for line, cells in self.rows[:count]]


def read(content: IO[bytes]) -> Sheet:
    """The first sheet of a workbook. Raises Unreadable."""
    data = content.read()
    try:
        if _area(data) > MOST_CELLS:
            raise Unreadable(str(_l("The sheet reaches too far out: delete what stands far right or far below.")))
        book = python_calamine.load_workbook(io.BytesIO(data))
        table = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Unreadable:
        raise
    except (python_calamine.CalamineError, zipfile.BadZipFile, IndexError, ValueError) as fault:
        raise Unreadable(str(_l("This is no spreadsheet that can be read."))) from fault
    rows = [(line, cells) for line, cells in enumerate(table, start=1) if any(_there(cell) for cell in cells)]
    if len(rows) < 2:
        raise Unreadable(str(_l("There is no message in this file.")))
    if len(rows) > MOST_ROWS:
        raise Unreadable(str(_l("More than 100,000 rows: please divide the file.")))
    return Sheet([_short(cell, 60) for cell in rows[0][1]], rows[1:])


def _area(data: bytes) -> int:
    """How many cells the reader will hold: out to the last row and column that has a value in it.

    It keeps a whole rectangle in memory, so two values in far corners of a tiny file would take gigabytes.
    """
    widest = deepest = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with archive.open(name) as part:
                tail = b""
                while chunk := part.read(1 << 20):
                    for column, row in _CELL.findall(tail + chunk):
                        widest, deepest = max(widest, _column(column)), max(deepest, int(row))
                    tail = chunk[-300:]
    return widest * deepest


def _column(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _there(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _short(cell: Any, limit: int = 80) -> str:
    said = " ".join(_text(cell).split())
    return said if len(said) <= limit else f"{said[: limit - 1]}…"


def _text(cell: Any) -> str:
    """A cell as a person reads it: 188006.0 is 188006."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return tidy(str(cell))


def suggest(head: Sequence[str]) -> dict[str, int]:
    """Which column is probably what, by its heading; each column once."""
    plain = [narrow(title).casefold() for title in head]
    found: dict[str, int] = {}
    for exact in (True, False):
        for what, (_name, _needed, headings) in WANTED.items():
            if what in found:
                continue
            for heading in headings:
                fits = [
                    at
                    for at, title in enumerate(plain)
                    if at not in found.values()
                    and (title == heading if exact else len(heading) > 1 and heading in title)
                ]
                if fits:
                    found[what] = fits[0]
                    break
    return found


def when(cell: Any) -> datetime | None:
    """A time however it was typed, as of the city's wall clock. Raises ValueError when there is something else."""
    if isinstance(cell, datetime):
        moment = cell.replace(tzinfo=None)
    elif isinstance(cell, date):
        moment = datetime.combine(cell, time())
    else:
        said = narrow(_text(cell))
        if not said:
            return None
        match = _TIME.fullmatch(said)
        if match is None:
            raise ValueError(said)
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        moment = datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    return moment.replace(tzinfo=SHANGHAI).astimezone(UTC)


def messages(sheet: Sheet, columns: dict[str, int], start: int = 0) -> Iterator[Message | Fault]:
    """The rows from position `start` on, each a message or the reason why not."""
    for line, cells in sheet.rows[start:]:
        yield _message(line, cells, columns)


def _message(line: int, cells: list[Any], columns: dict[str, int]) -> Message | Fault:
    def cell(what: str) -> Any:
        at = columns.get(what)
        return cells[at] if at is not None and at < len(cells) else None

    reference = narrow(_text(cell("reference")))[:60]
    facts = "\n".join(part.strip() for part in _text(cell("facts")).splitlines() if part.strip())
    if not reference:
        return Fault(line, "", "reference")
    if not facts:
        return Fault(line, reference, "facts")
    if len(facts) > LONGEST:
        return Fault(line, reference, "length")
    try:
        told_at = when(cell("told_at"))
    except ValueError:
        return Fault(line, reference, "told_at")
    words = {what: _short(cell(what), 120) for what in ("title", "name", "phone", "address", "merchant", "label")}
    return Message(line=line, reference=reference, facts=facts, told_at=told_at, **words)
