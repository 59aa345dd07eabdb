"""Filters that were kept, the habits of a person at the queue, and what was done to many cases at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.core.privacy import Words
from app.core.states import State, states_check
from app.files.models import StoredFile
from tenants.bases import Private, owned_fk

COLUMNS = ("merchant", "amount", "due", "who", "status")  # of the queue, for whoever chose none
SIZES = (20, 50, 100)


class SavedFilter(Private):
    """What the queue was narrowed to, under a name: its owner's, or everybody's in the center."""

    __tablename__ = "case_filter"
    __table_args__ = (owned_fk("person", "owner_id"), UniqueConstraint("tenant_id", "owner_id", "name"))
    removable = True

    owner_id: Mapped[UUID]
    name: Mapped[Words]
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)  # as the address says it
    shared: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[datetime]


class Habit(Private):
    """How one person likes the queue: columns, rows on a page, how close they stand, what opens it."""

    __tablename__ = "case_habit"
    __table_args__ = (
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "person_id"),
        CheckConstraint("density in ('normal', 'compact')", name="density"),
        CheckConstraint("after in ('case', 'next', 'list')", name="after"),
    )
    changes: ClassVar[tuple[str, ...]] = ("columns", "size", "density", "usual_id", "after")

    person_id: Mapped[UUID]
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), default=lambda: list(COLUMNS))
    size: Mapped[int] = mapped_column(default=50)
    density: Mapped[str] = mapped_column(default="normal")
    usual_id: Mapped[UUID | None]  # the filter that opens the queue; one that was taken away opens nothing
    after: Mapped[str] = mapped_column(default="case")  # where a step leads: the case, the next of the list, the list


class BulkState(State):
    RUNNING = "running", lazy_pgettext("job", "Running"), "blue"
    DONE = "done", _l("Finished"), "ok"
    FAILED = "failed", _l("Failed"), "red"
    UNDONE = "undone", _l("Taken back"), "warn"


class RowState(State):
    WAITING = "waiting", _l("Waiting"), ""
    DONE = "done", _l("Done"), "ok"
    REFUSED = "refused", _l("Refused"), "warn"
    UNDONE = "undone", _l("Taken back"), ""


class Bulk(Private):
    """One step taken on many cases, or one that can be taken back on one. What happened to each stands in its trail."""

    __tablename__ = "case_bulk"
    __table_args__ = (
        owned_fk("person", "begun_by"),
        states_check(BulkState, "status"),
        Index("ix_case_bulk_begun", "tenant_id", "begun_by", "begun_at"),
    )
    changes: ClassVar[tuple[str, ...]] = ("status", "ended_at")

    step: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)  # codes and keys that the step is taken with
    text: Mapped[Words] = mapped_column(default="", server_default="")
    status: Mapped[str] = mapped_column(default=BulkState.RUNNING.value)
    total: Mapped[int]
    begun_by: Mapped[UUID]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def state(self) -> BulkState:
        return BulkState(self.status)


class BulkRow(Private):
    """One case of them: what became of it, and how it stood before, for who takes it back."""

    __tablename__ = "case_bulk_row"
    __table_args__ = (
        owned_fk("case_bulk", "bulk_id"),
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "bulk_id", "case_id"),
        states_check(RowState, "status"),
        Index("ix_case_bulk_row_number", "tenant_id", "bulk_id", "number"),
    )
    changes: ClassVar[tuple[str, ...]] = ("status", "why", "before", "version")

    bulk_id: Mapped[UUID]
    case_id: Mapped[UUID]
    number: Mapped[str]
    status: Mapped[str] = mapped_column(default=RowState.WAITING.value)
    why: Mapped[Words] = mapped_column(default="", server_default="")  # as it was said to who began
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int | None]  # of the case when this was done to it

    @property
    def state(self) -> RowState:
        return RowState(self.status)


class ExportState(State):
    RUNNING = "running", lazy_pgettext("job", "Running"), "blue"
    DONE = "done", _l("Finished"), "ok"
    FAILED = "failed", _l("Failed"), "red"
    EXPIRED = "expired", _l("Expired"), ""


class Export(Private):
    """A list of cases on its way into a spreadsheet: whose, how narrowed, how far, and until when it can be fetched."""

    __tablename__ = "case_export"
    __table_args__ = (
        owned_fk("person", "begun_by"),
        states_check(ExportState, "status"),
        Index("ix_case_export_begun", "tenant_id", "begun_by", "begun_at"),
    )
    changes: ClassVar[tuple[str, ...]] = ("status", "rows", "position", "ended_at", "until")

    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)  # as the address says it
    chosen: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")  # numbers; else all of it
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")  # else all of them
    personal: Mapped[bool] = mapped_column(default=False)  # with names and phones
    status: Mapped[str] = mapped_column(default=ExportState.RUNNING.value)
    rows: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    begun_by: Mapped[UUID]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    until: Mapped[datetime | None]

    @property
    def state(self) -> ExportState:
        return ExportState(self.status)

    @property
    def share(self) -> int:
        """Percent of the rows that are written."""
        return 100 if not self.rows else min(100, round(100 * self.position / self.rows))


class ExportFile(StoredFile, Private):
    """The spreadsheet itself, until it is taken away."""

    __tablename__ = "case_export_file"
    __table_args__ = (owned_fk("case_export", "export_id"), UniqueConstraint("tenant_id", "export_id"))
    removable = True

    export_id: Mapped[UUID]


class Presence(Private):
    """Who has a case open just now, and whether they write in it. Soft: nobody is kept out."""

    __tablename__ = "case_presence"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "case_id", "person_id"),
        Index("ix_case_presence_seen", "tenant_id", "seen_at"),
    )
    changes: ClassVar[tuple[str, ...]] = ("seen_at", "writes")
    removable = True  # on the next night: who looked at what is in nobody's interest

    case_id: Mapped[UUID]
    person_id: Mapped[UUID]
    seen_at: Mapped[datetime]
    writes: Mapped[bool] = mapped_column(default=False)


class NoteDraft(Private):
    """What somebody is still writing on a case; theirs alone until it is a note."""

    __tablename__ = "case_note_draft"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "case_id", "person_id"),
    )
    changes: ClassVar[tuple[str, ...]] = ("text", "saved_at")
    removable = True

    case_id: Mapped[UUID]
    person_id: Mapped[UUID]
    text: Mapped[Words]
    saved_at: Mapped[datetime]
