"""What every stage needs: the due date for the queue, the search document, the legal profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true

from app import audit, deadlines
from app.cases.models import OPEN, OUTSIDE, REPORT, Case, CaseClock, CaseStatement
from app.deadlines import ClockState, Profile, Rules, load_rules
from app.merchants import services as register
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
LOOKS = frozenset({"case.revealed", "case.party_revealed", "case.bundle"})  # acts that change nothing
MEDIATION = "mediation"
MAIN = ("acceptance", MEDIATION, "termination_notice")  # the limits that the steps of a case start and meet
CLUE = "clue_check"  # of a report: whether a case file is opened, in the place of acceptance
DECISION = "case_decision"  # of a report on which one was opened: 90 days, 市场监督管理行政处罚程序规定 art. 64
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


def suits(case: Case, code: str) -> bool:
    """Whether such a case has that limit: a report is not mediated, and on nothing else a case file is opened."""
    return case.is_complaint if code == MEDIATION else case.is_report if code == DECISION else True


def _started(case: Case, step: Any, profile: Profile) -> list[str]:
    """The limits that a step starts: those that the rule knows and that such a case has, none that runs already."""
    first = first_limit(case.nature, profile) or "acceptance"  # what is looked at again, whatever it is
    codes = [first if code == "acceptance" else code for code in step.starts]
    there = {DECISION} if case.clock(DECISION) else set()  # somebody has added it by hand
    return [code for code in codes if code in profile.limits and code not in there and suits(case, code)]


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


def find_by(which: ColumnElement[bool]) -> None:
    """Write the search documents of many cases anew: what their merchant is called has changed."""
    search.index(*_documents(which))


def _called_anew(merchant: Merchant) -> None:
    find_by(Case.merchant_id == merchant.id)


register.CALLED_ANEW.append(_called_anew)


@search.source(KIND)
def documents() -> Iterator[Document]:
    """Every case of the organisation, for building the search anew."""
    yield from _documents(true())


def _documents(which: ColumnElement[bool]) -> Iterator[Document]:
    query = (
        select(Case, CaseStatement, Merchant)
        .join(CaseStatement, and_(CaseStatement.tenant_id == Case.tenant_id, CaseStatement.case_id == Case.id))
        .outerjoin(Merchant, and_(Merchant.tenant_id == Case.tenant_id, Merchant.id == Case.merchant_id))
        .where(which)
        .order_by(Case.id)
        .execution_options(yield_per=500)
    )
    for case, statement, merchant in db.session.execute(query):
        yield document(case, statement, merchant)
