from types import SimpleNamespace

import pytest
from jinja2 import UndefinedError

from app import ui

HX = {"HX-Request": "true"}


def opened(face, **headers):
    return face.test_client().get("/page", headers=headers).text


def test_a_page_has_one_title_for_window_and_heading(face):
    html = opened(face)
    assert "<title>Cases · East Center</title>" in html
    assert '<h1 class="h1">Cases</h1>' in html


def test_htmx_gets_the_block_its_target_names_with_the_imports_of_the_page(face):
    html = opened(face, **HX, **{"HX-Target": "rows"})
    assert html.startswith("<title>Cases · East Center</title>")
    assert "Good day" in html
    assert "Nothing here" in html
    assert "<nav" not in html


def test_a_block_inherited_from_the_shell_can_be_asked_for_too(face):
    html = opened(face, **HX, **{"HX-Target": "main"})
    assert "Nothing here" in html
    assert "<!doctype" not in html


@pytest.mark.parametrize(
    "headers",
    [HX, HX | {"HX-Target": "unknown"}, HX | {"HX-Target": "rows", "HX-History-Restore-Request": "true"}],
)
def test_the_whole_page_comes_when_no_block_is_meant(face, headers):
    html = opened(face, **headers)
    assert html.count("<!doctype html>") == 1
    assert "</html>" in html


def test_a_form_with_errors_says_so_first_in_the_title(face):
    wrong = SimpleNamespace(errors={"title": ["missing"]}, form_errors=())
    with face.test_request_context("/page", headers={"Cookie": "hp-lang=en"}):
        assert "<title>Error: Cases" in ui.render("page.html", form=wrong)


def test_a_misspelt_name_is_a_fault_but_an_option_left_out_is_not(show):
    with pytest.raises(UndefinedError):
        show("{{ misspelt }}")
    with pytest.raises(UndefinedError):
        show("{{ thing.misspelt }}", thing=object())
    assert show("{{ 'yes' if options.tone else 'no' }}", options={}) == "no"


def test_nothing_in_the_shell_breaks_the_content_policy(face):
    html = opened(face)
    assert "style=" not in html
    assert " onclick" not in html
    assert html.count("<script") == html.count('<script nonce="n0nce" src="/static/')
