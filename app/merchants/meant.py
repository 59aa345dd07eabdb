"""Which merchant of the register a text may mean: by its name or its sign, or by one that is written nearly so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.merchants.models import Merchant
from app.search.bigrams import fold, pairs
from tenants.database import db

SHORTEST = 3  # characters of a name that can be looked for in a text
ALIKE = 0.6  # share of the pairs of characters of a name that are in the text
LONGEST_TEXT = 6000
LOOKED_AT = 200
_BRACKETS = re.compile(r"[(（〔【\[].*?[)）〕】\]]")
_PLACE = "^([^省市县区旗]{1,7}[省市县区旗])+"  # what a registered name begins with


@dataclass(frozen=True)
class Meant:
    """The likeliest merchant; `named`: its name stands in the text, else only one like it."""

    merchant: Merchant
    named: bool


def meant(text: str) -> Meant | None:
    """The merchant that a text names, the longest name first; nobody where two are equally likely.

    One statement, which reads the names of the register once and gives back those that begin like something told.
    """
    told = fold(text)[:LONGEST_TEXT]
    if len(told) < SHORTEST:
        return None
    names = [func.lower(name) for name in (Merchant.sign, Merchant.name)]
    whole = or_(*(_in(told, name, SHORTEST) for name in names))
    begun = or_(*(_in(told, func.left(func.regexp_replace(name, _PLACE, ""), 2), 2) for name in names))
    query = (
        select(Merchant)
        .where(Merchant.merged_into_id.is_(None), or_(whole, begun))
        .order_by(whole.desc(), func.length(Merchant.name).desc(), Merchant.id)
        .limit(LOOKED_AT)
    )
    there = pairs(told)
    ranked = sorted(((_rank(one, told, there), one) for one in db.session.scalars(query)), key=lambda pair: pair[0])
    if not ranked or ranked[-1][0] == (0, 0.0) or (len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]):
        return None
    (length, _share), merchant = ranked[-1]
    return Meant(merchant, named=length > 0)


def _in(told: str, name: Any, least: int) -> ColumnElement[bool]:
    return and_(func.length(name) >= least, func.strpos(told, name) > 0)


def _rank(merchant: Merchant, told: str, there: set[str]) -> tuple[int, float]:
    """(characters of the longest of its names that stands in the text, how much of it is there in pairs)."""
    whole = [fold(name) for name in (merchant.sign, merchant.name) if name]
    short = [fold(_BRACKETS.sub("", name)) for name in (merchant.sign, merchant.name) if name]
    names = {name for name in (*whole, *short) if len(name) >= SHORTEST}
    length = max((len(name) for name in names if name in told), default=0)
    share = max((_share(name, there) for name in names), default=0.0)
    if length:
        return length, max((_share(name, there) for name in whole), default=0.0)
    return (0, share) if share >= ALIKE else (0, 0.0)


def _share(name: str, there: set[str]) -> float:
    own = pairs(name)
    return len(own & there) / len(own) if own else 0.0
