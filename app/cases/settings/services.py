"""The settings of this center, as they are and as somebody changes them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.cases.settings.models import CaseSetting
from app.core.errors import Changed, Invalid
from tenants import realm
from tenants.database import db

WATCH = audit.Watch(codes=("burden_share", "burden_least"))
USUAL = {"burden_share": 50, "burden_least": 6}


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
    if seen is not None and seen != row.version:
        raise Changed(_("Somebody else has changed this in the meantime."), row)
    if not 1 <= wanted["burden_share"] <= 100:
        raise Invalid("burden_share", _("Between 1 and 100, please."))
    if not 2 <= wanted["burden_least"] <= 1000:
        raise Invalid("burden_least", _("Between 2 and 1000, please."))
    was = WATCH.look(row)
    for name, value in wanted.items():
        setattr(row, name, value)
    changes = WATCH.since(was, row)
    row.version += 1
    db.session.flush()
    audit.record("setting.changed", row, by, changes=changes)
    return row
