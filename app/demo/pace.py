"""How offices move through time: moments in office hours, working days, the last day of a limit."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random

from app.core.clock import SHANGHAI
from app.deadlines.calendar import Calendar
from app.deadlines.profiles import Profile, span

OFFICE_HOURS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
AT_THE_DESKS = ((time(9, 30), time(12, 0)), (time(15, 0), time(17, 0)))
"""When an hour of work lies behind everybody: what stands on the desks came of it."""


def at_the_desks(now: datetime, calendar: Calendar) -> datetime:
    """The latest moment not after `now` at which an hour of work lies behind everybody: no night, lunch or Sunday."""
    now = now.astimezone(SHANGHAI)
    day = now.date()
    while True:
        if calendar.is_working_day(day):
            for begins, ends in reversed(AT_THE_DESKS):
                if now >= datetime.combine(day, begins, SHANGHAI):
                    return min(now, datetime.combine(day, ends, SHANGHAI))
        day -= timedelta(days=1)


class Pace:
    """Draws the moments of one case, whose days are counted by `law`."""

    def __init__(self, rng: Random, calendar: Calendar, law: Profile) -> None:
        self.rng, self.calendar, self.law = rng, calendar, law

    def after(self, moment: datetime, least: int, most: int, *, soon: bool = False) -> datetime:
        """A moment in office hours, so many working days later; `soon` is as early as the office is open."""
        days = self.rng.randint(least, most)
        day = moment.date()
        if days == 0 and self.calendar.is_working_day(day) and moment.time() < time(17, 0):
            opens = max(moment, datetime.combine(day, time(8, 30), SHANGHAI))
            left = int((datetime.combine(day, time(17, 30), SHANGHAI) - opens).total_seconds()) // 60
            at = opens + timedelta(minutes=self.rng.randint(3, min(left, 40) if soon else left))
            return at + timedelta(hours=2) if time(12, 0) < at.time() < time(14, 0) else at  # not at lunch
        return self.on_day(self.calendar.add_working_days(day, max(days, 1)), early=soon)

    def on_day(self, day: date, *, early: bool = False) -> datetime:
        """A moment in office hours of that day, or of the next one that is worked."""
        day = self.calendar.next_working_day(day)
        begin, end = OFFICE_HOURS[0 if early else self.rng.random() < 0.45]
        minutes = (end.hour - begin.hour) * 60 + end.minute - begin.minute
        return datetime.combine(day, begin, SHANGHAI) + timedelta(minutes=self.rng.randrange(minutes))

    def due_on(self, code: str, start: date, out: Iterable[tuple[date, date]] = ()) -> date:
        """The last day of a limit of the case that starts on `start`, where these spans are left out."""
        limit = self.law.limit(code)
        more = sum(span(since, until, limit.unit, self.calendar) for since, until in out)
        return limit.due_on(start, self.calendar, more=more)
