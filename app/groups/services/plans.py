"""The plan of a group: laid down once for all, settled on by each who consents, amended with a reason.

Everybody who consents has a settlement of their own, by the step of their own case: its instalments, its 30 days for
the court, its reminders are those of any other. Who does not consent stays open, and is mediated by themselves.

A plan binds as long as somebody's settlement on it stands. Who is reopened is asked again: what was paid stays paid,
and goes on in the settlement that follows; only what is left is due anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from app import audit
from app.accounts.permissions import Can
from app.cases.services.mediation import not_ahead
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, Refusal, WrongMoment
from app.core.sharing import evenly
from app.groups import queries
from app.groups.models import CaseGroup, GroupPayment, GroupPlan, GroupShare, months_after
from app.groups.queries import Line
from app.groups.services.changes import lock, record
from app.groups.services.ledger import LEDGER
from app.mediation import schedule
from app.mediation.models import Instalment, InstalmentState
from app.mediation.schedule import Term
from app.ui.text import money
from tenants.database import db

MOST_INSTALMENTS = 36


@dataclass(frozen=True)
class Row:
    """What becomes of one member when something is done for all: nothing to say, or why not."""

    line: Line
    why: str = ""
    declined: bool = False


def plan(
    group: CaseGroup,
    by: Any,
    *,
    terms: str,
    count: int,
    first: date,
    months: int = 1,
    reason: str | None = None,
    seen: int | None = None,
) -> GroupPlan:
    """Lay down what is agreed with all in words, and by which days each is paid what was agreed with them.

    Raises WrongMoment while somebody is settled on the plan: what they signed is changed by an amendment only. Once
    every case that was has been reopened, it is laid down anew, with a reason.
    """
    lock(group, by)
    if said := fixed(group):
        raise audit.too_late(said, group, seen)
    audit.only_as_seen(group, seen)
    if not terms.strip():
        raise Invalid("terms", _("Write what was agreed."))
    _check(count, first, months)
    days: dict[str, Any] = {"terms": terms.strip(), "count": count, "first": first, "months": months}
    free = queries.asked_before(group)
    if not free:
        return _lay_down(group, by, "group.planned", **days)
    if not (reason := (reason or "").strip()):
        raise Invalid("reason", _("Cases had been settled on the plan before: say why it is laid down anew."))
    for member in free:
        member.plan_id = None
    return _lay_down(group, by, "group.replanned", **days, reason=reason)


def fixed(group: CaseGroup) -> str:
    """Why the plan cannot be laid down anew; nothing while it can."""
    settled = queries.settled_on_it(group)
    if not settled:
        return ""
    if any(payment.voided_at is None for payment in queries.payments(group)):
        return _("Payments have been noted under this plan: what is not paid yet is changed by an amendment only.")
    return ngettext(
        "%(num)d case was settled on this plan: it is changed by an amendment only.",
        "%(num)d cases were settled on this plan: it is changed by an amendment only.",
        settled,
    )


def _check(count: int, first: date, months: int) -> None:
    if not 1 <= count <= MOST_INSTALMENTS or not 1 <= months <= 12:
        raise Invalid("count", _("Between 1 and %(most)s instalments, please.", most=MOST_INSTALMENTS))
    today = clock.today()
    if first < today - timedelta(days=366):
        raise Invalid("first", _("That is more than a year ago."))
    if first > months_after(today, 120) or months_after(first, (count - 1) * months) > months_after(today, 120):
        raise Invalid("first", _("The last of them is more than ten years ahead."))


def _lay_down(
    group: CaseGroup, by: Any, event: str, *, terms: str, count: int, first: date, months: int, reason: str = ""
) -> GroupPlan:
    row = GroupPlan(
        group_id=group.id,
        terms=terms,
        count=count,
        first_on=first,
        months=months,
        reason=reason,
        written_by_name=by.name,
        written_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    record(event, group, by, facts={"count": count, "first": first, "months": months}, text=reason or terms)
    return row


def terms_of(there: GroupPlan, amount: Decimal, on: date) -> list[Term]:
    """An amount in equal parts by the days of the plan, to the fen.

    What was due before the day on which somebody agrees is due on that day: who consents later catches up.
    """
    by_day: dict[date, Decimal] = {}
    for day, part in zip(there.days, evenly(amount, there.count), strict=True):
        by_day[max(day, on)] = by_day.get(max(day, on), Decimal()) + part
    return [Term(day, part) for day, part in by_day.items() if part]


# Settling ------------------------------------------------------------------------------------------------------------


def may_settle(group: CaseGroup, by: Any, *, on: date | None = None, hold: bool = False) -> list[Row]:
    """For every member, whether its case can be settled on what was agreed, and why not."""
    planned = queries.plan(group) is not None
    return [Row(line, _why_not(line, by, on or clock.today(), planned)) for line in queries.ledger(group, lock=hold)]


def _why_not(line: Line, by: Any, on: date, planned: bool) -> str:
    case = line.case
    if not by.can(CASE["settle"].permission, case):
        return _("Your role does not include this.")
    if not CASE.possible(CASE["settle"], case):
        return _("The status is “%(status)s”.", status=case.state.label)
    if not planned:
        return _("No plan has been laid down.")
    if line.member.agreed is None:
        return _("Nothing has been agreed with this person.")
    if line.member.agreed < line.paid_before:
        return _("%(amount)s was paid already: less cannot be agreed.", amount=money(line.paid_before, cents=True))
    try:
        not_ahead(case, on)
    except Invalid as refusal:
        return str(refusal.message)
    return ""


def settle(
    group: CaseGroup,
    by: Any,
    answers: Mapping[UUID, bool],
    *,
    on: date,
    effective_on: date | None = None,
    consented: bool = False,
    seen: int | None = None,
) -> list[Row]:
    """Take down what each member answered to the plan; what became of each.

    Who consents is settled through the step of their own case, each in a savepoint: one that refuses leaves the others
    as they are. Who does not stays open. `consented`: the papers are there, of whoever they represent too (Order 20
    art. 11).
    """
    lock(group, by, seen=seen)
    there = queries.plan(group)
    if there is None:
        raise WrongMoment(_("No plan has been laid down."))
    rows = [row for row in may_settle(group, by, on=on, hold=True) if row.line.member.id in answers]
    if not rows:
        raise Invalid("answers", _("Say for at least one of them whether they consent."))
    if on > clock.today():
        raise Invalid("on", _("That day has not come yet."))
    if effective_on and not on <= effective_on <= clock.today():
        raise Invalid("effective_on", _("Between the day of the agreement and today, please."))
    if not consented and any(answers[row.line.member.id] for row in rows):
        raise Invalid("consented", _("Nobody is settled without their consent: put the papers into the file first."))
    done, last = [], _paid_last(part for row in rows for part in row.line.before)
    for row in rows:
        if answers[row.line.member.id]:
            done.append(row if row.why else Row(row.line, _settle(row.line, by, there, on, effective_on, last)))
        elif row.line.is_under_way:
            _decline(group, by, row.line, on)
            done.append(Row(row.line, declined=True))
    settled, declined = sum(not row.why and not row.declined for row in done), sum(row.declined for row in done)
    facts = {"settled": settled, "refused": len(done) - settled - declined, "declined": declined, "on": on}
    record("group.settled", group, by, facts=facts)
    return done


def _decline(group: CaseGroup, by: Any, line: Line, on: date) -> None:
    """They do not consent: nothing is agreed with them, and their case goes on by itself."""
    member, was = line.member, LEDGER.look(line.member)
    if member.consented is False and member.agreed is None:
        return  # as it stands already
    member.consented, member.answered_on, member.agreed = False, on, None
    audit.record(
        "case.group_declined",
        line.case,
        by,
        facts={"group": group.number, "on": on},
        changes=LEDGER.since(was, member),
    )


def _settle(
    line: Line, by: Any, there: GroupPlan, on: date, effective_on: date | None, last: Mapping[UUID, date]
) -> str:
    """Settle one case, or say why not. What was recorded before is written first: a savepoint forgets the rest.

    Of who was reopened, what was paid goes on in this settlement, and what is left is due by the days of the plan.
    """
    paid = line.paid_before
    said = "\n".join(f"{term.due_on} {term.amount}" for term in terms_of(there, line.agreed - paid, on))
    audit.flush()
    try:
        with db.session.begin_nested():
            for part in line.before:
                _end_at_what_was_paid(part, last)
            CASE.take(
                "settle",
                line.case,
                by=by,
                terms=there.terms,
                amount=line.agreed,
                on=on,
                instalments=said,
                effective_on=effective_on,
                consented=True,
                paid=paid or None,
            )
            member = line.member
            member.consented, member.answered_on, member.plan_id = True, on, there.id
            audit.flush()
    except Refusal as refusal:
        return str(refusal.message)
    return ""


# Amending ------------------------------------------------------------------------------------------------------------


def may_amend(group: CaseGroup, by: Any, *, on: date | None = None, hold: bool = False) -> list[Row]:
    """For everybody who settled on the plan, whether what is open of it can be put on other days, and why not."""
    lines = [line for line in queries.ledger(group, lock=hold) if line.is_on_plan]
    court = queries.before_the_court(lines)
    return [Row(line, _why_not_amended(line, by, on or clock.today(), court)) for line in lines]


def _why_not_amended(line: Line, by: Any, on: date, court: Collection[UUID]) -> str:
    assert line.agreement is not None
    if not by.can(Can.CASE_HANDLE, line.case):
        return _("Your role does not include this.")
    if not line.outstanding:
        return _("Everything is paid.")
    if line.agreement.id in court:
        return _("The court was asked to confirm the agreement: it stays as it is.")
    if on < line.agreement.agreed_on:
        return _("They agreed later than that.")
    return ""


def amend(
    group: CaseGroup,
    by: Any,
    chosen: Collection[UUID],
    *,
    reason: str,
    count: int,
    first: date,
    months: int = 1,
    on: date,
    consented: bool = False,
    seen: int | None = None,
) -> list[Row]:
    """Put what the chosen members have not been paid yet on other days, with their consent; what became of each.

    What was paid stays as it is. Who was not chosen is paid as before; who settles from now on does so on the new plan,
    for whom alone it can be amended too.
    """
    lock(group, by, seen=seen)
    before = queries.plan(group)
    if before is None or not queries.settled_on_it(group):
        raise WrongMoment(_("Nobody has settled on the plan: lay it down anew."))
    if not reason.strip():
        raise Invalid("reason", _("Say why it is amended."))
    _check(count, first, months)
    if on > clock.today():
        raise Invalid("on", _("That day has not come yet."))
    if first < on:
        raise Invalid("first", _("%(day)s is before the day of the amendment.", day=first))
    rows = [row for row in may_amend(group, by, on=on, hold=True) if row.line.member.id in chosen]
    if all(row.why for row in rows) and (rows or not waiting(group)):
        raise Invalid("chosen", _("Choose at least one case of which something is open."))
    if rows and not consented:
        raise Invalid("consented", _("Nothing is amended without consent: put the papers into the file first."))
    days: dict[str, Any] = {"count": count, "first": first, "months": months}
    there = _lay_down(group, by, "group.amended", terms=before.terms, reason=reason.strip(), **days)
    last = _paid_last(part for row in rows for part in row.line.owed)
    for row in rows:
        if not row.why:
            _put_off(group, by, row.line, there, on, last)
    return rows


def waiting(group: CaseGroup) -> bool:
    """Whether somebody may still settle on the plan."""
    return any(line.is_under_way for line in queries.ledger(group))


def _put_off(group: CaseGroup, by: Any, line: Line, there: GroupPlan, on: date, last: Mapping[UUID, date]) -> None:
    """What is open of one member by the days of the amended plan; an instalment that was paid in part ends there."""
    assert line.agreement is not None
    terms = terms_of(there, line.outstanding, on)
    for part in line.owed:
        part.status = InstalmentState.REPLACED.value
        part.version += 1
        _end_at_what_was_paid(part, last)
    stay = [part for part in line.parts if part.status != InstalmentState.REPLACED]
    db.session.flush()  # their numbers are free again
    after = max((part.ordinal for part in stay), default=0)
    rows = schedule.written(terms, case_id=line.case.id, agreement_id=line.agreement.id, after=after)
    db.session.add_all(rows)
    line.agreement.perform_by = max(part.due_on for part in (*stay, *rows))
    line.member.plan_id = there.id
    facts = {"group": group.number, "count": len(rows), "first": rows[0].due_on, "on": on}
    audit.record("case.group_amended", line.case, by, facts=facts, text=there.reason)


def _end_at_what_was_paid(part: Instalment, last: Mapping[UUID, date]) -> None:
    """An instalment that was paid in part, and is waited for no more, was for so much."""
    if part.status != InstalmentState.DONE and part.covered:
        part.amount, part.status, part.performed_on = part.covered, InstalmentState.DONE.value, last[part.id]


def _paid_last(parts: Iterable[Instalment]) -> dict[UUID, date]:
    """instalment -> the day of the last payment that covers some of it."""
    keys = [part.id for part in parts if part.covered]
    query = (
        select(GroupShare.instalment_id, func.max(GroupPayment.paid_on))
        .join(
            GroupPayment,
            (GroupPayment.tenant_id == GroupShare.tenant_id) & (GroupPayment.id == GroupShare.payment_id),
        )
        .where(GroupShare.instalment_id.in_(keys), GroupPayment.voided_at.is_(None))
        .group_by(GroupShare.instalment_id)
    )
    return dict(db.session.execute(query).all()) if keys else {}
