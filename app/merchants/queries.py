"""Finding merchants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from app.core.errors import Invalid, Missing
from app.core.forms import narrow
from app.core.listing import Filter, Listing, Order
from app.merchants.models import Merchant, MerchantContact
from tenants.database import db

MOST = 8


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
    said = narrow(said)
    if len(said) < 2:
        return []
    query = select(Merchant).where(called(said), Merchant.merged_into_id.is_(None))
    begins = or_(Merchant.name.startswith(said, autoescape=True), Merchant.sign.startswith(said, autoescape=True))
    return list(db.session.scalars(query.order_by(begins.desc(), Merchant.name, Merchant.id).limit(most)))


def exactly(said: str) -> Merchant | None:
    """The merchant of this very name or sign; None where there is none, or several."""
    said = narrow(said)
    named = (Merchant.name == said) | (Merchant.sign == said)
    found = list(db.session.scalars(select(Merchant).where(named, Merchant.merged_into_id.is_(None)).limit(2)))
    return found[0] if said and len(found) == 1 else None


def called(said: str) -> ColumnElement[bool]:
    """The condition that a merchant is called so."""
    return or_(
        Merchant.name.contains(said, autoescape=True),
        Merchant.sign.contains(said, autoescape=True),
        Merchant.credit_code.startswith(said.upper(), autoescape=True),
    )


REGISTER = Listing(
    filters=[
        Filter("called", _l("Name, sign or code"), called, parse=narrow),
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
