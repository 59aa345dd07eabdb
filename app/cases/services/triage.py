"""Triage 受理审查: describing, accepting, refusing, assigning. Effects of steps: the workflow calls them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases import closing_list, grounds, lists
from app.cases.models import BY_DEED, DIVIDED, FOREIGN, MIXED, REPORT, Case, Outcome
from app.cases.queries.parties import known
from app.cases.services.intake import LONGEST_SUMMARY, LONGEST_TITLE
from app.cases.services.natures import follow_nature
from app.cases.services.parties import require_consent
from app.cases.services.parts import look_up, statement_of
from app.core import clock
from app.core.errors import Invalid
from app.core.privacy import names_nobody
from app.merchants import services as register
from tenants.database import db


def describe(case: Case, by: Any, *, text: str | None = None, **facts: Any) -> None:
    """Title, summary, classification and merchant, as a handler has read and confirmed them.

    Without a summary one is made of the classification: the city learns what the matter is, and no word of a letter.
    """
    facts = {**{name: getattr(case, name) for name in ("title", "summary", "category", "problem")}, **facts}
    title, summary = ((facts[name] or "").strip() for name in ("title", "summary"))
    if not 0 < len(title) <= LONGEST_TITLE:
        raise Invalid("title", _("Between 1 and %(limit)s characters, please.", limit=LONGEST_TITLE))
    if len(summary) > LONGEST_SUMMARY:
        raise Invalid("summary", _("At most %(limit)s characters, please.", limit=LONGEST_SUMMARY))
    names_nobody(known(case.id), title=title, summary=summary)
    names_nobody(merchant_name=facts.get("merchant_name"))
    for name, listed in (("category", "categories"), ("problem", "problems"), ("nature", "natures")):
        lists.check(listed, facts.get(name), name, _("This is not on the list."), kept=getattr(case, name))
    case.given_title, case.summary_confirmed = title, True
    case.category, case.problem = facts["category"], facts["problem"]
    before, case.nature = case.nature, facts.get("nature") or case.nature
    if case.nature != before:
        _may_become(case, before, by)
        follow_nature(case, by, before)
    if facts.get("foreign") is not None and facts["foreign"] != case.foreign:
        others = [trait for trait in case.traits if trait != FOREIGN]
        case.traits = [*others, FOREIGN] if facts["foreign"] else others
    case.amount = facts.get("amount", case.amount)
    if facts.get("act_place") is not None:
        _locate(case, by, facts["act_place"].strip())
    if "merchant_number" in facts:
        name_merchant(case, by, facts["merchant_number"], facts.get("merchant_name") or "")
    case.given_summary = summary or in_codes(case)
    look_up(case)


def _may_become(case: Case, before: str, by: Any) -> None:
    """Raises Invalid for who would open up who reported: papers of a complaint name them (令20 art. 33).

    A report out of a divided letter stays one; any other is called something else by who approves.
    """
    if before != REPORT:
        return
    if DIVIDED in case.traits:
        raise Invalid("nature", _("It was divided out of a letter as what is reported in it, and stays a report."))
    if not by.can(Can.CASE_APPROVE, case):
        raise Invalid(
            "nature",
            _("Who reported is kept secret. Only the director may call a report something else, once they agree."),
        )


def _locate(case: Case, by: Any, place: str) -> None:
    """Where what is reported took place; that it was noted is on record, the words stay with the statement."""
    statement = statement_of(case)
    if statement.act_place != place:
        statement.act_place = place
        audit.record("case.located", case, by)


def in_codes(case: Case) -> str:
    """What the matter is, by its classification alone: 健身 · 合同 · 退货 · 4680.00 元."""
    claims = "、".join(lists.named("claims", code) for code in case.claims)
    amount = _("%(amount)s yuan", amount=case.amount) if case.amount is not None else ""
    named = (lists.named("categories", case.category), lists.named("problems", case.problem), claims, amount)
    return " · ".join(filter(None, named))


def accept(case: Case, by: Any, *, text: str | None = None, **facts: Any) -> None:
    step = case.first_step
    describe(case, by, **facts)
    if not case.is_outside and case.first_step != step:
        raise Invalid("nature", _("That is decided by another step: correct the nature first, then take that one."))
    if why := unready(case):
        where = "nature" if case.category and case.problem else "problem" if case.category else "category"
        raise Invalid(where, why)
    case.accepted_at = clock.now()
    if case.assignee_id is None and by.can(Can.CASE_HANDLE, case):
        case.assignee_id = by.id


def unready(case: Case) -> str:
    """What has to be put right before it is accepted; empty where nothing has."""
    if not case.category or not case.problem:
        return str(_("Classify the case before it is accepted."))
    if case.nature == MIXED:  # Order 121 art. 9: complaint and report are handled separately
        return str(_("Divide the letter first, or call it a complaint if nothing is reported in it."))
    if case.is_outside:
        return str(_("That is neither complaint nor report: tell the sender where to turn."))
    return ""


def refuse(case: Case, by: Any, *, ground: str, text: str | None = None, **rest: Any) -> None:
    grounds.check("refusal_grounds", case, ground)
    if not text:
        raise Invalid("text", _("The letter has to give the reason: say it."))
    case.ground, case.outcome, case.decided_at = ground, Outcome.REFUSED.value, clock.now()


def guide(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """It is no complaint, or a report on what others have power over, and its sender was told where to turn.

    消费者权益保护法 art. 39; 令20 art. 29. Raises WrongMoment for what was begun and not ended.
    """
    if not text:
        raise Invalid("text", _("Say what the sender was told."))
    closing_list.require(case)
    case.outcome, case.decided_at, case.closed_at = Outcome.GUIDED.value, clock.now(), clock.now()


def not_file(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """The clue was checked, and no case file is opened on it. Raises WrongMoment for what was begun and not ended."""
    if not text:
        raise Invalid("text", _("Say why."))
    closing_list.require(case)
    case.outcome, case.decided_at, case.closed_at = Outcome.NOT_FILED.value, clock.now(), clock.now()


def withdraw(case: Case, by: Any, *, text: str | None = None, consented: bool | None = None, **rest: Any) -> None:
    require_consent(case, consented)
    withdrawn(case)


def withdrawn(case: Case) -> None:
    case.outcome, case.closed_at = Outcome.WITHDRAWN.value, clock.now()


def assign(case: Case, by: Any, *, assignee: str | None, text: str | None = None, **rest: Any) -> None:
    """Give it to somebody, or with None to nobody: as it was before somebody was given it by mistake."""
    if assignee is None:
        case.assignee_id = None
        return
    person = db.session.scalars(select(Person).where(Person.id == _uuid(assignee))).first()
    if person is None or not person.can(Can.CASE_HANDLE, case):
        raise Invalid("assignee", _("Choose somebody who handles cases."))
    case.assignee_id = person.id


def claim(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    case.assignee_id = by.id


def flag(case: Case, by: Any, *, traits: Sequence[str] = (), text: str | None = None, **rest: Any) -> None:
    """What a case is marked with; what a deed has set is no mark that anybody sets or takes away."""
    marks = list(dict.fromkeys(code for code in traits if code not in BY_DEED))
    for code in marks:
        lists.check("traits", code, "traits", _("This is not on the list."), kept=code if code in case.traits else None)
    case.traits = [*marks, *(code for code in case.traits if code in BY_DEED)]


def supplement(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Add what the consumer has told since; the first words stay as they were."""
    if not text:
        raise Invalid("text", _("Say what was added."))
    statement = statement_of(case)
    statement.facts = supplemented(statement.facts, text)
    look_up(case)


def supplemented(facts: str, text: str) -> str:
    return f"{facts}\n\n【{clock.today():%Y-%m-%d} 补充】{text}"


def name_merchant(case: Case, by: Any, chosen: str | None, said: str) -> None:
    """Tie the case to a merchant of the register, or leave the name as it was told."""
    merchant = register.choose(chosen, said, by)
    case.merchant_id = merchant.id if merchant else None
    case.merchant_name = merchant.called if merchant else said


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
