"""The hash chain: every entry's hash covers the one before it and a length-prefixed form of its own fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

GENESIS = b"\0" * 32
FIELDS = (
    "tenant_id",
    "id",
    "seq",
    "at",
    "event",
    "actor_id",
    "actor_name",
    "actor_role",
    "actor_place",
    "subject_kind",
    "subject_id",
    "subject_number",
    "facts",
    "public",
    "words_hash",
    "request_id",
    "address",
)


def canonical(values: dict[str, Any]) -> bytes:
    """Every field as length:text, so that no two different rows look alike."""
    parts = []
    for name in FIELDS:
        said = _said(values[name])
        parts.append(f"{name}={len(said)}:".encode() + said)
    return b"".join(parts)


def _said(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex().encode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").encode()
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return str(value).encode()


def link(previous: bytes, values: dict[str, Any]) -> bytes:
    """SHA-256 over the previous hash and this entry."""
    return hashlib.sha256(bytes(previous) + canonical(values)).digest()


def words_hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _hash_of(words: str | None) -> bytes | None:
    return None if words is None else words_hash(words)


def first_fault(entries: Iterable[dict[str, Any]], head: tuple[int, bytes] | None) -> str | None:
    """Walk a chain in order; None when it holds, else one sentence about the first entry that does not fit."""
    previous, seq = GENESIS, 0
    for entry in entries:
        seq += 1
        if entry["seq"] != seq:
            return f"entry {seq} is missing: entry {entry['seq']} follows entry {seq - 1}"
        if link(previous, entry) != bytes(entry["hash"]):
            return f"entry {seq} ({entry['event']}, {entry['at']:%Y-%m-%d %H:%M}) is not what was written"
        if _hash_of(entry["words"]) != entry["words_hash"]:
            return f"the words of entry {seq} ({entry['event']}) are not what was written"
        previous = bytes(entry["hash"])
    if head is None:
        return None if seq == 0 else "the head of the chain is missing"
    if head[0] != seq or bytes(head[1]) != previous:
        return f"the chain ends at entry {seq}, its head says {head[0]}: the last entries were cut off"
    return None
