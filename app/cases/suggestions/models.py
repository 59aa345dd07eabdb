"""A training, how its test came out, and the file of what was learned."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.states import State, states_check
from app.files.models import StoredFile
from tenants.bases import Private, owned_fk


class TrainingState(State):
    RUNNING = "running", _l("Being learned"), "blue"
    DONE = "done", _l("Finished"), "ok"
    FAILED = "failed", _l("Failed"), "red"


class Training(Private):
    """Learning once from the closed cases there were: who asked for it, why it came to nothing, or how the test was."""

    __tablename__ = "triage_training"
    __table_args__ = (
        states_check(TrainingState, "status"),
        CheckConstraint("why in ('', 'too_few', 'not_installed', 'broke_off')", name="why"),
        CheckConstraint("correct <= tested_on and among <= shown and shown <= tested_on", name="figures"),
        Index("ix_triage_training_begun", "tenant_id", "begun_at"),
    )
    changes = (
        "status",
        "why",
        "found",
        "recipe",
        "learned_from",
        "tested_on",
        "correct",
        "shown",
        "among",
        "macro_f1",
        "categories",
        "ended_at",
    )

    status: Mapped[str] = mapped_column(default=TrainingState.RUNNING.value)
    why: Mapped[str] = mapped_column(default="", server_default="")
    found: Mapped[int] = mapped_column(default=0, server_default="0")  # cases that there were to learn from
    recipe: Mapped[int] = mapped_column(default=0, server_default="0")
    learned_from: Mapped[int] = mapped_column(default=0, server_default="0")
    tested_on: Mapped[int] = mapped_column(default=0, server_default="0")
    correct: Mapped[int] = mapped_column(default=0, server_default="0")  # called rightly in the test
    shown: Mapped[int] = mapped_column(default=0, server_default="0")  # of which anything would have been suggested
    among: Mapped[int] = mapped_column(default=0, server_default="0")  # of these, with the right one among three
    macro_f1: Mapped[Decimal | None] = mapped_column(Numeric(6, 5))
    categories: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)  # code -> learned, tested, said, right
    begun_by: Mapped[UUID | None]
    begun_by_name: Mapped[str] = mapped_column(default="", server_default="")
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def state(self) -> TrainingState:
        return TrainingState(self.status)

    @property
    def accuracy(self) -> float | None:
        return self.correct / self.tested_on if self.tested_on else None


class TrainedModel(StoredFile, Private):
    """What was learned: numbers and codes in a file of the center's own, until something newer takes its place."""

    __tablename__ = "triage_model"
    __table_args__ = (owned_fk("triage_training", "training_id"), UniqueConstraint("tenant_id", "training_id"))
    append_only = True
    removable = True

    training_id: Mapped[UUID]
    recipe: Mapped[int]
