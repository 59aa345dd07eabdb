"""Words found by the first letters of their pinyin, held against a second opinion."""

from __future__ import annotations

import unicodedata

import pytest
from pypinyin import Style, pinyin

from app.core.pinyin import initials, place

# The 3,755 signs of the first level of GB 2312.
COMMON = [bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
COMMON = [sign for sign in COMMON if sign]


@pytest.mark.parametrize(
    ("typed", "words", "at"),
    [
        ("dsl", "待受理", 0),
        ("SL", "待受理", 1),
        ("受理", "待受理", 1),
        ("zl", "周岚", 0),
        ("cqs", "重庆市", 0),
        ("zqs", "重庆市", 0),
        ("szx", "单主席", 0),
        ("t", "通知 2", 0),
        ("tz2", "通知 2", 0),
        ("kept", "Kept filters", 0),
        ("dsx", "待受理", None),
        ("", "待受理", None),
        ("待 受", "待受理", 0),
    ],
)
def test_it_is_found_where_it_begins(typed: str, words: str, at: int | None) -> None:
    assert place(typed, words) == at


def test_every_common_sign_has_the_letters_of_all_its_readings() -> None:
    assert len(COMMON) == 3755
    for sign in COMMON:
        (read,) = pinyin(sign, style=Style.NORMAL, heteronym=True)
        letters = {unicodedata.normalize("NFD", said)[0] for said in read if said[0].isalpha()}
        assert letters <= set(initials(sign)[0]), sign
