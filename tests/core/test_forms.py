"""Fields forgive how things are typed, and never change what was meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form as PlainForm

from app.core.errors import Invalid
from app.core.forms import PLUMBING, Code, Form, Line, Money, Prose, narrow, tidy
from tests.town import Town


class Fields(PlainForm):  # type: ignore[misc]  # WTForms has no types
    line, code, prose, money = Line(), Code(), Prose(), Money()


def read(**typed: str) -> Any:
    return Fields(MultiDict(typed))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("１３８ １２３４ ５６７８", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("(0571) 8888–9999", "057188889999"),
        ("９１３３０１００ｍａ2b1c2d3e", "91330100MA2B1C2D3E"),
        ("\u200b138\u202e12345678", "13812345678"),
    ],
)
def test_a_code_is_what_is_left_without_blanks_dashes_and_widths(typed: str, meant: str) -> None:
    assert read(code=typed).code.data == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("4680", "4680.00"),
        ("4,680.5", "4680.50"),
        ("¥ ４６８０．５０", "4680.50"),
        ("￥4680元", "4680.00"),
        ("0", "0.00"),
        ("", None),
        ("   ", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(app: Any, typed: str, meant: str | None) -> None:
    with app.test_request_context():
        form = read(money=typed)
        form.validate()
        assert form.money.data == (Decimal(meant) if meant else None)


@pytest.mark.parametrize("typed", ["-1", "1e99", "NaN", "Infinity", "abc", "12.3.4", "1" * 40])
def test_what_is_no_amount_is_refused_and_stays_in_the_field(app: Any, typed: str) -> None:
    with app.test_request_context():
        form = read(money=typed)
        assert not form.validate()
        assert form.money.data is None
        assert form.money._value() == typed


def test_prose_keeps_its_lines_and_its_chinese_punctuation() -> None:
    assert read(prose="  第一行：“退款”。\r\n第二行\x00\x07  ").prose.data == "第一行：“退款”。\n第二行"


def test_a_line_is_one_line() -> None:
    assert read(line="Subject\r\nBcc: everybody@example.org").line.data == "Subject Bcc: everybody@example.org"


@given(st.text(max_size=200))
def test_what_was_tidied_once_is_tidy(typed: str) -> None:
    for clean in (narrow, tidy):
        once = clean(typed)
        assert clean(once) == once
        assert once == once.strip()
        assert not [sign for sign in once if ord(sign) < 32 and sign not in "\n\t"]


def test_facts_are_without_the_plumbing(app: Any) -> None:
    with app.test_request_context(method="POST", data={"version": "3", "submission_key": "k", "csrf_token": "t"}):

        class One(Form):
            text = Prose()

        form = One()
        assert form.facts.keys() == {"text"}
        assert not PLUMBING & form.facts.keys()


def test_an_objection_stands_beside_its_field_or_at_the_top(app: Any) -> None:
    with app.test_request_context():

        class One(Form):
            text = Prose()

        form = One()
        form.say(Invalid("text", "too short"))
        form.say(Invalid("elsewhere", "not on the list"))
        assert form.text.errors == ["too short"]
        assert form.form_errors == ["not on the list"]


def test_a_version_that_is_no_number_is_refused_and_nothing_is_lost(town: Town) -> None:
    """A made-up version is not a way around the question whether somebody was faster."""
    browser = town.client("east", "handler")
    number = (
        browser.post(
            "/cases/new", {"told": "健身房闭店，不退卡。", "nature": "C", "channel": "window", "submission_key": "v"}
        )
        .headers["Location"]
        .split("/")[-2]
    )
    answer = browser.post(f"/cases/{number}/steps/supplement", {"text": "消费者补充了一张收据。", "version": "zero"})
    assert answer.status_code in (409, 422)
    assert "消费者补充了一张收据" in answer.get_data(as_text=True)
