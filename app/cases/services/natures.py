"""What becomes of the limits of a case whose nature is corrected: others run, since the same day.

What had been left out of a limit stays left out when the nature comes back. A pause that runs goes on in the limit that
counts now, where that may stop for the same reason; if not, it is taken up again once its own limit runs again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app import audit, deadlines
from app.cases.models import REPORT, Case, CaseClock, CaseState
from app.cases.services.parts import CLUE, DECISION, MEDIATION, first_limit, profile_of, redate, suits
from app.core import clock
from app.core.errors import Refusal
from app.deadlines import Profile

Pause = dict[str, Any]  # an entry of the spans of a clock


def follow_nature(case: Case, by: Any, was: str) -> None:
    """Count by the limits of what the case is now; `was` is the nature before.

    Before the decision, what has to be decided first; after it, of a complaint mediation, and of a report the case that
    was opened on it. What is being mediated already comes to its end in any case.
    """
    profile = profile_of(case)
    if case.status == CaseState.LODGED:
        begun = [one for one in case.clocks if one.code in ("acceptance", CLUE)]
        since = max((one.started_on for one in begun), default=clock.on(case.received_at))
        _only(case, by, profile, first_limit(case.nature, profile), begun, since)
    elif case.status in (CaseState.ACCEPTED, CaseState.MEDIATING):
        filed = case.status == CaseState.ACCEPTED and REPORT in (was, case.nature)
        codes = (MEDIATION, DECISION) if filed else (MEDIATION,)
        wanted = next((code for code in codes if code in profile.limits and suits(case, code)), None)
        if wanted or case.status == CaseState.ACCEPTED:
            begun = [one for one in case.clocks if one.code in codes]
            _only(case, by, profile, wanted, begun, clock.on(case.accepted_at or clock.now()))
    redate(case)


def _only(case: Case, by: Any, profile: Profile, code: str | None, begun: Sequence[CaseClock], since: date) -> None:
    """Let that limit run, or none, in the place of those that began."""
    waiting = {}
    for old in begun:
        if old.is_open and old.code != code and (pause := deadlines.cut_off(old, clock.today())):
            waiting[_mark(pause)] = (old.code, pause)
    one = case.clock(code) if code else None
    if code and one is None:
        one = deadlines.start(CaseClock, profile, code, since)
        if before := next((old for old in reversed(begun) if old.code == code), None):
            one.spans, one.extended_by = _left_out(case, before), before.extended_by
            deadlines.recount(one, deadlines.load_calendar())
            waiting = {_mark(pause): (code, pause) for pause in _cut(case, before)} | waiting
        case.clocks.append(one)
    for of, pause in waiting.values():
        goes_on = one is not None and _goes_on(case, one, pause)
        facts = {"clock": code if goes_on else of, "from": of, "reason": pause["reason"], "on": pause["on"]}
        audit.record("case.pause_kept" if goes_on else "case.pause_cut", case, by, facts=facts)


def _mark(pause: Mapping[str, Any]) -> tuple[Any, ...]:
    """By which a pause is known again in another limit."""
    return pause["on"], pause["reason"], pause["evidence"]


def _left_out(case: Case, before: CaseClock) -> list[dict[str, Any]]:
    """What was left out of the limit when it ran, and what was cut off then and has ended since in another limit."""
    ended = _ended(case, before)
    kept = (ended.get(_mark(span)) if "cut" in span else span for span in before.spans)
    return [span for span in kept if span is not None]


def _cut(case: Case, before: CaseClock) -> list[Pause]:
    """The pause that ran when the limit was cut off; none if it has ended since."""
    ended = _ended(case, before)
    cut = [span for span in before.spans if "cut" in span and _mark(span) not in ended]
    return [{name: said for name, said in span.items() if name not in ("until", "cut")} for span in cut]


def _ended(case: Case, before: CaseClock) -> dict[tuple[Any, ...], Pause]:
    """The pauses that came to their end in the other limits of the case."""
    spans = [span for one in case.clocks if one is not before for span in one.pauses]
    return {_mark(span): span for span in spans if "until" in span and "cut" not in span and "evidence" in span}


def _goes_on(case: Case, one: CaseClock, pause: Pause) -> bool:
    """Stop the limit as it would have been stopped on that day; not for a reason of others, nor once it had run out."""
    rules, on = deadlines.load_rules(), date.fromisoformat(pause["on"])
    allowed = rules.pauses(rules.limit(one.profile_code, one.profile_version, one.code), case.tenant_id, clock.today())
    try:
        deadlines.pause(one, on, pause["reason"], pause["evidence"], file=pause.get("file", ""), also=allowed)
    except Refusal:
        return False
    return True
