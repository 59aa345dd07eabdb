"""Merging two entries of the register, and taking them apart again."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.services.parts import find_by
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.groups.models import CaseGroup
from app.merchants.dealings.models import MerchantCommitment, MerchantInterview
from app.merchants.merging import queries
from app.merchants.merging.models import MerchantApart, MerchantMerge
from app.merchants.models import Merchant
from tenants.database import db

# What points to a merchant, by the column of MerchantMerge that keeps whose keys.
FOLLOWS: dict[str, Any] = {
    "cases": Case,
    "groups": CaseGroup,
    "interviews": MerchantInterview,
    "commitments": MerchantCommitment,
}


def merge(merchant: Merchant, into: Merchant, by: Any) -> MerchantMerge:
    """Let everything about one entry stand under another. Raises Invalid for entries that cannot be one merchant.

    The entry stays, out of the register; cases keep the name they were lodged under.
    """
    _lock(by, merchant, into)
    if merchant.id == into.id:
        raise Invalid("into", _("That is this entry itself."))
    if merchant.merged_into_id is not None or into.merged_into_id is not None:
        raise audit.too_late(_("This entry was merged into another."), merchant if merchant.merged_into_id else into)
    if merchant.credit_code and into.credit_code:
        raise Invalid("into", _("Both have a credit code of their own: in law they are two."))
    if merchant.credit_code:
        raise Invalid("into", _("Keep %(name)s: that entry has the credit code.", name=merchant.called))
    moved = {
        name: list(
            db.session.scalars(
                update(model).where(model.merchant_id == merchant.id).values(merchant_id=into.id).returning(model.id)
            )
        )
        for name, model in FOLLOWS.items()
    }
    db.session.flush()
    find_by(Case.id.in_(moved["cases"]))
    row = MerchantMerge(merchant_id=merchant.id, into_id=into.id, merged_by=by.id, merged_at=clock.now(), **moved)
    db.session.add(row)
    merchant.merged_into_id = into.id
    for one in (merchant, into):
        one.version += 1
    facts = {"merged": merchant.number, "into": into.number, "cases": len(moved["cases"])}
    audit.record("merchant.merged", into, by, facts=facts)
    audit.record("merchant.merged", merchant, by, facts=facts)
    return row


def part(merchant: Merchant, by: Any) -> None:
    """Undo a merge: what followed the entry goes back to it, unless somebody has put it elsewhere since."""
    row = queries.merge_of(merchant)
    if row is None:
        raise audit.too_late(_("This entry is in the register by itself."), merchant)
    into = db.session.scalars(select(Merchant).where(Merchant.id == row.into_id)).one()
    _lock(by, merchant, into)
    if into.merged_into_id is not None:
        raise audit.too_late(_("%(name)s was merged itself: undo that first.", name=into.called), into)
    for name, model in FOLLOWS.items():
        theirs = model.id.in_(getattr(row, name)), model.merchant_id == into.id
        db.session.execute(update(model).where(*theirs).values(merchant_id=merchant.id))
    row.undone_at, row.undone_by = clock.now(), by.id
    merchant.merged_into_id = None
    db.session.flush()
    find_by(Case.id.in_(row.cases))
    for one in (merchant, into):
        one.version += 1
        audit.record("merchant.parted", one, by, facts={"merged": merchant.number, "into": into.number})


def keep_apart(one: Merchant, other: Merchant, by: Any) -> None:
    """Say that two entries are two merchants: they are proposed no more."""
    _lock(by, one, other)
    first, second = sorted((one.id, other.id))
    known = select(MerchantApart).where(MerchantApart.first_id == first, MerchantApart.second_id == second)
    if first == second or db.session.scalars(known).first() is not None:
        return
    db.session.add(MerchantApart(first_id=first, second_id=second, decided_by=by.id, decided_at=clock.now()))
    audit.record("merchant.apart", one, by, facts={"merged": other.number, "into": one.number})


def _lock(by: Any, *entries: Merchant) -> None:
    """Two merges of one entry, one after the other; always in one order."""
    if not by.can(Can.MERCHANT_KEEP):
        raise NotAllowed(_("Your role does not include this."))
    for one in sorted(entries, key=lambda entry: entry.id):
        db.session.refresh(one, with_for_update=True)
