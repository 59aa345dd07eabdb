"""Filling in, looking over, numbering: what any domain does with its documents."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import bounded
from app.core.errors import Invalid
from app.core.numbering import next_ordinal
from app.core.privacy import mask_account, mask_address, mask_id, mask_name, mask_phone, redact
from app.documents import letterhead
from app.documents.kinds import Fact, Form

PRESS = Path(__file__).parent / "press.py"
BINDER = Path(__file__).parent / "binder.py"
FOR_A_FILE = bounded.Bounds(memory=2 * 2**30, seconds=60, output=256 * 2**20)
BOUNDS = bounded.Bounds(memory=512 * 2**20, seconds=10, output=32 * 2**20)
MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "phone": mask_phone,
    "id": mask_id,
    "address": mask_address,
    "account": mask_account,
    "text": redact,
}
FAULTS: dict[str, Any] = {
    "unknown": _l("The template uses “%(said)s”, which this form does not know."),
    "attribute": _l("The template looks inside something: “%(said)s”. A form has plain names only."),
    "filter": _l("The template uses the filter “%(said)s”, which forms do not have."),
    "not_for_forms": _l("The template wants to compute something (%(said)s). A form only fills in, repeats and omits."),
    "loop": _l("The template repeats over “%(said)s”, which is no list of this form."),
    "loop_in_loop": _l("The template repeats something inside of something repeated (“%(said)s”)."),
    "field": _l(
        "The document has a Word field that does something on opening: “%(said)s”. Only page numbers may stay."
    ),
    "part": _l("The document carries something that no letter is made of: “%(said)s”. Take it out."),
    "absent": _l("The template leaves out “%(said)s”, which every document of this form has to bear."),
    "unseen": _l(
        "Near “%(said)s” the document says something in a box, a control, a link or a tracked change, which would be "
        "missing in the PDF. Accept the changes and write it as plain text."
    ),
    "broken": _l("A mark is not closed or not readable, near: %(said)s"),
}


class Unfilled(Exception):
    """A template could not be filled in; `sentences` say why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Made:
    """A document filled in: as wanted, the Word file, its PDF, and blocks for a page."""

    docx: bytes = b""
    pdf: bytes | None = None  # None too where the system has no Chinese font
    blocks: tuple[dict[str, Any], ...] = ()


def fill(template: bytes, form: Form, facts: Mapping[str, Any], *, want: Iterable[str], link: str = "") -> Made:
    """Fill a template in; `want` of docx, pdf and blocks. A `link` is put on it as a QR code. Raises Unfilled."""
    wanted = list(want)
    asked = json.dumps(
        {
            "template": _packed(template),
            "facts": {**blank(form), **facts},
            "picture": _packed(qr(link)) if link else None,
            "want": wanted,
        }
    )
    said = _seen(asked) if wanted == ["blocks"] else _ask(asked)
    if said.get("faults"):
        raise Unfilled(_sentences(said["faults"]))
    pdf = said.get("pdf")
    return Made(
        base64.b64decode(said.get("docx", "")),
        base64.b64decode(pdf) if pdf else None,
        tuple(said.get("blocks", ())),
    )


@dataclass(frozen=True)
class Part:
    """A part of a bound file: blocks of text, a PDF, or a picture; nothing of these for what cannot be printed."""

    title: str
    note: str = ""
    blocks: tuple[dict[str, Any], ...] = ()
    pdf: bytes = b""
    picture: bytes = b""


def bind(title: str, lines: Iterable[str], parts: Iterable[Part]) -> bytes | None:
    """One PDF of all parts, with an index and page numbers; None where the system has no Chinese font.

    Raises Unfilled when it is more than can be bound.
    """
    listed = []
    for part in parts:
        said: dict[str, Any] = {"title": part.title, "note": part.note}
        if part.blocks:
            said["blocks"] = part.blocks
        elif part.pdf or part.picture:
            said["pdf" if part.pdf else "picture"] = _packed(part.pdf or part.picture)
        listed.append(said)
    asked = {"title": title, "lines": list(lines), "parts": listed}
    try:
        with bounded.run(BINDER, io.BytesIO(json.dumps(asked).encode()), FOR_A_FILE) as printed:
            pdf = json.load(printed)["pdf"]
    except (bounded.TooMuch, bounded.Broken):
        raise Unfilled([_("The file is too large to be bound in one piece.")]) from None
    return base64.b64decode(pdf) if pdf else None


