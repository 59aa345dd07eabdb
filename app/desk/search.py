"""One box for everything: a number, words, a merchant, a consumer's whole phone number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.sessions import ABSOLUTE
from app.cases.models import Case, Party
from app.cases.queries.queue import listed
from app.cases.services.parts import KIND
from app.core.forms import narrow
from app.core.privacy import Unopened, tells_of_somebody, unwrap, wrap
from app.core.privacy.masks import digits_of
from app.merchants import queries as merchants
from app.merchants.models import Merchant
from app.search import queries as search
from app.search.queries import Hit
from tenants.database import db

SIZE = 30
LONGEST = 100
_PHONE = re.compile(r"[+\d][\d\s()（）–—-]{5,20}")
_FILE_NUMBER = re.compile(r"\d{4}-\d{6}")
_BETWEEN = "~"

# How an address says what is looked for: words as they are, a number of somebody sealed for who asks.
WORDS, SEALED = "q", "of"


def address_of(said: str, by: Any) -> dict[str, str]:
    """The arguments of the address under which this search can be come back to."""
    said = narrow(said)[:LONGEST]
    if _has_no_place_in_an_address(said):
        return {SEALED: wrap(said, purpose="search", holder=by.id, lasts=ABSOLUTE)}
    return {WORDS: said}


@dataclass(frozen=True)
class Asked:
    """What an address asks for; nothing, and why, where it is not to be looked for."""

    said: str = ""
    fault: str = ""  # open: a number that stood in the address as it is; over: too old, or not this person's


def asked(args: Mapping[str, str], by: Any) -> Asked:
    if SEALED in args:
        try:
            return Asked(unwrap(args[SEALED], purpose="search", holder=by.id))
        except Unopened:
            return Asked(fault="over")
    said = narrow(args.get(WORDS))[:LONGEST]
    return Asked(fault="open") if _has_no_place_in_an_address(said) else Asked(said)


def _has_no_place_in_an_address(said: str) -> bool:
    return tells_of_somebody(said) or (_is_phone(said) and not _FILE_NUMBER.fullmatch(said))


def _is_phone(said: str) -> bool:
    return bool(_PHONE.fullmatch(said)) and len(digits_of(said)) >= 7


@dataclass(frozen=True)
class Found:
    """What a search found, newest first, and where its next page begins."""

    cases: list[Case]
    merchants: list[Merchant]
    older: str | None
    by_phone: bool = False


def find(said: str, *, after: str | None = None, only_open: bool = False) -> Found:
    """Cases by exact number, by the consumer's whole phone number, or by words; and merchants that are called so."""
    if not said:
        return Found([], [], None)
    before = _place(after)
    exact = [] if before else search.by_number(said, [KIND])
    if exact:
        return Found(_cases(exact), [], None)
    phone = _is_phone(said)
    if phone and (called := _by_phone(said)):
        return Found(called, [], None, by_phone=True)
    hits = search.find(said, [KIND], only_open=only_open, before=before, limit=SIZE + 1)
    older = _cursor(hits[SIZE - 1]) if len(hits) > SIZE else None
    return Found(_cases(hits[:SIZE]), [] if before else merchants.look_up(said, 5), older, by_phone=phone)


def _by_phone(said: str) -> list[Case]:
    whose = select(Party.case_id).where(Party.phone.matches(said), Party.tenant_id == Case.tenant_id)
    return list(db.session.scalars(listed().where(Case.id.in_(whose)).order_by(Case.received_at.desc()).limit(SIZE)))


def _cases(hits: Sequence[Hit]) -> list[Case]:
    """The rows behind the hits, in their order."""
    found = {
        case.id: case for case in db.session.scalars(listed().where(Case.id.in_([hit.subject_id for hit in hits])))
    }
    return [found[hit.subject_id] for hit in hits if hit.subject_id in found]


def _cursor(hit: Hit) -> str:
    return f"{hit.at.isoformat()}{_BETWEEN}{hit.subject_id}"


def _place(cursor: str | None) -> Any:
    at, between, key = (cursor or "").partition(_BETWEEN)
    try:
        return Hit(KIND, UUID(key), datetime.fromisoformat(at)) if between else None
    except ValueError:
        return None
