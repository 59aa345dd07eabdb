"""Fields forgive how things are typed, and never change what was meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form as PlainForm
from wtforms import SelectField

from app.core.errors import Invalid, Late
from app.core.forms import PLUMBING, Code, Form, Line, Money, Prose, Typed, narrow, options, tidy
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


class Entry(Form):
    """Something that two people change at once."""

    title, text, amount = Line("Title"), Prose("Text"), Money("Amount")
    kind = SelectField("Kind", choices=options([("G", "goods"), ("S", "services")]))


OLD = {"title": "退卡", "text": "一。\n二。", "amount": Decimal("4680.00"), "kind": "G", "version": 1}


def caught_up(app: Any, mine: dict[str, str], theirs: dict[str, Any], **sent: str) -> tuple[Entry, str]:
    """The form that was opened on OLD and comes in as `mine`, after somebody else made of it `theirs`."""
    with app.test_request_context():
        loaded = Entry(data=OLD).loaded
    posted = {"title": "退卡", "text": "一。\r\n二。", "amount": "4680.00", "kind": "G", "version": "1"}
    with app.test_request_context(method="POST", data={**posted, "loaded": loaded, **mine, **sent}):
        form = Entry()
        now = {**OLD, **theirs, "version": 2}
        form.catch_up(Late("somebody was faster"), Entry(formdata=None, data=now))
        again = Entry(formdata=None, data=now)
        return form, again._marks()


def test_who_comes_second_has_typed_what_they_changed_and_nothing_else(app: Any) -> None:
    theirs = {"title": "健身卡退费", "kind": "S"}
    form, _marks = caught_up(app, {"title": "退健身卡", "amount": "¥ 4,700"}, theirs)
    assert form.typed == [Typed("Title", "健身卡退费", "退健身卡"), Typed("Amount", "4680.00", "4700.00")]


def test_what_they_left_alone_is_not_put_back_over_what_others_wrote(app: Any) -> None:
    form, marks = caught_up(app, {"amount": "4700"}, {"title": "健身卡退费", "text": "三。", "kind": "S"})
    facts = {"title": "健身卡退费", "text": "三。", "amount": Decimal("4700.00"), "kind": "S"}
    assert form.facts == facts
    assert (form.version.data, form.loaded) == (2, marks)
    assert [form.title._value(), form.version._value()] == ["健身卡退费", "2"]


def test_who_changed_it_to_the_same_has_nothing_to_decide(app: Any) -> None:
    form, _marks = caught_up(app, {"title": "健身卡退费"}, {"title": "健身卡退费"})
    assert form.typed == []


def test_what_was_emptied_was_changed(app: Any) -> None:
    form, _marks = caught_up(app, {"text": ""}, {"kind": "S"})
    assert form.typed == [Typed("Text", "一。\n二。", "")]


def test_choices_are_told_in_words(app: Any) -> None:
    form, _marks = caught_up(app, {"kind": "S"}, {"title": "健身卡退费"})
    assert form.typed == [Typed("Kind", "goods", "services")]


@pytest.mark.parametrize("loaded", ["", "title", "title:", ":", "no marks at all"])
def test_a_form_that_does_not_say_what_it_began_with_is_held_against_how_it_stands(app: Any, loaded: str) -> None:
    form, _marks = caught_up(app, {}, {"kind": "S"}, loaded=loaded)
    assert form.typed is not None
    assert {one.label for one in form.typed} >= {"Kind"}
    assert {one.label for one in form.typed} <= {"Kind", "Title"}


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
