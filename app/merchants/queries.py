"""Finding merchants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from app.core.errors import Invalid, Missing
from app.core.forms import narrow, tidy
from app.core.listing import Filter, Listing, Order
from app.merchants.models import Merchant, MerchantContact
from tenants.database import db

MOST = 8
_WIDE = str.maketrans("()", "（）")


def by_number(number: str) -> Merchant:
    """Raises Missing where this organisation has no such merchant."""
    merchant = find(number)
    if merchant is None:
        raise Missing
    return merchant


def find(number: str | None) -> Merchant | None:
    if not number:
        return None
    return db.session.scalars(select(Merchant).where(Merchant.number == number)).first()


def called_number(said: str | None) -> Merchant:
    """The merchant of a number that somebody typed. Raises Invalid where there is none."""
    merchant = find(narrow(said or "").upper())
    if merchant is None:
        raise Invalid("into", _("This merchant is not in the register."))
    return merchant


def standing(merchant: Merchant | None) -> Merchant | None:
    """The entry that stands for this one: itself, or the one it was merged into, however often."""
    while merchant is not None and merchant.merged_into_id is not None:
        merchant = db.session.scalars(select(Merchant).where(Merchant.id == merchant.merged_into_id)).one()
    return merchant


def numbers(ids: Iterable[UUID]) -> dict[UUID, str]:
    """id -> number of merchants, in whichever register that this realm reads."""
    return dict(db.session.execute(select(Merchant.id, Merchant.number).where(Merchant.id.in_(set(ids)))).all())


def contact_of(merchant: Merchant) -> MerchantContact | None:
    return db.session.scalars(select(MerchantContact).where(MerchantContact.merchant_id == merchant.id)).first()


def look_up(said: str, most: int = MOST) -> list[Merchant]:
    """Merchants whose name, sign or credit code has what was said in it; those that begin with it first."""
    if len(narrow(said)) < 2:
        return []
    query = select(Merchant).where(called(said), Merchant.merged_into_id.is_(None))
    begins = or_(
        *(name.startswith(one, autoescape=True) for name in (Merchant.name, Merchant.sign) for one in spellings(said))
    )
    return list(db.session.scalars(query.order_by(begins.desc(), Merchant.name, Merchant.id).limit(most)))


def exactly(said: str) -> Merchant | None:
    """The merchant of this very name or sign; None where there is none, or several."""
    named = or_(Merchant.name.in_(spellings(said)), Merchant.sign.in_(spellings(said)))
    found = list(db.session.scalars(select(Merchant).where(named, Merchant.merged_into_id.is_(None)).limit(2)))
    return found[0] if narrow(said) and len(found) == 1 else None


def called(said: str) -> ColumnElement[bool]:
    """The condition that a merchant is called so."""
    return or_(
        *(name.contains(one, autoescape=True) for name in (Merchant.name, Merchant.sign) for one in spellings(said)),
        Merchant.credit_code.startswith(narrow(said).upper(), autoescape=True),
    )


def spellings(said: str | None) -> set[str]:
    """The ways to write one name: as it was typed, plain, and with the wide brackets that licences have."""
    plain = narrow(said)
    return {tidy(said), plain, plain.translate(_WIDE)}


REGISTER = Listing(
    filters=[
        Filter("called", _l("Name, sign or code"), called),
        Filter("trade", _l("Trade"), lambda value: Merchant.trade == value),
    ],
    orders=[
        Order("name", _l("Name"), (Merchant.name, Merchant.id)),
        Order("newest", _l("Newest first"), (Merchant.created_at, Merchant.id), descending=True),
    ],
)


def register(view: Any) -> Any:
    """A page of the register."""
    return view.page(select(Merchant).where(Merchant.merged_into_id.is_(None)))
