"""Office documents are zip archives: weighed by their table of contents before anything is unpacked."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import IO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from flask_babel import gettext as _

from app.files.refusal import Refused

MOST_ENTRIES = 2_000
MOST_BYTES = 100 * 2**20  # unpacked, as declared; zipfile never unpacks more than is declared
MOST_TIMES = 100  # unpacked against packed
_LARGEST_TABLE = MOST_ENTRIES * 400  # bytes; a table of contents is read whole, so it is measured first
_LARGEST_RELS = 2**20
_LARGEST_PROLOG = 2**16

_END = struct.Struct("<4s4H2LH")
_PACKED = re.compile(r"\.(?:zip|jar|7z|rar|gz|tgz|docx|docm|xlsx|xlsm|pptx|pptm|odt|ods|epub|apk)$", re.IGNORECASE)
_PACKED_HEADS = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")
_MACRO = re.compile(r"vbaproject|\.(?:bin|exe|dll|js|vbs)$", re.IGNORECASE)
# Printer settings are the one .bin that every office suite writes.
_HARMLESS = re.compile(r"printerSettings\d*\.bin$", re.IGNORECASE)
_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_HYPERLINK = "/hyperlink"


def weigh(stream: IO[bytes]) -> str:
    """'docx' or 'xlsx'. Raises Refused, saying why, for an archive that is too heavy, armed, or neither of the two."""
    size = stream.seek(0, io.SEEK_END)
    _weigh_table(stream, size)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _weigh_entries(archive, size)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as fault:
        raise Refused(_("The document is damaged. Open it, save it again and try once more.")) from fault


def _weigh_table(stream: IO[bytes], size: int) -> None:
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Refused(_("The document is damaged. Open it, save it again and try once more."))
    entries, table = _END.unpack_from(tail, at)[4:6]
    if entries > MOST_ENTRIES or table > _LARGEST_TABLE or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise Refused(_("The document has too many parts inside."))


def _weigh_entries(archive: zipfile.ZipFile, size: int) -> str:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Refused(_("The document has too many parts inside."))
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    # Entries that overlap pack more than the file holds.
    if packed > size or unpacked > MOST_BYTES or unpacked > MOST_TIMES * max(packed, 1):
        raise Refused(_("The document unpacks to far more than it should, so it was not opened."))
    names = {entry.filename for entry in entries}
    if len(names) != len(entries):
        raise Refused(_("The document is damaged. Open it, save it again and try once more."))
    for entry in entries:
        _weigh_entry(archive, entry)
    kinds = {kind for part, kind in _MAIN_PARTS.items() if part in names}
    if len(kinds) != 1 or "[Content_Types].xml" not in names:
        raise Refused(_("This archive is neither a Word document nor an Excel workbook."))
    return kinds.pop()


def _weigh_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise Refused(_("The document is locked with a password. Remove the password and try again."))
    if entry.is_dir():
        return
    if _MACRO.search(entry.filename) and not _HARMLESS.search(entry.filename):
        raise Refused(_("The document contains a macro or a program. Save it without and try again."))
    with archive.open(entry) as part:
        head = part.read(8)
        if _PACKED.search(entry.filename) or head.startswith(_PACKED_HEADS):
            raise Refused(_("The document has another archive inside. Send that file by itself."))
        if entry.filename.endswith(".rels"):
            _weigh_links(head + part.read(_LARGEST_RELS))
        elif entry.filename.endswith((".xml", ".vml")):
            _refuse_entities(head, part)


def _weigh_links(raw: bytes) -> None:
    """A link a reader may click stays; a part that the program would fetch by itself does not."""
    try:
        links = fromstring(raw, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError) as fault:
        raise Refused(_("The document is damaged. Open it, save it again and try once more.")) from fault
    for link in links.iter():
        if link.get("TargetMode") == "External" and not (link.get("Type") or "").endswith(_HYPERLINK):
            raise Refused(_("The document fetches parts from elsewhere. Break its links, save it and try again."))


class _Rooted(Exception):
    """The first element of a document was reached without a DOCTYPE before it."""


def _refuse_entities(head: bytes, part: IO[bytes]) -> None:
    def doctype(*_args: object) -> None:
        raise Refused(_("The document defines entities, which no office program writes."))

    def root(*_args: object) -> None:
        raise _Rooted

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        parser.Parse(head + part.read(_LARGEST_PROLOG), False)
    except _Rooted:
        return
    except expat.ExpatError:
        pass
    raise Refused(_("The document is damaged. Open it, save it again and try once more."))
