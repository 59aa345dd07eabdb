"""What is done in an investigation. Effects of its steps; what people typed lies in `said` and stays private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import audit
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import Case
from app.cases.papers import services as papers
from app.cases.papers.workflow import PAPER
from app.cases.services import timing
from app.cases.services.intake import LONGEST_TITLE
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.documents.kinds import kinds
from app.files import services as stored
from app.files.accept import Accepted
from app.handoffs import services as handoffs
from app.investigations import queries
from app.investigations.models import (
    Appraisal,
    Conclusion,
    Custody,
    EvidenceCustody,
    EvidenceItem,
    EvidenceItemFile,
    Investigation,
    InvestigationPoint,
    InvestigationVisit,
    OrderState,
    Recommendation,
    Scope,
)
from tenants.database import db

TESTING = "testing"  # the reason for which a limit stands still while something is tested
BASIS = "消费者权益保护法 第三十七条"

Said = Mapping[str, str]


def propose(case: Case, by: Any, *, scope: str, reason: str) -> Investigation:
    """An investigation of a case that waits for the director. Raises WrongMoment where there is one already."""
    if not case.is_open:
        raise audit.too_late(_("The case is over; reopen it first."), case, told=CASE.since)
    if scope not in list(Scope):
        raise Invalid("scope", _("Choose why it is looked into."))
    if not reason.strip():
        raise Invalid("text", _("This is needed."))
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())  # two clicks, one investigation
    if (there := queries.of_case(case)) is not None:
        raise audit.too_late(_("This case is being investigated already."), there)
    made = Investigation(
        case_id=case.id,
        scope=scope,
        reason=reason,
        opened_by=by.id,
        opened_by_name=by.name,
        opened_at=clock.now(),
    )
    db.session.add(made)
    return made


def begin(one: Investigation, by: Any, *, text: str | None = None, **rest: Any) -> None:
    one.approved_by_name, one.approved_at = by.name, clock.now()


def take_up(one: Investigation, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Ask for approval again; what was found before stays in the story."""
    one.approved_by_name = one.approved_at = one.conclusion = one.concluded_at = None
    one.opened_by, one.opened_by_name, one.opened_at = by.id, by.name, clock.now()


def conclude(
    one: Investigation, by: Any, *, conclusion: str, text: str | None = None, said: Said | None = None, **rest: Any
) -> None:
    """Say what was found. Raises WrongMoment while something of the plan is open or a laboratory has not answered."""
    if conclusion not in list(Conclusion):
        raise Invalid("conclusion", _("Choose what was found."))
    if not text:
        raise Invalid("text", _("This is needed."))
    if queries.open_points(one):
        raise WrongMoment(_("Points of the plan are still open: finish them first, or say that nothing came of them."))
    if queries.orders_out(one):
        raise WrongMoment(_("An order for testing is still out: note its report, or call it off."))
    one.conclusion, one.findings, one.concluded_at = conclusion, text, clock.now()


# The plan and the visits ---------------------------------------------------------------------------------------------


def plan(one: Investigation, by: Any, *, person: str, due_on: date, text: str | None = None, **rest: Any) -> None:
    who = _person(person)
    if who is None or not who.can(Can.CASE_HANDLE):
        raise Invalid("person", _("Choose somebody who handles cases."))
    if due_on < clock.today():
        raise Invalid("due_on", _("That day has passed."))
    facts = {"text": _needed(text), "person_id": who.id, "person_name": who.name, "due_on": due_on}
    db.session.add(InvestigationPoint(investigation_id=one.id, ordinal=_next(InvestigationPoint, one), **facts))


def finish(one: Investigation, by: Any, *, point: str, text: str | None = None, **rest: Any) -> None:
    chosen = _chosen(queries.open_points(one), point, "point")
    chosen.done_on, chosen.result = clock.today(), _needed(text)


def visit(
    one: Investigation, by: Any, *, visited_at: datetime, said: Said, text: str | None = None, **rest: Any
) -> None:
    if visited_at > clock.now():
        raise Invalid("visited_at", _("That has not happened yet."))
    db.session.add(
        InvestigationVisit(
            investigation_id=one.id,
            ordinal=_next(InvestigationVisit, one),
            visited_at=visited_at,
            place=said["place"],
            present=said["present"],
            findings=_needed(text),
            **_noted(by),
        )
    )


# Evidence ------------------------------------------------------------------------------------------------------------


