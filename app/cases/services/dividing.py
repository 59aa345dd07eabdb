"""Dividing a letter that is complaint and report at once (令121 art. 9): two cases, each with its own clocks and end.

The case that came in becomes the complaint. The report is a case of its own: the same people, same merchant, same day
of receipt. It reads the evidence of the letter, the complaint does not read what is added to the report, and the words
of the report are taken out of the complaint, whose papers go to the merchant.

Whoever signed the letter has reported too, and who brought it for them has brought all of it: they come along. What
belongs to the dispute stays with the complaint: shares of the amount, the consent to being represented, and who was
elected to represent the others (令20 art. 11); a report is mediated with nobody. An authorisation that has run out
binds nobody any more, and is kept where it was.

How the letter stood is kept, so that a division made by mistake can be taken back: see `app.cases.reuniting`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import (
    BY_DEED,
    DIVIDED,
    MIXED,
    REPORT,
    Case,
    CaseDivision,
    CaseState,
    CaseStatement,
    Outcome,
    Party,
    Role,
)
from app.cases.services.intake import Agent, Complainant, Complaint, lodge, propose
from app.cases.services.parts import WATCH, look_up, profile_of, statement_of
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from tenants.database import db

COMPLAINT = "C"
_KEY = "divided-"  # and the key of the case that was divided: a letter is divided once


def require(case: Case) -> None:
    """Raises WrongMoment unless the letter may still be divided: before its form is shown, too.

    After it was accepted as well: what is found out while it is mediated is a clue like any other (令20 art. 23).
    """
    if case.nature != MIXED or case.status not in (CaseState.LODGED, CaseState.ACCEPTED, CaseState.MEDIATING):
        raise WrongMoment(_("Only a letter that is complaint and report, and not decided yet, is divided."))


def divide(case: Case, by: Any, *, complaint: str, report: str, demand: str = "", problem: str | None = None) -> Case:
    """Make a mixed letter two cases, and return the report. Raises Invalid where one of the two has no words."""
    if not by.can(Can.CASE_TRIAGE, case):
        raise NotAllowed(_("Your role does not include this."))
    db.session.refresh(case, with_for_update={"of": Case})
    require(case)
    for name, words in (("complaint", complaint), ("report", report)):
        if not words.strip():
            raise Invalid(name, _("This is needed."))
    statement = statement_of(case)
    letter = statement.facts
    made = lodge(_as_report(case, statement, report.strip(), problem), by, key=f"{_KEY}{case.id}").case
    db.session.add(
        CaseDivision(
            case_id=case.id,
            report_id=made.id,
            facts=letter,
            demand=statement.demand,
            title=case.given_title,
            summary=case.given_summary,
            summary_confirmed=case.summary_confirmed,
            proposed_title=statement.title,
            proposed_summary=statement.summary,
            divided_at=clock.now(),
        )
    )
    statement.facts, statement.demand, statement.act_place = complaint.strip(), demand.strip(), ""
    before = WATCH.look(case)
    case.nature, case.traits, case.version = COMPLAINT, [*case.traits, DIVIDED], case.version + 1
    case.given_title = case.given_summary = ""
    case.summary_confirmed = False
    propose(case, statement)
    db.session.flush()
    look_up(case)
    changes = WATCH.since(before, case)
    audit.record("case.divided", case, by, facts={"other": made.number}, changes=changes, text=letter)
    audit.record("case.divided", made, by, facts={"other": case.number})
    return made


def _as_report(case: Case, statement: CaseStatement, report: str, problem: str | None) -> Complaint:
    first, *people = db.session.scalars(select(Party).where(Party.case_id == case.id).order_by(Party.position))
    agents = [party for party in people if party.role == Role.AGENT]
    return Complaint(
        facts=report,
        name=first.reveal("name") or "",
        phone=first.reveal("phone") or "",
        id_number=first.reveal("id_number") or "",
        address=first.reveal("address") or "",
        agent=next((_agent(party) for party in agents if party.until is None or party.until >= clock.today()), None),
        others=[
            Complainant(party.reveal("name") or "", party.reveal("phone") or "")
            for party in people
            if party not in agents
        ],
        nature=REPORT,
        channel=case.channel,
        category=case.category,
        problem=problem or None,
        merchant=case.merchant,
        merchant_name=case.merchant_name,
        place=case.place,
        act_place=statement.act_place,
        traits=(*(code for code in case.traits if code not in BY_DEED), DIVIDED),
        reference=case.reference,
        # What was found while it was mediated is known since today, and its check counts from today.
        received_at=case.received_at if case.status == CaseState.LODGED else None,
        profile=profile_of(case) if case.status == CaseState.LODGED else None,
        purchased_on=statement.purchased_on,
        order_number=statement.order_number,
        platform=statement.platform,
        stream=statement.stream,
        elderly=case.elderly,
        minor=case.minor,
    )


def taken_back(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """The report goes back into its letter: it keeps its number, and what is in it, and reads nothing of the letter."""
    case.outcome, case.closed_at = Outcome.TAKEN_BACK.value, clock.now()
    case.submission_key = case.submission_hash = None  # the letter can be divided anew
    case.traits = [trait for trait in case.traits if trait != DIVIDED]


def _agent(party: Party) -> Agent:
    told = {field: party.reveal(field) or "" for field in ("name", "phone", "id_number")}
    return Agent(**told, powers=party.powers, until=party.until)


def letter_of(case: Case) -> UUID | None:
    """The complaint whose evidence a report shares; None for every other case."""
    key = case.submission_key or ""
    return UUID(key.removeprefix(_KEY)) if key.startswith(_KEY) else None


def is_half(case: Case) -> bool:
    """Whether it came of a division that stands."""
    return DIVIDED in case.traits


def other_half(case: Case) -> Case | None:
    """The other case that came of the same letter; asks the database only of a case that was divided."""
    if not is_half(case):
        return None
    letter = letter_of(case)
    query = select(Case).where(Case.id == letter if letter else Case.submission_key == f"{_KEY}{case.id}")
    return db.session.scalars(query).first()


def went_back_into(case: Case) -> Case | None:
    """The letter that a report was taken back into; asks the database only of one that was."""
    if case.outcome != Outcome.TAKEN_BACK:
        return None
    mine = select(CaseDivision.case_id).where(CaseDivision.report_id == case.id)
    return db.session.scalars(select(Case).where(Case.id.in_(mine))).first()
