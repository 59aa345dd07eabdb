"""What requests write: every transaction that was committed, by the tables it wrote in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import request, request_finished, request_started
from sqlalchemy import Engine, event

WRITING = re.compile(r"\s*(?:insert into|update|delete from)\s+(?:public\.)?\"?(\w+)", re.IGNORECASE)
SEEN = re.compile(r"\s*update sign_in set seen_at", re.IGNORECASE)  # that somebody is still there: once a minute
ENTRY = "audit_entry"


@dataclass
class Noted:
    """One request: where it went, how it was answered, and the tables of each transaction that it committed."""

    endpoint: str
    arguments: dict[str, Any]
    status: int = 0
    transactions: list[set[str]] = field(default_factory=list)


@contextmanager
def kept(app: Any, engine: Engine) -> Iterator[list[Noted]]:
    """The POST requests of a block, in their order."""
    requests: list[Noted] = []
    writing: dict[int, set[str]] = {}  # by connection, until it commits

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found = WRITING.match(statement)
        if found and not SEEN.match(statement):
            writing.setdefault(id(connection.connection.dbapi_connection), set()).add(found[1].lower())

    def commit(connection: Any) -> None:
        tables = writing.pop(id(connection.connection.dbapi_connection), None)
        if tables and open_requests:
            open_requests[-1].transactions.append(tables)

    def rollback(connection: Any) -> None:
        writing.pop(id(connection.connection.dbapi_connection), None)

    open_requests: list[Noted] = []

    def begin(_app: Any, **_rest: Any) -> None:
        open_requests.append(Noted(request.endpoint or "", dict(request.view_args or {})))

    def end(_app: Any, response: Any, **_rest: Any) -> None:
        noted = open_requests.pop()
        noted.status = response.status_code
        if request.method == "POST":
            requests.append(noted)

    listeners = (("before_cursor_execute", note), ("commit", commit), ("rollback", rollback))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    request_started.connect(begin, app)
    request_finished.connect(end, app)
    try:
        yield requests
    finally:
        request_started.disconnect(begin, app)
        request_finished.disconnect(end, app)
        for name, listener in listeners:
            event.remove(engine, name, listener)
