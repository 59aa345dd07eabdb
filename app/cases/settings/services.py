"""The settings of this center, as they are and as somebody changes them."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.cases.settings.models import CaseSetting
from app.core.errors import Invalid
from tenants import realm
from tenants.database import db

USUAL: dict[str, Any] = {
    "burden_share": 50,
    "burden_least": 6,
    "call_backs": "none",
    "call_back_share": 30,
    "call_back_days": 5,
    "seed": "",
    "papers_first": False,
}
WATCH = audit.Watch(codes=tuple(USUAL))
LIMITS = {"burden_share": (1, 100), "burden_least": (2, 1000), "call_back_share": (1, 100), "call_back_days": (1, 60)}


def present() -> CaseSetting:
    """As it is now; what is usual where nothing was decided."""
    return _row() or CaseSetting(**USUAL, version=1)


def _row(*, lock: bool = False) -> CaseSetting | None:
    query = select(CaseSetting).where(CaseSetting.tenant_id == realm.current().writes)
    return db.session.scalars(query.with_for_update() if lock else query).first()


def change(by: Any, *, seen: int | None = None, **wanted: Any) -> CaseSetting:
    """Decide otherwise. Raises Invalid beside the field, or Changed where somebody was faster."""
    row = _row(lock=True)
    if row is None:
        row = CaseSetting(**USUAL, version=1)
        db.session.add(row)
    audit.only_as_seen(row, seen)
    for name, (least, most) in LIMITS.items():
        if not least <= wanted.get(name, getattr(row, name)) <= most:
            raise Invalid(name, _("Between %(least)s and %(most)s, please.", least=least, most=most))
    if wanted.get("call_backs", row.call_backs) not in ("none", "all", "sample"):
        raise Invalid("call_backs", _("This is not on the list."))
    was = WATCH.look(row)
    for name, value in wanted.items():
        setattr(row, name, value)
    if row.call_backs == "sample" and (not row.seed or was["call_backs"] != "sample"):
        row.seed = token_hex(8)  # nobody chooses it, and everybody can work the draw out again from it
    changes = WATCH.since(was, row)
    row.version += 1
    db.session.flush()
    audit.record("setting.changed", row, by, changes=changes)
    return row