def collect(
    one: Investigation,
    by: Any,
    *,
    taken_on: date,
    said: Said,
    evidence: Sequence[Accepted] = (),
    text: str | None = None,
    **rest: Any,
) -> None:
    """A new piece of evidence; with it the chain of custody begins. A file is one piece."""
    _not_ahead("taken_on", taken_on)
    item = EvidenceItem(
        investigation_id=one.id,
        ordinal=_next(EvidenceItem, one),
        title=said["title"],
        source=said["source"],
        taken_on=taken_on,
        **_noted(by),
    )
    db.session.add(item)
    db.session.flush()
    if evidence:
        stored.attach(EvidenceItemFile, evidence[:1], item_id=item.id)
    _add_custody(item, by, 1, Custody.RECEIVED, said.get("holder") or by.name, taken_on, text or "")


def hand_on(
    one: Investigation,
    by: Any,
    *,
    item: str,
    act: str,
    moved_on: date,
    said: Said,
    text: str | None = None,
    **rest: Any,
) -> None:
    """The next line of a chain of custody. Raises Invalid for one that cannot follow on what is there."""
    chosen = _chosen(queries.items_of(one), item, "item")
    chain = queries.custody_of([chosen])[chosen.id]
    last, sealed = chain[-1], is_sealed(chain)
    if last.act == Custody.RETURNED:
        raise Invalid("item", _("It was given back; nothing more is done with it here."))
    if act not in (Custody.HANDED, Custody.SEALED, Custody.UNSEALED, Custody.RETURNED):
        raise Invalid("act", _("Choose what was done."))
    if (act == Custody.SEALED and sealed) or (act == Custody.UNSEALED and not sealed):
        raise Invalid("act", _("It is under seal already.") if sealed else _("It is not under seal."))
    _not_ahead("moved_on", moved_on)
    if moved_on < last.moved_on:
        raise Invalid("moved_on", _("That cannot have been before %(day)s.", day=last.moved_on))
    holder = said.get("holder") or ""
    if act in (Custody.HANDED, Custody.RETURNED) and not holder:
        raise Invalid("holder", _("Say who has it now."))
    _add_custody(chosen, by, last.ordinal + 1, Custody(act), holder or last.holder, moved_on, text or "")


def is_sealed(chain: Sequence[EvidenceCustody]) -> bool:
    seals = [line.act for line in chain if line.act in (Custody.SEALED, Custody.UNSEALED)]
    return bool(seals) and seals[-1] == Custody.SEALED


def _add_custody(
    item: EvidenceItem, by: Any, ordinal: int, act: Custody, holder: str, moved_on: date, note: str
) -> None:
    line = {"act": act.value, "holder": holder, "moved_on": moved_on, "note": note}
    db.session.add(EvidenceCustody(item_id=item.id, ordinal=ordinal, **line, **_noted(by)))


# Testing -------------------------------------------------------------------------------------------------------------


def order(one: Investigation, by: Any, *, answer_by: date, said: Said, text: str | None = None, **rest: Any) -> None:
    """Order something tested: the order is issued as a document, and on its number the limits stop that may."""
    if answer_by < clock.today():
        raise Invalid("answer_by", _("That day has passed."))
    case = case_of(one)
    filled = {"receiver": said["laboratory"], "object": said["tested"], "questions": _needed(text)}
    paper = papers.draft(
        case,
        kinds()["appraisal-order"],
        by,
        filled={**filled, "payer": said["payer"], "answer_by": answer_by.isoformat()},
    )
    db.session.flush()
    PAPER.take("issue", paper, by=by)
    number, today = paper.number or "", clock.today()
    stopped = stoppable(case, today)
    for code in stopped:
        CASE.take("pause", case, by=by, clock=code, reason=TESTING, evidence=number, on=today)
        db.session.flush()
    db.session.add(
        Appraisal(
            investigation_id=one.id,
            document_id=paper.id,
            ordinal=_next(Appraisal, one),
            number=number,
            laboratory=said["laboratory"],
            tested=said["tested"],
            ordered_on=today,
            answer_by=answer_by,
            paused=bool(stopped) or bool(_standing(case)),
        )
    )


def receive(one: Investigation, by: Any, *, order: str, ended_on: date, text: str | None = None, **rest: Any) -> None:
    """Note the report of a laboratory; the limits go on from that day when nothing else is out."""
    _end_order(one, by, order, OrderState.RECEIVED, ended_on, _needed(text))


def call_off(one: Investigation, by: Any, *, order: str, ended_on: date, text: str | None = None, **rest: Any) -> None:
    _end_order(one, by, order, OrderState.CANCELLED, ended_on, _needed(text))


