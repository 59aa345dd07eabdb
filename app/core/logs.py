"""Log lines as JSON: ids, routes and times, never names, texts or numbers of persons."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, request

from app.core import trace
from tenants import realm

# What a line may carry beside its message; anything else that a caller adds is dropped.
EXTRAS = ("route", "status", "ms", "tenant", "person", "job", "task", "count", "statements")


class Line(logging.Formatter):
    """One record, one line: json.dumps escapes line feeds and terminal codes."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request": trace.current().request_id,
        }
        said |= {name: record.__dict__[name] for name in EXTRAS if name in record.__dict__}
        if record.exc_info and record.exc_info[0]:
            # The type and the place of a fault; its message may quote what somebody typed.
            said["fault"] = record.exc_info[0].__name__
            said["where"] = _frames(record.exc_info[2])
        return json.dumps(said, ensure_ascii=True)


def _frames(traceback: Any) -> list[str]:
    frames = []
    while traceback:
        code = traceback.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames[-12:]


def configure(level: str = "INFO", stream: Any = None) -> None:
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("werkzeug").setLevel("WARNING")
    logging.getLogger("procrastinate").setLevel("WARNING")


def init_app(app: Flask) -> None:
    log = logging.getLogger("hengping.web")

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()
        trace.begin(address=request.remote_addr, route=str(request.url_rule or ""))

    @app.after_request
    def note(response: Response) -> Response:
        response.headers["X-Request-ID"] = trace.current().request_id
        if request.endpoint not in ("static", "portal.healthz"):
            log.info(
                "%s %s",
                request.method,
                request.endpoint or "-",
                extra={
                    "route": str(request.url_rule or ""),
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - g.get("begun", time.perf_counter())) * 1000, 1),
                    "tenant": None if realm.absent() else realm.home().slug,
                    "person": str(g.get("person_id", "")),
                },
            )
        return response
