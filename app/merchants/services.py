"""Keeping the register of merchants."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from stdnum.cn import uscc

from app import audit
from app.accounts.permissions import Can
from app.core import clock
from app.core.errors import Invalid
from app.core.forms import narrow
from app.core.numbering import next_number
from app.core.privacy import names_nobody
from app.merchants import queries
from app.merchants.models import Merchant, MerchantContact
from tenants.database import db

LIKE_A_CODE = re.compile(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{7,12}")
NEW = "+"  # the choice “not in the list: enter it in the register”
# Who is told that a merchant is called something else; filled by who finds things by it.
CALLED_ANEW: list[Callable[[Merchant], None]] = []
FIELDS = ("name", "sign", "credit_code", "trade", "address", "region_code")
WATCH = audit.Watch(codes=("credit_code", "region_code"), words=("name", "sign", "trade", "address"))
CONTACT = audit.Watch(words=("name", "phone"))


def add(
    by: Any,
    *,
    name: str,
    sign: str = "",
    credit_code: str | None = None,
    trade: str = "",
    address: str = "",
    region_code: str | None = None,
    contact_name: str = "",
    contact_phone: str = "",
) -> Merchant:
    """Enter a merchant. Raises Invalid for a credit code that is wrong or already in the register."""
    names_nobody(sign=sign, trade=trade, address=address)
    merchant = Merchant(
        number=next_number("merchant", clock.today().year, prefix="M"),
        name=_name(name),
        sign=sign,
        credit_code=_code(credit_code),
        trade=trade,
        address=address,
        region_code=region_code,
        created_at=clock.now(),
        version=1,
    )
    db.session.add(merchant)
    db.session.flush()
    _contact(merchant, contact_name, contact_phone)
    audit.record("merchant.added", merchant, by, facts={"credit_code": merchant.credit_code})
    return merchant


def change(merchant: Merchant, by: Any, *, seen: int | None = None, **facts: Any) -> None:
    """Correct an entry; the cases against it keep the name they were lodged under."""
    db.session.refresh(merchant, with_for_update=True)
    if merchant.merged_into_id is not None:
        raise audit.too_late(_("This entry was merged into another."), merchant, seen)
    audit.only_as_seen(merchant, seen)
    names_nobody(**{name: facts.get(name) for name in ("sign", "trade", "address")})
    facts["name"], facts["credit_code"] = _name(facts["name"]), _code(facts.get("credit_code"), merchant)
    was = WATCH.look(merchant)
    for name in FIELDS:
        if name in facts:
            setattr(merchant, name, facts[name])
    merchant.version += 1
    contact = _contact(merchant, facts.get("contact_name", ""), facts.get("contact_phone", ""))
    changed = WATCH.since(was, merchant)
    changes = audit.Changes(changed.codes, {**changed.words, **contact})
    audit.record("merchant.changed", merchant, by, changes=changes)
    if {"name", "sign", "credit_code"} & {*changes.codes, *changes.words}:
        db.session.flush()
        for hear in CALLED_ANEW:
            hear(merchant)


def choose(chosen: str | None, said: str, by: Any, **facts: str) -> Merchant | None:
    """The merchant that somebody means: the chosen one, the only one called exactly so, a new one, or none.

    `chosen` is a number of the register, NEW to enter what was said with what else is known (`facts`), or nothing.
    What is in the register already is not entered twice. Raises Invalid for a number that is not there.
    """
    if chosen == NEW and said and by.can(Can.MERCHANT_KEEP):
        return queries.exactly(said) or add(by, name=said, **facts)
    if chosen == NEW:
        return None
    if chosen:
        merchant = queries.standing(queries.find(chosen))
        if merchant is None:
            raise Invalid("merchant_name", _("This merchant is not in the register."))
        return merchant
    if fault := doubt(said):
        raise Invalid("merchant_name", fault)
    code = narrow(said).replace(" ", "").upper()
    by_code = [one for one in queries.look_up(code) if one.credit_code == code]
    return by_code[0] if by_code else queries.exactly(said)


def doubt(said: str) -> str:
    """What is wrong with a credit code, where one was said; nothing where it is right, or none at all."""
    code = narrow(said).replace(" ", "").upper()
    if not LIKE_A_CODE.fullmatch(code) or uscc.is_valid(code):
        return ""
    return _("This is no valid credit code: 18 characters, the last one does not fit.")


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid("name", _("This is needed."))
    names_nobody(name=name)
    return name.strip()


def _code(code: str | None, mine: Merchant | None = None) -> str | None:
    """The credit code in its one form; None for none. Its last character is a checksum (GB 32100-2015)."""
    if not code:
        return None
    if not uscc.is_valid(code):
        raise Invalid("credit_code", _("This is no valid credit code: 18 characters, the last one does not fit."))
    code = uscc.compact(code)
    known = db.session.scalars(select(Merchant).where(Merchant.credit_code == code)).first()
    if known is not None and known is not mine:
        raise Invalid("credit_code", _("%(name)s has this credit code already.", name=known.name))
    return str(code)


def _contact(merchant: Merchant, name: str, phone: str) -> dict[str, list[Any]]:
    """Note whom to call there; what that changed."""
    if not name and not phone:
        return {}
    query = select(MerchantContact).where(MerchantContact.merchant_id == merchant.id)
    contact = db.session.scalars(query).first()
    if contact is None:
        contact = MerchantContact(merchant_id=merchant.id, name="")
        db.session.add(contact)
    was = CONTACT.look(contact)
    contact.name = name or contact.name
    if phone:
        contact.phone = phone
    return {f"contact_{field}": pair for field, pair in CONTACT.since(was, contact).words.items()}
