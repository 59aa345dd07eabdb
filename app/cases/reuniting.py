"""Taking a division back: complaint and report become the letter again that they were divided from.

The letter says what it said, and is called what it was called; its time limits never stopped. The report is closed, and
keeps its number. All of it only while nothing was done that would be lost with it: what was done stands in the trails
of the two, for nothing is done to a case that is not written down there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app import audit
from app.accounts.permissions import Can
from app.cases.models import DIVIDED, MIXED, Case, CaseDivision
from app.cases.services.dividing import is_half
from app.cases.services.intake import propose
from app.cases.services.parts import LOOKS, WATCH, look_up, statement_of
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.handoffs.models import HandoffDraft
from tenants.database import db

_BEGINS = frozenset({"case.divided", "case.lodge"})
# What leaves either half as it is.
_ASIDE = LOOKS | {"case.linked", "case.unlinked", "case.redated", "case.rebased", "case.code_renewed"}
# What stays with the letter, whatever it is called: who complains, its file, its limits, who handles it.
_STAYS = _ASIDE | {
    f"case.{name}"
    for name in (
        *("note", "file_added", "file_removed", "assign", "claim", "flag", "papers", "assessed"),
        *("joined", "represented", "consented", "authorised", "answered_for", "card", "corrected", "contact"),
        *("pause", "resume", "extend", "rule", "add_limit", "meet_limit"),
    )
}
_TASKS = frozenset({"task.given", "task.changed", "task.done", "task.reopened"})


@dataclass(frozen=True)
class Halves:
    """A division that stands."""

    division: CaseDivision
    letter: Case  # the complaint that it became
    report: Case


def halves_of(case: Case) -> Halves:
    """The division that a case came of. Raises WrongMoment where there is none that can be taken back."""
    mine = or_(CaseDivision.case_id == case.id, CaseDivision.report_id == case.id)
    query = select(CaseDivision).where(mine).order_by(CaseDivision.id.desc()).limit(1)
    found = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if found is not None and found.taken_back_at is not None:
        raise audit.too_late(_("The division was taken back already."), case, told=CASE.since)
    if found is None and is_half(case):
        raise WrongMoment(_("How the letter stood before it was divided is not on record."))
    if found is None:
        raise WrongMoment(_("This case did not come of a divided letter."))
    both = select(Case).where(Case.id.in_((found.case_id, found.report_id)))
    of = {one.id: one for one in db.session.scalars(both)}
    return Halves(found, of[found.case_id], of[found.report_id])


def in_the_way(there: Halves) -> list[audit.Line]:
    """What was done since and would be lost, newest first: all to the report, to the letter what rests on its half.

    Letters to other organisations that were only drafted count too; they have a story of their own.
    """
    drafts = select(HandoffDraft.id).where(HandoffDraft.case_id.in_((there.letter.id, there.report.id)))
    letters = [line for key in db.session.scalars(drafts) for line in audit.trail(key, events=["letter.draft"])]
    lines = [
        *_since(there.report, _ASIDE),
        *_since(there.letter, _STAYS | _TASKS),
        *(line for line in letters if line.entry.at >= there.division.divided_at),
    ]
    return sorted(lines, key=lambda line: line.entry.seq, reverse=True)


def _since(case: Case, harmless: frozenset[str]) -> list[audit.Line]:
    done = takewhile(lambda line: line.entry.event not in _BEGINS, audit.trail(case.id))
    return [line for line in done if line.entry.event not in harmless]


def reunite(case: Case, by: Any, *, reason: str, seen: int | None = None) -> Case:
    """Make the two halves one letter again, and return it; `case` is either half.

    Raises WrongMoment with all that stands in the way, and Changed where `seen` is not its version any more.
    """
    if not by.can(Can.CASE_TRIAGE, case):
        raise NotAllowed(_("Your role does not include this."))
    if not reason.strip():
        raise Invalid("text", _("Say why."))
    _lock(halves_of(case))
    there = halves_of(case)
    if lines := in_the_way(there):
        said = _("It can no longer be taken back: this would be lost.")
        raise audit.too_late(said, case, told=lambda _case, _seen: lines)
    audit.only_as_seen(case, seen, CASE.since)
    letter, report = there.letter, there.report
    CASE.take("taken_back", report, by=by, text=reason.strip(), other=letter.number)
    before = WATCH.look(letter)
    _restore(letter, there.division, report)
    there.division.taken_back_at = clock.now()
    db.session.flush()
    look_up(letter)
    changes = WATCH.since(before, letter)
    audit.record("case.reunited", letter, by, facts={"other": report.number}, changes=changes, text=reason.strip())
    return letter


def _lock(there: Halves) -> None:
    """Both halves, always in one order; and as they are now."""
    query = select(Case).where(Case.id.in_((there.letter.id, there.report.id))).order_by(Case.id)
    db.session.scalars(query.with_for_update(of=Case).execution_options(populate_existing=True)).all()


def _restore(letter: Case, was: CaseDivision, report: Case) -> None:
    statement = statement_of(letter)
    statement.facts, statement.demand, statement.act_place = was.facts, was.demand, statement_of(report).act_place
    letter.nature, letter.traits = MIXED, [trait for trait in letter.traits if trait != DIVIDED]
    letter.given_title, letter.given_summary, letter.summary_confirmed = was.title, was.summary, was.summary_confirmed
    propose(letter, statement, was.proposed_title, was.proposed_summary)
    letter.version += 1
