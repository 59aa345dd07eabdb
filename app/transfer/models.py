"""An import on its way, and the rows that could not be taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.states import State, states_check
from app.files.models import StoredFile
from tenants.bases import Private, owned_fk


class ImportState(State):
    MAPPING = "mapping", _l("Waiting for its columns"), "warn"
    RUNNING = "running", lazy_pgettext("job", "Running"), "blue"
    STOPPED = "stopped", _l("Stopped"), "warn"
    DONE = "done", _l("Finished"), "ok"
    FAILED = "failed", _l("Failed"), "red"


class Import(StoredFile, Private):
    """One file of messages: which column is what, how far it has come, and what became of its rows."""

    __tablename__ = "import_file"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        states_check(ImportState, "status"),
        Index("ix_import_file_begun", "tenant_id", "begun_at"),
    )

    number: Mapped[str]
    status: Mapped[str] = mapped_column(default=ImportState.MAPPING.value)
    channel: Mapped[str] = mapped_column(default="hotline")
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)  # what -> position of the column
    rows: Mapped[int] = mapped_column(Integer, default=0)
    position: Mapped[int] = mapped_column(Integer, default=0)  # rows that are behind us, committed with their cases
    imported: Mapped[int] = mapped_column(Integer, default=0)
    already: Mapped[int] = mapped_column(Integer, default=0)
    rejected: Mapped[int] = mapped_column(Integer, default=0)
    begun_by: Mapped[UUID | None]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def state(self) -> ImportState:
        return ImportState(self.status)

    @property
    def share(self) -> int:
        """Percent of the rows that are done."""
        return 100 if not self.rows else round(100 * self.position / self.rows)


class ImportFault(Private):
    """A row that could not be taken, and why; its content stays in the file."""

    __tablename__ = "import_fault"
    __table_args__ = (owned_fk("import_file", "import_id"), UniqueConstraint("tenant_id", "import_id", "line"))
    append_only = True

    import_id: Mapped[UUID]
    line: Mapped[int] = mapped_column(Integer)  # as the spreadsheet counts, its head being line 1
    reference: Mapped[str]
    reason: Mapped[str]  # a code of sheet.REASONS
