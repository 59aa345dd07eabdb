"""The door for files: an allow-list by extension, the content must agree, pictures are made anew."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import filetype
from flask_babel import gettext as _

from app.core import bounded
from app.files import picture
from app.files.containers import weigh
from app.files.names import clean_name, split
from app.files.refusal import Refused

MEGABYTE = 2**20
_OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Kind:
    """One sort of file: what it is served as, and what its content may be recognised as."""

    media_type: str
    looks_like: frozenset[str | None]


def _kind(media_type: str, *also: str | None) -> Kind:
    return Kind(media_type, frozenset({media_type, *also}))


_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_JPEG = _kind("image/jpeg")
EVIDENCE: dict[str, Kind] = {
    ".pdf": _kind("application/pdf"),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": _kind("image/png"),
    ".webp": _kind("image/webp"),
    ".docx": _kind(f"{_OFFICE}wordprocessingml.document", "application/zip"),
    ".xlsx": _kind(f"{_OFFICE}spreadsheetml.sheet", "application/zip"),
    ".txt": Kind("text/plain", frozenset()),
    ".csv": Kind("text/csv", frozenset()),
    ".mp3": _kind("audio/mpeg"),
    ".m4a": _kind("audio/mp4", "video/mp4"),  # recorders on telephones write either
    ".wav": _kind("audio/wav", "audio/x-wav"),
    ".mp4": _kind("video/mp4", "video/x-m4v"),
}


@dataclass(frozen=True)
class Accepted:
    """A file that may be stored: clean name, true type, and the bytes to keep (a picture's are not those sent)."""

    name: str
    media_type: str
    size: int
    content: IO[bytes]
    width: int | None = None
    height: int | None = None


def accept(
    stream: IO[bytes], name: str | None, *, kinds: dict[str, Kind] = EVIDENCE, largest: int = 20 * MEGABYTE
) -> Accepted:
    """Look a file over without writing anything; `stream` must be seekable. Raises Refused."""
    name = clean_name(name)
    extension = split(name)[1].lower()
    kind = kinds.get(extension)
    if kind is None:
        raise Refused(_why_not(extension, kinds))
    size = stream.seek(0, io.SEEK_END)
    if size == 0:
        raise Refused(_("The file is empty."))
    if size > largest:
        raise Refused(
            _(
                "The file has %(size)s MB; at most %(most)s MB are taken in.",
                size=-(-size // MEGABYTE),
                most=largest // MEGABYTE,
            )
        )
    if not kind.looks_like:
        _read_as_text(stream)
    else:
        _compare(stream, extension, kind)
    if kind.media_type in _PICTURES:
        return _made_anew(stream, name, kind.media_type)
    if kind.media_type.startswith(_OFFICE):
        if f".{weigh(stream)}" != extension:
            raise Refused(_not_what_it_says(extension))
    elif zipfile.is_zipfile(stream):
        raise Refused(_("The file is two kinds of file at once, so it was not taken in."))
    stream.seek(0)
    return Accepted(name, kind.media_type, size, stream)


def _why_not(extension: str, kinds: Iterable[str]) -> str:
    if extension in {".heic", ".heif"}:
        return _heic()
    if extension in {".zip", ".rar", ".7z", ".gz", ".tar"}:
        return _("Archives are not taken in. Send the files inside one by one.")
    if extension in {".doc", ".xls", ".ppt", ".wps", ".et"}:
        return _("Old office files are not taken in. Save it as .docx, .xlsx or PDF and send that.")
    if extension in {".html", ".htm", ".xhtml", ".svg", ".xml", ".mht"}:
        return _markup()
    listed = ", ".join(sorted(kind.removeprefix(".") for kind in kinds))
    if not extension:
        return _("The name of the file does not say what kind it is. Taken in are: %(kinds)s.", kinds=listed)
    return _(
        "Files of the kind %(extension)s are not taken in. Taken in are: %(kinds)s.", extension=extension, kinds=listed
    )


def _heic() -> str:
    return _("Pictures in HEIC form are not taken in. On the telephone choose “most compatible”, or send it as JPG.")


def _markup() -> str:
    return _("Web pages and drawings (HTML, SVG, XML) are not taken in. Send a PDF or a screenshot.")


def _not_what_it_says(extension: str) -> str:
    return _(
        "The content is not what the name says (%(extension)s). Save it again in its true form.", extension=extension
    )


def _compare(stream: IO[bytes], extension: str, kind: Kind) -> None:
    stream.seek(0)
    head = stream.read(8192)
    looks_like = filetype.guess_mime(head)
    if looks_like in kind.looks_like:
        return
    if looks_like in {"image/heic", "image/heif"}:
        raise Refused(_heic())
    if kind.media_type.startswith(_OFFICE) and head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(_("The document is locked with a password. Remove the password and try again."))
    raise Refused(_not_what_it_says(extension))


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_OTHER_HEADS = ("%PDF", "{\\rtf", "%!PS", "#!")


def _read_as_text(stream: IO[bytes]) -> None:
    stream.seek(0)
    raw = stream.read()
    text = _decoded(raw)
    if text is None or _CONTROL.search(text):
        raise Refused(_("The file is not plain text."))
    start = text[:1024].lstrip("\ufeff \t\r\n")
    if start[:1] == "<" and (start[1:2].isalpha() or start[1:2] in ("!", "?")):
        raise Refused(_markup())
    if start.startswith(_OTHER_HEADS):
        raise Refused(_("The file is not plain text."))


def _decoded(raw: bytes) -> str | None:
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


# As much as 50 million pixels take in the hungriest of the three forms.
_FOR_A_PICTURE = bounded.Bounds(memory=2**30, seconds=30, output=100 * MEGABYTE)


def _made_anew(stream: IO[bytes], name: str, media_type: str) -> Accepted:
    """The picture decoded and written again, in a process of its own (IN5)."""
    stream.seek(0)
    try:
        output = bounded.run(Path(picture.__file__), stream, _FOR_A_PICTURE, _PICTURES[media_type])
    except bounded.TooMuch as fault:
        raise Refused(_("The picture has too many pixels; at most 50 million are taken in.")) from fault
    except bounded.Broken as fault:
        raise Refused(_("The picture is damaged. Open it, save it again and try once more.")) from fault
    with output:
        width, height = map(int, output.readline().split())
        made = output.read()
    return Accepted(name, media_type, len(made), io.BytesIO(made), width, height)
