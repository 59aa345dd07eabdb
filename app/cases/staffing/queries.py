"""Whose open cases there are, and how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.accounts.models import Person
from app.cases.models import Case
from app.cases.queries.filters import handlers, within
from app.cases.queries.queue import listed
from app.cases.settings import services as settings
from app.core import clock
from app.deadlines import SOON
from tenants import realm
from tenants.database import db

MOST = 500

__all__ = ["burden", "cases_of", "handlers", "holders", "loads"]


def cases_of(person: Person) -> list[Case]:
    """The open cases in somebody's hands, the earliest due first."""
    query = listed().where(Case.open, Case.assignee_id == person.id)
    return list(db.session.scalars(query.order_by(Case.queue_on, Case.id).limit(MOST)))


def loads(*which: Any) -> dict[UUID | None, int]:
    """Who has how many open cases, of those that are asked for."""
    query = select(Case.assignee_id, func.count()).where(Case.open, *which)
    return dict(db.session.execute(query.group_by(Case.assignee_id)).all())


@dataclass(frozen=True)
class Burden:
    """One person who holds most of what is due soon."""

    person: Person
    held: int
    due: int  # of all that somebody handles

    @property
    def percent(self) -> int:
        return round(100 * self.held / self.due)


def burden() -> Burden | None:
    """Who holds more of what is due within five working days than the center's setting allows; mostly nobody.

    Of few cases nothing is said, nor where there is nobody else who could take one.
    """
    held = {key: count for key, count in loads(within(clock.today(), SOON)).items() if key}
    if not held:
        return None
    setting, due = settings.present(), sum(held.values())
    most = max(held, key=lambda key: (held[key], key))
    if due < setting.burden_least or 100 * held[most] < setting.burden_share * due:
        return None
    others = [one for one in handlers() if one.id != most]
    person = db.session.get(Person, (realm.current().writes, most))
    return Burden(person, held[most], due) if others and person else None


def holders() -> list[tuple[Person, int]]:
    """Who has open cases in hand, disabled people too, the most first."""
    held = loads()
    people = db.session.scalars(
        select(Person).where(Person.tenant_id == realm.current().writes, Person.id.in_([key for key in held if key]))
    )
    return sorted(((one, held[one.id]) for one in people), key=lambda pair: (pair[0].active, -pair[1], pair[0].name))
