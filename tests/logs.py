"""What a run of the tests wrote into logs is read again: nobody's number, name or address may be in it (LG2)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.core.logs import Line
from app.core.privacy import mask_address, sealing
from tests.browser import IDENTITY, PHONE
from tests.town import PEOPLE

STAFF = {name for _place, _login, name, _role in PEOPLE}  # a log has keys of people, not their names
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ -](?=\d)")
_NUMBER = re.compile(f"{PHONE.pattern}|{IDENTITY.pattern}")


def confided(root: Engine) -> set[str]:
    """All that is sealed just now: names, numbers, and of addresses what the mask hides."""
    found = set()
    with Session(root) as session:
        for model in sealing.models():
            for row in session.scalars(select(model)):
                for name, field in model.sealed_fields().items():
                    value = row.reveal(name) or ""
                    shown = mask_address(value).rstrip("*") if field.kind == "address" else ""
                    found.add(value.removeprefix(shown))
    return {value for value in found if len(value) > 1}


def told(log: str, secrets: Iterable[str] = ()) -> list[str]:
    """The lines in which a number stands, or one of `secrets`, however they are written."""
    lines = [(line, _plain(line)) for line in log.splitlines()]
    whole = "\n".join(plain for _line, plain in lines)
    met = [secret for secret in {*secrets, *STAFF} if secret in whole]
    return [line for line, plain in lines if _NUMBER.search(plain) or any(secret in plain for secret in met)]


def told_in(folder: Path, secrets: Iterable[str] = ()) -> list[str]:
    """The same of every file in a folder."""
    secrets = set(secrets)
    logs = {path.name: path.read_text("utf-8", "replace") for path in sorted(folder.rglob("*")) if path.is_file()}
    return [f"{name}: {line}" for name, log in logs.items() for line in told(log, secrets)]


def _plain(line: str) -> str:
    """A line without the ways of JSON and of addresses to write a sign, and once more without blanks in numbers."""
    line = unquote(_ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), line))
    return f"{line} {_BETWEEN_DIGITS.sub('', line)}"


class Listener(logging.Handler):
    """Reads what the application logs in the process of the tests, as it is written when it serves."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(Line())
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told += told(self.format(record))
        if record.name == "hengping.audit":
            self.told.append(record.getMessage())  # somebody's words were on their way into what the city reads
