from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.bigrams import document, fold, query


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("退款", "'款' '退款'"),
        ("店", "'店'"),
        ("预付卡退款", "'付卡' '卡退' '款' '退款' '预付'"),
        ("退款，预付", "'付' '款' '退款' '预付'"),
        ("A3区iPhone15", "'a3' 'iphone15' '区'"),
        ("ＡＢＣ　１２３", "'123' 'abc'"),
        ("退\u200b款", "'款' '退款'"),
        ("𠮷野家", "'家' '野家' '𠮷野'"),
        ("it's \\ ok", "'it' 'ok' 's'"),
        ("2026-004817", "'004817' '2026'"),
        ("café", "'café'"),
        ("x" * 300, f"'{'x' * 40}'"),
        ("", ""),
        (None, ""),
        ("。，！", ""),
    ],
)
def test_a_text_becomes_pairs_of_characters_and_whole_words(text: str | None, tokens: str) -> None:
    assert document(text) == tokens


@pytest.mark.parametrize(
    ("typed", "asked", "again"),
    [
        ("退款", "'退款'", []),
        ("退", "'退':*", []),
        ("预付卡", "'预付' & '付卡'", ["预付卡"]),
        ("预付卡。", "'预付' & '付卡'", ["预付卡"]),
        ("退款 健身", "'退款' & '健身'", []),
        ("退款，健身", "'退款' & '健身'", []),
        ("iPho", "'ipho':*", []),
        ("A3区", "'a3':* & '区':*", ["a3区"]),
        ("2026-0048", "'2026':* & '0048':*", ["2026-0048"]),
        ("退款 退款", "'退款'", []),
        ("", "", []),
        ("  。。 ", "", []),
        (None, "", []),
        (" ".join("甲乙丙丁戊己庚辛壬癸"), " & ".join(f"'{c}':*" for c in "甲乙丙丁戊己庚辛"), []),
    ],
)
def test_words_become_a_question_and_what_must_be_looked_at_again(
    typed: str | None, asked: str, again: list[str]
) -> None:
    assert query(typed) == (asked, again)


def test_folding_makes_one_blank_of_many_and_one_width_of_two() -> None:
    assert fold(" \t座落在\n\n  Ａ市\u3000") == "座落在 a市"


@given(st.text(max_size=200))
def test_no_text_can_break_out_of_the_notation(text: str) -> None:
    for made in (document(text), query(text).tsquery):
        assert "\\" not in made
        assert made.count("'") % 2 == 0
        for token in made.replace(" & ", " ").split():
            assert token.startswith("'")
            assert token.removesuffix(":*").endswith("'")
            assert "'" not in token.removesuffix(":*")[1:-1]


@pytest.mark.parametrize("hostile", ["退" * 50_000, "x" * 50_000, "退 " * 25_000, "a退" * 25_000, "，" * 50_000])
def test_folding_and_asking_take_linear_time(hostile: str) -> None:
    for read in (fold, query):
        best = float("inf")
        for _ in range(3):
            began = time.thread_time()
            read(hostile)
            best = min(best, time.thread_time() - began)
        assert best < 0.05, f"{read.__name__} took {best * 1000:.0f} ms"
