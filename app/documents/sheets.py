"""Reads a Word file as plain blocks, and sets them as PDF.

What is set is what the Word file says, paragraph by paragraph, so a template that somebody changed changes the PDF
too. No font is shipped: the system's are used, and where none of them is Chinese there is no PDF.
Used by press.py in its empty room; it imports nothing of ours.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

# The first that is there; a letter is set in a serif face where there is one.
SERIF = ("FangSong", "仿宋", "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "宋体")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Microsoft YaHei")
SIDES = {ALIGN.CENTER: "center", ALIGN.RIGHT: "right", ALIGN.JUSTIFY: "justify", ALIGN.DISTRIBUTE: "justify"}
_BLIP, _EXTENT = qn("a:blip"), qn("wp:extent")
EMU = 12700  # to the point


def read(document: Any) -> dict[str, Any]:
    """{"page", "body", "header", "footer"}: blocks of paragraphs and tables, lengths in points."""
    section = document.sections[0]
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    return {
        "page": {
            "size": [_points(section.page_width), _points(section.page_height)],
            "margins": [_points(one) for one in margins],
        },
        "body": list(_blocks(document, document)),
        "header": list(_blocks(section.header, document)),
        "footer": list(_blocks(section.footer, document)),
    }


def _blocks(place: Any, document: Any) -> Iterator[dict[str, Any]]:
    for one in place.iter_inner_content():
        if not isinstance(one, Table):
            yield _paragraph(one, document)
        elif one.rows:
            yield _table(one, document)


def _paragraph(paragraph: Paragraph, document: Any) -> dict[str, Any]:
    shape = paragraph.paragraph_format
    usual = document.styles["Normal"].font.size
    return {
        "kind": "paragraph",
        "side": SIDES.get(paragraph.alignment or ALIGN.LEFT, "left"),
        "indent": _points(shape.first_line_indent),
        "left": _points(shape.left_indent),
        "before": _points(shape.space_before),
        "after": _points(shape.space_after),
        "pieces": list(_pieces(paragraph, _points(usual) or 12)),
    }


def _pieces(paragraph: Paragraph, usual: float) -> Iterator[dict[str, Any]]:
    for run in paragraph.runs:
        drawn = list(run._r.iter(_BLIP))
        if drawn:
            wide = next((int(one.get("cx")) / EMU for one in run._r.iter(_EXTENT)), 60)
            for blip in drawn:
                part = run.part.related_parts[blip.get(qn("r:embed"))]
                yield {"picture": base64.b64encode(part.blob).decode(), "width": wide}
        field = "".join(one.text or "" for one in run._r.iter(qn("w:instrText"))).strip().upper()
        if field in ("PAGE", "NUMPAGES"):
            yield {"field": field, "size": _points(run.font.size) or usual}
        if any(one.get(qn("w:type")) == "page" for one in run._r.iter(qn("w:br"))):
            yield {"page_break": True}
        if run.text:
            yield {
                "text": run.text,
                "bold": bool(run.bold),
                "italic": bool(run.italic),
                "underline": bool(run.underline),
                "size": _points(run.font.size) or usual,
            }


def _table(table: Table, document: Any) -> dict[str, Any]:
    rows, widths = [], []
    for row in table.rows:
        cells = []
        for cell in row._tr.tc_lst:
            if cell.vMerge == "continue":
                continue
            inner = [_paragraph(Paragraph(one, table), document) for one in cell.p_lst]
            cells.append({"span": cell.grid_span, "rows": _depth(cell), "blocks": inner})
        rows.append(cells)
    for column in table._tbl.tblGrid.gridCol_lst:
        widths.append(_points(column.w) or 60)
    first = table.rows[0]._tr.tc_lst if table.rows else []
    if len(first) == len(widths) and all(cell.width for cell in first):
        widths = [_points(cell.width) for cell in first]
    return {"kind": "table", "widths": widths, "rows": rows}


def _depth(cell: Any) -> int:
    """Over how many rows a cell reaches."""
    if cell.vMerge != "restart":
        return 1
    deep, below = 1, cell._tr_below
    while below is not None:
        try:
            under = below.tc_at_grid_offset(cell.grid_offset)
        except ValueError:
            break
        if under.vMerge != "continue":
            break
        deep, below = deep + 1, under._tr_below
    return deep


def _points(length: Any) -> float:
    return round(length.pt, 2) if length is not None else 0


# Setting it ----------------------------------------------------------------------------------------------------------


def typeset(sheet: dict[str, Any], families: list[str]) -> str:
    """The blocks in the language of Typst. What people wrote stands in string literals only."""
    wide, high = sheet["page"]["size"]
    top, right, bottom, left = sheet["page"]["margins"]
    faces = ", ".join(_literal(one) for one in families)
    return "\n".join(
        (
            f"#set page(width: {wide}pt, height: {high}pt, "
            f"margin: (top: {top}pt, right: {right}pt, bottom: {bottom}pt, left: {left}pt), "
            f"header: [{_body(sheet['header'])}], footer: [{_body(sheet['footer'])}])",
            f'#set text(font: ({faces},), lang: "zh", region: "cn", cjk-latin-spacing: none)',
            "#set par(leading: 0.8em, spacing: 0.8em)",
            _body(sheet["body"]),
        )
    )


def _body(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(_set_table(one) if one["kind"] == "table" else _set_paragraph(one) for one in blocks)


def _set_paragraph(one: dict[str, Any]) -> str:
    pieces = "".join(_set_piece(piece) for piece in one["pieces"])
    side = "left" if one["side"] == "justify" else one["side"]
    justify = str(one["side"] == "justify").lower()
    shape = f"justify: {justify}, first-line-indent: (amount: {max(0, one['indent'])}pt, all: true)"
    within = f"#par({shape})[{pieces}]" if pieces else "#v(4pt)"
    return (
        f"#block(above: {max(one['before'], 4)}pt, below: {max(one['after'], 4)}pt, width: 100%, "
        f"inset: (left: {max(0, one['left'])}pt))[#align({side})[{within}]]"
    )


def _set_piece(piece: dict[str, Any]) -> str:
    if "picture" in piece:
        numbers = ",".join(map(str, base64.b64decode(piece["picture"])))
        if "height" in piece:  # as large as fits
            fit = f'width: {piece["width"]}pt, height: {piece["height"]}pt, fit: "contain"'
        else:
            fit = f"width: {piece['width']}pt"
        return f"#box(image(bytes(({numbers},)), {fit}))"
    if "page_break" in piece:
        return "#pagebreak(weak: true)"
    if "field" in piece:
        shown = "counter(page).display()" if piece["field"] == "PAGE" else "counter(page).final().first()"
        return f"#text(size: {piece['size']}pt)[#context {shown}]"
    said = " #linebreak() ".join(f"#{_literal(line)}" for line in piece["text"].split("\n"))
    weight = '"bold"' if piece["bold"] else '"regular"'
    style = '"italic"' if piece["italic"] else '"normal"'
    made = f"#text(size: {piece['size']}pt, weight: {weight}, style: {style})[{said}]"
    return f"#underline[{made}]" if piece["underline"] else made


def _set_table(table: dict[str, Any]) -> str:
    columns = ", ".join(f"{width}fr" for width in table["widths"])
    cells = []
    for row in table["rows"]:
        for cell in row:
            inner = _body(cell["blocks"])
            cells.append(f"table.cell(colspan: {cell['span']}, rowspan: {cell['rows']})[{inner}]")
    listed = ",\n".join(cells)
    return f"#block(above: 6pt, below: 6pt)[#table(columns: ({columns},), stroke: 0.6pt, inset: 4pt,\n{listed})]"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", " ").replace("\r", "")
    return f'"{escaped}"'


def set_as_pdf(sheet: dict[str, Any]) -> bytes | None:
    """The pages; None where the system has no Chinese font."""
    import typst

    fonts = typst.Fonts(include_system_fonts=True)
    families = chinese(fonts.families())
    if not families:
        return None
    made: bytes = typst.compile(typeset(sheet, families).encode(), format="pdf", font_paths=fonts)
    return made


def chinese(families: list[str]) -> list[str]:
    """The faces to set Chinese in, the best first; none where the system has none that we know."""
    return [name for name in (*SERIF, *SANS) if name in families][:3]
