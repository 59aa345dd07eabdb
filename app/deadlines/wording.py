"""Clocks in words: the reason for a due date, and what a list row or a side panel says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import get_month_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.deadlines.calendar import Bilingual, Calendar, Stretch
from app.deadlines.clock import ClockColumns, ClockState, went_on
from app.deadlines.profiles import SOON, SUPPLEMENT, URGENT, Limit, Rules, Unit, last_day, span
from app.deadlines.queries import load_rules


def say(words: Bilingual) -> str:
    """A name kept as data, in the reader's language."""
    locale = get_locale()
    return words.zh if locale is not None and locale.language == "zh" else words.en


def days(amount: int, unit: str) -> str:
    """A length that says by which days it is counted: 60 日（自然日）, 7 个工作日."""
    if unit == Unit.WORKING:
        return ngettext("%(num)d working day", "%(num)d working days", amount)
    return ngettext("%(num)d calendar day", "%(num)d calendar days", amount)


def because(limit: Limit, reason: str) -> str:
    """Why a clock stands still, in words; the reason may be one that only the city allows, or the rule before."""
    return say(limit.pauses.get(reason) or SUPPLEMENT.get(reason) or Bilingual(reason, reason))


def limit_title(one: Any) -> str:
    """The name of the limit that a clock, or a note about one, is for."""
    return say(load_rules().limit(one.profile_code, one.profile_version, one.code).title)


def day_kinds() -> dict[str, str]:
    """What a day is to a clock, see `days.Day`."""
    return {
        "start": _("the day of the event, not counted"),
        "counted": _("counted"),
        "workday": _("make-up workday, counted"),
        "weekend": _("weekend"),
        "holiday": _("holiday"),
        "paused": _("left out"),
        "rolled": _("the last day was off: moved on"),
    }


def month_name(month: int) -> str:
    """1 -> January, 一月."""
    return str(get_month_names("wide", locale=get_locale() or "en")[month])


@dataclass(frozen=True)
class Explanation:
    """Why a due date is what it is. `str()` gives all of it on one line, for a title or a letter."""

    steps: tuple[str, ...]  # the sum, step by step
    notes: tuple[str, ...]  # holidays passed over, make-up days counted
    citation: str
    warning: str = ""

    def __str__(self) -> str:
        text = _("; ").join((*self.steps, *self.notes, *filter(None, (self.warning,))))
        return f"{text} · {self.citation}"


def explain(clock: ClockColumns, rules: Rules | None = None) -> Explanation:
    """The reason for the due date in words: event, limit, what was added, what was left out, by which article."""
    rules = load_rules() if rules is None else rules
    limit = rules.limit(clock.profile_code, clock.profile_version, clock.code)
    calendar = rules.calendar
    steps, last = _sum(clock, limit, calendar)
    rolled = calendar.next_working_day(last) if clock.rolls else last
    if rolled != last:
        moved = {"last": last, "why": _day_off(last, calendar), "day": rolled}
        steps.append(_("%(last)s is %(why)s, so it moves to %(day)s", **moved))
    if (again := went_on(clock, calendar)) > rolled:
        rolled = again
        steps.append(_("it was stopped with no day left, and ends when it goes on: %(day)s", day=again))
    if clock.state == ClockState.PAUSED and clock.paused_reason:
        reason = because(limit, clock.paused_reason)
        steps.append(_("paused since %(day)s for %(reason)s", day=clock.paused_on, reason=reason))
    if rolled != clock.due_on:
        differs = {"day": clock.due_on, "version": clock.calendar_version}
        steps.append(_("counted as %(day)s by version %(version)s of the calendar", **differs))
    return Explanation(
        steps=tuple(steps),
        notes=_notes(clock, calendar),
        citation=limit.citation,
        warning=unconfirmed_warning(calendar.unconfirmed(clock.started_on, clock.due_on)),
    )


def unconfirmed_warning(years: tuple[int, ...]) -> str:
    """The sentence for a due date, or a page, that rests on a year nobody has confirmed; empty if none does."""
    if not years:
        return ""
    listed = _(", ").join(map(str, years))
    return _("The holidays of %(years)s are not confirmed: counted by weekdays only", years=listed)


@dataclass(frozen=True)
class ClockView:
    """A clock as a bar with words.

    `share` is how much of the time is used up, 0 to 100. `tone` is empty while there is time, soon from five working
    days left, urgent from two, late once the last day has passed, met, or paused (also for a clock that no longer
    applies). `key` is the clock's, for its page.
    """

    title: str
    words: str
    share: int
    tone: str
    due_on: date
    why: str
    key: Any = None
    code: str = ""


def view(clock: ClockColumns, today: date, rules: Rules | None = None) -> ClockView:
    """What the bar of a clock shows today. Days left are counted as the limit counts; days late are plain days."""
    rules = load_rules() if rules is None else rules
    limit = rules.limit(clock.profile_code, clock.profile_version, clock.code)
    left = rules.calendar.working_days_between(today, clock.due_on)
    return ClockView(
        title=say(limit.title),
        words=_words(clock, limit, today, left, rules.calendar),
        share=_share(clock, today, rules.calendar),
        tone=_tone(clock, today, left),
        due_on=clock.due_on,
        why=str(explain(clock, rules)),
        key=getattr(clock, "id", None),
        code=clock.code,
    )


