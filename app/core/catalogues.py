"""The catalogue of messages: msgids are English and live in the code, zh_Hans_CN is complete and the default.

`python -m app.core.catalogues check` prints every fault and fails on any; `… extract` collects the msgids anew,
keeps the translations there are and compiles them.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
LOCALE = "zh_Hans_CN"
CATALOGUE = ROOT / "translations" / LOCALE / "LC_MESSAGES" / "messages.po"
KEYWORDS = ("_l", "lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2")
HEADER = "# 衡平的中文界面文字，由 make messages 收集，由人翻译。"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


def collected() -> Catalog:
    """Every msgid of code and templates, as the mapping in pyproject.toml finds them."""
    keywords = (word for keyword in KEYWORDS for word in ("-k", keyword))
    with TemporaryDirectory() as folder, chdir(ROOT):
        template = Path(folder) / "messages.pot"
        pybabel: Any = CommandLineInterface()  # it has no types
        pybabel.run(["pybabel", "-q", "extract", "-F", "pyproject.toml", *keywords, "-o", str(template), "."])
        with template.open("rb") as file:
            return read_po(file)


def faults(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    """One sentence for each message that a reader of Chinese would miss, misread or never see."""
    for message in template:
        if not message.id:
            continue
        known = catalogue.get(message.id, message.context)
        if known is None or not all(_strings(known.string)):
            yield f"not translated: {_name(message)}"
        elif known.fuzzy:
            yield f"fuzzy: {_name(message)}"
        elif any(_placeholders(text) - _placeholders(*_strings(message.id)) for text in _strings(known.string)):
            yield f"names a placeholder that the message has not: {_name(message)}"
        elif _placeholders(*_strings(message.id)) - _placeholders(*_strings(known.string)):
            yield f"leaves out a placeholder: {_name(message)}"
    for message in catalogue:
        if message.id and template.get(message.id, message.context) is None:
            yield f"no longer used: {_name(message)}"


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def check() -> list[str]:
    if not CATALOGUE.exists():
        return [f"there is no {CATALOGUE.relative_to(ROOT)}"]
    catalogue = _read()
    found = list(faults(collected(), catalogue))
    binary = CATALOGUE.with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != compiled(catalogue):
        found.append("messages.mo is not what messages.po says: make messages")
    return found


def extract() -> None:
    catalogue = _read() if CATALOGUE.exists() else _empty()
    catalogue.update(collected(), no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=0, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    CATALOGUE.with_suffix(".mo").write_bytes(compiled(_read()))


def _empty() -> Catalog:
    return Catalog(
        LOCALE,
        project="hengping",
        version="1",
        header_comment=HEADER,
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        fuzzy=False,
    )


def _read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def _strings(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The forms of a message: one, or one for each plural."""
    return (value or "",) if isinstance(value, str | None) else tuple(value)


def _placeholders(*texts: str) -> set[str]:
    return {match.group(1) or match.group(2) for text in texts for match in PLACEHOLDER.finditer(text)}


def _name(message: Message) -> str:
    where = f" ({message.locations[0][0]})" if message.locations else ""
    return f"{_strings(message.id)[0]!r}{where}"


def main(words: list[str]) -> int:
    if words == ["extract"]:
        extract()
        words = ["check"]
    if words != ["check"]:
        print("usage: python -m app.core.catalogues check | extract", file=sys.stderr)
        return 2
    found = check()
    print(*found, f"catalogues: {len(found)} faults" if found else "catalogues: complete", sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
