"""Whether the same matter is on somebody's desk already: hints for people, never a decision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import String, and_, func, literal, select, union_all

from app.cases.models import Case, CaseStatement, Party
from app.cases.services import joining
from app.cases.services.intake import GROUP
from app.cases.services.parts import KIND, statement_of
from app.core import clock
from app.core.forms import narrow
from app.merchants.models import Merchant
from app.merchants.queries import spellings
from app.search.bigrams import fold, pairs
from app.search.models import SearchDocument
from tenants.database import db

RECENT = timedelta(days=365)
MOST = 5
LOOKED_AT = 60  # latest cases against the same merchant
COMPARED = 3000  # characters of each
ALIKE = 0.3  # share of pairs of characters that two texts have in common
VERY_MUCH = 0.6  # the same of texts against merchants that are only called alike
NEARLY = 0.6  # of two names of merchants: 云裳 and 杭州云裳服饰有限公司 have all in common
_FORM = re.compile(
    r"(股份|责任)?有限(责任)?公司|公司|(旗舰|专卖|分|总)?店|[（(][^）)]*[）)]"
)  # of no use to tell two apart


@dataclass(frozen=True)
class Hint:
    """An earlier case that may be the same matter, and why it is thought so."""

    case: Case
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The likeliest cases, and all against the same merchant in like words: many of them are a mass."""

    hints: list[Hint]
    like: list[Case]

    @property
    def is_mass(self) -> bool:
        """Whether they make a group with the one that is looked at."""
        return len(self.like) + 1 >= GROUP


def duplicates(
    *,
    phone: str = "",
    merchant: Merchant | None = None,
    merchant_name: str = "",
    order_number: str = "",
    facts: str = "",
    but: UUID | None = None,
) -> Found:
    """Cases of the last year with the same phone or order number, or against the same merchant in like words.

    One statement, whose parts each read an index and no more than a few rows: it is asked while somebody types.
    """
    asked = _asked(phone, merchant, merchant_name, order_number)
    if not asked:
        return Found([], [])
    met = union_all(*asked).subquery()
    query = (
        select(Case, met.c.why, func.left(SearchDocument.folded, COMPARED))
        .join(met, and_(Case.id == met.c.case_id))
        .outerjoin(
            SearchDocument,
            and_(
                SearchDocument.tenant_id == Case.tenant_id,
                SearchDocument.kind == KIND,
                SearchDocument.subject_id == Case.id,
            ),
        )
        .where(Case.received_at >= clock.now() - RECENT, Case.id.is_distinct_from(but))
        .order_by(Case.received_at.desc(), met.c.why.desc())  # words before near
    )
    told = pairs(fold(facts))
    found: dict[UUID, tuple[Case, list[str]]] = {}
    shares: dict[UUID, float] = {}
    like: list[Case] = []
    for case, why, folded in db.session.execute(query):
        reasons = found.setdefault(case.id, (case, []))[1]
        if why == "phone":
            reasons.append(_("same phone"))
        elif why == "order":
            reasons.append(_("same order number"))
        elif case.id in shares:
            continue  # against the very merchant, and lately
        elif (share := likeness(told, pairs(folded or ""))) >= (VERY_MUCH if why == "near" else ALIKE):
            if why == "near" and not _called_alike(merchant_name, case.merchant_name):
                continue
            said = {"share": round(100 * share), "merchant": case.merchant_name}
            reasons.append(
                _("merchant called “%(merchant)s”, %(share)s%% like words", **said)
                if why == "near"
                else _("same merchant, %(share)s%% like words", **said)
            )
            like.append(case)
            shares[case.id] = share
    hints = [Hint(case, tuple(reasons)) for case, reasons in found.values() if reasons]
    # What is still open first: it can be joined to. Then what has most in common, then the latest.
    hints.sort(
        key=lambda hint: (hint.case.is_open, len(hint.reasons), shares.get(hint.case.id, 1), hint.case.received_at),
        reverse=True,
    )
    return Found(hints[:MOST], like)


def alike(case: Case) -> Found:
    """What may be the same matter as a case that is there: two statements to read it, one to look."""
    party = db.session.scalars(select(Party).where(Party.case_id == case.id, Party.position == 0)).one()
    statement = statement_of(case)
    return duplicates(
        phone=party.reveal("phone") or "",
        merchant=case.merchant,
        merchant_name=case.merchant_name,
        order_number=statement.order_number,
        facts=f"{case.title} {statement.facts}",
        but=case.id,
    )


def earlier(case: Case) -> list[Case]:
    """The open cases that it could be joined to: what may be the same matter, then others against the merchant."""
    found = alike(case)
    likely = {one.id: one for one in (*(hint.case for hint in found.hints), *found.like)}
    named = Case.merchant_name.in_(spellings(case.merchant_name))
    against = Case.merchant_id == case.merchant_id if case.merchant_id else named
    query = select(Case).where(against, Case.open, Case.id != case.id, Case.received_at <= case.received_at)
    for one in (
        db.session.scalars(query.order_by(Case.received_at.desc()).limit(LOOKED_AT)) if case.merchant_name else ()
    ):
        likely.setdefault(one.id, one)
    return [one for one in likely.values() if joining.takes(one, case)]


def _asked(phone: str, merchant: Merchant | None, merchant_name: str, order: str) -> list[Any]:
    """A part for everything that is known: why, and which case."""
    parts: list[Any] = []
    if phone:
        called = select(literal("phone", String).label("why"), Party.case_id).where(Party.phone.matches(phone))
        parts.append(called.order_by(Party.id.desc()).limit(LOOKED_AT))
    if order := narrow(order):
        written = {*spellings(order), order.upper(), order.lower()}
        ordered = select(literal("order", String).label("why"), CaseStatement.case_id)
        parts.append(ordered.where(CaseStatement.order_number.in_(written)).limit(LOOKED_AT))
    if merchant or merchant_name:
        named = Case.merchant_name.in_(spellings(merchant_name))
        against = Case.merchant_id == merchant.id if merchant else named
        latest = select(literal("words", String).label("why"), Case.id.label("case_id")).where(against)
        parts.append(latest.order_by(Case.received_at.desc()).limit(LOOKED_AT))
    if merchant_name:
        lately = select(literal("near", String).label("why"), Case.id.label("case_id"))
        parts.append(lately.order_by(Case.received_at.desc(), Case.id.desc()).limit(LOOKED_AT))
    return parts


def _called_alike(one: str, other: str) -> bool:
    """Whether two names may mean the same merchant: legal form, branch and place left out."""
    short, long = sorted((pairs(fold(_FORM.sub("", name))) for name in (one, other)), key=len)
    return bool(short) and len(short & long) / len(short) >= NEARLY


def likeness(one: set[str], other: set[str]) -> float:
    """How much of the shorter text is in the other one, 0 to 1; very short ones are like nothing."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter >= 4 else 0.0
