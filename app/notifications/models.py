"""What somebody was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Person
from tenants.bases import Private, owned_fk, owned_to


class Notice(Private):
    """One thing told to one person; `key` keeps it from being told twice."""

    __tablename__ = "notice"
    __table_args__ = (
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "person_id", "key"),
        Index("ix_notice_unread", "tenant_id", "person_id", postgresql_where="read_at is null"),
        Index("ix_notice_latest", "tenant_id", "person_id", "created_at", "id"),
    )
    changes = ("read_at",)

    person_id: Mapped[UUID]
    key: Mapped[str]
    event: Mapped[str]  # says the words, see words.py
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)  # codes, numbers and dates for the words
    endpoint: Mapped[str | None]  # where it leads
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    person: Mapped[Person] = owned_to("Person", "Notice.person_id")


class Muted(Private):
    """A thing of which a person wants to hear no more than what is red, and what they are asked for themselves."""

    __tablename__ = "notice_muted"
    __table_args__ = (owned_fk("person", "person_id"), UniqueConstraint("tenant_id", "subject_id", "person_id"))
    append_only = True
    removable = True  # once they want to hear of it again

    person_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    subject_number: Mapped[str]
    muted_at: Mapped[datetime]


class NoticeWish(Private):
    """From how many working days before a limit on a person wants to be told of it."""

    __tablename__ = "notice_wish"
    __table_args__ = (
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "person_id"),
        CheckConstraint("within between 1 and 5", name="within"),
    )
    changes = ("within",)

    person_id: Mapped[UUID]
    within: Mapped[int]
