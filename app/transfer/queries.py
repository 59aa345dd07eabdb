"""Imports of this organisation."""

from __future__ import annotations

from sqlalchemy import select

from app.core.errors import Missing
from app.transfer.models import Import
from tenants.database import db


def recent(limit: int = 30) -> list[Import]:
    return list(db.session.scalars(select(Import).order_by(Import.begun_at.desc(), Import.id.desc()).limit(limit)))


def by_number(number: str) -> Import:
    """The import with this number. Raises Missing."""
    found = db.session.scalars(select(Import).where(Import.number == number)).first()
    if found is None:
        raise Missing
    return found
