"""Rows and bytes together: attach, hand over, remove, sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from app.files.accept import Accepted
from app.files.models import StoredFile
from app.files.store import GRACE, Kept, Packet, Swept, store
from tenants import realm
from tenants.bases import BetweenEntry
from tenants.database import Base, db

F = TypeVar("F", bound=StoredFile)


def attach(model: type[F], files: Iterable[Accepted], *, packet: Packet | None = None, **facts: Any) -> list[F]:
    """Store accepted files and add a row of `model` for each: all of them, or none. Raises Refused."""
    return _added(kept(model, files, lambda file: store.keep(file.content, packet=packet), packet, facts))


def copy(model: type[F], files: Iterable[StoredFile], *, packet: Packet | None = None, **facts: Any) -> list[F]:
    """Copy stored files, bytes and all: into a packet that is sent, or out of one into a case of one's own.

    All of them, or none. Raises Refused, and Unreadable when an original is gone or damaged.
    """
    return _added(kept(model, files, lambda file: store.copy(file, packet=packet), packet, facts))


def _added(rows: list[F]) -> list[F]:
    db.session.add_all(rows)
    return rows


def kept(
    model: type[F], files: Iterable[Any], keep: Callable[[Any], Kept], packet: Packet | None, facts: dict[str, Any]
) -> list[F]:
    """Store the bytes of each and make its row: all of them, or none. The rows are nobody's yet."""
    if packet is not None:
        facts = {"handoff_id": packet.id, "sender_id": packet.sender_id, "receiver_id": packet.receiver_id, **facts}
    rows: list[F] = []
    made: Callable[..., F] = model
    try:
        for file in files:
            bytes_ = keep(file)
            rows.append(
                made(
                    name=file.name,
                    media_type=file.media_type,
                    size=bytes_.size,
                    sha256=bytes_.sha256,
                    stored_as=bytes_.stored_as,
                    width=file.width,
                    height=file.height,
                    **facts,
                )
            )
    except BaseException:
        for row in rows:
            store.remove(row)
        raise
    return rows


def sweep(older_than: float = GRACE) -> Swept:
    """Bring the realm's files and rows to agree, in its own folder and in the packets it sent.

    Files that no row knows are removed once they are old; the rows whose file is missing are returned.
    """
    mine = realm.current().writes
    own: set[UUID] = set()
    sent: set[UUID] = set()
    for model in models():
        if issubclass(model, BetweenEntry):
            sent.update(db.session.scalars(select(model.stored_as).where(model.sender_id == mine)))
        else:
            own.update(db.session.scalars(select(model.stored_as).where(model.tenant_id == mine)))
    at_home, packets = store.sweep(own, older_than=older_than), store.sweep(sent, sent=True, older_than=older_than)
    return Swept(at_home.removed + packets.removed, at_home.missing | packets.missing)


def models() -> list[Any]:
    """Every table of stored files that a domain has declared."""
    return [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, StoredFile)]
