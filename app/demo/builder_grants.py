"""A file that the bureau called in while the story went on, and whose time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.permissions import Can
from app.bureau.models import Extent, Grant
from app.cases.models import Case, CaseState
from app.core import clock
from app.core.numbering import numbered
from app.demo.builder_cases import Desk
from app.demo.city import CITY
from app.demo.pace import at_the_desks
from tenants import realm
from tenants.bases import uuid7
from tenants.provisioning import Act
from tenants.realm import BUREAU_ID
from tenants.registry import registry
from tenants.session import announce

AGO, DAYS = timedelta(days=8), 3
REASON = "市长热线交办，核查退款进展。"


def call_in(desk: Desk) -> dict[tuple[int, str, int], int]:
    """Call a case in as `bureau.services.call_in` does, so long ago that it has run out; how far the numbers went."""
    then = at_the_desks(desk.now - AGO, desk.rules.calendar)
    case = _case(desk, then)
    if case is None:
        return {}
    slug, year, act = desk.town.slug(case.tenant_id), clock.on(then).year, uuid7()
    by = next(one for _login, one in sorted(desk.town.people[CITY.bureau.slug].items()) if one.role == "supervisor")
    grant = Grant(
        tenant_id=BUREAU_ID,
        id=uuid7(),
        number=numbered("DY-", year, 1),
        county_id=case.tenant_id,
        case_id=case.id,
        case_number=case.number,
        extent=Extent.STORY.value,
        reason=REASON,
        person_id=by.id,
        person_name=by.name,
        given_at=then,
        until=then + timedelta(days=DAYS),
    )
    told = {"grant": grant.number, "extent": grant.extent, "until": grant.until, "act": act}
    with desk.at(slug, then):
        desk.record("case.called_in", case, by, told, REASON)
        desk.tell(
            "case.called_in",
            case,
            can=Can.CASE_APPROVE,
            facts={"until": clock.on(grant.until)},
            endpoint="cases.show",
            arguments={"number": case.number},
            key=f"case.called_in:{grant.number}",
        )
    with desk.at(CITY.bureau.slug, then):
        done = {"target_id": case.tenant_id, "why": f"call in {grant.number}", "begun_at": then, "done_at": then}
        desk.rows.add(Act(tenant_id=BUREAU_ID, id=act, undone=False, **done), grant)
        desk.record("grant.given", grant, by, {**told, "place": slug, "case": case.number}, REASON)
    return {(BUREAU_ID, "grant", year): 1}


def _case(desk: Desk, then: datetime) -> Case | None:
    """One that was under way then and is so now, of those that are told already; as the subject of an entry."""
    desk.rows.pour()
    was = Case.status == CaseState.MEDIATING.value, Case.accepted_at < then
    query = select(Case.tenant_id, Case.id, Case.number).where(*was)
    with realm.enter(registry.realm(BUREAU_ID)):
        announce(desk.rows.connection)
        found = desk.rows.connection.execute(query.order_by(Case.due_on.desc(), Case.tenant_id, Case.number)).first()
    return Case(tenant_id=found.tenant_id, id=found.id, number=found.number) if found else None
