"""What became of an agreement: an instalment was performed, with its proofs, or it was not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import GROUPED, Agreement, Case
from app.cases.shares import sharing
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.files import services as stored
from app.files.accept import Accepted
from app.mediation.models import Instalment, InstalmentProof, InstalmentState
from tenants.database import db


def note(
    part: Instalment,
    case: Case,
    by: Any,
    *,
    status: str,
    on: date | None = None,
    remark: str = "",
    proofs: Iterable[Accepted] = (),
    seen: int | None = None,
) -> None:
    """That it was performed on a day, that it was not, or that neither is so after all.

    Raises Invalid beside what is missing, Changed where somebody was faster, and WrongMoment of what another plan has
    replaced or a payment to the whole group has performed.
    """
    if not by.can(Can.CASE_HANDLE, case):
        raise NotAllowed(_("Your role does not include this."))
    db.session.refresh(part, with_for_update=True)
    if part.status == InstalmentState.REPLACED:
        raise audit.too_late(_("Another plan has replaced this instalment."), part, seen, _told)
    if part.status == InstalmentState.DONE != status and part.covered and part.covered == part.amount:
        paid = (
            _("It was paid through the group: there the payment is declared not to count.")
            if GROUPED in case.traits
            else _("It was paid to single persons: in the ledger these payments are declared not to count.")
        )
        raise audit.too_late(paid, part, seen, _told)
    audit.only_as_seen(part, seen, _told)
    if status == InstalmentState.DONE:
        agreed = db.session.scalars(select(Agreement).where(Agreement.id == part.agreement_id)).one()
        # What was paid under an agreement before this one was paid on its day.
        if on is None or (on != part.performed_on and not agreed.agreed_on <= on <= clock.today()):
            raise Invalid("on", _("Between the day of the agreement and today, please."))
    elif not remark.strip():
        raise Invalid("remark", _("Say why."))
    before = part.status
    part.status, part.performed_on = status, on if status == InstalmentState.DONE else None
    part.remark = remark.strip()
    part.version += 1
    kept = stored.attach(InstalmentProof, proofs, instalment_id=part.id, added_at=clock.now())
    facts = {"part": part.ordinal, "was": before, "on": part.performed_on, "files": len(kept) or None}
    facts["people"] = sharing.follow(part, case, by, on=part.performed_on) or None
    audit.record(f"case.instalment_{status}", case, by, facts=facts, text=remark.strip() or None)


def cover(part: Instalment, case: Case, by: Any, amount: Decimal, *, on: date, remark: str) -> None:
    """So much of it was paid beside, to a group or to one of many; wholly covered it is performed."""
    part.covered += amount
    part.version += 1
    if part.covered == part.amount:
        part.status, part.performed_on, part.remark = InstalmentState.DONE.value, on, remark
    sharing.follow(part, case, by, on=on)


def uncover(part: Instalment, case: Case, by: Any, amount: Decimal, *, stands: bool) -> None:
    """So much of what covered it does not count; `stands`: its settlement does, so that it is waited for again."""
    if part.status == InstalmentState.DONE and part.covered == part.amount:
        # What was settled anew since, without the group, is what is waited for.
        again = InstalmentState.DUE if stands else InstalmentState.REPLACED
        part.status, part.performed_on, part.remark = again.value, None, ""
    part.covered -= amount
    part.version += 1
    sharing.follow(part, case, by)


def _told(part: Instalment, seen: int | None) -> list[audit.Line]:
    """What was done to it last, out of the story of its case: by itself, with the group, or by another plan."""
    events = ("case.instalment_", "case.group_", "case.share_", "case.settle")
    lines = [line for line in audit.trail(part.case_id) if line.entry.event.startswith(events)]
    return [line for line in lines if line.entry.facts.get("part", part.ordinal) == part.ordinal][:1]
