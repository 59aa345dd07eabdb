"""What the bureau does: call in a file, read it, give it back; open, suspend and export organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from flask_babel import gettext as _

from app import audit
from app.accounts import services as accounts
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.bureau.models import Extent, Grant
from app.cases.models import Case
from app.core import clock, unit
from app.core.errors import Invalid, Missing, NotAllowed
from app.core.numbering import next_number
from app.core.privacy import redact
from app.notifications import notify
from tenants import provisioning, realm
from tenants.database import db
from tenants.realm import Place
from tenants.registry import RESERVED, registry

SHORTEST_REASON = 6
SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}")


# Calling in a file 调阅 -----------------------------------------------------------------------------------------------


def call_in(case: Case, by: Person, *, extent: str, reason: str, days: int, longest: int) -> Grant:
    """Let `by` read a county's case for some days; the county is told before it begins. Raises Invalid."""
    if extent not in list(Extent):
        raise Invalid("extent", _("This is not on the list."))
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("reason", _("Say why: the county reads it, and so does whoever checks later."))
    if not 1 <= days <= longest:
        raise Invalid("days", _("Between 1 and %(longest)s days.", longest=longest))
    county, now = registry.by_id(case.tenant_id), clock.now()
    grant = Grant(
        number=next_number("grant", clock.today().year, prefix="DY-"),
        county_id=county.id,
        case_id=case.id,
        case_number=case.number,
        extent=extent,
        reason=redact(reason.strip()),  # the county reads it, and so will whoever checks
        person_id=by.id,
        person_name=by.name,
        given_at=now,
        until=now + timedelta(days=days),
    )
    told = {"grant": grant.number, "extent": extent, "until": grant.until}
    with provisioning.act_in(registry.realm(county), f"call in {grant.number}") as act:
        audit.record("case.called_in", case, by, facts=told, text=grant.reason)
        _tell_the_county("case.called_in", grant)
    db.session.add(grant)
    audit.record("grant.given", grant, by, facts={**told, **_whose(grant), "act": act}, text=grant.reason)
    return grant


def give_back(grant: Grant, by: Person) -> None:
    """End a grant before its time; it is gone at once. Anybody who calls in files may end anybody's."""
    if not grant.holds(clock.now()):
        raise Missing
    county = registry.by_id(grant.county_id)
    with unit.apart():  # gone first, and told then: what the county reads of it is true whatever breaks off
        mine = db.session.get_one(Grant, (grant.tenant_id, grant.id))
        mine.revoked_at, mine.revoked_by = clock.now(), by.name
        audit.record("grant.given_back", mine, by, facts=_whose(mine))
    with provisioning.act_in(registry.realm(county), f"give back {grant.number}"):
        audit.record("case.given_back", _case_of(grant), by, facts={"grant": grant.number})


@contextmanager
def reading(grant: Grant | None, by: Person, *, paper: UUID | None = None) -> Iterator[Grant]:
    """Inside: the county's private rows, without a pen. Each opening is in both chains before the first row is read.

    Raises NotAllowed where the grant is somebody else's, is over, or does not reach as far as the papers.
    """
    if grant is None or grant.person_id != by.id or not by.can(Can.CITY_CALL_IN) or not grant.holds(clock.now()):
        raise NotAllowed(_("This file has not been called in, or the time for it is over."))
    if paper is not None and not grant.whole:
        raise NotAllowed(_("The papers of this case were not called in."))
    county = registry.by_id(grant.county_id)
    event, facts = ("opened_paper", {"file": paper}) if paper else ("opened", {})
    with provisioning.act_in(registry.realm(county), f"read under {grant.number}") as act:
        audit.record(f"case.{event}", _case_of(grant), by, facts={**facts, "grant": grant.number})
    with unit.apart():
        audit.record(f"grant.{event}", grant, by, facts={**facts, **_whose(grant), "act": act})
    with provisioning.look_in(realm.current().looking_into(county)):
        yield grant


def _whose(grant: Grant) -> dict[str, Any]:
    return {"place": registry.by_id(grant.county_id).slug, "case": grant.case_number}


def _case_of(grant: Grant) -> Case:
    """The case as the subject of an entry: its key and its number."""
    return Case(tenant_id=grant.county_id, id=grant.case_id, number=grant.case_number)


def _tell_the_county(event: str, grant: Grant) -> None:
    notify(
        event,
        _case_of(grant),
        can=Can.CASE_APPROVE,
        facts={"until": clock.on(grant.until)},
        endpoint="cases.show",
        arguments={"number": grant.case_number},
        key=f"{event}:{grant.number}",
        loud=True,
    )


# Organisations 机构 ---------------------------------------------------------------------------------------------------


def open_organisation(
    by: Person, *, kind: str, slug: str, name: str, short_name: str, region_code: str, login: str, person: str
) -> tuple[Place, Person, str]:
    """Open an organisation with its first administrator; returns it, the person, and the code for the slip.

    The two are transactions of their own: an organisation that is left without an administrator shows in the list,
    and one is appointed there. Raises Invalid.
    """
    if not SLUG.fullmatch(slug) or slug in RESERVED:
        raise Invalid("slug", _("Use 2 to 31 small letters, digits or dashes, beginning with a letter."))
    if not accounts.LOGIN.fullmatch(accounts.plain_login(login)):
        raise Invalid("login", _("Use 2 to 40 letters, digits, dots or dashes."))
    registry.forget()
    with unit.apart():
        try:
            place = provisioning.open_tenant(slug, name, kind, short_name=short_name, region_code=region_code or None)
        except ValueError:
            raise Invalid("slug", _("This address is taken.")) from None
        audit.record("tenant.opened", None, by, facts={"place": slug, "kind": kind}, kind="tenant")
    registry.forget()
    return (place, *appoint_administrator(place, by, login=login, person=person))


def appoint_administrator(place: Place, by: Person, *, login: str, person: str) -> tuple[Person, str]:
    """Somebody who keeps the people of an organisation, and the code for their slip."""
    return accounts.appoint_first_administrator(place, login, person, by=by)


def set_active(place: Place, by: Person, *, active: bool) -> None:
    """Suspend an organisation, or let it in again; takes seconds to act everywhere."""
    if place.is_bureau:
        raise Missing
    provisioning.suspend(place.slug, active=active)
    event = "tenant.resumed" if active else "tenant.suspended"
    audit.record(event, None, by, facts={"place": place.slug}, kind="tenant")


def export(place: Place, by: Person, out: BinaryIO) -> dict[str, int]:
    """The rows of an organisation that the bureau may see, as CSV in a zip: nothing that people confided is in it."""
    counts = provisioning.export(place, out)
    facts = {"place": place.slug, "rows": sum(counts.values())}
    audit.record("tenant.exported", None, by, facts=facts, kind="tenant")
    return counts
