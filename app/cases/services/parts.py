"""What every stage needs: the due date for the queue, the search document, the legal profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from app import audit, deadlines
from app.cases.models import OPEN, OUTSIDE, REPORT, Case, CaseClock, CaseState, CaseStatement
from app.core import clock
from app.deadlines import ClockState, Profile, Rules, load_rules
from app.merchants.models import Merchant
from app.search import services as search
from app.search.services import Document
from tenants.database import db

KIND = "case"
# The fields of a case of which the story tells what they were before.
WATCH = audit.Watch(
    codes=(
        "category",
        "problem",
        "nature",
        "amount",
        "traits",
        "merchant_id",
        "assignee_id",
        "ground",
        "outcome",
        "recovered",
        "due_on",
        "profile_code",
    ),
    words=("title", "summary", "merchant_name"),
)
MAIN = ("acceptance", "mediation", "termination_notice")  # the limits that the steps of a case start and meet
CLUE = "clue_check"  # of a report: whether a case file is opened, in the place of acceptance
_ANSWERING = ("close", "refuse", "guide", "not_file", "dealt_with")  # the steps that give the result
ANSWERED = ("hotline_answer", "reconciliation", "internal_finish")  # those that the result of a case meets too


def main_limits(case: Case) -> tuple[str, ...]:
    """The limits that its own steps start and meet: of a report the check of the clue with them."""
    return (*MAIN, CLUE) if case.is_report else MAIN


def first_limit(nature: str, profile: Profile) -> str | None:
    """What has to be decided first: on acceptance, and on a report whether to open a case file.

    None of what is neither, or where the body has no such limit.
    """
    first = CLUE if nature == REPORT and CLUE in profile.limits else "acceptance"
    return first if first in profile.limits and nature not in OUTSIDE else None


def follow_nature(case: Case) -> None:
    """Once its nature has been corrected, count by the limits of what it is now, since the same day.

    Before the decision, what has to be decided first; after it, mediation, which is for complaints only. What is being
    mediated already comes to its end in any case.
    """
    profile = profile_of(case)
    if case.status == CaseState.LODGED:
        first = first_limit(case.nature, profile)
        begun = [one for one in case.clocks if one.code in ("acceptance", CLUE)]
        since = max((one.started_on for one in begun), default=clock.on(case.received_at))
        _only(case, profile, first, begun, since)
    elif case.status in (CaseState.ACCEPTED, CaseState.MEDIATING):
        begun = [one for one in case.clocks if one.code == "mediation"]
        wanted = "mediation" if "mediation" in profile.limits and case.is_complaint else None
        if wanted or case.status == CaseState.ACCEPTED:
            _only(case, profile, wanted, begun, clock.on(case.accepted_at or clock.now()))
    redate(case)


def _only(case: Case, profile: Profile, code: str | None, begun: Sequence[CaseClock], since: date) -> None:
    """Let that limit run, or none, in the place of those that began; what had been left out of it stays left out."""
    for old in begun:
        if old.is_open and old.code != code:
            deadlines.void(old)
    if code is None or case.clock(code) is not None:
        return
    new = deadlines.start(CaseClock, profile, code, since)
    if before := next((one for one in reversed(begun) if one.code == code), None):
        new.spans, new.extended_by = list(before.spans), before.extended_by
        deadlines.recount(new, deadlines.load_calendar())
    case.clocks.append(new)


def _started(case: Case, step: Any, profile: Profile) -> list[str]:
    """The limits that a step starts: those that the rule knows, and no mediation of what is not mediated."""
    first = first_limit(case.nature, profile) or "acceptance"  # what is looked at again, whatever it is
    codes = [first if code == "acceptance" else code for code in step.starts]
    return [code for code in codes if code in profile.limits and (case.is_complaint or code != "mediation")]


def redate(case: Case) -> None:
    """Carry the earliest running clock over to the case, where lists are ordered by it."""
    running = [one for one in case.clocks if one.state == ClockState.RUNNING]
    first = min(running, key=lambda one: one.due_on, default=None)
    case.due_on = first.due_on if first else None
    case.due_code = first.code if first else None


def follow(case: Case, step: Any, on: date, *, rules: Rules | None = None) -> None:
    """What a step does to the limits of a case: it starts those that its rule knows, and when it ends, all end."""
    rules = rules or load_rules()
    profile = rules.profile(case.profile_code, case.profile_version)
    known = _started(case, step, profile)
    started = deadlines.follow(case, on, profile=profile, meets=step.meets, starts=known, drops=step.drops, rules=rules)
    for one in started:
        if one.code == "mediation" and (before := carried_of(case)):
            one.started_on = date.fromisoformat(before["since"])
            deadlines.carry(one, before["number"], on, before["pauses"], rules=rules)
    if step.target is not None and step.target not in OPEN:
        for left in [one for one in case.clocks if one.is_open]:
            if step.name in _ANSWERING and left.code in ANSWERED:
                deadlines.meet(left, on, rules=rules)
            else:
                deadlines.void(left)
    redate(case)


def carry_over(one: CaseClock, carried: Mapping[str, Any], rules: Rules) -> None:
    """Let the time that the referring organisation used count: for the decision at once, for mediation once it begins.

    `carried`: its number, the day it was taken over, and for each limit that ran there since when and what was out.
    """
    on, number, used = carried["on"], carried["number"], carried["clocks"]
    if one.code in used:
        one.started_on = date.fromisoformat(used[one.code]["since"])
        deadlines.carry(one, number, on, used[one.code]["pauses"], rules=rules)
    elif "mediation" in used:
        one.spans = [{"kind": "follows", "number": number, **used["mediation"]}]


def carried_of(case: Case) -> dict[str, Any] | None:
    """The mediation of the referring organisation that this one goes on from."""
    spans = (entry for one in case.clocks for entry in one.spans)
    return next((entry for entry in spans if entry["kind"] == "follows"), None)


def profile_of(case: Case) -> Profile:
    """The limits that bind the case, chosen by its day of receipt."""
    return load_rules().profile(case.profile_code, case.profile_version)


def statement_of(case: Case) -> CaseStatement:
    return db.session.scalars(select(CaseStatement).where(CaseStatement.case_id == case.id)).one()


def look_up(case: Case) -> None:
    """Write the search document of a case anew, after something that can be found of it has changed."""
    search.index(document(case, statement_of(case), case.merchant))


def document(case: Case, statement: CaseStatement, merchant: Merchant | None) -> Document:
    """What a case can be found by: its words and its merchant. The phone is found by its blind index instead."""
    names = (merchant.name, merchant.sign, merchant.credit_code) if merchant else (case.merchant_name,)
    told = (statement.facts, statement.demand, statement.order_number)
    title, summary = case.given_title or statement.title, case.given_summary or statement.summary
    return Document(
        kind=KIND,
        subject_id=case.id,
        number=case.number,
        at=case.received_at,
        texts=(title, summary, case.reference, *told, *names),
        is_open=case.is_open,
    )


@search.source(KIND)
def documents() -> Iterator[Document]:
    """Every case of the organisation, for building the search anew."""
    query = (
        select(Case, CaseStatement, Merchant)
        .join(CaseStatement, and_(CaseStatement.tenant_id == Case.tenant_id, CaseStatement.case_id == Case.id))
        .outerjoin(Merchant, and_(Merchant.tenant_id == Case.tenant_id, Merchant.id == Case.merchant_id))
        .order_by(Case.id)
        .execution_options(yield_per=500)
    )
    for case, statement, merchant in db.session.execute(query):
        yield document(case, statement, merchant)
