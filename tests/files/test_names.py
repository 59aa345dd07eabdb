from __future__ import annotations

import pytest
from werkzeug.http import parse_options_header

from app.files.names import clean_name, disposition


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("投诉材料.pdf", "投诉材料.pdf"),
        ("购物 小票（3月5日）.jpg", "购物 小票（3月5日）.jpg"),
        ("C:\\Users\\lin\\合同.docx", "合同.docx"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        (".htaccess.txt", "htaccess.txt"),
        (".pdf", "pdf"),
        ('"><img src=x onerror=alert(1)>.png', "___img src=x onerror=alert(1)_.png"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("合同\u202efdp.exe", "合同fdp.exe"),
        ("合\u200b同\ufeff.pdf", "合同.pdf"),
        ("合同\0.pdf", "合同.pdf"),
        ("合同\ud800.pdf", "合同.pdf"),
        ("  a\u3000b\t.pdf  ", "a b.pdf"),
        ("3.5折优惠", "3.5折优惠"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("a." + "x" * 300, "a." + "x" * 118),
        ("", "file"),
        (None, "file"),
    ],
)
def test_names_keep_chinese_and_lose_what_misleads(sent: str | None, kept: str) -> None:
    assert clean_name(sent) == kept
    assert len(clean_name(sent)) <= 120


@pytest.mark.parametrize("name", ["投诉材料.pdf", 'a"b;c.pdf', "a\r\nX: 1.pdf", "100%.pdf", "O'Neil (1).pdf", "無.pdf"])
def test_a_header_carries_the_whole_name_and_nothing_else(name: str) -> None:
    header = disposition("attachment", name)
    assert header.isascii()
    assert header.isprintable()
    kind, options = parse_options_header(header)
    assert kind == "attachment"
    assert options["filename"] == name
