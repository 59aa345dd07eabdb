"""Those who complain together, as somebody pastes or sends them: a line each, name, phone, amount, consent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO

from flask_babel import gettext as _

from app.cases.services.intake import Complainant
from app.core import bounded, reading
from app.core.errors import Invalid
from app.core.forms import narrow

MOST = 500
BOUNDS = bounded.Bounds(memory=512 * 2**20, seconds=10, output=16 * 2**20)
_APART = re.compile(r"[,，;；|]")
_BLANKS = re.compile(r"\s{2,}|\s(?=[\d¥])")
_PHONE = re.compile(r"\+?\d{5,20}")
_YES = frozenset({"是", "同意", "已同意", "有", "√", "✓", "Y", "YES", "1", "TRUE"})
_NO = frozenset({"", "否", "不同意", "未同意", "无", "×", "N", "NO", "0", "FALSE"})
_HEADING = frozenset({"姓名", "名字", "投诉人", "NAME"})


@dataclass(frozen=True)
class Told:
    """What a table says: the people who can be taken, and what is wrong with the other lines.

    `unsaid` are the phones of those of whom it says nothing of consent.
    """

    people: list[Complainant]
    faults: list[str]
    unsaid: set[str] = field(default_factory=set)


def read(table: str) -> Told:
    """The people of a pasted table; a first line of headings is left out."""
    return from_rows((line, _cells(said)) for line, said in enumerate(table.splitlines(), start=1) if said.strip())


def read_sheet(content: IO[bytes]) -> Told:
    """The people of the first sheet of a workbook, which a process of its own opens. Raises Invalid."""
    try:
        with bounded.run(Path(reading.__file__), content, BOUNDS) as lines:
            return from_rows((line, [narrow(cell) for cell in cells]) for line, cells in map(json.loads, lines))
    except bounded.TooMuch:
        raise Invalid("sheet", _("Reading this file takes too much memory or time.")) from None
    except bounded.Broken:
        raise Invalid("sheet", _("This is no spreadsheet that can be read.")) from None


def from_rows(rows: Iterable[tuple[int, list[str]]]) -> Told:
    """The same from cells, each row with the number of its line."""
    people: list[Complainant] = []
    faults: list[str] = []
    unsaid: set[str] = set()
    seen: dict[str, int] = {}
    for line, cells in rows:
        name, phone, amount, consent = ([*cells, "", "", "", ""])[:4]
        if name.upper() in _HEADING:
            continue
        phone = bare(phone)
        wrong = _wrong(name, phone, amount, consent) or (
            _("the phone is that of line %(line)s already", line=seen[phone]) if phone in seen else ""
        )
        if len(people) >= MOST:
            faults.append(_("Line %(line)s: at most %(most)s people in one case.", line=line, most=MOST))
            break
        if wrong:
            faults.append(_("Line %(line)s: %(wrong)s.", line=line, wrong=wrong))
        else:
            seen[phone] = line
            unsaid |= set() if consent else {phone}
            people.append(Complainant(name, phone, _amount(amount), consent.upper() in _YES))
    return Told(people, faults, unsaid)


def bare(phone: str) -> str:
    """A phone number without what people put between its digits."""
    return "".join(sign for sign in phone if sign not in " -()")


def _cells(said: str) -> list[str]:
    said = said.strip("\r\n ")
    cells = said.split("\t") if "\t" in said else (_APART if _APART.search(said) else _BLANKS).split(said)
    return [narrow(cell) for cell in cells]


def _wrong(name: str, phone: str, amount: str, consent: str) -> str:
    if not name or len(name) > 60 or name.isdigit():
        return _("the name is missing")
    if not _PHONE.fullmatch(phone):
        return _("the phone number cannot be read")
    try:
        if _amount(amount) is not None and not 0 <= (_amount(amount) or 0) < Decimal("1e12"):
            return _("the amount cannot be read")
    except InvalidOperation:
        return _("the amount cannot be read")
    if consent.upper() not in _YES | _NO:
        return _("say yes or no for the consent")
    return ""


def _amount(said: str) -> Decimal | None:
    said = said.replace(",", "").replace("¥", "").replace("元", "").strip()
    return Decimal(said).quantize(Decimal("0.01")) if said else None
