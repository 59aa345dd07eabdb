"""A template can never run code: what it may not do is said before it is used, and would not work if it were (IN9)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.documents import press
from app.documents.kinds import kinds
from app.documents.services import FAULTS, Unfilled, fill, lint
from app.files.accept import EVIDENCE, accept
from app.files.refusal import Refused
from tests.documents.conftest import changed, template, with_field

FORM = kinds()["acceptance"]


def sentence(what: str, said: str) -> str:
    return str(FAULTS[what]) % {"said": said}


@pytest.mark.parametrize(
    ("line", "what", "said"),
    [
        ("{{ nobody }}", "unknown", "nobody"),
        ("{{ issuer.__class__ }}", "attribute", "issuer.__class__"),
        ("{{ issuer['__class__'] }}", "not_for_forms", "Getitem"),
        ("{{ issuer|attr('__class__') }}", "filter", "attr"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "not_for_forms", "Call"),
        ("{{ issuer.format(1) }}", "not_for_forms", "Call"),
        ("{{ cycler.__init__.__globals__ }}", "attribute", "….__globals__"),
        ("{{ issuer|safe }}", "filter", "safe"),
        ("{{ 'a' * 9999999999 }}", "not_for_forms", "Mul"),
        ("{{ 9 ** 9 ** 9 }}", "not_for_forms", "Pow"),
        ("{{ (issuer, number) }}", "not_for_forms", "Tuple"),
        ("{% set x = issuer %}", "not_for_forms", "Assign"),
        ("{% macro x() %}{% endmacro %}", "not_for_forms", "Macro"),
        ("{% include 'x' %}", "not_for_forms", "Include"),
        ("{% import 'x' as x %}", "not_for_forms", "Import"),
        ("{% for x in range(9) %}{% endfor %}", "loop", ""),
        ("{% for x in issuer %}{{ x }}{% endfor %}", "loop", "issuer"),
        ("{% for x in evidence recursive %}{{ x.name }}{% endfor %}", "loop", "evidence"),
        ("{% for x in evidence %}{{ x.secret }}{% endfor %}", "attribute", "x.secret"),
        ("{% for x in evidence %}{{ loop.cycle }}{% endfor %}", "attribute", "loop.cycle"),
        ("{% for x in evidence %}{% for y in evidence %}{% endfor %}{% endfor %}", "loop_in_loop", "evidence"),
        ("{% for x in evidence %}", "broken", "{% for x in evidence %}"),
        ("{% if issuer %}", "broken", "{% if issuer %}"),
        ("{{ issuer ", "broken", ""),
        ("{% endfor %}", "broken", "{% endfor %}"),
    ],
)
def test_what_a_form_has_no_need_of_is_named(line: str, what: str, said: str) -> None:
    assert {"what": what, "said": said} in list(press.faults(template(line), FORM.schema()))


def test_it_is_said_in_a_sentence(app: Any) -> None:
    assert lint(template("{{ nobody }} {{ nobody }}"), FORM) == [sentence("unknown", "nobody")]


@pytest.mark.parametrize("where", [{"head": "{{ issuer.__class__ }}"}, {"title": "{{ issuer.__class__ }}"}])
def test_head_and_properties_are_looked_over_too(app: Any, where: dict[str, str]) -> None:
    assert lint(template("正文", **where), FORM) == [sentence("attribute", "issuer.__class__")]


@pytest.mark.parametrize("split", [False, True])
def test_a_field_that_fetches_or_runs_is_refused(split: bool) -> None:
    for code in ('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"', ' INCLUDETEXT "secret.docx" '):
        (found,) = press.faults(with_field(code, split=split), FORM.schema())
        assert found["what"] == "field"
    assert list(press.faults(with_field(" PAGE ", split=split), FORM.schema())) == []


def test_a_mark_cut_up_by_word_is_still_read(app: Any) -> None:
    """Word writes {{ issuer }} in as many runs as it likes."""
    cut = changed(template("{{ MARK }}"), "word/document.xml", "{{ MARK }}", "{{ iss</w:t></w:r><w:r><w:t>uer.x }}")
    assert lint(cut, FORM) == [sentence("attribute", "issuer.x")]


def test_a_template_that_only_fills_in_repeats_and_omits_is_taken(app: Any) -> None:
    good = template(
        "{{ issuer }} {{ number }}",
        "{%p if consumer_id and not reference %}",
        "{{ consumer_id }}",
        "{%p endif %}",
        "{%p for one in evidence %}",
        "{{ loop.index }} {{ one.name }}",
        "{%p endfor %}",
        "{{ evidence|length }} {% if nature == '投诉' %}是{% else %}否{% endif %} {{ qr }}",
    )
    assert lint(good, FORM) == []


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ issuer.__class__.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__['os'].system('id') }}",
        "{{ nobody }}",
        "{{ (1).__class__.__base__.__subclasses__()|map(attribute='__name__')|list }}",
    ],
)
def test_what_was_never_looked_over_is_not_run_either(app: Any, line: str) -> None:
    """The sandbox holds without the look."""
    with pytest.raises(Unfilled):
        fill(template(line), FORM, FORM.samples(), want=("docx",))


def test_what_is_no_word_file_is_said_so(app: Any) -> None:
    assert lint(b"PK\x03\x04 nothing", FORM)


@pytest.mark.long
def test_a_template_that_never_ends_is_ended(app: Any) -> None:
    """Ten seconds of computing; the look would have refused the loop."""
    many = [{"name": "x", "added_on": "y"}] * 4000
    line = "{% for a in evidence %}{% for b in evidence %}{% for c in evidence %}{% endfor %}{% endfor %}{% endfor %}"
    with pytest.raises(Unfilled, match=r"time|时间"):
        fill(template(line), FORM, {**FORM.samples(), "evidence": many}, want=("docx",))


def test_macros_and_parts_from_elsewhere_do_not_get_that_far() -> None:
    from tests.files import specimens

    docx = {".docx": EVIDENCE[".docx"]}
    for armed in (
        specimens.docx(word__vbaProject=b"x"),
        changed(
            template("x"),
            "word/_rels/document.xml.rels",
            "</Relationships>",
            '<Relationship Id="rX" TargetMode="External" Target="http://127.0.0.1/t.dotm" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>',
        ),
    ):
        with pytest.raises(Refused):
            accept(io.BytesIO(armed), "模板.docx", kinds=docx)


def test_the_press_imports_nothing_of_ours() -> None:
    """What a template might break out into has no database, no settings and no keys in it."""
    for script in ("press.py", "sheets.py"):
        source = (Path(press.__file__).parent / script).read_text("utf-8")
        assert "import app" not in source
        assert "from app" not in source
        assert "tenants" not in source


def test_without_a_chinese_font_there_is_no_pdf() -> None:
    from app.documents.sheets import chinese

    assert chinese(["DejaVu Sans", "Liberation Serif"]) == []
    assert chinese(["Noto Sans CJK SC", "Noto Serif CJK SC", "DejaVu Sans"])[0] == "Noto Serif CJK SC"


# What hides from a plain look ----------------------------------------------------------------------------------------

NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RUNS = "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe /k"
BODY, LINKS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"


def put_in(xml: str) -> bytes:
    return changed(template("{{ number }} {{ qr }}"), BODY, "<w:sectPr", f"{xml}<w:sectPr")


def linked(kind: str, target: str, content: str, media: str) -> bytes:
    """A Word file with one more part, under a link of that kind."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template("{{ number }} {{ qr }}"))) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            body = source.read(name).decode("utf-8", "surrogateescape")
            if name == LINKS:
                link = f'<Relationship Id="rIdZ" Type="{kind}" Target="{target}"/></Relationships>'
                body = body.replace("</Relationships>", link)
            if name == TYPES:
                body = body.replace("</Types>", f'<Override PartName="/word/{target}" ContentType="{media}"/></Types>')
            made.writestr(name, body.encode("utf-8", "surrogateescape"))
        made.writestr(f"word/{target}", content)
    return out.getvalue()


