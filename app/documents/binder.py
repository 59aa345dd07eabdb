"""Binds a file: sheets, papers and pictures become one PDF with an index and page numbers. JSON in, JSON out.

Run by itself within bounds, see app.core.bounded: what people sent in as PDF is opened here and nowhere else; it
imports nothing of ours. Asked with {"title", "lines", "parts": [{"title", "note", and one of "blocks", "pdf",
"picture"}]} it answers {"pdf"}, which is nothing where the system has no Chinese font. A part that cannot be opened,
or that has nothing to print, stands in the index without a page.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import sys
from pathlib import Path
from typing import Any

import typst
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError

A4 = {"size": [595.28, 841.89], "margins": [70, 62, 62, 70]}
MOST_PAGES = 2000


def bind(asked: dict[str, Any]) -> bytes | None:
    sheets = _sheets()
    fonts = typst.Fonts(include_system_fonts=True)
    families = sheets.chinese(fonts.families())
    if not families:
        return None

    def pages(blocks: list[dict[str, Any]]) -> list[Any]:
        sheet = {"page": A4, "body": blocks, "header": [], "footer": []}
        return _opened(typst.compile(sheets.typeset(sheet, families).encode(), format="pdf", font_paths=fonts))

    parts = [(part, _pages_of(part, pages)) for part in asked["parts"]]
    front = len(pages(_index(asked, parts, 0)))  # how long the index is does not depend on the numbers in it
    writer = PdfWriter()
    for page in pages(_index(asked, parts, front)):
        writer.add_page(page)
    for _part, inside in parts:
        for page in inside:
            writer.add_page(page)
    _number(writer, families, fonts)
    for part, inside in parts:
        if inside:
            writer.add_outline_item(title=part["title"], page_number=front)
            front += len(inside)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _pages_of(part: dict[str, Any], pages: Any) -> list[Any]:
    if "blocks" in part:
        return list(pages(part["blocks"]))
    if "picture" in part:
        head = {"text": part["title"], "size": 10, "bold": False, "italic": False, "underline": False}
        drawn = {"picture": part["picture"], "width": 440, "height": 640}
        return list(pages([_paragraph([head]), _paragraph([drawn], side="center")]))
    if "pdf" in part:
        try:
            return _opened(base64.b64decode(part["pdf"]))
        except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, AttributeError):
            return []
    return []


def _opened(content: bytes) -> list[Any]:
    reader = PdfReader(io.BytesIO(content))
    if len(reader.pages) > MOST_PAGES:
        raise ValueError("too many pages")
    return [page for page in reader.pages if page.mediabox.width > 0]


def _index(asked: dict[str, Any], parts: list[tuple[Any, list[Any]]], front: int) -> list[dict[str, Any]]:
    """The cover: what file this is, and on which page each part begins."""
    rows, at = [["序号", "材料名称", "说明", "页次"]], front + 1
    for ordinal, (part, inside) in enumerate(parts, start=1):
        rows.append([str(ordinal), part["title"], part.get("note", ""), str(at) if inside else "未并入"])
        at += len(inside)
    title = {"text": asked["title"], "size": 22, "bold": True, "italic": False, "underline": False}
    lines = [_paragraph([_piece(line)]) for line in asked["lines"]]
    cells = [[{"span": 1, "rows": 1, "blocks": [_paragraph([_piece(cell)])]} for cell in row] for row in rows]
    table = {"kind": "table", "widths": [10, 50, 28, 12], "rows": cells}
    return [_paragraph([title], side="center"), *lines, table]


def _piece(text: str) -> dict[str, Any]:
    return {"text": text, "size": 11, "bold": False, "italic": False, "underline": False}


def _paragraph(pieces: list[dict[str, Any]], side: str = "left") -> dict[str, Any]:
    shape = {"side": side, "indent": 0, "left": 0, "before": 2, "after": 4}
    return {"kind": "paragraph", **shape, "pieces": [piece for piece in pieces if piece.get("text", "x")]}


def _number(writer: PdfWriter, families: list[str], fonts: Any) -> None:
    """第 3 页 共 28 页 at the foot of every page, whatever its size and however it lies."""
    total = len(writer.pages)
    faces = ", ".join(f'"{name}"' for name in families)
    body = "\n#pagebreak()\n".join(f'#"第 {n} 页 共 {total} 页"' for n in range(1, total + 1))
    source = f"#set page(width: 120pt, height: 16pt, margin: 1pt, fill: none)\n#set text(font: ({faces},), size: 9pt)\n"
    stamps = _opened(typst.compile((source + body).encode(), format="pdf", font_paths=fonts))
    for page, stamp in zip(writer.pages, stamps, strict=True):
        page.transfer_rotation_to_content()
        left, bottom, width = float(page.mediabox.left), float(page.mediabox.bottom), float(page.mediabox.width)
        page.merge_transformed_page(stamp, Transformation().translate(left + width / 2 - 40, bottom + 14))


def _sheets() -> Any:
    """The script beside this one, by its place: there is no package of ours in this room."""
    beside = importlib.util.spec_from_file_location("sheets", Path(__file__).with_name("sheets.py"))
    assert beside is not None
    assert beside.loader is not None
    made = importlib.util.module_from_spec(beside)
    beside.loader.exec_module(made)
    return made


def main() -> None:
    pdf = bind(json.load(sys.stdin))
    json.dump({"pdf": base64.b64encode(pdf).decode() if pdf else None}, sys.stdout)


if __name__ == "__main__":
    main()
