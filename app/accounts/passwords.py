"""Passwords: how they are kept, which are refused, and never more than two looked at in the same moment."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from zxcvbn import zxcvbn

from app.core import clock
from app.core.errors import Invalid, TooMany
from app.settings import SHORTEST_PASSWORD

ADVISED, LONGEST = 15, 1000
AT_ONCE = 2  # each takes 64 MiB and a core
PATIENCE = 2.0  # seconds to wait for a turn
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
SLIP_SIGNS = 28  # of 5 bits each: 140

_hasher = PasswordHasher()
_shortest = SHORTEST_PASSWORD
_turns = BoundedSemaphore(AT_ONCE)


def configure(environment: str, shortest: int = SHORTEST_PASSWORD) -> None:
    """Argon2id as the library advises; tests take parameters that cost nothing. New passwords have `shortest` signs."""
    global _hasher, _shortest
    _shortest = shortest
    _hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if environment == "test" else PasswordHasher()
    _nobody.cache_clear()


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise TooMany(_("Many people are signing in at this moment. Please try again in a few seconds."), seconds=5)
    try:
        yield
    finally:
        _turns.release()


@cache
def _nobody() -> str:
    """The hash that is looked at when there is none, so that an unknown login takes as long as a known one."""
    return _hasher.hash(secrets.token_hex(16))


def shortest() -> int:
    """How many characters a new password has at least."""
    return _shortest


def sealed(password: str) -> str:
    """The Argon2id hash to keep."""
    with _turn():
        return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that was sealed; takes the same time when nothing was kept."""
    with _turn():
        try:
            _hasher.verify(kept or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Sealed with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


# One-time slips ------------------------------------------------------------------------------------------------------


def new_slip() -> str:
    """A code to read from paper and type: seven groups of four."""
    signs = "".join(secrets.choice(ALPHABET) for _sign in range(SLIP_SIGNS))
    return "-".join(signs[start : start + 4] for start in range(0, SLIP_SIGNS, 4))


def slip_hash(typed: str) -> bytes | None:
    """The hash of a code as it is kept, however it was typed; None for what cannot be a code.

    A plain SHA-256 is enough for 140 random bits.
    """
    signs = re.sub(r"[\s-]", "", typed).upper().translate(str.maketrans("OIL", "011"))
    if len(signs) != SLIP_SIGNS or set(signs) - set(ALPHABET):
        return None
    return hashlib.sha256(f"slip:{signs}".encode()).digest()


# Which passwords are refused -----------------------------------------------------------------------------------------

ENOUGH = 9  # decimal digits of the guesses that a password must outlast
LOOKED_AT = 72  # characters; what is longer is judged by its beginning
_OFFICE = re.compile(r"(消费者权益保护|市场监督管理|管理|监督|委员会|中心|局).*$")
_LEVEL = re.compile(r"[县区市]$")
ALWAYS = ("12315", "12345", "消保", "xiaobao", "hengping", "衡平")


@cache
def common() -> list[str]:
    """What is tried first here, beside the thirty thousand that the library knows; lower case."""
    lines = Path(__file__).with_name("data").joinpath("common.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def check(password: str, words: Iterable[str | None] = (), *, field: str = "password") -> None:
    """Raises Invalid, saying why, on a password that is too short, too common or made of what everybody knows.

    `words` are the names of the organisation and the person. Nothing is trimmed, cut or folded before it is kept.
    """
    if len(password) < _shortest:
        raise Invalid(field, _("Use at least %(count)s characters.", count=_shortest))
    if len(password) > LONGEST:
        raise Invalid(field, _("Use at most %(count)s characters.", count=LONGEST))
    folded = password.casefold()
    for word in _context(words):
        if word in folded:
            raise Invalid(field, _("Leave out names, 12315, 消保 and years: “%(word)s” is easily guessed.", word=word))
    if _is_common(folded):
        raise Invalid(
            field, _("This is one of the passwords that are tried first. Take several words that only you join.")
        )


def _context(words: Iterable[str | None]) -> Iterator[str]:
    yield from ALWAYS
    year = clock.today().year
    yield from (str(year + step) for step in (-1, 0, 1))
    for word in words:
        office = _OFFICE.sub("", word or "")
        for form in {word or "", office, _LEVEL.sub("", office)}:
            # A short Latin word, such as the slug "city", hides in too many honest passwords.
            if len(form) >= (5 if form.isascii() else 2):
                yield form.casefold()


def _is_common(folded: str) -> bool:
    """Whether it is guessed soon: usual passwords, words, names, dates and walks along the keyboard, alone or joined.

    D. Wheeler: zxcvbn, low-budget password strength estimation, USENIX Security 2016.
    """
    return float(zxcvbn(folded[:LOOKED_AT], user_inputs=common())["guesses_log10"]) < ENOUGH
