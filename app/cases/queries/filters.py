"""What the queue can be narrowed by: one declaration, which makes the form, the pills and the conditions.

What a case carries itself stands in the covering indexes of the queue; what stands beside it is looked up by case,
through an index of its own. So no filter reads a row that it does not show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import aliased

from app import deadlines
from app.accounts import absence
from app.accounts.models import Person
from app.accounts.permissions import ROLES, Can
from app.audit.models import Entry
from app.cases import lists
from app.cases.models import DIVIDED, MIXED, Case, CaseClock, CaseDraft, CaseState, Party
from app.cases.papers.models import CaseDocument
from app.core import clock
from app.core.forms import narrow
from app.core.listing import Filter
from app.deadlines import SOON, URGENT
from app.handoffs.models import Handoff
from app.ui.text import money
from tenants import realm
from tenants.database import db

MOST_DAYS = 366
_NUMBER = re.compile(r"\d{4}-\d{6}")
_HANDLING = [role.code for role in ROLES.values() if Can.CASE_HANDLE in role.can]
_STANDING, _ABOUT, _WHEN, _BESIDE = _l("Where it stands"), _l("What it is about"), _l("When"), _l("What is with it")


def filters(me: Any) -> list[Filter]:
    """All of them, for one person."""
    return [
        Filter("scope", _l("Which"), _scope, choices=_scopes, group=_STANDING),
        Filter("status", _l("Status"), lambda value: Case.status == value, choices=_states, group=_STANDING),
        Filter("stage", _l("Stage"), lambda value: Case.status.in_(STAGES[value]), choices=_stages, group=_STANDING),
        Filter("who", _l("Handled by"), lambda value: _handled_by(value, me), choices=cache(_people), group=_STANDING),
        Filter("again", _l("Reopened"), _reopened, choices=_times, group=_STANDING),
        Filter("idle", _l("Untouched for (days)"), _untouched, parse=_days, say=_say_days, group=_STANDING),
        Filter("category", _l("Category"), _below("categories", Case.category), grouped=_categories, group=_ABOUT),
        Filter("problem", _l("Problem"), _below("problems", Case.problem), grouped=_problems, group=_ABOUT),
        Filter("claim", _l("Claim"), _any("claims", Case.claims), choices=_listed("claims"), group=_ABOUT),
        Filter("channel", _l("Channel"), _below("channels", Case.channel), choices=_listed("channels"), group=_ABOUT),
        Filter("nature", _l("Nature"), lambda code: Case.nature == code, choices=_listed("natures"), group=_ABOUT),
        Filter("place", _l("Way of buying"), _below("places", Case.place), choices=_listed("places"), group=_ABOUT),
        Filter("trait", _l("Concerns"), lambda value: _TRAITS[value](), choices=_traits, group=_ABOUT),
        Filter("flag", _l("Trait"), _any("traits", Case.traits), grouped=_flags, group=_ABOUT),
        Filter("merchant", _l("Merchant"), lambda value: Case.merchant_name == value, group=_ABOUT),
        Filter("least", _l("Amount from (yuan)"), lambda n: Case.amount >= n, parse=_yuan, say=money, group=_ABOUT),
        Filter("most", _l("Amount to (yuan)"), lambda n: Case.amount <= n, parse=_yuan, say=money, group=_ABOUT),
        Filter("since", _l("Received since"), _from_begin, parse=date.fromisoformat, kind="date", group=_WHEN),
        Filter("until", _l("Received until"), _before_end, parse=date.fromisoformat, kind="date", group=_WHEN),
        Filter("due", _l("How near it is due"), lambda value: _DUE[value](clock.today()), choices=_dues, group=_WHEN),
        Filter("within", _l("Due within (working days)"), _due_within, parse=_days, say=_say_days, group=_WHEN),
        Filter("clock", _l("Time limit"), lambda value: _CLOCKS[value](), choices=_clocks, group=_WHEN),
        Filter("same", _l("Same consumer as in case"), _same_consumer, parse=_number, group=_BESIDE),
        Filter("together", _l("Complain together"), _together, choices=_togethers, group=_BESIDE),
        Filter("exchange", _l("Exchange"), lambda value: _EXCHANGES[value](), choices=_exchanges, group=_BESIDE),
        Filter("paper", _l("Document"), _has_paper, choices=_papers, group=_BESIDE),
        Filter("letter", _l("Mixed letter"), lambda value: _LETTERS[value](), choices=_letters, group=_BESIDE),
        Filter("draft", _l("Draft"), lambda value: _waits(), choices=_drafts, group=_BESIDE),
    ]


def beyond_the_open(asked: Mapping[str, Any]) -> bool:
    """Whether these values ask for cases that are no longer open, too."""
    over = CaseState.REFUSED, CaseState.CLOSED
    return bool(asked.get("scope") in ("all", "closed") or asked.get("status") in over or asked.get("stage") == "over")


def handlers() -> list[Person]:
    """Who may be given a case."""
    return list(
        db.session.scalars(select(Person).where(Person.active, Person.role.in_(_HANDLING)).order_by(Person.name))
    )


# Where it stands -----------------------------------------------------------------------------------------------------

_S = CaseState
STAGES: dict[str, tuple[CaseState, ...]] = {
    "triage": (_S.LODGED,),
    "handling": (_S.ACCEPTED, _S.MEDIATING),
    "closing": (_S.SETTLED, _S.ENDED),
    "away": (_S.REFERRED,),
    "over": (_S.REFUSED, _S.CLOSED),
}


def _scopes() -> list[tuple[str, Any]]:
    return [("open", _("open")), ("all", _("all, closed ones too")), ("closed", _("no longer open"))]


def _scope(value: str) -> Any:
    return Case.status.in_(STAGES["over"]) if value == "closed" else true()


def _states() -> list[tuple[str, Any]]:
    return [(state.value, state.label) for state in CaseState]


def _stages() -> list[tuple[str, Any]]:
    return [
        ("triage", _("to be triaged")),
        ("handling", _("being handled")),
        ("closing", _("to be closed")),
        ("away", _("with another organisation")),
        ("over", _("over")),
    ]


def _people() -> list[tuple[str, Any]]:
    return [("me", _("me")), ("nobody", _("nobody yet")), *((str(person.id), person.name) for person in handlers())]


def _handled_by(value: str, me: Any) -> Any:
    if value == "nobody":
        return Case.assignee_id.is_(None)
    if value == "me" and (others := absence.covers(me)):
        return Case.assignee_id.in_([me.id, *others])
    return Case.assignee_id == (me.id if value == "me" else UUID(value))


def _times() -> list[tuple[str, Any]]:
    return [("once", _("at least once")), ("often", _("more than once"))]


def _reopened(value: str) -> Any:
    return Case.reopened > (1 if value == "often" else 0)


def _untouched(days: int) -> Any:
    """Nobody has done anything to it for so long; what the portal does by itself does not count.

    The trail is in the order of time, so that the place where those days begin is found once, and of a case only the
    entries after it are looked for.
    """
    since = clock.now() - timedelta(days=days)
    before = aliased(Entry)
    mine = realm.current().writes
    place = select(before.seq).where(before.tenant_id == mine, before.at < since).order_by(before.at.desc()).limit(1)
    done = select(Entry.id).where(
        Entry.tenant_id == Case.tenant_id,
        Entry.subject_id == Case.id,
        Entry.seq > func.coalesce(place.scalar_subquery(), 0),
        Entry.actor_id.is_not(None),
    )
    return and_(Case.received_at < since, ~done.exists())


# What it is about ----------------------------------------------------------------------------------------------------


def _listed(name: str) -> Callable[[], list[tuple[str, str]]]:
    return lambda: lists.choices(name)


def _number(said: str) -> str:
    """Raises ValueError for what is no number of a case."""
    if not _NUMBER.fullmatch(number := narrow(said)):
        raise ValueError(said)
    return number


def _same_consumer(number: str) -> Any:
    """Others with the telephone of who complains in that case; of who left none nothing."""
    that = aliased(Case)
    theirs = select(Party.phone_index).join(that, and_(that.tenant_id == Party.tenant_id, that.id == Party.case_id))
    of_that = theirs.where(that.number == number, Party.position == 0).scalar_subquery()
    itself = select(that.id).where(that.number == number)
    return and_(Case.id.in_(select(Party.case_id).where(Party.phone_index == of_that)), Case.id.not_in(itself))


def _below(name: str, column: Any) -> Callable[[str], Any]:
    return lambda code: column.in_(lists.below(name, code))


def _any(name: str, column: Any) -> Callable[[str], Any]:
    """Of a column that has several: the entry, or one that a county keeps under it."""
    return lambda code: column.overlap(lists.below(name, code))


def _categories() -> dict[str, list[tuple[str, Any]]]:
    """Each upper category with all below it; the upper one itself means all of them."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for code, words in lists.choices("categories"):
        found.setdefault(lists.named("categories", lists.top("categories", code)), []).append((code, words))
    return found


