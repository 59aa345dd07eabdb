"""Everything that a city holds, without what differs from one building to the next: keys, codes, the hour of a job."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from app.core import privacy
from tenants.audit import models

Row = dict[str, Any]

# The queue's own receipts, and who is signed in: not a matter of cases.
BESIDE = {"job_receipt", "throttle", "sign_in"}
RANDOM = {
    "request_id", "receipt", "tracking_index", "stored_as", "submission_hash", "hash", "password_hash", "begun_at",
    "ticket_hash",
}  # fmt: skip
OF_THE_HOUR = {
    "act": {"done_at"},
    "facts_mark": {"at"},
    "notice": {"read_at"},
    # What was set just now: a document has a QR code of chance in it, a workbook the hour it was written.
    "case_document_file": {"size", "sha256"},
    "case_export_file": {"size", "sha256"},
    "import_file": {"size", "sha256"},
}

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REQUEST = re.compile(r":[0-9a-f]{16}$")

# What a key stands for, so that rows are also held to pointing at the same things.
NAMES: dict[str, Callable[[Row], str]] = {
    "person": lambda row: f"{row['tenant_id']}/{row['login']}",
    "merchant": lambda row: f"{row['tenant_id']}/{row['number']}",
    "case_record": lambda row: f"{row['tenant_id']}/{row['number']}",
    "handoff": lambda row: f"{row['sender_id']}/{row['number']}",
    "handoff_draft": lambda row: f"{row['tenant_id']}/letter {row['number']}",
    "audit_entry": lambda row: f"{row['tenant_id']}/entry {row['seq']}",
    "handoff_step": lambda row: f"step {row['step']} {row['at']} {row['by_name']}",
    "case_file": lambda row: f"paper {row['name']} {row['added_at']}",
    "handoff_file": lambda row: f"packed {row['name']} {row['author_id']}",
}


def contents(root: Engine) -> dict[str, list[Row]]:
    """Table -> its rows in an order of their own, every key replaced by the name of what it stands for."""
    raw = _read(root)
    names = {str(row["id"]): f"<{table} {name(row)}>" for table, name in NAMES.items() for row in raw[table]}
    found = {}
    for table, rows in raw.items():
        plain = [_plain(table, row, names) for row in rows]
        found[table] = sorted(plain, key=lambda row: json.dumps(row, sort_keys=True, default=str))
    return found


def digest(found: dict[str, list[Row]]) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()


def _read(root: Engine) -> dict[str, list[Row]]:
    found = {}
    with root.connect() as connection:
        for table, model in models().items():
            if table not in BESIDE:
                found[table] = [dict(row) for row in connection.execute(select(model.__table__)).mappings()]
    return found


def _plain(table: str, row: Row, names: dict[str, str]) -> Row:
    left_out = RANDOM | OF_THE_HOUR.get(table, set())
    plain = {}
    for column, value in row.items():
        if column in left_out:
            continue
        if column.endswith("_sealed") and value:
            plain[column] = _opened(table, column, row)
        else:
            plain[column] = _named(value, names)
    if table == "case_tally":
        plain["parts"] = sorted(plain["parts"])
    return plain


def _opened(table: str, column: str, row: Row) -> str:
    tenant = row["tenant_id"] if "tenant_id" in row else row["sender_id"]
    return privacy.open_sealed(row[column], tenant=tenant, table=table, column=column, row=row["id"])


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, UUID):
        return names.get(str(value), "<key>")
    if isinstance(value, str):
        return _REQUEST.sub(":<request>", _UUID.sub(lambda key: names.get(key[0], "<key>"), value))
    if isinstance(value, dict):
        return {name: _named(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    return value
