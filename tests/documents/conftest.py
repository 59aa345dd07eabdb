"""Templates to look over, made as Word would make them, and Word files read again."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

from docx import Document

from app.documents import press
from app.documents.kinds import Form
from app.documents.services import Made, blank, qr


def template(*lines: str, head: str = "", title: str = "") -> bytes:
    """A Word file with these paragraphs."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    if head:
        document.sections[0].header.paragraphs[0].text = head
    document.core_properties.title = title
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_field(code: str, *, split: bool = False) -> bytes:
    """A Word file with a field of Word's own in it, its code in one run or letter by letter."""
    run = '<w:r><w:fldChar w:fldCharType="{0}"/></w:r>'
    pieces = list(code) if split else [code]
    inner = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in pieces)
    field = f"<w:p>{run.format('begin')}{inner}{run.format('end')}</w:p>"
    return changed(template("正文"), "word/document.xml", "<w:sectPr", field + "<w:sectPr")


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            body = source.read(name)
            if name == part:
                assert old.encode() in body
                body = body.replace(old.encode(), new.encode(), 1)
            made.writestr(name, body)
    return out.getvalue()


def pressed(form: Form, facts: dict[str, Any], *want: str, link: str = "") -> Made:
    """As services.fill() does, but here: a process for each of so many forms takes minutes."""
    picture = base64.b64encode(qr(link)).decode() if link else None
    template_ = base64.b64encode(form.shipped).decode()
    said = press.answer(
        {"template": template_, "facts": {**blank(form), **facts}, "picture": picture, "want": list(want)}
    )
    return Made(base64.b64decode(said.get("docx", "")), base64.b64decode(said.get("pdf") or ""))


def texts(content: bytes) -> list[str]:
    """Every paragraph of a Word file, those in tables, head and foot too."""
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    return [line for place in (document, section.header, section.footer) for line in _lines(place)]


def _lines(place: Any) -> list[str]:
    inside = [cell for table in place.tables for row in table.rows for cell in row.cells]
    return [*(one.text for one in place.paragraphs), *(one.text for cell in inside for one in cell.paragraphs)]


def rows(content: bytes) -> list[list[str]]:
    """The rows of every table, a cell that reaches over several columns once."""
    return [
        [cell.text for cell in dict.fromkeys(row.cells)]
        for table in Document(io.BytesIO(content)).tables
        for row in table.rows
    ]
