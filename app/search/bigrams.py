"""Text into what the index holds, and words into what the index is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from operator import add
from typing import NamedTuple

# Characters written without blanks between words: Han with its extensions, 〇 々, kana, hangul.
_CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
# Control and format characters, blanks excepted: they are on no keyboard and break words in two.
_INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff0-\uffff]"
)
_BETWEEN_WORDS = re.compile(r"[\s,;、。!?]+")
_IS_CJK = re.compile(rf"[{_CJK}]")

MOST_WORDS = 8
LONGEST_WORD = 40
_LONGEST_TOKEN = 40  # of a run of letters or digits; keeps a pasted key or picture out of the index


class Query(NamedTuple):
    """`tsquery` in PostgreSQL's notation, '' for nothing to look for; `words` must stand in the text as they are."""

    tsquery: str
    words: list[str]


def fold(text: str | None) -> str:
    """One form for full and half width, upper and lower case; every run of blanks is one blank."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text or "").lower()).split())


def pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters of a text, blanks and punctuation left out."""
    signs = [sign for sign in text if sign.isalnum()]
    return {one + two for one, two in pairwise(signs)}


def document(text: str | None) -> str:
    """A tsvector literal of a text: every pair of neighbouring characters, the last of a run alone, every word."""
    tokens: set[str] = set()
    for run in _RUN.findall(fold(text)):
        if _IS_CJK.match(run):
            tokens.update(map(add, run, run[1:]))
            # The last character begins no pair: alone, it still answers a search for one character, by prefix.
            tokens.add(run[-1])
        else:
            tokens.add(run[:_LONGEST_TOKEN])
    return " ".join([f"'{token}'" for token in sorted(tokens)])


def words(text: str | None) -> list[str]:
    """The words of a search, folded: what blanks and punctuation set apart."""
    return [word[:LONGEST_WORD] for word in _BETWEEN_WORDS.split(fold(text))[:MOST_WORDS] if word]


def query(text: str | None) -> Query:
    """What to ask the index for all words of `text`, and which of them must be looked at again in the text itself.

    A pair of characters and the beginning of a word are answered by the index. Of a longer word the index knows only
    that all its pairs occur somewhere; where it matters that they follow each other, the text decides.
    """
    asked: dict[str, None] = {}
    again = []
    for word in words(text):
        runs = list(_RUN.finditer(word))
        for run in runs:
            asked.update(dict.fromkeys(_questions(run.group())))
        if len(runs) > 1 or (runs and _IS_CJK.match(word, runs[0].start()) and len(runs[0].group()) > 2):
            again.append(word[runs[0].start() : runs[-1].end()])
    return Query(" & ".join(asked), again)


def _questions(run: str) -> Iterator[str]:
    if not _IS_CJK.match(run):
        yield f"'{run[:_LONGEST_TOKEN]}':*"
    elif len(run) == 1:
        yield f"'{run}':*"
    else:
        for at in range(len(run) - 1):
            yield f"'{run[at : at + 2]}'"
