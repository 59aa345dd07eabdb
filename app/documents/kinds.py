"""The forms as data: what each is called, what it may say, what a person fills in, and where its template lies."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from app.deadlines.calendar import Bilingual

FORMS = Path(__file__).parent / "forms"
GROUPS = ("official", "bilingual", "casework", "exchange")


@dataclass(frozen=True)
class Fact:
    """A name that a template may use. `columns` of a list; `mask` says how a personal one is shown on a page, and of a
    list `masks` how each personal column is.
    """

    name: str
    words: Bilingual
    sample: Any
    mask: str = ""
    columns: dict[str, Bilingual] = field(default_factory=dict)
    masks: dict[str, str] = field(default_factory=dict)

    @property
    def is_list(self) -> bool:
        return bool(self.columns)


@dataclass(frozen=True)
class Field:
    """What a person fills in before the document is issued; of the facts that `prefill` names the first known one is
    proposed. A day that has a `sample_en` the form says in English too, under the same name with _en behind it.
    """

    name: str
    words: Bilingual
    sample: str
    kind: str = "line"  # line | prose | date
    needed: bool = True
    prefill: str = ""
    sample_en: str = ""

    @property
    def proposes(self) -> list[str]:
        return self.prefill.split()

    @property
    def mask(self) -> str:
        """How a page shows what is in it: as what it proposes, and prose without numbers."""
        named = (common()[name].mask for name in self.proposes if name in common())
        return next(filter(None, named), "text" if self.kind == "prose" else "")

    @property
    def personal(self) -> bool:
        """It proposes somebody's name or number, which is put into the document and on no page."""
        return self.mask not in ("", "text")

    def facts(self) -> list[Fact]:
        """What a template may say of it."""
        said = Fact(self.name, self.words, self.sample, self.mask)
        if not self.sample_en:
            return [said]
        words = Bilingual(f"{self.words.zh}（英文）", f"{self.words.en}, in English")
        return [said, Fact(f"{self.name}_en", words, self.sample_en)]


@dataclass(frozen=True)
class Form:
    """One kind of document. `to`: consumer, merchant, office; nobody for what stays in the file."""

    code: str
    group: str
    title: Bilingual
    mark: str  # 受, in 临消调受〔2026〕第12号
    to: tuple[str, ...]
    body: str
    fields: tuple[Field, ...] = ()
    approval: bool = False
    numbered: bool = True  # what the parties sign among themselves has no number of ours
    signed: bool = True
    of: str = ""  # the form in whose place this one is issued, with English in it
    needs: tuple[str, ...] = ()  # facts without which it says nothing: it is not issued before they are there

    @property
    def needed(self) -> tuple[str, ...]:
        """What it needs, and what the form needs in whose place it is issued."""
        return self.needs or (kinds()[self.of].needs if self.of else ())

    @property
    def row(self) -> str:
        """The row of numbers that it is numbered in."""
        return self.of or self.code

    @property
    def shipped(self) -> bytes:
        """The template that comes with the portal."""
        return (FORMS / f"{self.code}.docx").read_bytes()

    def facts(self) -> dict[str, Fact]:
        """Every name that its template may use: what any document may say, and its own fields."""
        own = {fact.name: fact for one in self.fields for fact in one.facts()}
        return {**common(), **own}

    def schema(self) -> dict[str, list[str]]:
        """name -> the columns of a list; nothing for a text."""
        return {**{name: list(fact.columns) for name, fact in self.facts().items()}, "qr": []}

    def samples(self) -> dict[str, Any]:
        return {name: fact.sample for name, fact in self.facts().items()}


@cache
def kinds() -> dict[str, Form]:
    """code -> form, the official ones first."""
    return {one["code"]: _form(group, one) for group in GROUPS for one in _read(group)["form"]}


@cache
def bilingual() -> dict[str, str]:
    """code -> the code of the form with English in it that may be issued in its place."""
    return {form.of: form.code for form in kinds().values() if form.of}


@cache
def common() -> dict[str, Fact]:
    """The facts that every form may use."""
    return {
        name: Fact(
            name,
            Bilingual(said["zh"], said["en"]),
            said["sample"],
            said.get("mask", ""),
            {column: Bilingual(*words[:2]) for column, words in said.get("list", {}).items()},
            {column: mask for column, (_zh, _en, *masks) in said.get("list", {}).items() for mask in masks},
        )
        for name, said in _read("facts").items()
    }


def _form(group: str, said: dict[str, Any]) -> Form:
    fields = tuple(_field(**one) for one in said.get("fields", ()))
    return Form(
        code=said["code"],
        group=group,
        title=Bilingual(said["title"], said["title_en"]),
        mark=said["mark"],
        to=tuple(said["to"]),
        body=said["body"],
        fields=fields,
        approval=said.get("approval", False),
        numbered=said.get("number", True),
        signed=said.get("tail") != "none",
        of=said.get("of", ""),
        needs=tuple(said.get("needs", ())),
    )


def _field(*, zh: str, en: str, **said: Any) -> Field:
    return Field(words=Bilingual(zh, en), **said)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FORMS / f"{name}.toml").read_text("utf-8"))
