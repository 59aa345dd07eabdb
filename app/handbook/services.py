"""Putting the first steps away, and taking them out again: for oneself alone."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Person
from app.core import clock
from app.handbook.models import FirstStepsAway
from tenants.bases import uuid7
from tenants.database import db


def put_away(by: Person) -> None:
    row = {"tenant_id": by.tenant_id, "id": uuid7(), "person_id": by.id, "at": clock.now()}
    db.session.execute(insert(FirstStepsAway).values(row).on_conflict_do_nothing())


def take_out(by: Person) -> None:
    mine = FirstStepsAway.tenant_id == by.tenant_id, FirstStepsAway.person_id == by.id
    db.session.execute(delete(FirstStepsAway).where(*mine))
