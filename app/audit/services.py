"""Writing the trail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from flask_sqlalchemy.session import Session
from sqlalchemy import event, insert, select

from app.audit.chain import GENESIS, link, words_hash
from app.audit.changes import Changes, written
from app.audit.models import Entry, Head, Remark
from app.core import clock, trace
from tenants import provisioning, realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.realm import Place

Keep = Callable[[dict[str, Any], str | None], None]

_subscribers: dict[str, list[tuple[Any, bool]]] = {}
SYSTEM = ("—", "system")


def subscribe(name: str, job: Any, *, once: bool = False) -> None:
    """Queue `job` whenever `name` (or, with `case.*`, any event of that noun) is recorded.

    The job is told the subject's key and number and nothing else; with `once` it is not queued again while it waits.
    """
    _subscribers.setdefault(name, []).append((job, once))


def _from_the_command_line(event: str, place: Place, facts: Mapping[str, Any], text: str | None) -> None:
    record(event, facts={"place": place.slug, **facts}, kind="tenant", text=text)


provisioning.RECORDERS.append(_from_the_command_line)


def record(
    name: str,
    subject: Any = None,
    by: Any = None,
    *,
    facts: Mapping[str, Any] | None = None,
    changes: Changes | None = None,
    text: str | None = None,
    public: bool = False,
    kind: str | None = None,
    keep: Keep | None = None,
) -> UUID:
    """Note that `name` (case.accepted) was done to `subject` by a person, or by the portal itself.

    `facts` are codes, numbers and dates, `changes` the fields that became others; what somebody wrote goes into `text`
    and is private. What is done in another realm bears the act that it is done under. The entry is written just before
    the transaction commits, so that the chain is locked for as short as possible; with `keep` it is given there.
    """
    act = provisioning.acting()
    told, remark = written({"act": act, **(facts or {})} if act else facts or {}, text, changes)
    key, here, whence = uuid7(), realm.current(), trace.current()
    entry = {
        "tenant_id": here.writes,
        "id": key,
        "at": clock.now(),
        "event": name,
        "actor_id": getattr(by, "id", None),
        "actor_name": getattr(by, "name", SYSTEM[0]),
        "actor_role": getattr(by, "role", SYSTEM[1]),
        "actor_place": getattr(by, "tenant_id", None) or here.writes,
        "subject_kind": kind or (type(subject).__tablename__ if subject is not None else ""),
        "subject_id": getattr(subject, "id", None),
        "subject_number": str(getattr(subject, "number", "") or ""),
        "facts": json.loads(json.dumps(told, default=str)),
        "public": public,
        "words_hash": words_hash(remark) if remark else None,
        "request_id": whence.request_id,
        "address": whence.address,
    }
    (keep or _await_commit)(entry, remark)
    return key


def _await_commit(entry: dict[str, Any], remark: str | None) -> None:
    """Keep an entry until the session writes it, and queue what has subscribed to its event."""
    session = db.session()
    if not session.in_transaction():
        session.begin()  # or else there is nothing that a rollback could end, and the entry would outlive it
    session.info.setdefault("entries", []).append((entry, remark))
    name = entry["event"]
    for job, once in (*_subscribers.get(name, ()), *_subscribers.get(f"{name.partition('.')[0]}.*", ())):
        told = {} if once else {"subject": entry["subject_id"], "number": entry["subject_number"] or None}
        job.enqueue(once="event" if once else None, **told)


def flush(session: Any = None) -> None:
    """Write what was recorded so far into the chain. Runs by itself before every commit."""
    session = session or db.session()
    waiting = session.info.pop("entries", [])
    if not waiting:
        return
    mine = realm.current().writes
    session.flush()
    head = session.execute(
        select(Head).where(Head.tenant_id == mine).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if head is None:
        head = Head(tenant_id=mine, seq=0, hash=GENESIS)
        session.add(head)
        session.flush()
    rows, remarks = chained(waiting, head.seq, bytes(head.hash))
    session.execute(insert(Entry), rows)
    if remarks:
        session.execute(insert(Remark), remarks)
    head.seq, head.hash = rows[-1]["seq"], rows[-1]["hash"]


def chained(
    waiting: Iterable[tuple[dict[str, Any], str | None]], last: int, previous: bytes
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of entries and of their words, linked one to the other from the head (`last`, `previous`) on."""
    rows, remarks = [], []
    for seq, (recorded, words) in enumerate(waiting, start=last + 1):
        values = {**recorded, "seq": seq}
        previous = link(previous, values)
        rows.append({**values, "hash": previous})
        if words:
            remarks.append(
                {
                    "tenant_id": values["tenant_id"],
                    "id": uuid7(),
                    "entry_id": values["id"],
                    "subject_id": values["subject_id"],
                    "text": words,
                }
            )
    return rows, remarks


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    flush(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous_transaction: Any) -> None:
    session.info.pop("entries", None)
