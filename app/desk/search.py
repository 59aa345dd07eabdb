"""One box for everything: a number, words, a merchant, a consumer's whole phone number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.accounts.sessions import ABSOLUTE
from app.cases.models import Case, CaseCredential, Party
from app.cases.queries.filters import filters
from app.cases.queries.queue import listed
from app.cases.services.parts import KIND
from app.core.forms import narrow
from app.core.listing import Listing, Order, View
from app.core.privacy import Unopened, may_be_a_name, redact, tells_of_somebody, unwrap, wrap
from app.core.privacy.masks import digits_of
from app.merchants import queries as merchants
from app.merchants.models import Merchant
from app.search import queries as search
from app.search.bigrams import fold, words
from app.search.models import SearchDocument
from app.search.queries import Hit
from tenants.database import db

SIZE = 30
LONGEST = 100
_PHONE = re.compile(r"[+\d][\d\s()（）–—-]{5,20}")
_FILE_NUMBER = re.compile(r"\d{4}-\d{6}")
_RECEIPT = re.compile(r"\d{4}(?:-[0-9A-Z]{4}){3}")  # as it stands on the slip
_BETWEEN = "~"

# How an address says what is looked for: words as they are, a number or a name of somebody sealed for who asks.
WORDS, SEALED = "q", "of"


def address_of(said: str, by: Any) -> dict[str, str]:
    """The arguments of the address under which this search can be come back to."""
    said = narrow(said)[:LONGEST]
    if _has_no_place_in_an_address(said) or any(map(may_be_a_name, said.split())):
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


# What it can be narrowed by, of all that the queue can be: what is asked of a case that one remembers in part.
NARROWED_BY = ("status", "category", "problem", "nature", "channel", "who", "since", "until")
SCANNED, LOOKS = 200, 5  # hits that are looked at together, and how often, before the rest is left to the next page


class Narrowed(View):
    """A search as an address asks for it: the words go along with what narrows them."""

    @property
    def asked(self) -> dict[str, str]:
        return {**{name: self.args[name] for name in (WORDS, SEALED) if name in self.args}, **super().asked}


def narrowed(args: Mapping[str, str], by: Any) -> Narrowed:
    newest = Order("newest", _l("Newest first"), (Case.received_at, Case.id), descending=True)
    listing = Listing([one for one in filters(by) if one.name in NARROWED_BY], [newest])
    return Narrowed(listing, dict(args))


@dataclass(frozen=True)
class Found:
    """What a search found, newest first, and where its next page begins; of each case where the words stand in it."""

    cases: list[Case]
    merchants: list[Merchant]
    older: str | None
    by_phone: bool = False
    snippets: Mapping[UUID, list[Piece]] = field(default_factory=dict)


def find(said: str, view: Narrowed, *, after: str | None = None) -> Found:
    """Cases by exact number, that of the slip, the consumer's whole phone number, or words; merchants called so."""
    if not said:
        return Found([], [], None)
    before = _place(after)
    exact = [] if before else search.by_number(said, [KIND])
    if exact:
        return Found([case for _hit, case in _rows(exact, view)], [], None)
    if _RECEIPT.fullmatch(said.upper()) and (held := _by_receipt(said.upper(), view)):
        return Found(held, [], None)
    phone = _is_phone(said)
    if phone and (called := _by_phone(said, view)):
        return Found(called, [], None, by_phone=True)
    cases, older = _by_words(said, view, before)
    named = [] if before or view.values else merchants.look_up(said, 5)
    return Found(cases, named, older, by_phone=phone, snippets=_snippets(said, cases))


