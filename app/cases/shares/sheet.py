"""The ledger of a joint complaint as a spreadsheet, with whole names and phones."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import gettext as _
from xlsxwriter import Workbook

from app.cases.shares.forms import ANSWERS
from app.cases.shares.queries import NOTHING, Ledger, Line
from app.core import sheets

_ANSWER = {None: "", True: "yes", False: "no"}


def book(told: Ledger) -> bytes:
    """A line for each, a column for each instalment, and the sums below."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, **sheets.SAFE}) as made:
        bold, day = made.add_format({"bold": True}), made.add_format({"num_format": "yyyy-mm-dd"})
        sheet = made.add_worksheet(str(_("Ledger")))
        sheets.head(sheet, _titles(told), bold)
        rows = [_cells(told, line) for line in told.lines]
        for at, cells in enumerate([*rows, _together(told)], start=1):
            for column, said in enumerate(cells):
                sheets.put(sheet, at, column, said, day)
        sheet.freeze_panes(1, 2)
    return out.getvalue()


def _titles(told: Ledger) -> list[tuple[Any, int]]:
    parts: list[tuple[Any, int]] = [
        (f"{_('Instalment %(n)s', n=part.ordinal)} {part.due_on}", 16) for part in told.parts
    ]
    return [
        *((_("No."), 6), (_("Name"), 12), (_("Phone"), 16), (_("Claimed"), 14), (_("Agreed"), 14)),
        *((_("Answer"), 12), (_("Day of the answer"), 12), *parts, (_("Paid"), 14), (_("Outstanding"), 14)),
    ]


def _cells(told: Ledger, line: Line) -> list[Any]:
    party, said = line.party, line.agrees is not None
    parts = [sum((share.amount for share, of in line.got if of.id == part.id), NOTHING) or None for part in told.parts]
    return [
        *(party.position + 1, party.reveal("name"), party.reveal("phone"), line.claimed, line.agreed),
        *(str(ANSWERS[_ANSWER[line.agrees]]) if said else "", party.answered_on if said else None),
        *(*parts, line.paid, line.open),
    ]


def _together(told: Ledger) -> list[Any]:
    sums = told.sums
    parts = [told.shared(part) for part in told.parts]
    return ["", str(_("Together")), "", sums.claimed, sums.agreed, "", None, *parts, sums.paid, sums.open]