def char(kind: str, prefix: str = "w") -> str:
    named = "" if prefix == "w" else f' xmlns:{prefix}="{NS}"'
    return f'<w:r><{prefix}:fldChar{named} {prefix}:fldCharType="{kind}"/></w:r>'


@pytest.mark.parametrize(
    "xml",
    [
        f'<w:p><x:fldSimple xmlns:x="{NS}" x:instr="{RUNS}"><w:r><w:t>x</w:t></w:r></x:fldSimple></w:p>',
        f"<w:p>{char('begin', 'x')}<w:r><w:instrText>{RUNS}</w:instrText></w:r>{char('end', 'x')}</w:p>",
        f"<w:p>{char('begin')}<w:r><w:instrText>DDEAUTO<!-- --> c:</w:instrText></w:r>"
        f"<w:r><w:instrText> PAGE </w:instrText></w:r>{char('separate')}{char('end')}</w:p>",
        f"<w:p>{char('begin')}<w:r><w:instrText> PAGE </w:instrText></w:r>{char('begin')}<w:r><w:instrText>{RUNS}"
        f"</w:instrText></w:r>{char('end')}{char('separate')}{char('end')}</w:p>",
    ],
    ids=["prefix", "prefix of a long field", "comment in the code", "field in a field"],
)
def test_a_field_is_read_as_word_reads_it(xml: str) -> None:
    found = list(press.faults(put_in(xml), FORM.schema()))
    assert [one["what"] for one in found] == ["field"]
    assert "DDEAUTO" in found[0]["said"]


