"""Words found by the first letters of their pinyin: 待受理 by dsl.

A sign that is read in several ways has several letters, so 重庆 is found by cq and by zq.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "initials.txt"  # a line for each letter, and the signs that begin with it


@cache
def _letters() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _DATA.read_text("utf-8").splitlines():
        letter, _, signs = line.partition(" ")
        for sign in signs:
            found[sign] = found.get(sign, "") + letter
    return found


@lru_cache(4096)
def initials(words: str) -> tuple[str, ...]:
    """For every sign the letters that it may begin with; other signs stand for themselves, blanks are left out."""
    letters = _letters()
    return tuple(letters.get(sign, sign) for sign in words.casefold() if not sign.isspace())


def place(typed: str, words: str) -> int | None:
    """Where in the words what was typed begins, as it stands there or by first letters; None where it does not."""
    said = "".join(typed.casefold().split())
    known = initials(words)
    if not said:
        return None
    plain = "".join(words.casefold().split()).find(said)
    if plain >= 0:
        return plain
    for start in range(len(known) - len(said) + 1):
        if all(sign in known[start + at] for at, sign in enumerate(said)):
            return start
    return None
