"""Clocks: a limit that runs on one case or handoff, and the five things that can happen to it.

The tables belong to the domains (`case_clock`, `handoff_clock`); they take their columns and checks from here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.errors import Invalid, WrongMoment
from app.core.privacy import names_nobody
from app.core.states import State, states_check
from app.deadlines.calendar import Calendar
from app.deadlines.profiles import Limit, Profile, Rules, last_day, span
from app.deadlines.queries import load_rules

REFERENCE_LENGTH = 60


class ClockState(State):
    RUNNING = "running", _l("Running"), "blue"
    PAUSED = "paused", _l("Paused")
    MET = "met", _l("Met"), "ok"
    VOID = "void", _l("No longer applies")


class ClockColumns:
    """The columns of a clock. What the limit said on the day it started is kept beside it."""

    CHANGES: ClassVar[tuple[str, ...]] = (  # the grant of UPDATE that a clock's table needs, and no more
        "calendar_version",
        "due_on",
        "extended_by",
        "met_on",
        "paused_days",
        "paused_on",
        "paused_reason",
        "spans",
        "state",
    )
    SUBJECT: ClassVar[tuple[str, str]]  # its column that names the case or handoff, and the table of that

    code: Mapped[str] = mapped_column()
    profile_code: Mapped[str] = mapped_column()
    profile_version: Mapped[int] = mapped_column()
    amount: Mapped[int] = mapped_column(CheckConstraint("amount > 0", name="amount"))
    unit: Mapped[str] = mapped_column(CheckConstraint("unit in ('working', 'calendar')", name="unit"))
    rolls: Mapped[bool] = mapped_column()
    warns_at: Mapped[int] = mapped_column()
    calendar_version: Mapped[int] = mapped_column()
    started_on: Mapped[date] = mapped_column()
    due_on: Mapped[date] = mapped_column(CheckConstraint("due_on >= started_on", name="due_on"))
    state: Mapped[str] = mapped_column(states_check(ClockState, "state"), default=ClockState.RUNNING.value)
    met_on: Mapped[date | None] = mapped_column(
        CheckConstraint("(state = 'met') = (met_on is not null) and met_on >= started_on", name="met_on")
    )
    paused_on: Mapped[date | None] = mapped_column(
        CheckConstraint("(state = 'paused') = (paused_on is not null)", name="paused_on")
    )
    paused_reason: Mapped[str | None] = mapped_column(
        CheckConstraint("(paused_on is null) = (paused_reason is null)", name="paused_reason")
    )
    paused_days: Mapped[int] = mapped_column(CheckConstraint("paused_days >= 0", name="paused_days"), default=0)
    extended_by: Mapped[int] = mapped_column(CheckConstraint("extended_by >= 0", name="extended_by"), default=0)
    # The spans left out and the extensions, with the numbers of the papers that show them; never a sentence, for
    # the city reads clocks: {kind: pause, reason, evidence, file, on, until} | {kind: extension, amount, evidence, on}
    # | {kind: carried, number, on}, where the time used by whoever referred the matter counts too. A pause that was
    # cut off has `cut` beside `until`: what it waited for had not come, but the limit was another from that day on.
    spans: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)

    if TYPE_CHECKING:  # the declarative base gives it

        def __init__(self, **facts: Any) -> None: ...

    @property
    def is_open(self) -> bool:
        return self.state in (ClockState.RUNNING, ClockState.PAUSED)

    @property
    def pauses(self) -> list[dict[str, Any]]:
        """The spans that are over and do not count."""
        return [entry for entry in self.spans if entry["kind"] == "pause"]

    def is_late(self, today: date) -> bool:
        """Whether the last day has passed: at its meeting if it was met, never while it is paused or void."""
        if self.state == ClockState.MET:
            return self.met_on is not None and self.met_on > self.due_on
        return self.state == ClockState.RUNNING and today > self.due_on

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code} {self.state}, due {self.due_on}>"


Clock = TypeVar("Clock", bound=ClockColumns)


class Timed(Protocol):
    """What `follow()` keeps the clocks of."""

    clocks: Any  # a one-to-many relationship to the domain's own clock table


def start(
    kind: type[Clock],
    profile: Profile,
    code: str,
    on: date,
    *,
    amount: int | None = None,
    rules: Rules | None = None,
    **subject: Any,
) -> Clock:
    """A new running clock of the table `kind` for the limit `code`; `on` is the day of the event, not counted.

    `amount` replaces the number of the limit where a letter names another; `subject` are the columns that tie the
    clock to its case or handoff. Raises NoRule where the profile has no such limit.
    """
    calendar = _rules(rules).calendar
    limit = profile.limit(code)
    count = limit.amount if amount is None else amount
    if count < 1:
        raise Invalid("amount", _("A limit is at least one day."))
    return kind(
        code=code,
        profile_code=profile.code,
        profile_version=profile.version,
        amount=count,
        unit=limit.unit.value,
        rolls=limit.rolls,
        warns_at=limit.warns_at,
        calendar_version=calendar.version,
        started_on=on,
        due_on=last_day(on, count, limit.unit, rolls=limit.rolls, calendar=calendar),
        state=ClockState.RUNNING.value,
        paused_days=0,
        extended_by=0,
        spans=[],
        **subject,
    )


def meet(clock: ClockColumns, on: date, *, rules: Rules | None = None) -> None:
    """What the limit asks for was done on this day; a paused clock is resumed first."""
    if not clock.is_open:
        raise WrongMoment(_("This time limit has already ended."))
    if clock.state == ClockState.PAUSED:
        resume(clock, on, rules=rules)
    _not_before(on, clock.started_on)
    clock.state = ClockState.MET.value
    clock.met_on = on


def pause(
    clock: ClockColumns,
    on: date,
    reason: str,
    evidence: str,
    *,
    file: str = "",
    also: Collection[str] = (),
    rules: Rules | None = None,
) -> None:
    """Stop counting after this day for a `reason` that the limit allows; `evidence` is the number of the paper.

    Days up to and including `on` count, days up to and including the one it resumes on do not. A limit that has
    run out stays run out: it cannot be paused. `also` are reasons that the city allows where the law is silent, `file`
    is the key of the paper where it is in the file.
    """
    if clock.state != ClockState.RUNNING:
        raise WrongMoment(_("Only a running time limit can be paused."))
    limit = _limit(clock, _rules(rules))
    if reason not in limit.pauses and reason not in also:
        raise Invalid("reason", _("This time limit does not stop for that reason."))
    _not_before(on, clock.started_on, *(date.fromisoformat(entry["until"]) for entry in clock.pauses))
    if on > clock.due_on:
        raise WrongMoment(_("The time limit ran out on %(day)s; a pause cannot bring it back.", day=clock.due_on))
    entry = {"kind": "pause", "reason": reason, "evidence": _reference(evidence), "on": on.isoformat()}
    clock.spans = [*clock.spans, {**entry, "file": file} if file else entry]
    clock.state = ClockState.PAUSED.value
    clock.paused_on, clock.paused_reason = on, reason


def resume(clock: ClockColumns, on: date, *, rules: Rules | None = None) -> None:
    """Count on from the day after this one; what was left at the pause is left now."""
    if clock.state != ClockState.PAUSED or clock.paused_on is None:
        raise WrongMoment(_("This time limit is not paused."))
    _not_before(on, clock.paused_on)
    *earlier, last = clock.spans
    clock.spans = [*earlier, {**last, "until": on.isoformat()}]
    clock.state = ClockState.RUNNING.value
    clock.paused_on = clock.paused_reason = None
    recount(clock, _rules(rules).calendar)


def extend(
    clock: ClockColumns,
    on: date,
    amount: int,
    evidence: str,
    *,
    needs_met: bool = False,
    rules: Rules | None = None,
) -> None:
    """Lengthen the limit by `amount` of its units, within what the law allows and before it runs out.

    `needs_met`: what this limit asks for beside the approval, consent of both or word to the consumer, is there.
    """
    if clock.state != ClockState.RUNNING:
        raise WrongMoment(_("Only a running time limit can be extended."))
    rules = _rules(rules)
    limit = _limit(clock, rules)
    most = limit.extends_by - clock.extended_by
    if amount < 1 or amount > most:
        raise Invalid(
            "amount",
            _("This time limit can be extended by at most %(most)s more.", most=most)
            if most > 0
            else _("This time limit cannot be extended."),
        )
    if limit.extends_needs and not needs_met:
        raise Invalid(
            "needs_met",
            _("Only with the consent of both parties.")
            if limit.extends_needs == "consent"
            else _("Only once the consumer has been told."),
        )
    _not_before(on, clock.started_on)
    if on > clock.due_on:
        raise WrongMoment(_("The time limit ran out on %(day)s; it can no longer be extended.", day=clock.due_on))
    entry = {"kind": "extension", "amount": amount, "evidence": _reference(evidence), "on": on.isoformat()}
    clock.spans = [*clock.spans, entry]
    clock.extended_by += amount
    recount(clock, rules.calendar)


def void(clock: ClockColumns) -> None:
    """The limit no longer applies: what it was for will not happen."""
    if not clock.is_open:
        raise WrongMoment(_("This time limit has already ended."))
    clock.spans = [entry for entry in clock.spans if entry["kind"] != "pause" or "until" in entry]
    clock.state = ClockState.VOID.value
    clock.paused_on = clock.paused_reason = None


def cut_off(clock: ClockColumns, on: date, *, rules: Rules | None = None) -> dict[str, Any] | None:
    """The limit is another from this day on: it is void, and the pause that ran is told, to go on in what follows."""
    running = clock.spans[-1] if clock.state == ClockState.PAUSED else None
    if running is not None:
        resume(clock, on, rules=rules)
        *earlier, last = clock.spans
        clock.spans = [*earlier, {**last, "cut": True}]
    void(clock)
    return running


def rebase(clock: Clock, profile: Profile, *, rules: Rules | None = None, **subject: Any) -> Clock | None:
    """Count an open clock by another profile, from the same day on: it is void, and what takes its place is new.

    None where that profile has no such limit. What was left out stays left out; a limit that was extended under the
    old rule cannot be moved to another.
    """
    if not clock.is_open:
        raise WrongMoment(_("This time limit has already ended."))
    if clock.extended_by:
        raise WrongMoment(_("This time limit was extended under its present rule and stays with it."))
    rules, other = _rules(rules), None
    if clock.code in profile.limits:
        other = start(type(clock), profile, clock.code, clock.started_on, rules=rules, **subject)
        other.spans, other.state = list(clock.spans), clock.state
        other.paused_on, other.paused_reason = clock.paused_on, clock.paused_reason
        recount(other, rules.calendar)
    void(clock)
    return other


def carry(clock: ClockColumns, number: str, on: date, pauses: Sequence[dict[str, Any]], *, rules: Rules) -> None:
    """Let the time used elsewhere count: the clock started on the first receipt and has left out `pauses` since.

    `number` is that of the matter it was taken over from, `on` the day it was taken over.
    """
    clock.spans = [*pauses, {"kind": "carried", "number": number, "on": on.isoformat()}]
    recount(clock, rules.calendar)


def recount(clock: ClockColumns, calendar: Calendar) -> bool:
    """Work the due date out again by this calendar; true if it moved. A clock that has ended stays as it was."""
    if not clock.is_open:
        return False
    before = clock.due_on
    clock.paused_days = sum(_days_out(entry, clock.unit, calendar) for entry in clock.pauses)
    total = clock.amount + clock.extended_by + clock.paused_days
    due = last_day(clock.started_on, total, clock.unit, rolls=clock.rolls, calendar=calendar)
    clock.due_on = max(due, went_on(clock, calendar))
    clock.calendar_version = calendar.version
    return clock.due_on != before


def went_on(clock: ClockColumns, calendar: Calendar) -> date:
    """The day before which it cannot end: on which it was let go on last, or the working day after that.

    What was stopped on a last day that only a day off had made the last had no day left to go on with.
    """
    day = max((date.fromisoformat(entry["until"]) for entry in clock.pauses if "until" in entry), default=date.min)
    return calendar.next_working_day(day) if clock.rolls and day != date.min else day


def follow(
    subject: Timed,
    on: date,
    *,
    profile: Profile | None = None,
    meets: Collection[str] = (),
    starts: Iterable[str] = (),
    drops: Collection[str] = (),
    rules: Rules | None = None,
) -> list[ClockColumns]:
    """What a step does to the open clocks of its subject: meet some, drop some, start some.

    `profile` is needed where something starts. Returns the clocks that were started.
    """
    for clock in [clock for clock in subject.clocks if clock.is_open]:
        if clock.code in meets:
            meet(clock, on, rules=rules)
        elif clock.code in drops:
            void(clock)
    started: list[ClockColumns] = []
    for code in starts:
        if profile is None:
            raise TypeError(f"the clock {code} needs a profile to start from")
        kind = inspect(type(subject)).relationships["clocks"].mapper.class_
        started.append(start(kind, profile, code, on, rules=rules))
    subject.clocks.extend(started)
    return started


def _rules(rules: Rules | None) -> Rules:
    return load_rules() if rules is None else rules


def _limit(clock: ClockColumns, rules: Rules) -> Limit:
    return rules.limit(clock.profile_code, clock.profile_version, clock.code)


def _days_out(entry: dict[str, Any], unit: str, calendar: Calendar) -> int:
    if "until" not in entry:
        return 0
    return span(date.fromisoformat(entry["on"]), date.fromisoformat(entry["until"]), unit, calendar)


def _not_before(on: date, *days: date) -> None:
    latest = max(days)
    if on < latest:
        raise WrongMoment(_("That cannot have been before %(day)s.", day=latest))


def _reference(evidence: str) -> str:
    evidence = evidence.strip()
    if not evidence:
        raise Invalid("evidence", _("Name the paper that shows it."))
    if len(evidence) > REFERENCE_LENGTH:
        raise Invalid("evidence", _("Give the number of the paper, not its text."))
    names_nobody(evidence=evidence)
    return evidence
