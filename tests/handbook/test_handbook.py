"""The handbook: complete in both languages, about every page, found by words, and without a link that leads nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from app.handbook import book
from app.handbook.about import CHAPTER
from app.handbook.contents import ABOUT, CHAPTERS, ELSEWHERE, chapter_of
from tests.town import CITY, EAST, MARKET


@pytest.mark.parametrize("code", CHAPTERS)
def test_a_chapter_says_the_same_in_both_languages(code: str) -> None:
    chinese, english = (book.text_of(code, language) for language in book.LANGUAGES)
    assert chinese.title != english.title
    assert len(chinese.parts) == len(english.parts) > 3
    for one, other in zip(chinese.parts, english.parts, strict=True):
        assert sorted(one.links) == sorted(other.links), f"{one.title} / {other.title}"
        assert bool(one.plain) == bool(other.plain)


def test_every_text_is_a_chapter() -> None:
    there = {path.name for path in book.TEXTS.iterdir()}
    assert there == {f"{code}.{language}.md" for code in CHAPTERS for language in book.LANGUAGES}


def test_every_link_names_a_page_that_is_there_in_an_organisation_that_the_chapter_is_for(app: Any) -> None:
    for code, chapter in CHAPTERS.items():
        for part in book.text_of(code, "en").parts:
            for link in part.links:
                if link.startswith(CHAPTER):
                    assert link.removeprefix(CHAPTER) in CHAPTERS, f"{code}: {link}"
                    continue
                endpoint = link.partition("?")[0]
                assert endpoint in app.view_functions, f"{code}: {link}"
                rules = [rule for rule in app.url_map.iter_rules(endpoint) if "GET" in rule.methods]
                assert any(not rule.arguments for rule in rules), f"{code}: {link} is about something of somebody"
                assert app.view_functions[endpoint].area.kinds & set(chapter.kinds), f"{code}: {link}"


def test_every_page_has_a_chapter_about_itself(app: Any) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}
    for endpoint in endpoints:
        for kind in app.view_functions[endpoint].area.kinds:
            assert chapter_of(endpoint, kind).code in CHAPTERS
    areas = {endpoint.partition(".")[0] for endpoint in endpoints}
    assert {name for name in ABOUT if name not in endpoints | areas} == set()
    assert {area for _kind, area in ELSEWHERE} <= areas
    assert {*ABOUT.values(), *ELSEWHERE.values()} == CHAPTERS.keys(), "a chapter that no page leads to"


def test_a_chapter_is_found_by_words_of_either_language() -> None:
    for said in ("司法确认 三十日", "THIRTY days court"):
        assert "agreements" in {hit.code for hit in book.find(said, "zh")}, said
    found = next(hit for hit in book.find("thirty days court", "zh") if hit.code == "agreements")
    assert found.language == "en"
    assert {piece.text.casefold() for piece in found.pieces if piece.sought} >= {"thirty", "days"}
    assert "司法确认" in found.title, "it is named in the reader's language"
    assert book.find("没有这样的词", "zh") == book.find("  ", "zh") == []
    assert book.find("受理", "zh")[0].code == "acceptance", "what is entitled so comes first"


def test_it_is_open_to_who_has_not_signed_in_and_offers_them_no_page_of_others(town: Any) -> None:
    browser = town.client(EAST, None)
    page = browser.get("/help/intake").get_data(as_text=True)
    assert "登记投诉" in page
    assert 'href="/east/cases/new"' not in page
    assert 'href="/east/help"' in browser.get("/sign-in").get_data(as_text=True)
    assert browser.get("/help/nothing").status_code == 404


@pytest.mark.parametrize(
    ("slug", "login", "code", "offered", "kept"),
    [
        (EAST, "clerk", "acceptance", "/east/cases?status=lodged", "/east/case-settings"),
        (EAST, "admin", "administration", "/east/people", "/east/organisations"),
        (MARKET, "officer", "departments", "/market/inbox", "/market/people"),
        (CITY, "analyst", "bureau", "/city/counties", "/city/grants"),
    ],
)
def test_a_chapter_links_to_where_its_reader_may_go(
    town: Any, slug: str, login: str, code: str, offered: str, kept: str
) -> None:
    page = town.client(slug, login).get(f"/help/{code}").get_data(as_text=True)
    assert f'href="{offered}' in page
    assert f'href="{kept}' not in page


def test_every_page_leads_to_help_and_to_the_chapter_about_itself(town: Any) -> None:
    for path, code in (("/cases/new", "intake"), ("/cases", "lists"), ("/notices", "colleagues")):
        page = town.client(EAST, "handler").get(path).get_data(as_text=True)
        assert 'href="/east/help"' in page
        assert f'href="/east/help/{code}"' in page
    assert 'href="/market/help/departments"' in town.client(MARKET, "officer").get("/inbox").get_data(as_text=True)


def test_it_is_searched_by_post_and_no_number_comes_into_its_address(town: Any) -> None:
    browser = town.client(EAST, None)
    answer = browser.post("/help", {"q": "回执"})
    assert answer.status_code == 303
    assert "<mark>回执</mark>" in browser.get(answer.location.removeprefix("/east")).get_data(as_text=True)
    assert browser.post("/help", {"q": "13912345678"}).location == "/east/help"
