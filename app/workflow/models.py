"""A step that somebody drafted and somebody else has to approve (拟稿 → 批准)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words


class DraftColumns:
    """The columns of a domain's table of drafts (case_draft …), beside its own key to the subject."""

    subject_id: Mapped[UUID]
    step: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    text: Mapped[Words | None]
    seen: Mapped[int]  # version of the subject when it was drafted
    status: Mapped[str]  # waiting | approved | rejected | withdrawn
    drafted_by: Mapped[UUID]
    drafted_by_name: Mapped[str]
    drafted_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
