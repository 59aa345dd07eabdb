"""Closing 办结: telling the parties, closing, reopening, and handing over to another organisation. Effects of steps."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.cases import closing_list
from app.cases.models import Case, Outcome
from app.cases.services.mediation import not_ahead
from app.cases.services.parties import require_consent
from app.core import clock
from app.core.errors import Invalid

RETRACTED = "T1"  # of the grounds to end mediation


def notify(case: Case, by: Any, *, on: date, mode: str, text: str | None = None, **rest: Any) -> None:
    not_ahead(case, on)


def close(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Raises WrongMoment, naming what is missing of the closing checklist."""
    closing_list.require(case)
    closed(case)


def closed(case: Case) -> None:
    case.closed_at = clock.now()


def dealt_with(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """What came of a report on which a case file was opened. Raises WrongMoment, naming what is missing."""
    if not text:
        raise Invalid("text", _("Say what came of it."))
    closing_list.require(case)
    case.outcome, case.decided_at, case.closed_at = Outcome.FILED.value, clock.now(), clock.now()


def retract(
    case: Case, by: Any, *, on: date, text: str | None = None, consented: bool | None = None, **rest: Any
) -> None:
    """The consumer takes the complaint back after it was accepted: mediation ends on that ground (令121 art. 23)."""
    not_ahead(case, on)
    if not text:
        raise Invalid("text", _("Say how, and in what words, it was withdrawn."))
    require_consent(case, consented)
    retracted(case)


def retracted(case: Case) -> None:
    case.ground, case.outcome, case.decided_at = RETRACTED, Outcome.ENDED.value, clock.now()


def reopen(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Begin again; what came out before stays in the story and in the agreement."""
    case.ground = case.outcome = case.recovered = None
    case.decided_at = case.closed_at = None
    case.reopened = (case.reopened or 0) + 1


def reconsider(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """What was not heard is looked at as if it had just come in: nothing has been accepted yet."""
    reopen(case, by, text=text)
    case.accepted_at = None


def refer(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Given to another county. The clocks go on: until the other has taken it over, the consumer waits for us."""
    case.before_referral = case.status


def come_back(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    case.status, case.before_referral = case.before_referral or case.status, None


def taken_over(case: Case, by: Any, *, text: str | None = None, **rest: Any) -> None:
    case.outcome, case.closed_at = Outcome.TAKEN_OVER.value, clock.now()
