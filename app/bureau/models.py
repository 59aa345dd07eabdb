"""Which files of the counties the bureau has called in, and why."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.states import State, states_check
from tenants.bases import Owned, owned_fk


class Extent(State):
    """How much of a case is called in."""

    STORY = "story", _l("What was said: statement, notes and agreements")
    FILE = "file", _l("The whole file, papers and evidence too")


class Grant(Owned):
    """One person of the bureau may open one case of a county for a time (调阅): the bureau's own row."""

    __tablename__ = "file_grant"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        owned_fk("person", "person_id"),
        states_check(Extent, "extent"),
        Index("ix_file_grant_case", "tenant_id", "case_id", "person_id"),
        Index("ix_file_grant_given", "tenant_id", "given_at", "id"),
    )
    changes = ("revoked_at", "revoked_by")

    number: Mapped[str]  # DY-2026-000004
    county_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenant.id"))
    case_id: Mapped[UUID]  # a row of the county's: no key may point there
    case_number: Mapped[str]
    extent: Mapped[str]
    reason: Mapped[str]
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    given_at: Mapped[datetime]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]

    def holds(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.until

    @property
    def whole(self) -> bool:
        """Whether the papers may be opened too."""
        return self.extent == Extent.FILE
