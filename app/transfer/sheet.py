"""A spreadsheet of messages as it really comes: found columns, dates in three shapes, blank lines, empty rows."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import bounded, clock, reading
from app.core.clock import SHANGHAI
from app.core.errors import Invalid
from app.core.forms import narrow, tidy
from app.core.privacy import is_of_somebody, mask_address, mask_name, mask_phone, redact

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
    "personal": _l("The number at the source looks like a phone or ID number: choose another column"),
    "facts": _l("No text"),
    "told_at": _l("The time cannot be read"),
    "length": _l("The text is longer than 20,000 characters"),
    "differs": _l("A message of this number is there already, with another text"),
    "future": _l("The time lies ahead"),
    "other": _l("The row cannot be read"),
}
_MASKS: dict[str, Callable[[str], str]] = {"name": mask_name, "phone": mask_phone, "address": mask_address}
LONGEST = 20_000
MOST_ROWS = 100_000
BOUNDS = bounded.Bounds(memory=512 * 2**20, seconds=10, output=100 * 2**20)  # a file of 20 MB takes a quarter of each
_TIME = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")


class Unreadable(Invalid):
    """The file is no spreadsheet that could be read, or has nothing in it."""

    def __init__(self, message: str) -> None:
        super().__init__("file", message)


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
    """A sheet as it was read: its rows lie on the disk, so that it takes no memory however long it is."""

    head: list[str]
    lines: IO[bytes]
    starts: array[int]  # where in `lines` each row begins; rows without any content are left out

    def __len__(self) -> int:
        return len(self.starts)

    def rows(self, start: int = 0) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) from position `start` on."""
        for at in self.starts[start:]:
            self.lines.seek(at)
            line, cells = json.loads(self.lines.readline())
            yield line, cells

    def sample(self, columns: Mapping[str, int], count: int = 5) -> list[tuple[int, list[str]]]:
        """The first rows as short words: enough to tell the columns by, and nobody's number or address."""
        masks = {at: _MASKS[what] for what, at in columns.items() if what in _MASKS}
        return [
            (line, [masks.get(at, redact)(_short(cell)) for at, cell in enumerate(cells)])
            for line, cells in islice(self.rows(), count)
        ]


@contextmanager
def read(content: IO[bytes]) -> Iterator[Sheet]:
    """The first sheet of a workbook, for as long as one is in the block. Raises Unreadable.

    A process of its own opens it (IN6): what a tiny file unpacks to is never in our memory.
    """
    try:
        lines = bounded.run(Path(reading.__file__), content, BOUNDS)
    except bounded.TooMuch as fault:
        raise Unreadable(
            _("Reading this file takes too much memory or time. Keep only the table itself, or divide the file.")
        ) from fault
    except bounded.Broken as fault:
        raise Unreadable(_("This is no spreadsheet that can be read.")) from fault
    with lines:
        yield _indexed(lines)


def _indexed(lines: IO[bytes]) -> Sheet:
    head: list[str] = json.loads(lines.readline() or "[0, []]")[1]
    starts = array("Q")
    at = lines.tell()
    for line in lines:
        starts.append(at)
        at += len(line)
    if not starts:
        raise Unreadable(_("There is no message in this file."))
    if len(starts) > MOST_ROWS:
        raise Unreadable(_("More than 100,000 rows: please divide the file."))
    if len(head) > reading.WIDEST:
        raise Unreadable(_("The sheet reaches too far out: delete what stands far right or far below."))
    return Sheet([_short(cell, 60) for cell in head], lines, starts)


def _short(cell: str, limit: int = 80) -> str:
    said = " ".join(tidy(cell).split())
    return said if len(said) <= limit else f"{said[: limit - 1]}…"


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


def when(cell: str) -> datetime | None:
    """A time however it was typed, as of the city's wall clock. Raises ValueError when there is something else."""
    said = narrow(cell)
    if not said:
        return None
    match = _TIME.fullmatch(said)
    if match is None:
        raise ValueError(said)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


def messages(sheet: Sheet, columns: dict[str, int], start: int = 0) -> Iterator[Message | Fault]:
    """The rows from position `start` on, each a message or the reason why not."""
    for line, cells in sheet.rows(start):
        yield _message(line, cells, columns)


def _message(line: int, cells: list[str], columns: dict[str, int]) -> Message | Fault:
    def cell(what: str) -> str:
        at = columns.get(what)
        return cells[at] if at is not None and at < len(cells) else ""

    reference = narrow(cell("reference"))[:60]
    facts = "\n".join(part.strip() for part in tidy(cell("facts")).splitlines() if part.strip())
    if not reference:
        return Fault(line, "", "reference")
    if is_of_somebody(reference):
        return Fault(line, "", "personal")  # the number of a case is no secret: the city reads it
    if not facts:
        return Fault(line, reference, "facts")
    if len(facts) > LONGEST:
        return Fault(line, reference, "length")
    try:
        told_at = when(cell("told_at"))
    except ValueError:
        return Fault(line, reference, "told_at")
    if told_at is not None and told_at > clock.now():
        return Fault(line, reference, "future")
    words = {what: _short(cell(what), 120) for what in ("title", "name", "phone", "address", "merchant", "label")}
    return Message(line=line, reference=reference, facts=facts, told_at=told_at, **words)
