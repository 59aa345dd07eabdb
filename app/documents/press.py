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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.constants import CONTENT_TYPE as CONTENT
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")  # docxtpl fills these in too
FILTERS = frozenset({"length"})
LOOP = frozenset({"index", "first", "last", "length"})
PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr)
PLAIN += (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not)  # type: ignore[assignment]
FIELDS = re.compile(r"^\s*(PAGE|NUMPAGES|SECTIONPAGES)\b[^\"]*$", re.IGNORECASE)
# What a letter is made of, and how its parts hang together (ECMA-376): nothing else comes in.
_WML = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_OFFICE = "application/vnd.openxmlformats-officedocument."
PARTS = frozenset(
    {
        *(f"{_WML}{name}+xml" for name in ("document.main", "styles", "settings", "webSettings", "fontTable")),
        *(f"{_WML}{name}+xml" for name in ("numbering", "header", "footer", "footnotes", "endnotes")),
        *(
            f"{_OFFICE}{name}+xml"
            for name in ("theme", "extended-properties", "custom-properties", "customXmlProperties")
        ),
        "application/vnd.openxmlformats-package.core-properties+xml",
        "application/vnd.ms-word.stylesWithEffects+xml",
        f"{_WML}printerSettings",
        "image/png",
        "image/jpeg",
        "image/gif",
    }
)
LINKS = frozenset(
    {
        *(
            "officeDocument",
            "styles",
            "stylesWithEffects",
            "settings",
            "webSettings",
            "fontTable",
            "theme",
            "numbering",
        ),
        *("header", "footer", "footnotes", "endnotes", "image", "hyperlink", "thumbnail", "printerSettings"),
        *("core-properties", "extended-properties", "custom-properties", "customXml", "customXmlProps"),
    }
)
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
    yield from _strange_parts(document)
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
    """By what they are, as they are filled in, and not by how they hang on the document."""
    for part in document.docx.part.package.iter_parts():
        if part.content_type == CONTENT.WML_FOOTNOTES:
            yield part


def _strange_parts(document: Any) -> Iterator[dict[str, str]]:
    """What no letter is made of: objects, controls, other documents, whatever name or link they come under."""
    package = document.docx.part.package
    for part in package.iter_parts():
        name = str(part.partname)
        if part.content_type not in PARTS and not (part.content_type == "application/xml" and "/customXml/" in name):
            yield {"what": "part", "said": name[-60:]}
    for link in package.iter_rels():
        if link.reltype.rpartition("/")[2] not in LINKS:
            yield {"what": "part", "said": link.reltype.rpartition("/")[2][:60]}


def _field_codes(document: Any) -> Iterator[str]:
    """Word's own fields, which fetch and run things when a document is opened; one may be spread over many runs.

    Read as Word reads them: by what an element is, whatever its prefix, and without the comments between.
    """
    for part in document.docx.part.package.iter_parts():
        if not part.content_type.endswith("xml"):
            continue
        open_: list[list[str]] = []
        for one in etree.fromstring(part.blob, _plain_parser()).iter():
            if one.tag == qn("w:fldSimple"):
                yield one.get(qn("w:instr")) or ""
            elif one.tag == qn("w:fldChar"):
                if one.get(qn("w:fldCharType")) == "begin":
                    open_.append([])
                elif open_ and open_[-1]:  # its code ends where what it shows begins
                    yield "".join(open_[-1])
                    open_[-1].clear()
                if one.get(qn("w:fldCharType")) == "end" and open_:
                    open_.pop()
            elif one.tag in (qn("w:instrText"), qn("w:delInstrText")):
                if open_:
                    open_[-1].append("".join(one.itertext()))
                else:
                    yield "".join(one.itertext())
        yield from ("".join(code) for code in open_ if code)


def _plain_parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


def _used(document: Any) -> set[str]:
    """The names that a template uses."""
    return {node.name for text in _texts(document) for node in sandbox().parse(text).find_all(nodes.Name)}


def _unseen(made: bytes, sheet: dict[str, Any]) -> str:
    """What the Word file says and the page and the PDF do not: in boxes, controls, links, tracked changes."""
    body = Document(io.BytesIO(made)).element.body
    whole = _joined(one.text or "" for one in body.iter(qn("w:t")))
    shown = _joined(piece.get("text", "") for piece in _pieces(sheet["body"]))
    if whole == shown:
        return ""
    at = next((n for n, (one, other) in enumerate(zip(whole, shown, strict=False)) if one != other), len(shown))
    return whole[at : at + 20]


def _pieces(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if block["kind"] == "paragraph":
            yield from block["pieces"]
        else:
            for row in block["rows"]:
                for cell in row:
                    yield from _pieces(cell["blocks"])


def _joined(texts: Iterable[str]) -> str:
    return "".join("".join(texts).split())


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


def _tried(template: bytes, asked: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What is wrong with a template that is harmless: something is missing in it, or is seen in Word alone."""
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    used = _used(document)
    yield from ({"what": "absent", "said": name} for name in asked.get("needs", ()) if name not in used)
    for facts in asked["tries"]:
        made = fill(template, facts, None)
        if unseen := _unseen(made, read(made)):
            yield {"what": "unseen", "said": unseen}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    template = base64.b64decode(asked["template"])
    if "schema" in asked:
        return {"faults": list(faults(template, asked["schema"])) or list(_tried(template, asked))}
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