def _problems() -> dict[str, list[tuple[str, str]]]:
    return lists.grouped("problems")


def _flags() -> dict[str, list[tuple[str, str]]]:
    return lists.grouped("traits")


def _traits() -> list[tuple[str, Any]]:
    return [
        ("prepaid", _("prepaid")),
        ("vulnerable", _("minors and elderly")),
        ("minor", _("minors")),
        ("elderly", _("elderly")),
        ("taken_over", _("taken over from another county")),
        ("unread", _("summary not yet read by a handler")),
    ]


_TRAITS: dict[str, Callable[[], Any]] = {
    "prepaid": lambda: Case.prepaid,
    "vulnerable": lambda: or_(Case.minor, Case.elderly),
    "minor": lambda: Case.minor,
    "elderly": lambda: Case.elderly,
    "taken_over": lambda: Case.origin == "taken_over",
    "unread": lambda: Case.summary_confirmed.is_(False),
}


def _yuan(typed: str) -> Decimal:
    said = narrow(typed).replace(",", "").replace("¥", "").replace("元", "").strip()
    try:
        amount = Decimal(said)
    except InvalidOperation:
        raise ValueError(typed) from None
    if not amount.is_finite() or not 0 <= amount < Decimal("1e12"):
        raise ValueError(typed)
    return amount


