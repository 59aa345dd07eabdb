"""Fills in one template, or looks it over: JSON on standard input, JSON on standard output.

Run by itself within bounds, see app.core.bounded; it imports nothing of ours, so that a template which breaks out of
its sandbox is alone in an empty room. Asked with {"template", "facts", "picture", "want"} it answers with what was
wanted: "docx", "blocks" (what a page shows) and "pdf", which is nothing where the system has no Chinese font. With
{"template", "schema", "tries"} it answers {"faults"}, having filled in each of the tries if there are none. Bytes
travel as base64.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE as KIND
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")  # docxtpl fills these in too
FILTERS = frozenset({"length"})
LOOP = frozenset({"index", "first", "last", "length"})
PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr)
PLAIN += (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not)  # type: ignore[assignment]
FIELDS = re.compile(r"^\s*(PAGE|NUMPAGES|SECTIONPAGES)\b[^\"]*$", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def sandbox() -> SandboxedEnvironment:
    """Without the functions and filters of Jinja: a form has nothing to call."""
    made = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {}
    return made


def fill(template: bytes, facts: dict[str, Any], picture: str | None) -> bytes:
    """The template with the facts in their places."""
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    shown = InlineImage(document, io.BytesIO(base64.b64decode(picture)), width=Mm(22)) if picture else ""
    document.render({**_clean(facts), "qr": shown}, sandbox(), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _clean(said: Any) -> Any:
    """Without the control characters that no XML may have."""
    if isinstance(said, str):
        return _CONTROL.sub("", said)
    if isinstance(said, list):
        return [_clean(one) for one in said]
    return {name: _clean(one) for name, one in said.items()}


# Looking it over -----------------------------------------------------------------------------------------------------


def faults(template: bytes, schema: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """Everything in a template that no form needs: {"what", "said"}."""
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    for code in _field_codes(document):
        if not FIELDS.match(code):
            yield {"what": "field", "said": code.strip()[:60]}
    for text in _texts(document):
        try:
            tree = sandbox().parse(text)
        except TemplateSyntaxError as fault:
            yield {"what": "broken", "said": _near(text, fault.lineno)}
            continue
        except TemplateError as fault:
            yield {"what": "broken", "said": str(fault)[:80]}
            continue
        yield from _walk(tree, schema, {})


def _texts(document: Any) -> Iterator[str]:
    yield document.patch_xml(document.get_xml())
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _key, part in document.get_headers_footers(uri):
            yield document.patch_xml(document.get_part_xml(part))
    for part in _footnotes(document):
        yield document.patch_xml(part.blob.decode("utf-8"))
    for name in PROPERTIES:
        yield getattr(document.docx.core_properties, name)


def _footnotes(document: Any) -> Iterator[Any]:
    for link in document.docx.part.rels.values():
        if link.reltype == KIND.FOOTNOTES:
            yield link.target_part


def _field_codes(document: Any) -> Iterator[str]:
    """Word's own fields, which fetch and run things when a document is opened; one may be spread over many runs."""
    for part in document.docx.part.package.iter_parts():
        if str(part.partname).endswith(".xml"):
            xml = part.blob.decode("utf-8", "replace")
            yield from re.findall(r"<w:fldSimple\b[^>]*\bw:instr=\"([^\"]*)\"", xml)
            for piece in re.split(r"<w:fldChar\b[^>]*w:fldCharType=\"begin\"", xml)[1:]:
                inner = piece.partition('w:fldCharType="separate"')[0].partition('w:fldCharType="end"')[0]
                yield "".join(re.findall(r"<w:instrText\b[^>]*>([^<]*)</w:instrText>", inner))


def _near(text: str, line: int) -> str:
    """What a person sees at the line of a fault."""
    around = "".join(text.splitlines()[max(0, line - 2) : line + 1])
    tags = re.findall(r"\{[{%#][^}]*[}%#]\}?", re.sub(r"<[^>]+>", "", around))
    return " ".join(tags)[:80]


def _walk(node: Any, schema: dict[str, list[str]], within: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """`within`: the names that a loop around the node gives, with their columns."""
    if isinstance(node, nodes.For):
        yield from _loop(node, schema, within)
        return
    if isinstance(node, nodes.Name):
        if node.name not in schema and node.name not in within:
            yield {"what": "unknown", "said": node.name}
        return
    if isinstance(node, nodes.Getattr):
        yield from _attribute(node, within)
        return
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.args or node.kwargs:
            yield {"what": "filter", "said": node.name}
    elif not isinstance(node, PLAIN):
        yield {"what": "not_for_forms", "said": type(node).__name__}
        return
    for child in node.iter_child_nodes():
        yield from _walk(child, schema, within)


def _loop(node: Any, schema: dict[str, list[str]], within: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    listed = node.iter.name if isinstance(node.iter, nodes.Name) else ""
    if within:
        yield {"what": "loop_in_loop", "said": listed}
    elif not schema.get(listed) or not isinstance(node.target, nodes.Name) or node.recursive or node.test:
        yield {"what": "loop", "said": listed}
    else:
        inside = {node.target.name: schema[listed], "loop": sorted(LOOP)}
        for child in (*node.body, *node.else_):
            yield from _walk(child, schema, inside)


def _attribute(node: Any, within: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    owner = node.node.name if isinstance(node.node, nodes.Name) else ""
    if node.attr not in within.get(owner, ()):
        yield {"what": "attribute", "said": f"{owner or '…'}.{node.attr}"}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    template = base64.b64decode(asked["template"])
    if "schema" in asked:
        found = list(faults(template, asked["schema"]))
        for facts in [] if found else asked["tries"]:
            read(fill(template, facts, None))
        return {"faults": found}
    made, want = fill(template, asked["facts"], asked.get("picture")), asked["want"]
    said: dict[str, Any] = {"docx": base64.b64encode(made).decode()} if "docx" in want else {}
    if {"blocks", "pdf"} & set(want):
        sheet = read(made)
        if "blocks" in want:
            said["blocks"] = sheet["body"]
        if "pdf" in want:
            pdf = _sheets().set_as_pdf(sheet)
            said["pdf"] = base64.b64encode(pdf).decode() if pdf else None
    return said


def read(document: bytes) -> dict[str, Any]:
    sheet: dict[str, Any] = _sheets().read(Document(io.BytesIO(document)))
    return sheet


def _sheets() -> Any:
    """The script beside this one, by its place: there is no package of ours in this room."""
    beside = importlib.util.spec_from_file_location("sheets", Path(__file__).with_name("sheets.py"))
    assert beside is not None
    assert beside.loader is not None
    made = importlib.util.module_from_spec(beside)
    beside.loader.exec_module(made)
    return made


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        said = answer(asked)
    except TemplateError as fault:
        said = {"faults": [{"what": "broken", "said": str(fault)[:80]}]}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