def set_day(due_on: date, since: date, today: date, done_on: date | None = None) -> ClockView:
    """The bar of a day that somebody set, such as of a task: counted in working days, and by no law."""
    calendar = load_rules().calendar
    left = calendar.working_days_between(today, due_on)
    used, total = calendar.working_days_between(since, today), calendar.working_days_between(since, due_on)
    share = 100 if done_on or today >= due_on else min(100, max(0, round(100 * used / max(1, total))))
    if done_on:
        words, tone = _("done on %(day)s", day=done_on), "met"
    elif today > due_on:
        words, tone = _late_words((today - due_on).days), "late"
    elif today == due_on:
        words, tone = _("due today"), "urgent"
    else:
        words = ngettext("%(num)d working day left", "%(num)d working days left", left)
        tone = "urgent" if left <= URGENT else "soon" if left <= SOON else ""
    return ClockView("", words, share, tone, due_on, str(due_on))


def _sum(clock: ClockColumns, limit: Limit, calendar: Calendar) -> tuple[list[str], date]:
    """The steps of the sum, and where it ends before the last day rolls."""

    def after(total: int) -> date:
        return last_day(clock.started_on, total, clock.unit, rolls=False, calendar=calendar)

    total = clock.amount
    steps = []
    if carried := next((entry for entry in clock.spans if entry["kind"] == "carried"), None):
        facts = {"number": carried["number"], "day": carried["on"]}
        steps.append(_("taken over from %(number)s on %(day)s, the time used there counts", **facts))
    first = {"start": clock.started_on, "event": say(limit.starts), "limit": days(total, clock.unit)}
    steps.append(_("%(start)s %(event)s + %(limit)s = %(day)s", **first, day=after(total)))
    if clock.extended_by:
        total += clock.extended_by
        steps.append(_("extended by %(days)s → %(day)s", days=days(clock.extended_by, clock.unit), day=after(total)))
    for pause in clock.pauses:
        if "until" in pause:
            ends = (date.fromisoformat(pause["on"]), date.fromisoformat(pause["until"]))
            out = span(*ends, clock.unit, calendar)
            total += out
            facts = {"reason": because(limit, pause["reason"]), "days": days(out, clock.unit), "day": after(total)}
            steps.append(_("less %(days)s for %(reason)s → %(day)s", **facts))
    return steps, after(total)


def _notes(clock: ClockColumns, calendar: Calendar) -> tuple[str, ...]:
    if clock.unit != Unit.WORKING:
        return ()
    holidays = calendar.holidays_passed(clock.started_on, clock.due_on)
    workdays = calendar.workdays_passed(clock.started_on, clock.due_on)
    notes = []
    if holidays:
        listed = _(", ").join(map(stretch, holidays))
        notes.append(_("not counting %(holidays)s", holidays=listed))
    if workdays:
        listed = _(", ").join(f"{day}" for day in workdays)
        notes.append(_("counting the make-up workdays %(days)s", days=listed))
    return tuple(notes)


def stretch(one: Stretch) -> str:
    """A holiday with its days: 国庆节 10-01 至 10-07."""
    name, first, last = say(one.name), f"{one.first:%m-%d}", f"{one.last:%m-%d}"
    if first == last:
        return f"{name} {first}"
    return _("%(name)s %(first)s to %(last)s", name=name, first=first, last=last)


def _day_off(day: date, calendar: Calendar) -> str:
    if day in calendar.holidays:
        return _("a holiday (%(name)s)", name=say(calendar.holidays[day]))
    return _("a Sunday") if day.weekday() == 6 else _("a Saturday")


def _words(clock: ClockColumns, limit: Limit, today: date, left: int, calendar: Calendar) -> str:
    if clock.state == ClockState.VOID:
        return _("no longer applies")
    if clock.state == ClockState.PAUSED and clock.paused_reason:
        return _("paused · %(reason)s", reason=because(limit, clock.paused_reason))
    if clock.state == ClockState.MET and clock.met_on:
        return _met_words(clock, clock.met_on, calendar)
    if today > clock.due_on:
        return _late_words((today - clock.due_on).days)
    if today == clock.due_on:
        return _("due today")
    if clock.unit == Unit.WORKING:
        return ngettext("%(num)d working day left", "%(num)d working days left", left)
    if left <= clock.warns_at:
        return ngettext("due within %(num)d working day", "due within %(num)d working days", left)
    return ngettext("%(num)d day left", "%(num)d days left", (clock.due_on - today).days)


def _met_words(clock: ClockColumns, met_on: date, calendar: Calendar) -> str:
    if met_on > clock.due_on:
        late = (met_on - clock.due_on).days
        return ngettext("met %(num)d day late", "met %(num)d days late", late)
    early = span(met_on, clock.due_on, clock.unit, calendar)
    if early <= 0:
        return _("met on the last day")
    if clock.unit == Unit.WORKING:
        return ngettext("%(num)d working day early", "%(num)d working days early", early)
    return ngettext("%(num)d day early", "%(num)d days early", early)


def _late_words(late: int) -> str:
    return ngettext("%(num)d day late", "%(num)d days late", late)


def _share(clock: ClockColumns, today: date, calendar: Calendar) -> int:
    """How much of the limit is used up, by its own days, in percent."""
    if not clock.is_open:
        return 100
    until = min(clock.paused_on or today, clock.due_on)
    total = span(clock.started_on, clock.due_on, clock.unit, calendar) - clock.paused_days
    used = span(clock.started_on, until, clock.unit, calendar) - clock.paused_days
    return min(100, max(0, round(100 * used / max(1, total))))


def _tone(clock: ClockColumns, today: date, left: int) -> str:
    if clock.is_late(today):
        return "late"
    if clock.state == ClockState.MET:
        return "met"
    if clock.state != ClockState.RUNNING:
        return "paused"
    if left <= URGENT:
        return "urgent"
    return "soon" if left <= clock.warns_at else ""
