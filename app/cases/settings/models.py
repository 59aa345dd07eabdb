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
        CheckConstraint("burden_least >= 1", name="burden_least"),
        CheckConstraint("call_backs in ('none', 'all', 'sample')", name="call_backs"),
        CheckConstraint("call_back_share between 1 and 100", name="call_back_share"),
        CheckConstraint("call_back_days between 1 and 60", name="call_back_days"),
    )
    changes = (
        "burden_share",
        "burden_least",
        "call_backs",
        "call_back_share",
        "call_back_days",
        "seed",
        "papers_first",
        "version",
    )

    burden_share: Mapped[int] = mapped_column(default=50, server_default="50")  # percent in one person's hands
    burden_least: Mapped[int] = mapped_column(default=6, server_default="6")  # cases; fewer say nothing
    call_backs: Mapped[str] = mapped_column(default="none", server_default="none")  # whom after closing
    call_back_share: Mapped[int] = mapped_column(default=30, server_default="30")  # percent of the closed ones
    call_back_days: Mapped[int] = mapped_column(default=5, server_default="5")  # working days after closing
    seed: Mapped[str] = mapped_column(default="", server_default="")  # from which the draw can be worked out again
    papers_first: Mapped[bool] = mapped_column(default=False, server_default="false")  # issued before closing
    version: Mapped[int] = mapped_column(default=1, server_default="1")
