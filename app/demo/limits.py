"""What happens to the limits of a case: stopped, lengthened, counted by another rule, and others beside them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.demo.biography import Biography

STEPS = frozenset({"pause", "resume", "extend", "rule", "add_limit", "meet_limit"})
HOTLINE = "hotline_answer"
HOUSE = "internal_finish"

_PRESSING = ("superior", "mailbox", "police", "department")  # where somebody above waits for the result
_IN_FLIGHT = timedelta(days=45)  # after a new order came into force
_DESK = timedelta(days=8)  # so old may be what the director has not decided yet


def supply(case: Biography, *, given: bool) -> None:
    """The decision on acceptance waits for papers, or for proof of who it is; they are brought, or never."""
    at = case.pace.after(case.last, 0, 1)
    if at.date() > case.pace.due_on("acceptance", case.case.received_at.date()):
        return
    reason = "identity" if case.case.ground == "NA6" or (given and case.rng.random() < 0.35) else "supplement"
    facts = {"clock": "acceptance", "reason": reason, "evidence": _paper(case, at, "补"), "on": at.date()}
    case.act(at, "pause", case.handler.login, case.words("supply", reason), **facts)
    back = case.pace.after(at, 2 if given else 7, 9)
    words = case.words("supply", "given" if given else "missing")
    case.act(back, "resume", case.handler.login, words, clock="acceptance", on=back.date())


def test(case: Biography, since: datetime) -> datetime:
    """Goods are sent to be tested, for some: the mediation stands still until the report is there."""
    goods = case.case.matter.situation.category.startswith("G")
    if case.rng.random() >= (0.11 if goods else 0.01):
        return since
    at = case.pace.after(since, 1, 8)
    if at.date() > case.pace.due_on("mediation", case.accepted_at.date()):
        return since
    facts = {"clock": "mediation", "reason": "testing", "evidence": _paper(case, at, "检委"), "on": at.date()}
    case.act(at, "pause", case.handler.login, case.words("testing", "send"), **facts)
    if case.stuck:
        return at
    back = case.pace.after(at, 8, 25)
    case.act(back, "resume", case.handler.login, case.words("testing", "back"), clock="mediation", on=back.date())
    case.out.append((at.date(), back.date()))
    return back


def beside(case: Biography) -> None:
    """What runs beside the mediation, or in place of it."""
    _hotline(case)
    if not _other_rule(case):
        _house(case)


def _hotline(case: Biography) -> None:
    """What the hotline passed on is answered to it, whatever comes of the case."""
    if case.case.channel == "hotline" and case.awaited_since == case.case.received_at:
        at = case.pace.after(case.accepted_at, 0, 1)
        case.act(at, "meet_limit", case.handler.login, case.words("hotline", "answer"), clock=HOTLINE, on=at.date())


def _other_rule(case: Biography) -> bool:
    """Bought under the old order, complained of soon after the new one came: some are counted by the old."""
    law, received_on = case.pace.law, case.case.received_at.date()
    if not case.case.matter.bought_on < law.effective_from <= received_on < law.effective_from + _IN_FLIGHT:
        return False
    if case.case.taken_by or case.rng.random() >= 0.07:
        return False
    case.pace.law = old = case.rules.in_force(law.effective_from - timedelta(days=1))
    drafted_at = case.pace.after(case.accepted_at, 0, 2)
    at = case.pace.after(drafted_at, 0, 2)
    case.decide("rule", drafted_at, at, case.words("rule", "text"), profile=f"{old.code}/{old.version}")
    return True


def _house(case: Biography) -> None:
    """The house sets a shorter limit for itself; lengthened where the director agrees, kept or not."""
    if case.rng.random() >= (0.75 if case.case.channel in _PRESSING else 0.1):
        return
    pace, own = case.pace, case.rules.profile("internal")
    at, since = pace.after(case.accepted_at, 0, 0), case.case.received_at.date()
    key = f"{own.code}/{own.version}/{HOUSE}"
    case.act(at, "add_limit", case.handler.login, case.words("house", "set"), limit=key, on=since)
    limit, more = own.limit(HOUSE), 0
    drafted_at = pace.after(at, 1, 3)
    decided_at = pace.after(drafted_at, 1, 2)
    if decided_at.date() <= limit.due_on(since, pace.calendar) and case.rng.random() < 0.7:
        more, at = _extended(case, drafted_at, decided_at), decided_at
    if case.rng.random() < 0.88:
        last = limit.due_on(since, pace.calendar, more=more)
        met_at = max(pace.on_day(last - timedelta(days=case.rng.randint(0, 2))), pace.after(at, 0, 1))
        case.act(met_at, "meet_limit", case.handler.login, case.words("house", "met"), clock=HOUSE, on=met_at.date())


def _extended(case: Biography, drafted_at: datetime, decided_at: datetime) -> int:
    """Asked for more days; how many there are now."""
    amount = case.rng.choice((3, 5, 7))
    rejected = case.words("rejected", "extend") if case.rng.random() < 0.25 else ""
    if drafted_at <= case.now < drafted_at + _DESK and case.first_here("extension"):
        decided_at = max(decided_at, case.now + timedelta(hours=4))
    facts = {"clock": HOUSE, "amount": amount, "evidence": _paper(case, drafted_at, "延")}
    case.decide("extend", drafted_at, decided_at, case.words("extend", "reason"), rejected=rejected, **facts)
    return 0 if rejected else amount


def _paper(case: Biography, at: datetime, sort: str) -> str:
    return f"江{sort}〔{at.year}〕{case.rng.randint(1, 480)}号"
