"""The six bases. Choosing a base is choosing a policy; there is no seventh.

Owned, Private and Shared rows belong to one tenant; Between rows to a sender and a receiver; Among rows to
their participants; Reference rows to everybody. What each may be read and written by stands in `policies.py`.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import uuid6
from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from tenants import realm
from tenants.database import Base


def uuid7() -> UUID:
    """A new key: ordered by time, made here so that a row knows its name before it is stored (RFC 9562)."""
    return UUID(int=uuid6.uuid7().int)


class Walled(Base):
    """What every base may declare about its grants; the default is the narrowest that is useful."""

    __abstract__ = True
    append_only: ClassVar[bool] = False  # no UPDATE, and no DELETE unless removable: not granted, so not possible
    removable: ClassVar[bool] = False  # DELETE is granted
    changes: ClassVar[tuple[str, ...] | None] = None  # the only columns UPDATE is granted on; None is all


class _OfTenant(Walled):
    __abstract__ = True

    tenant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenant.id"), primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-19)

    def __init__(self, **facts: Any) -> None:
        facts = {"id": uuid7(), **facts}
        if "tenant_id" not in facts and not realm.absent():
            facts = {"tenant_id": realm.current().writes, **facts}
        super().__init__(**facts)


class Owned(_OfTenant):
    """Seen by realms that read the tenant, written by the tenant."""

    __abstract__ = True


class Private(_OfTenant):
    """Seen and written by the tenant alone: all that carries or may carry personal data."""

    __abstract__ = True


class Shared(_OfTenant):
    """Seen by its tenant, and by every tenant if the bureau owns it; a county overrides the city's by code."""

    __abstract__ = True


class Between(Walled):
    """A row between a sender and a receiver. Each side sets only its own statuses, says the policy itself."""

    __abstract__ = True
    sender_sets: ClassVar[tuple[str, ...]] = ()
    receiver_sets: ClassVar[tuple[str, ...]] = ()

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)
    sender_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenant.id"), sort_order=-19)
    receiver_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenant.id"), sort_order=-18)

    def __init__(self, **facts: Any) -> None:
        facts = {"id": uuid7(), **facts}
        if "sender_id" not in facts and not realm.absent():
            facts = {"sender_id": realm.current().writes, **facts}
        super().__init__(**facts)

    @classmethod
    def between_keys(cls, table: str) -> tuple[UniqueConstraint, ...]:
        """The keys that children and taken-over rows point to; put them in `__table_args__`."""
        return (
            UniqueConstraint("id", "sender_id", "receiver_id", name=f"uq_{table}_parties"),
            UniqueConstraint("id", "receiver_id", name=f"uq_{table}_receiver"),
        )


class BetweenEntry(Walled):
    """A child of a Between row: both parties by composite key, and an author who is the one that writes.

    `confidential`: not seen by the bureau, and closed to the receiver once `open_to_receiver` is false.
    """

    __abstract__ = True
    append_only = True
    confidential: ClassVar[bool] = False
    between: ClassVar[str] = "handoff"

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)
    sender_id: Mapped[int] = mapped_column(BigInteger, sort_order=-19)
    receiver_id: Mapped[int] = mapped_column(BigInteger, sort_order=-18)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenant.id"), sort_order=-17)
    handoff_id: Mapped[UUID] = mapped_column(sort_order=-16)

    def __init__(self, **facts: Any) -> None:
        facts = {"id": uuid7(), **facts}
        if "author_id" not in facts and not realm.absent():
            facts = {"author_id": realm.current().writes, **facts}
        super().__init__(**facts)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (cls.parties_key(),)

    @classmethod
    def parties_key(cls) -> ForeignKeyConstraint:
        target = cls.between
        return ForeignKeyConstraint(
            ["handoff_id", "sender_id", "receiver_id"],
            [f"{target}.id", f"{target}.sender_id", f"{target}.receiver_id"],
        )


class Among(Walled):
    """A row among participants: they see it, the lead writes it."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)
    lead_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenant.id"), sort_order=-19)
    participants: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), sort_order=-18)

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"id": uuid7(), **facts})


class AmongEntry(Walled):
    """A participant's own entry under an Among row; its copy of the participants follows the parent's."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tenant.id"), sort_order=-19)
    participants: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), sort_order=-18)

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"id": uuid7(), **facts})


class Reference(Walled):
    """Seen by all, written by the bureau."""

    __abstract__ = True


OF_TENANT = (Owned, Private, Shared)


def owned_fk(target: str, column: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the tenant: (tenant_id, column) -> target(tenant_id, id).

    Foreign-key checks bypass row level security, so a plain key would accept another tenant's row.
    """
    return ForeignKeyConstraint(["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"])


def owned_to(target: str, column: str, **options: Any) -> Any:
    """The relationship beside `owned_fk`: `assignee = owned_to("Person", "Case.assignee_id")`.

    Only `column` is foreign, so that `case.assignee = None` leaves tenant_id alone, and two relationships of one
    class do not quarrel over it.
    """
    owner = column.partition(".")[0]
    return relationship(
        target,
        primaryjoin=f"and_(foreign({column}) == remote({target}.id), {owner}.tenant_id == remote({target}.tenant_id))",
        **options,
    )