def paragraph(text: str, *, size: int = 12, bold: bool = False, side: str = "left", indent: int = 0) -> dict[str, Any]:
    """A block of text for a bound file."""
    piece = {"text": text, "size": size, "bold": bold, "italic": False, "underline": False}
    return {
        **{"kind": "paragraph", "side": side, "indent": indent, "left": 0, "before": 2, "after": 4},
        "pieces": [piece] if text else [],
    }


def table(rows: Iterable[Iterable[str]], widths: Iterable[int]) -> dict[str, Any]:
    """A table for a bound file; `widths` are shares."""
    cells = [[{"span": 1, "rows": 1, "blocks": [paragraph(cell, size=11)]} for cell in row] for row in rows]
    return {"kind": "table", "widths": list(widths), "rows": cells}


def lint(template: bytes, form: Form) -> list[str]:
    """What is wrong with a template, as sentences; nothing when it can be used.

    It is read first, and filled in only when nothing is found: with the samples, and with nothing at all.
    """
    asked = {
        "template": _packed(template),
        "schema": form.schema(),
        "needs": ["number", "qr"] if form.numbered else [],
        "tries": [form.samples(), blank(form)],
    }
    try:
        return _sentences(_ask(json.dumps(asked))["faults"])
    except Unfilled as fault:
        return fault.sentences


def blank(form: Form) -> dict[str, Any]:
    """Every fact that the form may use, with nothing said."""
    return {name: [] if fact.is_list else "" for name, fact in form.facts().items()}


def masked(form: Form, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same facts as a page may show them: personal ones masked, numbers in free text too."""
    known = form.facts()
    return {name: _masked(known[name], value) if name in known and value else value for name, value in facts.items()}


def _masked(fact: Fact, value: Any) -> Any:
    if fact.is_list:
        return [
            {column: MASKS[fact.masks[column]](said) if column in fact.masks else said for column, said in row.items()}
            for row in value
        ]
    return MASKS[fact.mask](value) if fact.mask else value


def next_number(form: Form, on: date) -> str:
    """The next number of this form in this year: 临消调受〔2026〕第12号.

    Without gaps, for it is asked for at issue and rolled back with it.
    """
    ordinal = next_ordinal(f"document-{form.row}", on.year)
    return f"{letterhead.prefix()}{form.mark}〔{on.year}〕第{ordinal}号"


def check_filled(form: Form, filled: Mapping[str, str]) -> None:
    """Raises Invalid beside the first field of the form that is needed and empty."""
    for one in form.fields:
        if one.needed and not filled.get(one.name):
            raise Invalid(one.name, _("This is needed."))


def qr(link: str) -> bytes:
    """A picture of an address."""
    out = io.BytesIO()
    segno.make(link, error="m").save(out, kind="png", scale=4, border=2)
    return out.getvalue()


def _packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _ask(asked: str) -> dict[str, Any]:
    try:
        with bounded.run(PRESS, io.BytesIO(asked.encode()), BOUNDS) as said:
            answer: dict[str, Any] = json.load(said)
    except bounded.TooMuch:
        raise Unfilled([_("The template takes more time or memory than a document needs.")]) from None
    except bounded.Broken:
        raise Unfilled([_("The template is damaged: Word could not open what comes out of it.")]) from None
    return answer


# A draft is looked at again and again while it is written; pressing it takes a quarter of a second.
_seen = lru_cache(maxsize=64)(_ask)


def _sentences(found: list[dict[str, str]]) -> list[str]:
    """Each fault once, in the order in which they stand in the template."""
    return list(dict.fromkeys(str(FAULTS[one["what"]]) % {"said": one["said"]} for one in found))
