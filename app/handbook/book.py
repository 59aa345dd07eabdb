"""The texts of the handbook, read once and searched in memory: they are the product's own, and nobody's data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from app.handbook.contents import CHAPTERS

TEXTS = Path(__file__).with_name("chapters")
LANGUAGES = ("zh", "en")
MOST_WORDS, AROUND = 8, 60
CLASSES = {"bullet_list_open": "mb-2", "ordered_list_open": "mb-2", "table_open": "q"}  # of the house

# What a link names -> its address; None where this reader may not go.
To = Callable[[str], str | None]


@dataclass(frozen=True)
class Part:
    """A heading of a chapter and what stands under it; the first part of every chapter has no heading."""

    anchor: str
    title: str
    tokens: tuple[Token, ...]

    @property
    def plain(self) -> str:
        """Its words alone, a paragraph or a point of a list after the other."""
        return " ".join(_words(token) for token in self.tokens if token.type == "inline")

    @property
    def links(self) -> list[str]:
        """What it leads to, as the text names it."""
        inside = (child for token in self.tokens for child in token.children or ())
        return [str(child.attrGet("href")) for child in inside if child.type == "link_open"]

    def html(self, to: To) -> Markup:
        """As a page shows it: what the reader may not open is named, and no link."""
        said = _MARKDOWN.renderer.render(self.tokens, _MARKDOWN.options, {"to": to, "open": []})
        return Markup(said)  # noqa: S704  (made of files of this program, in which HTML is switched off)


@dataclass(frozen=True)
class Text:
    """A chapter in one language."""

    title: str
    parts: tuple[Part, ...]


class Piece(NamedTuple):
    """Some words, and whether they were looked for."""

    text: str
    sought: bool


@dataclass(frozen=True)
class Hit:
    """A part in which every word occurs; `language` is that in which it was found."""

    code: str
    anchor: str
    title: str
    language: str
    pieces: list[Piece]


def _open(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    url = env["to"](str(tokens[index].attrGet("href")))
    env["open"].append(url)
    return f'<a href="{escape(url)}">' if url else "<b>"


def _close(_renderer: Any, _tokens: Sequence[Token], _index: int, _options: Any, env: dict[str, Any]) -> str:
    return "</a>" if env["open"].pop() else "</b>"


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.add_render_rule("link_open", _open)
    made.add_render_rule("link_close", _close)
    return made


_MARKDOWN = _markdown()


def _words(token: Token) -> str:
    return "".join(" " if child.type == "softbreak" else child.content for child in token.children or ())


@cache
def text_of(code: str, language: str) -> Text:
    """Raises ValueError for a text that does not begin with its title."""
    tokens = _MARKDOWN.parse((TEXTS / f"{code}.{language}.md").read_text("utf-8"))
    if not tokens or tokens[0].tag != "h1":
        raise ValueError(f"{code}.{language}.md: the first line is the title")
    for token in tokens:
        if token.type in CLASSES:
            token.attrSet("class", CLASSES[token.type])
    return Text(_words(tokens[1]), tuple(_parts(tokens[3:])))


def _parts(tokens: Sequence[Token]) -> Iterator[Part]:
    starts = [n for n, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    yield Part("top", "", tuple(tokens[: starts[0]] if starts else tokens))
    for n, (start, end) in enumerate(zip(starts, [*starts[1:], len(tokens)], strict=True), 1):
        yield Part(f"part-{n}", _words(tokens[start + 1]), tuple(tokens[start + 3 : end]))


def find(said: str, language: str) -> list[Hit]:
    """The parts in which all words occur, in the reader's language or in another one; those so entitled first."""
    words = said.casefold().split()[:MOST_WORDS]
    if not words:
        return []
    found = []
    for code in CHAPTERS:
        own = text_of(code, language)
        for n, part in enumerate(own.parts):
            for tongue in (language, *(other for other in LANGUAGES if other != language)):
                text = text_of(code, tongue)
                there = text.parts[n]
                heading = f"{text.title} {there.title}".casefold()
                body = there.plain.casefold()
                if all(word in heading or word in body for word in words):
                    title = f"{own.title} · {part.title}" if part.title else own.title
                    rank = sum(word not in heading for word in words), tongue != language
                    found.append((rank, Hit(code, part.anchor, title, tongue, _snippet(there.plain, words))))
                    break
    return [hit for _rank, hit in sorted(found, key=lambda ranked: ranked[0])]


def _snippet(text: str, words: Sequence[str]) -> list[Piece]:
    """The words around the first that was looked for, each occurrence marked."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - AROUND) if first else 0
    end = (first.end() if first else 0) + 2 * AROUND
    shown = f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    pieces, at = [], 0
    for match in pattern.finditer(shown):
        pieces += [Piece(shown[at : match.start()], False), Piece(match.group(), True)]
        at = match.end()
    return [piece for piece in [*pieces, Piece(shown[at:], False)] if piece.text]