FOOTNOTE = f'<w:footnotes xmlns:w="{NS}"><w:footnote w:id="2"><w:p><w:r><w:t>{{{{ issuer.upper() }}}}</w:t></w:r></w:p></w:footnote></w:footnotes>'  # noqa: E501


@pytest.mark.parametrize(
    ("kind", "target", "content", "media", "named"),
    [
        (f"{OFFICE}/aFChunk", "chunk.rtf", "{\\rtf1}", "application/rtf", "/word/chunk.rtf"),
        (f"{OFFICE}/control", "activeX1.xml", "<a/>", "application/vnd.ms-office.activeX+xml", "/word/activeX1.xml"),
        (f"{OFFICE}/subDocument", "other.xml", "<a/>", "application/xml", "/word/other.xml"),
    ],
)
def test_what_no_letter_is_made_of_is_named(kind: str, target: str, content: str, media: str, named: str) -> None:
    found = list(press.faults(linked(kind, target, content, media), FORM.schema()))
    assert {"what": "part", "said": named} in found
    assert {"what": "part", "said": kind.rpartition("/")[2]} in found


def test_a_footnote_is_looked_over_under_whatever_link_it_hangs() -> None:
    media = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    found = list(press.faults(linked("http://schemas.example.org/other", "notes.xml", FOOTNOTE, media), FORM.schema()))
    assert {"what": "not_for_forms", "said": "Call"} in found


P = "<w:p><w:r><w:t>{{ consumer }}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    "xml",
    [
        f"<w:sdt><w:sdtContent>{P}</w:sdtContent></w:sdt>",
        '<w:p><w:hyperlink w:anchor="a"><w:r><w:t>{{ consumer }}</w:t></w:r></w:hyperlink></w:p>',
        '<w:p><w:ins w:id="5" w:author="x"><w:r><w:t>{{ consumer }}</w:t></w:r></w:ins></w:p>',
    ],
    ids=["control", "link", "tracked change"],
)
def test_what_the_pdf_would_leave_out_is_refused(app: Any, xml: str) -> None:
    (said,) = lint(put_in(xml), FORM)
    assert "PDF" in said


@pytest.mark.parametrize("left_out", ["number", "qr"])
def test_every_numbered_document_bears_its_number_and_its_check(app: Any, left_out: str) -> None:
    there = {"number", "qr"} - {left_out}
    assert lint(template(f"{{{{ issuer }}}} {{{{ {there.pop()} }}}}"), FORM) == [sentence("absent", left_out)]
