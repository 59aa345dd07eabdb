"""What a file may be called: the person's own words, without what could mislead a reader, a disk or a header."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

LONGEST = 120
_RESERVED = dict.fromkeys(map(ord, '<>:"|?*'), "_")


def clean_name(raw: str | None) -> str:
    """Keeps Chinese; drops folders, control and invisible characters; keeps the extension of a name cut short."""
    name = (raw or "").replace("\\", "/").rpartition("/")[2]
    name = unicodedata.normalize("NFC", name.translate(_RESERVED))
    name = "".join(" " if c.isspace() else c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    stem, extension = split(" ".join(name.split()).lstrip(". "))
    stem = stem[: LONGEST - len(extension)].rstrip(". ")
    return f"{stem or 'file'}{extension}"


def split(name: str) -> tuple[str, str]:
    """('投诉材料', '.pdf'); a suffix that is no extension belongs to the name."""
    stem, dot, extension = name.rpartition(".")
    if dot and extension.isascii() and extension.isalnum() and len(extension) <= 8:
        return stem, f".{extension}"
    return name, ""


def disposition(kind: str, name: str) -> str:
    """A Content-Disposition that every browser reads (RFC 6266): the true name percent-encoded, a plain one beside."""
    extension = split(name)[1]
    return f"{kind}; filename=\"file{extension}\"; filename*=UTF-8''{quote(name, safe='')}"