def _end_order(one: Investigation, by: Any, order: str, state: OrderState, ended_on: date, result: str) -> None:
    out = queries.orders_out(one)
    chosen = _chosen(out, order, "order")
    _not_ahead("ended_on", ended_on)
    if ended_on < chosen.ordered_on:
        raise Invalid("ended_on", _("That cannot have been before %(day)s.", day=chosen.ordered_on))
    chosen.status, chosen.ended_on, chosen.result = state.value, ended_on, result
    if not chosen.paused or any(other.paused for other in out if other is not chosen):
        return
    case = case_of(one)
    for code in _standing(case):
        CASE.take("resume", case, by=by, clock=code, on=ended_on)
        db.session.flush()


def stoppable(case: Case, on: date) -> list[str]:
    """The limits of the case that testing stops today, by code; none where the law knows of no such pause."""
    if not CASE.possible(CASE["pause"], case):
        return []
    return [one.code for one in timing.pausable(case) if TESTING in timing.reasons(one) and on <= one.due_on]


def _standing(case: Case) -> list[str]:
    return [one.code for one in timing.paused(case) if one.paused_reason == TESTING]


# Letters to regulators -----------------------------------------------------------------------------------------------


def advise(
    one: Investigation, by: Any, *, department: str, answer_by: date, said: Said, text: str | None = None, **rest: Any
) -> None:
    """Recommend something: a department of the city is sent a request, anybody else a letter on paper.

    Either goes out once the director has approved it.
    """
    if answer_by <= clock.today():
        raise Invalid("answer_by", _("Leave them some time: a later day."))
    findings, advice, case = said["findings"], _needed(text), case_of(one)
    facts: dict[str, Any] = {"advice": advice, "due_on": answer_by, **_noted(by)}
    if department:
        facts |= _as_request(case, by, department, findings, advice, answer_by)
    elif said.get("office"):
        filled = {"receiver": said["office"], "findings": findings, "advice": advice}
        paper = papers.draft(case, kinds()["recommendation"], by, filled={**filled, "answer_by": answer_by.isoformat()})
        db.session.flush()
        PAPER.take("approve" if by.can(Can.CASE_APPROVE, case) else "submit", paper, by=by)
        facts |= {"receiver": said["office"], "document_id": paper.id}
    else:
        raise Invalid("department", _("Choose a department, or name the authority."))
    db.session.add(Recommendation(investigation_id=one.id, ordinal=_next(Recommendation, one), **facts))


def _as_request(case: Case, by: Any, department: str, findings: str, advice: str, answer_by: date) -> dict[str, Any]:
    to = next((place for place in handoffs.receivers("request") if str(place.id) == department), None)
    if to is None:
        raise Invalid("department", _("Choose an organisation from the list."))
    letter = handoffs.send(
        case,
        by,
        kind="request",
        receiver=to.id,
        subject=f"监管建议：{case.given_title or case.number}"[:LONGEST_TITLE],
        ask=f"{findings}\n\n建议：{advice}",
        wanted=f"请于{answer_by:%Y-%m-%d}前函复研究处理情况。",
        legal_basis=BASIS,
    )
    return {"receiver": to.name, "letter_id": letter.id}


def answered(
    one: Investigation, by: Any, *, letter: str, answered_on: date, text: str | None = None, **rest: Any
) -> None:
    """Note the answer to a letter on paper; a department answers in the exchange."""
    chosen = _chosen(queries.unanswered(one), letter, "letter")
    _not_ahead("answered_on", answered_on)
    if answered_on < clock.on(chosen.noted_at):
        raise Invalid("answered_on", _("That cannot have been before %(day)s.", day=clock.on(chosen.noted_at)))
    chosen.answered_on, chosen.answer = answered_on, _needed(text)


# What all need -------------------------------------------------------------------------------------------------------


def case_of(one: Investigation) -> Case:
    return db.session.scalars(select(Case).where(Case.id == one.case_id)).one()


def _next(model: Any, one: Investigation) -> int:
    """The next number within the investigation, whose row is locked."""
    query = select(func.coalesce(func.max(model.ordinal), 0)).where(model.investigation_id == one.id)
    return int(db.session.scalar(query) or 0) + 1


def _chosen(rows: Sequence[Any], ordinal: str, field: str) -> Any:
    found = next((row for row in rows if str(row.ordinal) == ordinal), None)
    if found is None:
        raise Invalid(field, _("Choose one of the list."))
    return found


def _person(key: str) -> Person | None:
    try:
        return db.session.scalars(select(Person).where(Person.id == UUID(key), Person.active)).first()
    except ValueError:
        return None


def _needed(text: str | None) -> str:
    if not (text or "").strip():
        raise Invalid("text", _("This is needed."))
    return str(text).strip()


def _not_ahead(field: str, on: date) -> None:
    if on > clock.today():
        raise Invalid(field, _("That day has not come yet."))


def _noted(by: Any) -> dict[str, Any]:
    return {"noted_by": by.id, "noted_by_name": by.name, "noted_at": clock.now()}
