"""The shipped forms as Word files, made from the sources beside them: python -m app.documents.make

A body has one paragraph to a line:
    text                    with the first line set in       - text   not set in      = text   in the middle
    | name | {{ fact }} |   a row of a table; a row with fewer cells than the others stretches its last one
    ?fact …                 only where there is such a fact: a paragraph, or a row
    *list as item | … |     a row for each of a list; ?list | … | above it is its heading, and goes with it
The letterhead and the ending are the same for all. Running it again changes no byte: what is committed can be compared.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from app.documents.kinds import FORMS, Form, kinds

SONG, FANG = "宋体", "仿宋"  # named, not shipped: whoever opens the file has them or something like them
BODY, TITLE = Pt(14), Pt(22)
CONTACT = (
    ("issuer_address", "联系地址", "Address"),
    ("issuer_phone", "联系电话", "Telephone"),
    ("issuer_hours", "办公时间", "Office hours"),
)
_ROW = re.compile(r"^(?:\?(?P<fact>\w+)|\*(?P<listed>\w+) as (?P<one>\w+))?\s*\|(?P<cells>.*)\|$")
_OPTIONAL = re.compile(r"^\?(\w+) (.*)$")


def main() -> None:
    """Write every form."""
    for form in kinds().values():
        (FORMS / f"{form.code}.docx").write_bytes(made(form))


def made(form: Form) -> bytes:
    """One form as a Word file, the same bytes every time."""
    document = Document()
    _set_up(document)
    _line(document, "{{ issuer }}", ALIGN.CENTER, Pt(18), font=SONG)
    _line(document, form.title.zh, ALIGN.CENTER, TITLE, bold=True, font=SONG)
    if form.of:
        _line(document, form.title.en, ALIGN.CENTER, BODY, bold=True)
    if form.numbered:
        _line(document, "{{ number }}", ALIGN.RIGHT)
    for is_row, lines in groupby(form.body.strip().splitlines(), key=lambda line: bool(_ROW.match(line))):
        if is_row:
            _whole_table(document, list(lines))
        else:
            for line in lines:
                _paragraph(document, line)
    if form.signed:
        _line(document, "{{ issuer }}（印章）", ALIGN.RIGHT, before=Pt(28))
        _line(document, "{{ issued_on }}", ALIGN.RIGHT)
        if form.to:
            _contact(document, form)
    if form.numbered:
        _line(document, "{%p if qr %}")
        _line(document, "{{ qr }}")
        _line(document, "扫码核验文书真伪", size=Pt(9))
        _line(document, "{%p endif %}")
    return _same_every_time(document)


def _contact(document: Any, form: Form) -> None:
    """Where the receiver turns to, in one small line of what the issuer has said of that; not what the form asks for
    itself, and says already.
    """
    asked = {fact for one in form.fields for fact in one.proposes}
    left = [one for one in CONTACT if one[0] not in asked]
    said = [
        f"{{% if {fact} %}}{f'{zh} {en}' if form.of else zh}：{{{{ {fact} }}}}　{{% endif %}}" for fact, zh, en in left
    ]
    _line(document, f"{{%p if {' or '.join(fact for fact, _zh, _en in left)} %}}")
    _line(document, "".join(said), size=Pt(9), before=Pt(12))
    _line(document, "{%p endif %}")


def _set_up(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.2), Cm(2.8)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _font(document.styles["Normal"].element, FANG)
    document.styles["Normal"].font.size = BODY
    for name in ("author", "comments", "title", "subject", "keywords"):
        setattr(document.core_properties, name, "")
    footer = section.footer.paragraphs[0]
    footer.alignment = ALIGN.CENTER
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = footer.add_run()
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        mark.text = words or None
        run._r.append(mark)


def _font(element: Any, name: str) -> None:
    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for which in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(which), name)


def _line(
    place: Any,
    text: str,
    align: Any = None,
    size: Any = None,
    *,
    bold: bool = False,
    font: str = "",
    indent: bool = False,
    before: Any = None,
) -> Any:
    paragraph = place.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.bold = size, bold or None
    if font:
        _font(run._r, font)
    shape = paragraph.paragraph_format
    paragraph.alignment = align
    shape.space_after, shape.space_before, shape.line_spacing = Pt(6), before, 1.5
    if indent:
        shape.first_line_indent = BODY * 2
    return paragraph


def _paragraph(document: Any, line: str) -> None:
    optional = _OPTIONAL.match(line)
    if optional:
        _line(document, f"{{%p if {optional[1]} %}}")
        line = optional[2]
    if line.startswith("- "):
        _line(document, line[2:])
    elif line.startswith("= "):
        _line(document, line[2:], ALIGN.CENTER)
    else:
        _line(document, line, ALIGN.JUSTIFY, indent=True)
    if optional:
        _line(document, "{%p endif %}")


def _whole_table(document: Any, lines: list[str]) -> None:
    """A table of nothing but a list, under a heading or none, is left out with it: Word opens none without rows."""
    rows = [row for line in lines if (row := _ROW.match(line))]
    only = rows[-1]["listed"]
    if not only or any((row["listed"] or row["fact"]) != only for row in rows):
        _table(document, lines)
        return
    _line(document, f"{{%p if {only} %}}")
    _table(document, [line.removeprefix(f"?{only}").lstrip() for line in lines])
    if len(lines) == 1:
        _line(document, "{%p else %}")
        _line(document, "（无）", ALIGN.CENTER)
    _line(document, "{%p endif %}")


def _table(document: Any, lines: list[str]) -> None:
    rows = list(_rows(lines))
    width = max(len(cells) for cells in rows)
    table = document.add_table(rows=0, cols=width, style="Table Grid")
    table.autofit = False
    for cells in rows:
        row = table.add_row()
        for place, text in enumerate(cells):
            cell = row.cells[place]
            if place == len(cells) - 1 and len(cells) < width:
                cell = cell.merge(row.cells[-1])
            paragraph = cell.paragraphs[0]
            paragraph.text = text
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(4)
    _spread(table, width)
    _line(document, "", size=Pt(6))


def _rows(lines: list[str]) -> Iterator[list[str]]:
    for line in lines:
        found = _ROW.match(line)
        assert found is not None
        cells = [cell.strip() for cell in found["cells"].split("|")]
        if found["fact"]:
            yield from ([f"{{%tr if {found['fact']} %}}"], cells, ["{%tr endif %}"])
        elif found["listed"]:
            yield from ([f"{{%tr for {found['one']} in {found['listed']} %}}"], cells, ["{%tr endfor %}"])
        else:
            yield cells


def _spread(table: Any, width: int) -> None:
    """Names narrow, what is said about them wide."""
    whole = 15.6
    shares = {1: (1.0,), 2: (0.26, 0.74), 3: (0.4, 0.36, 0.24), 4: (0.22, 0.31, 0.2, 0.27)}[width]
    for column, share in zip(table.columns, shares, strict=True):
        for cell in column.cells:
            cell.width = Cm(whole * share)


def _same_every_time(document: Any) -> bytes:
    saved, out = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(source.namelist()):
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


if __name__ == "__main__":
    main()
