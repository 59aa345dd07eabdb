"""People of an organisation, what they sign in with, and where they are signed in."""

from __future__ import annotations

from datetime import datetime
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
    """What a person signs in with. The bureau never sees it."""

    __tablename__ = "credential"
    __table_args__ = (owned_fk("person", "person_id"), UniqueConstraint("tenant_id", "person_id"))

    person_id: Mapped[UUID]
    password_hash: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=False, server_default="false")
    expires_at: Mapped[datetime | None]  # of a one-time slip
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

    person_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str]  # at sign-in; another role now ends the session's rights at once
    device: Mapped[str]
    address: Mapped[str | None]
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]

    person: Mapped[Person] = owned_to("Person", "SignIn.person_id")


class Throttle(Private):
    """Failures in a window, per what was tried; counted apart, so that they survive the refusal."""

    __tablename__ = "throttle"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "key_hash"),)
    removable = True

    kind: Mapped[str]  # sign_in
    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    failures: Mapped[int]
    window_from: Mapped[datetime]
    locked_until: Mapped[datetime | None]
