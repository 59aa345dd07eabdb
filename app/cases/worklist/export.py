"""A list of cases as a spreadsheet: written row by row behind the page, kept for a week, every fetching on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Row, Select, select
from xlsxwriter import Workbook

from app import audit
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases import lists
from app.cases.models import Case, Outcome, Party, state_of
from app.cases.queries.filters import beyond_the_open
from app.cases.queries.queue import queue
from app.cases.worklist import jobs
from app.cases.worklist.models import Export, ExportFile, ExportState
from app.core import clock, sheets, unit
from app.core.errors import Invalid, Missing, NotAllowed
from app.core.listing import View, ordered
from app.files.store import store
from tenants import realm
from tenants.database import db

CHUNK = 2000  # rows that are read together
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Column:
    """One column of the sheet: its heading, how wide, and what stands in it for a row."""

    title: Any
    width: int
    cell: Callable[[Any], Any]


def _of(name: str, listed: str) -> Callable[[Any], Any]:
    return lambda row: lists.named(listed, getattr(row, name))


def _all(name: str, listed: str) -> Callable[[Any], Any]:
    return lambda row: "、".join(lists.named(listed, code) for code in getattr(row, name))


def _plain(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


COLUMNS: dict[str, Column] = {
    "number": Column(_l("Number"), 14, _plain("number")),
    "title": Column(_l("Title"), 40, _plain("title")),
    "status": Column(_l("Status"), 12, lambda row: state_of(row.status, row.nature).label),
    "who": Column(_l("Handled by"), 12, _plain("handler")),
    "received": Column(_l("Received"), 12, _plain("received_at")),
    "due": Column(_l("Time limit"), 12, _plain("due_on")),
    "nature": Column(_l("Nature"), 12, _of("nature", "natures")),
    "channel": Column(_l("Channel"), 16, _of("channel", "channels")),
    "category": Column(_l("Category"), 16, _of("category", "categories")),
    "problem": Column(_l("Problem"), 14, _of("problem", "problems")),
    "claims": Column(_l("Claims"), 18, _all("claims", "claims")),
    "traits": Column(_l("Traits"), 18, _all("traits", "traits")),
    "place": Column(_l("Way of buying"), 12, _of("place", "places")),
    "merchant": Column(_l("Merchant"), 28, _plain("merchant_name")),
    "amount": Column(_l("Amount in dispute"), 12, _plain("amount")),
    "recovered": Column(_l("Recovered"), 12, _plain("recovered")),
    "people": Column(_l("Complainants"), 8, _plain("people")),
    "outcome": Column(_l("Outcome"), 14, lambda row: Outcome(row.outcome).label if row.outcome else ""),
    "closed": Column(_l("Closed on"), 12, _plain("closed_at")),
}
_READ: tuple[Any, ...] = (
    *(Case.id, Case.number, Case.title, Case.status, Case.received_at, Case.due_on, Case.nature, Case.channel),
    *(Case.category, Case.problem, Case.claims, Case.traits, Case.place, Case.merchant_name, Case.amount),
    *(Case.recovered, Case.people, Case.outcome, Case.closed_at, Person.name.label("handler")),
)


# Asking for one ------------------------------------------------------------------------------------------------------


def begin(
    by: Any,
    asked: dict[str, str],
    *,
    chosen: Sequence[str] = (),
    columns: Sequence[str] = (),
    personal: bool = False,
    reason: str = "",
) -> Export:
    """Queue the export of the chosen cases, or else of what a filter finds, in the order of the list.

    Without `columns`, all of them. Names and phones only for who may unmask them, and for a reason. Raises NotAllowed
    and Invalid.
    """
    if not by.can(Can.TRANSFER_EXPORT):
        raise NotAllowed(_("Your role does not include this."))
    if personal and not by.can(Can.CASE_REVEAL):
        raise NotAllowed(_("Your role does not include this."))
    if personal and len(reason.strip()) < 2:
        raise Invalid("reason", _("Say what you need it for."))
    view = queue(by).read(asked)
    export = Export(
        asked=view.asked,
        chosen=sorted(set(chosen)),
        columns=[code for code in COLUMNS if code in columns],
        personal=personal,
        begun_by=by.id,
        begun_at=clock.now(),
    )
    db.session.add(export)
    db.session.flush()
    text = "\n".join(part for part in (narrowed(view, chosen), reason.strip() if personal else "") if part)
    audit.record("export.begun", export, by, facts={"personal": personal}, text=text or None)
    unit.afterwards(jobs.export, export=export.id)
    return export


def narrowed(view: View, chosen: Sequence[str]) -> str:
    """Which cases it holds, in words."""
    if chosen:
        return str(ngettext("%(num)d chosen case", "%(num)d chosen cases", len(chosen)))
    return "；".join(f"{pill.label}{_(': ')}{pill.value}" for pill in view.pills) or str(_("All open"))


def of(key: UUID, by: Any) -> Export:
    """An export that this person asked for. Raises Missing."""
    found = db.session.scalars(select(Export).where(Export.id == key, Export.begun_by == by.id)).first()
    if found is None:
        raise Missing
    return found


def mine(by: Any) -> list[Export]:
    query = select(Export).where(Export.begun_by == by.id).order_by(Export.begun_at.desc(), Export.id.desc())
    return list(db.session.scalars(query.limit(30)))


def fetched(export: Export, by: Any) -> ExportFile:
    """The file, for who may have it by now; that it was fetched is on record. Raises Missing once it is gone."""
    if export.personal and not by.can(Can.CASE_REVEAL):
        raise NotAllowed(_("Your role does not include this."))
    found = db.session.scalars(select(ExportFile).where(ExportFile.export_id == export.id)).first()
    if found is None or export.until is None or export.until < clock.now():
        raise Missing
    audit.record("export.fetched", export, by, facts={"rows": export.rows, "personal": export.personal})
    return found


# Writing it ----------------------------------------------------------------------------------------------------------


def run(export_id: UUID, *, tell: Callable[[Export], None] = lambda export: None) -> None:
    """Write the sheet, a chunk at a time, and keep it. Whatever is in a cell is text, a number or a day."""
    me = realm.current().writes
    export = db.session.get_one(Export, (me, export_id))
    if export.status != ExportState.RUNNING:
        return
    by = db.session.get_one(Person, (me, export.begun_by))
    keys = list(db.session.scalars(_which(export, by)))
    export.rows = len(keys)
    db.session.commit()
    with TemporaryDirectory(prefix="hengping-export-") as folder:
        path = Path(folder) / "sheet.xlsx"
        with Workbook(path, _options(folder)) as book:
            _write(book, export, _chunks(keys), tell)
        with path.open("rb") as content:
            _keep(export, content, by)


def _options(folder: str) -> dict[str, Any]:
    return {"constant_memory": True, "tmpdir": folder, **sheets.SAFE}


def _which(export: Export, by: Person) -> Select[Any]:
    """The keys of its cases in the order of the list: read once, so that nobody who works meanwhile moves a row."""
    view = queue(by).read(export.asked)
    keys = select(Case.id).order_by(*ordered(view.order.columns, view.order.descending))
    if export.chosen:
        return keys.where(Case.tenant_id == realm.current().writes, Case.number.in_(export.chosen))
    found = view.narrow(keys)
    return found if beyond_the_open(view.values) else found.where(Case.open)


def _chunks(keys: Sequence[UUID]) -> Iterator[list[Row[Any]]]:
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        rows = db.session.execute(select(*_READ).outerjoin(Case.assignee).where(Case.id.in_(part))).all()
        found = {row.id: row for row in rows}
        yield [found[key] for key in part if key in found]


def _write(book: Any, export: Export, chunks: Iterator[list[Row[Any]]], tell: Callable[[Export], None]) -> None:
    head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(str(_("Cases")))
    columns = [COLUMNS[code] for code in export.columns or COLUMNS]
    titles = [(column.title, column.width) for column in columns]
    if export.personal:
        titles += [(_("Name"), 12), (_("Phone"), 16)]
    sheets.head(sheet, titles, head)
    line = 0
    for rows in chunks:
        people = _people(rows) if export.personal else {}
        for row in rows:
            line += 1
            cells = [column.cell(row) for column in columns] + list(people.get(row.id, ()))
            for at, said in enumerate(cells):
                sheets.put(sheet, line, at, said, day)
        export.position = line
        db.session.commit()
        tell(export)
    sheet.autofilter(0, 0, line, len(titles) - 1)
    export.position = export.rows = line


def _people(rows: Sequence[Row[Any]]) -> dict[UUID, tuple[str, str]]:
    """case -> whole name and phone of who complains first."""
    query = select(Party).where(Party.case_id.in_([row.id for row in rows]), Party.position == 0)
    found = {}
    for party in db.session.scalars(query):
        found[party.case_id] = (party.reveal("name") or "", party.reveal("phone") or "")
        db.session.expunge(party)  # or else all of them would be held until the end
    return found


def _keep(export: Export, content: IO[bytes], by: Person) -> None:
    kept = store.keep(content)
    export.status, export.ended_at = ExportState.DONE.value, clock.now()
    export.until = clock.now() + KEPT
    name = f"{_('Cases')}-{clock.on(export.begun_at)}.xlsx"
    facts = {"name": name, "size": kept.size, "sha256": kept.sha256, "stored_as": kept.stored_as}
    db.session.add(ExportFile(export_id=export.id, media_type=sheets.XLSX, **facts))
    audit.record("export.done", export, by, facts={"rows": export.rows})


def fail(export_id: UUID) -> None:
    """Note that it broke off; nothing of it is kept."""
    export = db.session.get_one(Export, (realm.current().writes, export_id))
    export.status, export.ended_at = ExportState.FAILED.value, clock.now()
    audit.record("export.failed", export, None, facts={"position": export.position})


def expire() -> int:
    """Take away the files whose time is over; how many. The sweep takes the bytes."""
    over = select(Export).where(Export.status == ExportState.DONE, Export.until < clock.now())
    exports = list(db.session.scalars(over))
    for export in exports:
        for file in db.session.scalars(select(ExportFile).where(ExportFile.export_id == export.id)):
            db.session.delete(file)
        export.status = ExportState.EXPIRED.value
        audit.record("export.expired", export, None)
    return len(exports)
