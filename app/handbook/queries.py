"""First steps (首次使用): what somebody new, or a new organisation, begins with; done is what the data say is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, literal, select

from app.accounts.models import Credential, Person
from app.accounts.permissions import ROLES, Can
from app.cases.models import Case
from app.cases.settings.models import CaseSetting
from app.cases.worklist.models import Habit
from app.core import clock
from app.deadlines.queries import unconfirmed_ahead
from app.documents.models import Letterhead
from app.handbook.contents import BUREAU, CENTER, DEPARTMENT
from app.handbook.models import FirstStepsAway
from app.mediation.models import MediationFeed, MediationRoom, Mediator
from tenants import realm
from tenants.database import db
from tenants.registry import registry

# What tells that a step is done: a condition for the database, or what this process knows already.
Sign = Callable[[Person], ColumnElement[bool] | bool]


@dataclass(frozen=True)
class Step:
    """Something to do, or with no `sign` something to read: that nobody can see done."""

    title: Any
    page: str  # an endpoint, or a chapter of the handbook, named as in its texts
    can: Can | None = None  # for whom; for everybody without
    kinds: tuple[str, ...] = (CENTER,)
    sign: Sign | None = None


@dataclass(frozen=True)
class Begun:
    """A step, and whether it is done; None for what is read."""

    step: Step
    done: bool | None


def _own(model: Any, *more: Any) -> Sign:
    """There is a row of the person's own."""
    return lambda person: exists().where(model.tenant_id == person.tenant_id, model.person_id == person.id, *more)


def _ours(model: Any, *more: Any) -> Sign:
    """There is a row of the organisation's."""
    return lambda person: exists().where(model.tenant_id == person.tenant_id, *more)


def _somebody(*codes: str) -> Sign:
    """Somebody works in one of these roles."""
    assert set(codes) <= ROLES.keys()
    return _ours(Person, Person.active, Person.role.in_(codes))


def _handles(person: Person) -> ColumnElement[bool]:
    return exists().where(Case.tenant_id == person.tenant_id, Case.assignee_id == person.id)


def _holidays(_person: Person) -> bool:
    return not unconfirmed_ahead(clock.today())


def _opened(kind: str) -> Sign:
    return lambda _person: any(place.kind == kind for place in registry.places().values())


_EVERYWHERE = (CENTER, DEPARTMENT, BUREAU)
_SET = Letterhead.address != "", Letterhead.telephone != ""

# In the order in which they are taken.
STEPS = (
    Step(_l("Choose a password that nobody else knows"), "accounts.new_password", kinds=_EVERYWHERE,
         sign=_own(Credential, Credential.password_hash.is_not(None))),
    # A new organisation
    Step(_l("Open the county centers"), "bureau.organisations", Can.CITY_ADMINISTER, (BUREAU,), _opened(CENTER)),
    Step(_l("Open the departments"), "bureau.organisations", Can.CITY_ADMINISTER, (BUREAU,), _opened(DEPARTMENT)),
    Step(_l("Enter the holidays that the next limits reach"), "deadlines.index", Can.CITY_ADMINISTER, (BUREAU,),
         _holidays),
    Step(_l("Add the director"), "accounts.people", Can.PERSON_KEEP, sign=_somebody("director")),
    Step(_l("Add the handlers"), "accounts.people", Can.PERSON_KEEP, sign=_somebody("handler")),
    Step(_l("Add the intake clerks"), "accounts.people", Can.PERSON_KEEP, sign=_somebody("clerk")),
    Step(_l("Add the department's clerks"), "accounts.people", Can.PERSON_KEEP, (DEPARTMENT,), _somebody("officer")),
    Step(_l("Add supervisors and analysts"), "accounts.people", Can.PERSON_KEEP, (BUREAU,),
         _somebody("supervisor", "analyst")),
    Step(_l("Enter the mediators"), "mediators.index", Can.MEDIATION_KEEP, sign=_ours(Mediator, Mediator.active)),
    Step(_l("Enter the rooms for sessions"), "mediators.index", Can.MEDIATION_KEEP,
         sign=_ours(MediationRoom, MediationRoom.active)),
    Step(_l("Fill in letterhead and contact"), "templates.letterhead", Can.LIST_KEEP, (CENTER, BUREAU),
         _ours(Letterhead, *_SET)),
    Step(_l("Decide on the settings of the center"), "settings.index", Can.CASE_APPROVE, sign=_ours(CaseSetting)),
    Step(_l("See that the holidays ahead are confirmed"), "deadlines.index", Can.LIST_KEEP, sign=_holidays),
    # Somebody new
    Step(_l("See what your role may do"), "accounts.roles", kinds=_EVERYWHERE),
    Step(_l("See what waits for acceptance"), "cases.index?status=lodged", Can.CASE_READ),
    Step(_l("Take the first case on"), "chapter:acceptance", Can.CASE_HANDLE, sign=_handles),
    Step(_l("Read how a complaint is registered"), "chapter:intake", Can.CASE_INTAKE),
    Step(_l("Choose the columns of your list"), "worklist.habits", Can.CASE_READ, sign=_own(Habit)),
    Step(_l("Have your sessions in your own calendar"), "mediation.feed", Can.CASE_HANDLE, sign=_own(MediationFeed)),
    Step(_l("Learn the keys"), "chapter:lists", Can.CASE_READ),
    Step(_l("See who is away and who deputises"), "staffing.absences", Can.CASE_READ),
    Step(_l("Read how letters are signed for and answered"), "chapter:departments", Can.HANDOFF_ANSWER, (DEPARTMENT,)),
    Step(_l("Read how the counties are watched over"), "chapter:bureau", Can.CITY_READ, (BUREAU,)),
)  # fmt: skip


def begun(person: Person) -> list[Begun]:
    """The first steps of somebody in this organisation, looked up in one statement."""
    kind = realm.home().kind
    steps = [step for step in STEPS if kind in step.kinds and (step.can is None or person.can(step.can))]
    signs = [step.sign(person) for step in steps if step.sign]
    found = iter(_answers(signs))
    return [Begun(step, next(found) if step.sign else None) for step in steps]


def _answers(signs: Sequence[ColumnElement[bool] | bool]) -> list[bool]:
    asked = [literal(sign) if isinstance(sign, bool) else sign for sign in signs]
    return list(db.session.execute(select(*asked)).one()) if asked else []


def put_away(person: Person) -> bool:
    mine = FirstStepsAway.tenant_id == person.tenant_id, FirstStepsAway.person_id == person.id
    return db.session.scalar(select(FirstStepsAway.id).where(*mine)) is not None
