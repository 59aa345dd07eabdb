"""How offices move through time: moments in office hours, working days, and the limits that run meanwhile."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from app.core.clock import SHANGHAI
from app.deadlines.profiles import Rules
from app.demo.records import Limit

OFFICE_HOURS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))

_CASE_STARTS = {
    "receive": "acceptance",
    "accept": "mediation",
    "reopen": "mediation",
    "end": "termination_notice",
}
_CASE_ENDS = {
    "accept": ("acceptance",),
    "refuse": ("acceptance",),
    "withdraw": ("acceptance",),
    "taken_over": ("acceptance", "mediation"),
    "settle": ("mediation",),
    "end": ("mediation",),
    "notify": ("termination_notice",),
}


class Pace:
    """Draws the moments of one case; `received_on` decides which law counts its days."""

    def __init__(self, rng: Random, rules: Rules, received_on: date) -> None:
        self.rng, self.rules, self.received_on = rng, rules, received_on
        self.calendar = rules.calendar

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

    def due_on(self, code: str, start: date, family: str = "administrative") -> date:
        """The last day of a limit that starts on `start`."""
        return self.rules.in_force(self.received_on, family).limit(code).due_on(start, self.calendar)

    def case_limits(self, steps: Iterable[tuple[str, datetime]]) -> tuple[Limit, ...]:
        return self._run(steps, _CASE_STARTS, _CASE_ENDS, "administrative")

    def exchange_limits(self, kind: str, steps: Iterable[tuple[str, datetime]]) -> tuple[Limit, ...]:
        answer = f"{kind}_answer"
        starts = {"send": "sign", "resend": "sign", "sign": answer, "answer": "answer_review", "send_back": answer}
        ends = {
            "sign": ("sign",),
            "return": ("sign", answer),
            "resend": ("return_handling",),
            "answer": (answer,),
            "close": ("answer_review", "return_handling"),
        }
        if kind == "referral":
            ends["accept"] = (answer,)
        else:
            starts["return"] = "return_handling"
        return self._run(steps, starts, ends, "exchange")

    def _run(
        self,
        steps: Iterable[tuple[str, datetime]],
        starts: Mapping[str, str],
        ends: Mapping[str, tuple[str, ...]],
        family: str,
    ) -> tuple[Limit, ...]:
        """The limits that a run of steps started and stopped."""
        limits: list[Limit] = []
        for step, at in steps:
            for place, limit in enumerate(limits):
                if limit.code in ends.get(step, ()) and limit.ended_on is None:
                    limits[place] = replace(limit, ended_on=at.date())
            if step in starts:
                code = starts[step]
                limits.append(Limit(code, at.date(), self.due_on(code, at.date(), family), None))
        return tuple(limits)
