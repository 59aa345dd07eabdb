"""Which request, job or command the running code belongs to: for logs and audit entries, never for decisions."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Trace:
    request_id: str
    address: str | None = None
    route: str | None = None


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begin(request_id: str | None = None, address: str | None = None, route: str | None = None) -> Trace:
    trace = Trace(request_id or secrets.token_hex(8), address, route)
    _current.set(trace)
    return trace


def current() -> Trace:
    return _current.get() or begin()
