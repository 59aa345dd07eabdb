"""Which limits bind whom: by regime, by channel, by the day of receipt, and by what the city does with open cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid, WrongMoment
from app.deadlines import clock as clocks
from app.deadlines.profiles import Regime, Rules
from app.deadlines.services import shipped_rules

RULES = shipped_rules()
EAST, WEST = 2, 3
SPRING, SWITCH, AUTUMN = date(2026, 4, 14), date(2026, 4, 15), date(2026, 9, 18)


def having(*regimes: Regime) -> Rules:
    return replace(RULES, regimes=regimes)


def test_without_a_word_of_the_city_the_orders_bind_by_the_day_of_receipt() -> None:
    assert RULES.binding(EAST, "window", SPRING, AUTUMN).code == "order-20"
    assert RULES.binding(EAST, "window", SWITCH, AUTUMN).code == "order-121"
    assert RULES.beside(EAST, "hotline", AUTUMN) is None


def test_the_city_may_take_what_is_open_under_the_new_rule() -> None:
    rules = having(Regime(in_flight="new"))
    assert rules.binding(EAST, "window", SPRING, SPRING).code == "order-20"
    assert rules.binding(EAST, "window", SPRING, SWITCH).code == "order-121"


def test_a_center_has_its_own_regime_from_a_day_on_and_may_go_back_to_the_citys() -> None:
    rules = having(
        Regime(),
        Regime(EAST, date(2026, 6, 1), "zhejiang"),
        Regime(EAST, date(2026, 9, 1), None),
    )
    assert rules.binding(EAST, "window", date(2026, 5, 31), AUTUMN).code == "order-121"
    assert rules.binding(EAST, "window", date(2026, 6, 1), AUTUMN).code == "zhejiang-association"
    assert rules.binding(EAST, "window", date(2026, 9, 1), AUTUMN).code == "order-121"
    assert rules.binding(WEST, "window", date(2026, 6, 1), AUTUMN).code == "order-121"


def test_a_change_of_the_centers_regime_is_a_change_of_rule_too() -> None:
    east = Regime(EAST, date(2026, 6, 1), "shanghai", in_flight="new")
    assert having(east).binding(EAST, "window", date(2026, 5, 4), date(2026, 6, 2)).code == "shanghai-association"
    old = replace(east, in_flight="old")
    assert having(old).binding(EAST, "window", date(2026, 5, 4), date(2026, 6, 2)).code == "order-121"


def test_a_channel_brings_limits_of_its_own_beside_or_instead() -> None:
    rules = having(Regime(channels={"hotline": "hotline", "association": "cross_region"}))
    assert rules.binding(EAST, "hotline", AUTUMN, AUTUMN).code == "order-121"
    assert rules.beside(EAST, "hotline", AUTUMN).code == "hotline-12345"  # type: ignore[union-attr]  # it is bound
    assert rules.binding(EAST, "association", AUTUMN, AUTUMN).code == "yu-rong"
    assert rules.beside(EAST, "association", AUTUMN) is None


def test_waiting_for_papers_stops_the_decision_only_where_the_city_says_so() -> None:
    limit = RULES.profile("order-121").limit("acceptance")
    assert not RULES.pauses(limit, EAST, AUTUMN)
    allowed = having(Regime(supplement=True))
    assert set(allowed.pauses(limit, EAST, AUTUMN)) == {"supplement", "identity"}
    assert set(allowed.pauses(RULES.profile("order-121").limit("mediation"), EAST, AUTUMN)) == {"testing"}


def test_a_pause_that_only_the_city_allows_gives_the_days_back(running: Any) -> None:
    # Received on Wednesday 2026-09-16, due on Thursday the 24th. Stopped from Friday 18 (2 used) to Tuesday 22: the
    # make-up Sunday 20, 21 and 22 are left out; 23, 24, 28, 29 and Wednesday the 30th are the five that were left.
    clock = running("acceptance", date(2026, 9, 16))
    assert clock.due_on == date(2026, 9, 24)
    with pytest.raises(Invalid):
        clocks.pause(clock, AUTUMN, "supplement", "BZ-1", rules=RULES)
    clocks.pause(clock, AUTUMN, "supplement", "BZ-1", also={"supplement"}, file="f1", rules=RULES)
    clocks.resume(clock, date(2026, 9, 22), rules=RULES)
    assert (clock.due_on, clock.pauses[0]["file"]) == (date(2026, 9, 30), "f1")


def test_thirty_days_more_in_shanghai_take_the_consent_of_both(running: Any) -> None:
    # 2026-09-18 + 60 = 11-17, + 30 = 12-17, a Thursday
    clock = running("mediation", AUTUMN, profile="shanghai-association")
    with pytest.raises(Invalid) as refused:
        clocks.extend(clock, date(2026, 11, 16), 30, "TY-1", rules=RULES)
    assert refused.value.field == "needs_met"
    clocks.extend(clock, date(2026, 11, 16), 30, "TY-1", needs_met=True, rules=RULES)
    assert clock.due_on == date(2026, 12, 17)


def test_another_rule_counts_from_the_same_day_and_the_clock_before_is_void(running: Any) -> None:
    # Accepted on Monday 2026-04-13 under Order 20; five days of testing from 20 to 24 April. Under Order 121:
    # 60 days are 06-12, and four days left out (21, 22, 23, 24): 06-16.
    clock = running("mediation", date(2026, 4, 13))
    clocks.pause(clock, date(2026, 4, 20), "testing", "JC-1", rules=RULES)
    clocks.resume(clock, date(2026, 4, 24), rules=RULES)
    other = clocks.rebase(clock, RULES.profile("order-121"), rules=RULES)
    assert other is not None
    assert (clock.state, other.state, other.started_on) == ("void", "running", date(2026, 4, 13))
    assert (other.profile_code, other.unit, other.due_on) == ("order-121", "calendar", date(2026, 6, 16))


def test_a_clock_that_stands_still_stands_still_under_the_other_rule_too(running: Any) -> None:
    clock = running("mediation", date(2026, 4, 13))
    clocks.pause(clock, date(2026, 4, 20), "testing", "JC-1", rules=RULES)
    other = clocks.rebase(clock, RULES.profile("order-121"), rules=RULES)
    assert other is not None
    assert (other.state, other.paused_on) == ("paused", date(2026, 4, 20))
    clocks.resume(other, date(2026, 4, 24), rules=RULES)
    assert other.due_on == date(2026, 6, 16)


def test_what_was_extended_stays_with_its_rule_and_what_has_no_limit_ends(running: Any) -> None:
    extended = running("mediation", AUTUMN, profile="shanghai-association")
    clocks.extend(extended, AUTUMN, 10, "TY-1", needs_met=True, rules=RULES)
    with pytest.raises(WrongMoment):
        clocks.rebase(extended, RULES.profile("order-121"), rules=RULES)
    acceptance = running("acceptance", AUTUMN)
    assert clocks.rebase(acceptance, RULES.profile("shanghai-association"), rules=RULES) is None
    assert acceptance.state == "void"


def test_time_used_elsewhere_counts_when_it_is_carried_over(running: Any) -> None:
    # Received elsewhere on 2026-09-16, taken over on the 21st: still due on the 24th.
    clock = running("acceptance", date(2026, 9, 16))
    clocks.carry(clock, "2026-000031", date(2026, 9, 21), [], rules=RULES)
    assert clock.due_on == date(2026, 9, 24)
    # And three days of testing that the other had left out are left out here.
    mediation = running("mediation", AUTUMN)
    out = {"kind": "pause", "reason": "testing", "evidence": "JC-1", "on": "2026-10-12", "until": "2026-10-15"}
    clocks.carry(mediation, "2026-000031", date(2026, 10, 20), [out], rules=RULES)
    assert (mediation.paused_days, mediation.due_on) == (3, date(2026, 11, 20))


whole = st.sampled_from(sorted(RULES.families(whole=True)))
day = st.dates(date(2020, 1, 2), date(2027, 3, 1))
careful = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(day, st.integers(0, 200), whole, st.sampled_from(["old", "new"]), day)
def test_every_case_has_one_rule_and_the_day_it_came_in_decides_unless_the_city_says_otherwise(
    received: date, open_for: int, family: str, in_flight: str, since: date
) -> None:
    rules = having(Regime(EAST, since, family, in_flight))
    today = received + timedelta(days=open_for)
    found = rules.binding(EAST, "window", received, today)
    assert found.is_whole
    decisive = today if rules.regime(EAST, today).in_flight == "new" else received
    assert found.binds(decisive)
    assert found.family == rules.regime(EAST, decisive).family


@careful
@given(day, st.integers(0, 30), st.integers(0, 30), st.integers(1, 30), st.booleans())
def test_an_extension_is_worth_its_days_whether_before_or_after_a_pause(
    start: date, first: int, length: int, more: int, before: bool
) -> None:
    profile = replace(RULES.profile("shanghai-association"))
    limit = replace(profile.limit("mediation"), pauses=RULES.profile("order-121").limit("mediation").pauses)
    local = replace(profile, code="local", limits={"mediation": limit})
    rules = replace(RULES, profiles=(*RULES.profiles, local))
    from tests.deadlines.conftest import PaperClock

    clock = clocks.start(PaperClock, local, "mediation", start, rules=rules)
    plain = clock.due_on
    on = start + timedelta(days=first)

    def lengthen() -> None:
        clocks.extend(clock, on, more, "TY-1", needs_met=True, rules=rules)

    if before:
        lengthen()
    clocks.pause(clock, on, "testing", "JC-1", rules=rules)
    clocks.resume(clock, on + timedelta(days=length), rules=rules)
    if not before:
        on += timedelta(days=length)
        if on <= clock.due_on:
            lengthen()
    assert clock.due_on >= plain
    unrolled = start + timedelta(days=60 + length + clock.extended_by)
    assert clock.due_on == RULES.calendar.next_working_day(unrolled)


@careful
@given(day, st.integers(0, 60), st.integers(0, 40), whole, whole)
def test_there_and_back_under_another_rule_is_where_it_was(
    start: date, first: int, length: int, one: str, other: str
) -> None:
    from tests.deadlines.conftest import PaperClock

    families = RULES.families(whole=True)
    clock = clocks.start(PaperClock, families[one], "mediation", start, rules=RULES)
    on = start + timedelta(days=first)
    if on <= clock.due_on and clock.profile_code == "order-121":
        clocks.pause(clock, on, "testing", "JC-1", rules=RULES)
        clocks.resume(clock, on + timedelta(days=length), rules=RULES)
    due = clock.due_on
    there = clocks.rebase(clock, families[other], rules=RULES)
    assert there is not None
    back = clocks.rebase(there, families[one], rules=RULES)
    assert back is not None
    assert (back.due_on, back.spans) == (due, clock.spans)
