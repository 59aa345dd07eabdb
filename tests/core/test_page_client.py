"""The page client of the tests notices what no page may show."""

from __future__ import annotations

import pytest
from flask import Response
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from tests.browser import check

PAGE = """<!doctype html><html lang="zh-Hans-CN"><head><title>案件</title></head><body><h1>案件</h1>{}</body></html>"""
FAULTS = {
    "<p>Nothing has been agreed yet.</p>": "not translated: 'Nothing has been agreed yet.'",
    "<button>Save</button>": "not translated: 'Save'",
    "<p>{{ case.title }}</p>": "left over in the page",
    "<p>13812345678</p>": "an unmasked phone number",
    "<p style='color:red'>字</p>": "breaks the content policy",
    "<label>姓名</label><input id='name' name='name'>": "has no label",
    "<p id='one'>一</p><p id='one'>二</p>": "stands twice",
    "<section>": "never closed",
}


def answer(body: str) -> TestResponse:
    made = Response(PAGE.replace("{}", body), mimetype="text/html")
    asked = Request({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": None})
    return TestResponse(made.response, made.status, made.headers, asked)


@pytest.mark.parametrize("body", FAULTS)
def test_a_fault_is_named(body: str) -> None:
    with pytest.raises(AssertionError) as found:
        check(answer(body))
    assert FAULTS[body] in str(found.value)


@pytest.mark.parametrize(
    "body", ["<p>已受理</p>", "<p>Excel</p>", '<p lang="en">The receipt of a complaint</p>', "<td>handler</td>"]
)
def test_what_may_stand_is_let_stand(body: str) -> None:
    assert check(answer(body)).heading == "案件"
