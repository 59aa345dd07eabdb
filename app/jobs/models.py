"""What a job leaves behind inside the tenant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.bases import Owned


class JobReceipt(Owned):
    """Written in the same transaction as the job's effect: a job killed before it could say so is not done twice."""

    __tablename__ = "job_receipt"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)
    append_only = True

    number: Mapped[int] = mapped_column(BigInteger)  # of the job in the queue
    task: Mapped[str]
    done_at: Mapped[datetime]
