"""People of an organisation, what they sign in with, and where they are signed in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.permissions import ROLES, Can
from tenants.bases import Owned, Private, owned_fk, owned_to


class Person(Owned):
    """Somebody who works in the organisation. Seen by the bureau; how they sign in is not."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("tenant_id", "login"),
        CheckConstraint("role in ({})".format(", ".join(f"'{code}'" for code in ROLES)), name="role"),
    )

    login: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    title: Mapped[str | None]  # as on the door: 调解员, 主任
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    created_at: Mapped[datetime]

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return str(self.id)

    def can(self, permission: str, subject: Any = None) -> bool:
        """Whether the role includes the permission; `subject` lets a person lose one on a thing of their own."""
        return self.active and Can(permission) in ROLES[self.role].can

    @property
    def role_label(self) -> Any:
        return ROLES[self.role].label


class Credential(Private):
    """What a person signs in with: a password, or a one-time slip until they chose one. The bureau sees neither."""

    __tablename__ = "credential"
    __table_args__ = (owned_fk("person", "person_id"), UniqueConstraint("tenant_id", "person_id"))

    person_id: Mapped[UUID]
    password_hash: Mapped[str | None]
    slip_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    slip_until: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    person: Mapped[Person] = owned_to("Person", "Credential.person_id")


class SignIn(Private):
    """One signed-in device: the row is the session, the cookie only names it (by a token stored as a hash)."""

    __tablename__ = "sign_in"
    __table_args__ = (
        owned_fk("person", "person_id"),
        UniqueConstraint("tenant_id", "token_hash"),
        Index("ix_sign_in_open", "tenant_id", "person_id", postgresql_where="ended_at is null"),
    )
    changes = ("seen_at", "ended_at", "ended_why")
    removable = True  # after its time; that somebody signed in stays in the trail

    person_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str]  # at sign-in; a person with another role now signs in again
    by_slip: Mapped[bool]  # opens nothing but the page for a new password
    device: Mapped[str]
    address: Mapped[str | None]
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]

    person: Mapped[Person] = owned_to("Person", "SignIn.person_id")


class Absence(Private):
    """Days on which somebody is away, and who deputises: why is nobody's business."""

    __tablename__ = "absence"
    __table_args__ = (
        owned_fk("person", "person_id"),
        owned_fk("person", "deputy_id"),
        owned_fk("person", "entered_by"),
        CheckConstraint("first_on <= last_on", name="days"),
        CheckConstraint("deputy_id <> person_id", name="deputy"),
        Index("ix_absence_person", "tenant_id", "person_id", "last_on"),
        Index("ix_absence_deputy", "tenant_id", "deputy_id", "last_on"),
    )
    changes = ("last_on", "ended_at")

    person_id: Mapped[UUID]
    deputy_id: Mapped[UUID | None]
    first_on: Mapped[date]
    last_on: Mapped[date]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # called off, or back earlier

    person: Mapped[Person] = owned_to("Person", "Absence.person_id")
    deputy: Mapped[Person | None] = owned_to("Person", "Absence.deputy_id")


class Throttle(Private):
    """Failures in a window, per what was tried; counted apart, so that they survive the refusal."""

    __tablename__ = "throttle"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "key_hash"),)
    removable = True

    kind: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    failures: Mapped[int]  # in the present window
    locks: Mapped[int]  # in a row: each is twice as long as the one before
    window_from: Mapped[datetime]
    locked_until: Mapped[datetime | None]
