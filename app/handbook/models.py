"""What somebody has put away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from tenants.bases import Private, owned_fk


class FirstStepsAway(Private):
    """That a person wants to see their first steps no more; without a row they are shown."""

    __tablename__ = "first_steps_away"
    __table_args__ = (owned_fk("person", "person_id"), UniqueConstraint("tenant_id", "person_id"))
    append_only = True
    removable = True  # once they want to see them again

    person_id: Mapped[UUID]
    at: Mapped[datetime]
