"""Which entries of the register may mean one merchant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.merchants.merging.models import MerchantApart, MerchantMerge
from app.merchants.models import Merchant
from app.search.bigrams import fold, pairs
from tenants.database import db

LOOKED_AT = 5000  # latest entries of the register
PROPOSED = 50
ALIKE = 0.7  # share of pairs of characters that two names have in common
CROWD = 60  # entries that share a pair of characters: the county's name, the trade; such a pair tells nothing
LEGAL = re.compile(r"(股份|有限责任|有限|个人独资)?(公司|企业)$|(分公司|分店|经营部|商行|个体工商户)$")


@dataclass(frozen=True)
class Proposal:
    """Two entries and why they may be one; `keep` has the credit code, or came first."""

    keep: Merchant
    drop: Merchant
    reasons: tuple[str, ...]
    share: float


def proposals(of: Merchant | None = None) -> list[Proposal]:
    """Pairs of entries that may mean one merchant, the likeliest first; of one entry alone, where it is said.

    Two statements. Names are compared without their legal form, by the pairs of characters that both have; two
    entries that have a credit code each are two merchants in law.
    """
    query = select(Merchant).where(Merchant.merged_into_id.is_(None))
    found = db.session.scalars(query.order_by(Merchant.created_at.desc(), Merchant.id).limit(LOOKED_AT))
    entries = {one.id: one for one in found}
    if of is not None:
        entries[of.id] = of
    apart = {(one, other) for one, other in db.session.execute(select(MerchantApart.first_id, MerchantApart.second_id))}
    told = {key: pairs(core(one.name)) for key, one in entries.items()}
    rows = []
    for first, second in sorted(_near(entries, told)):
        if (first, second) in apart or (of is not None and of.id not in (first, second)):
            continue
        if proposal := _judged(entries[first], entries[second], _share(told[first], told[second])):
            rows.append(proposal)
    rows.sort(key=lambda row: (row.share, row.keep.number), reverse=True)
    return rows[:PROPOSED]


@dataclass(frozen=True)
class Other:
    """The other one of two, and why it may be the same."""

    entry: Merchant
    reasons: tuple[str, ...]


def other(proposal: Proposal, merchant: Merchant) -> Other:
    entry = proposal.keep if proposal.keep.id != merchant.id else proposal.drop
    return Other(entry, proposal.reasons)


def core(name: str) -> str:
    """A name as it is compared: without brackets, blanks and its legal form.

    >>> core("临河县悦动健身有限公司")
    '临河县悦动健身'
    """
    plain = re.sub(r"[\s()（）·.-]", "", fold(name))
    return LEGAL.sub("", plain) or plain


def _share(one: set[str], other: set[str]) -> float:
    """Pairs of characters in both, of those in each, 0 to 1 (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _near(entries: dict[UUID, Merchant], told: dict[UUID, set[str]]) -> Iterator[tuple[UUID, UUID]]:
    """Pairs worth a closer look: alike in a rare pair of characters, over the door, or in the address."""
    places: defaultdict[str, list[UUID]] = defaultdict(list)
    for key, one in entries.items():
        for pair in told[key]:
            places[pair].append(key)
        for kind, said in (("sign", one.sign), ("address", one.address)):
            if said:
                places[f"{kind} {fold(said)}"].append(key)
    seen: set[tuple[UUID, UUID]] = set()
    for keys in places.values():
        if len(keys) <= CROWD:
            seen.update(combinations(sorted(keys), 2))
    return iter(seen)


def _judged(one: Merchant, other: Merchant, share: float) -> Proposal | None:
    if one.credit_code and other.credit_code:
        return None
    reasons = []
    if share >= ALIKE:
        reasons.append(_("names alike by %(share)s%%", share=round(100 * share)))
    if one.sign and fold(one.sign) == fold(other.sign):
        reasons.append(_("same shop sign"))
    if one.address and fold(one.address) == fold(other.address) and share >= ALIKE / 2:
        reasons.append(_("same address"))
    if not reasons:
        return None
    keep, drop = sorted((one, other), key=lambda entry: (entry.credit_code is None, entry.created_at, entry.id))
    return Proposal(keep, drop, tuple(reasons), share + len(reasons))


def merge_of(merchant: Merchant) -> MerchantMerge | None:
    """The merge by which this entry went into another, while it stands."""
    query = select(MerchantMerge).where(MerchantMerge.merchant_id == merchant.id, MerchantMerge.undone_at.is_(None))
    return db.session.scalars(query).first()


def merged_into(merchant: Merchant) -> list[Merchant]:
    """The entries that went into this one."""
    query = select(Merchant).where(Merchant.merged_into_id == merchant.id).order_by(Merchant.number)
    return list(db.session.scalars(query))
