"""Calling a merchant in and noting what it undertakes. Effects of steps; what people typed lies in `said`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app import audit
from app.accounts.permissions import Can
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.merchants.dealings import queries
from app.merchants.dealings.models import InterviewState, MerchantCommitment, MerchantInterview
from app.merchants.models import Merchant
from tenants.database import db

Said = Mapping[str, str]


def call_in(
    merchant: Merchant, by: Any, *, held_at: datetime, said: Said, text: str, case: str = ""
) -> MerchantInterview:
    """Call a merchant in; with `case`, the number of one against it, whose file its papers go into. Raises Invalid."""
    _may(merchant, by)
    one = MerchantInterview(
        merchant_id=merchant.id,
        case_id=_case(merchant, case),
        held_at=held_at,
        place=_needed("place", said["place"]),
        about=_needed("text", text),
        called_by=by.id,
        called_by_name=by.name,
        called_at=clock.now(),
    )
    db.session.add(one)
    db.session.flush()
    audit.record("interview.call_in", one, by, facts={"merchant": merchant.number, "case": case}, text=one.about)
    return one


def move(
    one: MerchantInterview, by: Any, *, held_at: datetime, said: Said, text: str | None = None, **_rest: Any
) -> None:
    one.held_at, one.place = held_at, _needed("place", said["place"])


def hold(
    one: MerchantInterview, by: Any, *, held_at: datetime, said: Said, text: str | None = None, **_rest: Any
) -> None:
    if held_at > clock.now():
        raise Invalid("held_at", _("That day has not come yet."))
    one.held_at, one.present, one.minutes = held_at, _needed("present", said["present"]), _needed("text", text)


def note(
    merchant: Merchant, by: Any, *, due_on: date, text: str, watcher: str = "", interview: str = ""
) -> MerchantCommitment:
    """Note what a merchant undertakes, by which day, and who sees to it. Raises Invalid."""
    _may(merchant, by)
    watched = watcher or str(by.id)
    if watched not in {str(person.id) for person in queries.watchers()}:
        raise Invalid("watcher", _("Choose one of this center's people."))
    held = {str(one.id): one for one in queries.interviews(merchant) if one.status == InterviewState.HELD}
    if interview and interview not in held:
        raise Invalid("interview", _("Choose one of the interviews that were held."))
    if due_on < clock.today():
        raise Invalid("due_on", _("That day is over."))
    one = MerchantCommitment(
        merchant_id=merchant.id,
        interview_id=held[interview].id if interview else None,
        promise=_needed("text", text),
        due_on=due_on,
        watched_by=UUID(watched),
        noted_at=clock.now(),
    )
    db.session.add(one)
    db.session.flush()
    audit.record("commitment.note", one, by, facts={"merchant": merchant.number, "due_on": str(due_on)}, text=text)
    return one


def check(one: MerchantCommitment, by: Any, *, checked_on: date, text: str | None = None, **_rest: Any) -> None:
    """What was found when somebody looked whether the word was kept."""
    if checked_on > clock.today():
        raise Invalid("checked_on", _("That day has not come yet."))
    one.checked_on, one.result = checked_on, _needed("text", text)


def _may(merchant: Merchant, by: Any) -> None:
    if not by.can(Can.CASE_HANDLE):
        raise NotAllowed(_("Your role does not include this."))
    if merchant.merged_into_id is not None:
        raise audit.too_late(_("This entry was merged into another."), merchant)


def _case(merchant: Merchant, number: str) -> UUID | None:
    if not number:
        return None
    known = {case.number: case.id for case in queries.cases_against(merchant)}
    if number not in known:
        raise Invalid("case", _("Choose one of the cases against this merchant."))
    return known[number]


def _needed(field: str, said: str | None) -> str:
    if not (said or "").strip():
        raise Invalid(field, _("This is needed."))
    return str(said).strip()
