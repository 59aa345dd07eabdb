"""What becomes of acts that broke off between their two transactions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.permissions import Can
from app.audit import words
from app.audit.models import Entry
from app.audit.services import record
from app.jobs import job
from app.notifications import notify
from app.notifications.words import extend
from tenants import provisioning, realm
from tenants.database import db
from tenants.provisioning import Act
from tenants.registry import registry

CLOCKS_DIFFER = timedelta(hours=1)  # at most: an act bears the time of the database, an entry that of a server


@job(every="*/15 * * * *")
def settle_acts() -> None:
    """Look up over there what became of every act that this organisation began and never ended, and say so here."""
    for act in db.session.scalars(provisioning.half_done()).all():
        done = provisioning.settle(act, stands_in_the_trail)
        facts = {"place": registry.by_id(act.target_id).slug, "done": done}
        record("act.settled", act, facts={**facts, "act": act.id})
        notify("act.settled", act, can=Can.AUDIT_READ, facts=facts, endpoint="audit.index", key=f"act:{act.id}")


def stands_in_the_trail(act: Act) -> bool:
    """Whether anything was recorded under this act in the realm that runs."""
    since_then = (Entry.tenant_id == realm.current().writes, Entry.at >= act.begun_at - CLOCKS_DIFFER)
    said = select(Entry.id).where(*since_then, Entry.facts["act"].astext == str(act.id)).limit(1)
    return db.session.execute(said).first() is not None


def _told(facts: dict[str, Any]) -> str:
    place = registry.find(facts["place"])
    said = {"place": place.short_name if place else facts["place"]}
    if facts["done"]:
        return _("Done there, in %(place)s, but perhaps not noted here: compare both trails", **said)
    return _("Nothing is recorded of it in %(place)s: do it again if it is still wanted", **said)


words.extend(
    {"act.settled": _l("Looked up an act that had broken off")},
    {"act.settled": _told},
    {"act": words.Kind(_l("Act in another organisation"))},
)
extend({"act.settled": lambda facts: _("An act in another organisation had broken off. %(what)s.", what=_told(facts))})