# When ----------------------------------------------------------------------------------------------------------------


def _days(typed: str) -> int:
    days = int(narrow(typed))
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(typed)
    return days


def _say_days(days: int) -> str:
    return ngettext("%(num)d day", "%(num)d days", days)


def _from_begin(day: date) -> Any:
    return Case.received_at >= clock.at(day)


def _before_end(day: date) -> Any:
    return Case.received_at < clock.at(day + timedelta(days=1))


def late(today: date) -> Any:
    return Case.queue_on < today


def within(today: date, amount: int) -> Any:
    """Due, not late, and no more than so many working days away."""
    last = deadlines.load_calendar().last_day_within(today, amount)
    return and_(Case.queue_on >= today, Case.queue_on <= last)


def _due_within(days: int) -> Any:
    return within(clock.today(), days)


def _dues() -> list[tuple[str, Any]]:
    return [
        ("late", _("late")),
        ("today", _("today")),
        ("urgent", _("within two working days")),
        ("soon", _("within five working days")),
        ("never", _("no time limit runs")),
    ]


_DUE: dict[str, Callable[[date], Any]] = {
    "late": late,
    "today": lambda today: Case.queue_on == today,
    "urgent": lambda today: within(today, URGENT),
    "soon": lambda today: within(today, SOON),
    "never": lambda today: Case.queue_on == date(9999, 12, 31),
}


def _clocks() -> list[tuple[str, Any]]:
    return [
        ("paused", _("stopped")),
        ("extended", _("extended")),
        ("ruled", _("counted by a rule chosen for it")),
    ]


def _has_clock(*that: Any) -> Any:
    return (
        select(CaseClock.id).where(CaseClock.tenant_id == Case.tenant_id, CaseClock.case_id == Case.id, *that).exists()
    )


_CLOCKS: dict[str, Callable[[], Any]] = {
    "paused": lambda: _has_clock(CaseClock.state == "paused"),
    "extended": lambda: _has_clock(CaseClock.extended_by > 0),
    "ruled": lambda: Case.rule_chosen_at.is_not(None),
}


# What is with it -----------------------------------------------------------------------------------------------------


def _togethers() -> list[tuple[str, Any]]:
    return [("joint", _("two or more")), ("many", _("ten or more")), ("agent", _("with an agent"))]


def _together(value: str) -> Any:
    if value == "agent":
        agent = select(Party.id).where(Party.tenant_id == Case.tenant_id, Party.case_id == Case.id)
        return agent.where(Party.role == "agent").exists()
    return Case.people >= (10 if value == "many" else 2)


def _exchanges() -> list[tuple[str, Any]]:
    return [
        ("out", _("handed to another organisation, not yet ended")),
        ("answered", _("answered by another organisation")),
        ("returned", _("returned by another organisation")),
        ("in", _("came from another county")),
    ]


def _handed(*that: Any) -> Any:
    ours = select(Handoff.id).where(Handoff.sender_id == Case.tenant_id, Handoff.sender_case_id == Case.id)
    return ours.where(*that).exists()


_EXCHANGES: dict[str, Callable[[], Any]] = {
    "out": lambda: _handed(Handoff.ended_at.is_(None)),
    "answered": lambda: _handed(Handoff.status == "answered"),
    "returned": lambda: _handed(Handoff.status == "returned"),
    "in": lambda: Case.origin_from.is_not(None),
}


def _papers() -> list[tuple[str, Any]]:
    return [
        ("waiting", _("waiting for approval")),
        ("drafted", _("in draft")),
        ("issued", _("issued")),
        ("none", _("none yet")),
    ]


def _has_paper(value: str) -> Any:
    there = select(CaseDocument.id).where(CaseDocument.tenant_id == Case.tenant_id, CaseDocument.case_id == Case.id)
    return ~there.exists() if value == "none" else there.where(CaseDocument.status == value).exists()


def _letters() -> list[tuple[str, Any]]:
    return [("mixed", _("not yet divided")), ("divided", _("divided"))]


_LETTERS: dict[str, Callable[[], Any]] = {
    "mixed": lambda: Case.nature == MIXED,
    "divided": lambda: Case.traits.contains([DIVIDED]),
}


def _drafts() -> list[tuple[str, Any]]:
    return [("waiting", _("waiting for approval"))]


def _waits() -> Any:
    return (
        select(CaseDraft.id)
        .where(CaseDraft.tenant_id == Case.tenant_id, CaseDraft.subject_id == Case.id, CaseDraft.status == "waiting")
        .exists()
    )
