"""What a center decides for itself about its cases."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.bases import Owned


class CaseSetting(Owned):
    """One row of a center, once it wants something else than what is usual."""

    __tablename__ = "case_setting"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("burden_share between 1 and 100", name="burden_share"),
        CheckConstraint("burden_least >= 2", name="burden_least"),
    )
    changes = ("burden_share", "burden_least", "version")

    burden_share: Mapped[int] = mapped_column(default=50, server_default="50")  # percent in one person's hands
    burden_least: Mapped[int] = mapped_column(default=6, server_default="6")  # cases; fewer say nothing
    version: Mapped[int] = mapped_column(default=1, server_default="1")
