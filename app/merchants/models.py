"""A merchant and whom to call there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Sealing, mask_phone, sealed
from tenants.bases import Owned, Private, owned_fk


class Merchant(Owned):
    """A place of business in the county's own register."""

    __tablename__ = "merchant"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "credit_code"),
        CheckConstraint("length(credit_code) = 18", name="credit_code"),
        owned_fk("merchant", "merged_into_id"),
        CheckConstraint("merged_into_id <> id", name="merged_into"),
        Index("ix_merchant_name", "tenant_id", "name", "id"),
        Index("ix_merchant_merged", "tenant_id", "merged_into_id", postgresql_where="merged_into_id is not null"),
    )

    number: Mapped[str]  # M2026-000123, in the address of its page
    name: Mapped[str]  # as registered
    sign: Mapped[str] = mapped_column(default="", server_default="")  # over the door
    credit_code: Mapped[str | None]
    trade: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    region_code: Mapped[str | None]
    merged_into_id: Mapped[UUID | None]  # the entry that stands for this one, which is out of the register
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def called(self) -> str:
        """What people call it: the sign, else the registered name."""
        return self.sign or self.name


class MerchantContact(Sealing, Private):
    """Whom to call there; a person, so the bureau does not see it."""

    __tablename__ = "merchant_contact"
    __table_args__ = (owned_fk("merchant", "merchant_id"), UniqueConstraint("tenant_id", "merchant_id"))

    merchant_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(default="", server_default="")
    phone_sealed: Mapped[str | None]

    phone = sealed("phone_sealed", mask=mask_phone, kind="phone")