def _by_words(said: str, view: Narrowed, place: Hit | None) -> tuple[list[Case], str | None]:
    """A page of cases. Hits come from the index newest first; what narrows them is asked of the rows behind them."""
    taken: list[tuple[Hit, Case]] = []
    most = SCANNED if view.values else SIZE + 1
    for _look in range(LOOKS):
        hits = search.find(said, [KIND], before=place, limit=most)
        taken += _rows(hits, view)
        if len(taken) > SIZE:
            return [case for _hit, case in taken[:SIZE]], _cursor(taken[SIZE - 1][0])
        if len(hits) < most:
            return [case for _hit, case in taken], None
        place = hits[-1]
    assert place is not None
    return [case for _hit, case in taken], _cursor(place)


def _rows(hits: Sequence[Hit], view: Narrowed) -> list[tuple[Hit, Case]]:
    """The hits whose rows are not filtered out, in their order."""
    asked = view.narrow(listed().where(Case.id.in_([hit.subject_id for hit in hits])))
    found = {case.id: case for case in db.session.scalars(asked)}
    return [(hit, found[hit.subject_id]) for hit in hits if hit.subject_id in found]


# Where the words stand -----------------------------------------------------------------------------------------------

READ, BEFORE, SHOWN = 4000, 16, 80  # characters: of each text, before the first word, and altogether


@dataclass(frozen=True)
class Piece:
    """Some of a text; whether it is a word that was looked for."""

    text: str
    sought: bool


def _snippets(said: str, cases: Sequence[Case]) -> dict[UUID, list[Piece]]:
    """One statement: the place in each text where the words stand, masked as everything that is shown is."""
    sought = words(said)
    if not cases or not sought:
        return {}
    document = select(SearchDocument.subject_id, func.left(SearchDocument.folded, READ))
    document = document.where(SearchDocument.kind == KIND, SearchDocument.subject_id.in_([case.id for case in cases]))
    texts: dict[UUID, str] = dict(db.session.execute(document).all())
    return {case.id: snippet(texts.get(case.id, ""), sought, behind=len(fold(case.title))) for case in cases}


def snippet(text: str, sought: Sequence[str], *, behind: int = 0) -> list[Piece]:
    """The part of a text around the first of the words, in pieces; `behind` what is read elsewhere, where it can be.

    >>> [(piece.text, piece.sought) for piece in snippet("充值卡余额不退", ["余额"])]
    [('充值卡', False), ('余额', True), ('不退', False)]
    """
    shown = redact(text)
    pattern = re.compile("|".join(re.escape(word) for word in sorted(sought, key=len, reverse=True)))
    first = pattern.search(shown, behind) or pattern.search(shown)
    if first is None:
        return []
    start = max(0, first.start() - BEFORE)
    part, at, pieces = shown[start : start + SHOWN], 0, []
    for hit in pattern.finditer(part):
        pieces += [Piece(part[at : hit.start()], False), Piece(hit[0], True)]
        at = hit.end()
    pieces.append(Piece(part[at:], False))
    if start:
        pieces.insert(0, Piece("…", False))
    if start + SHOWN < len(shown):
        pieces.append(Piece("…", False))
    return [piece for piece in pieces if piece.text]


def _by_phone(said: str, view: Narrowed) -> list[Case]:
    whose = select(Party.case_id).where(Party.phone.matches(said), Party.tenant_id == Case.tenant_id)
    found = view.narrow(listed().where(Case.id.in_(whose)))
    return list(db.session.scalars(found.order_by(Case.received_at.desc()).limit(SIZE)))


def _by_receipt(said: str, view: Narrowed) -> list[Case]:
    held = select(CaseCredential.case_id).where(
        CaseCredential.tenant_id == Case.tenant_id, CaseCredential.receipt == said
    )
    return list(db.session.scalars(view.narrow(listed().where(Case.id.in_(held)))))


def _cursor(hit: Hit) -> str:
    return f"{hit.at.isoformat()}{_BETWEEN}{hit.subject_id}"


def _place(cursor: str | None) -> Any:
    at, between, key = (cursor or "").partition(_BETWEEN)
    try:
        return Hit(KIND, UUID(key), datetime.fromisoformat(at)) if between else None
    except ValueError:
        return None
