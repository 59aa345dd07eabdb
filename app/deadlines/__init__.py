"""Deadlines (时限): the working-day calendar (工作日历), legal profiles (法定时限), and clocks (计时).

A `Calendar` knows which days are worked; a `Profile` which limits bind what was received on a day; a clock is one
limit running on one case or handoff: started, met, paused, resumed, extended, or void. `explain()` says why a due
date is what it is, `view()` what the bar shows. A domain's clock table stands on `ClockColumns`.
"""

from app.deadlines.calendar import Calendar
from app.deadlines.clock import (
    ClockColumns,
    ClockState,
    carry,
    cut_off,
    extend,
    follow,
    meet,
    pause,
    rebase,
    recount,
    resume,
    start,
    void,
)
from app.deadlines.profiles import ADMINISTRATIVE, EXCHANGE, SOON, URGENT, Limit, NoRule, Profile, Regime, Rules
from app.deadlines.queries import forget, load_calendar, load_rules
from app.deadlines.services import seed
from app.deadlines.wording import ClockView, Explanation, explain, view

__all__ = [
    "ADMINISTRATIVE",
    "EXCHANGE",
    "SOON",
    "URGENT",
    "Calendar",
    "ClockColumns",
    "ClockState",
    "ClockView",
    "Explanation",
    "Limit",
    "NoRule",
    "Profile",
    "Regime",
    "Rules",
    "carry",
    "cut_off",
    "explain",
    "extend",
    "follow",
    "forget",
    "load_calendar",
    "load_rules",
    "meet",
    "pause",
    "rebase",
    "recount",
    "resume",
    "seed",
    "start",
    "view",
    "void",
]
