"""The lives of the demo's cases: deterministic, in order, possible, and with something of everything."""

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from app import deadlines
from app.cases import lists
from app.cases.models import OPEN, CaseClock, CaseState, Outcome
from app.cases.workflow import CASE
from app.core import clock
from app.core.clock import SHANGHAI
from app.deadlines import ClockState
from app.deadlines.profiles import SUPPLEMENT
from app.deadlines.services import shipped_rules
from app.demo import builder_groups
from app.demo.city import CITY
from app.demo.records import Life
from app.demo.story import OUTBREAK, lives
from app.handoffs.models import DraftState, HandoffState
from app.handoffs.workflow import LETTER, WORKFLOWS
from tests.demo.walk import walked

NOW = datetime(2026, 11, 22, 9, 40, tzinfo=SHANGHAI)
RULES = shipped_rules()
CASES = 3000
SOME, SEVERAL = 3, 5
AFTER_SPRING_FESTIVAL = datetime(2026, 2, 24, 10, 0, tzinfo=SHANGHAI)
NEW_YEAR = datetime(2027, 1, 4, 15, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def city() -> list[Life]:
    return list(lives(CASES, 7, NOW, RULES))


@pytest.fixture(scope="module")
def clocks(city: list[Life]) -> dict[int, list[CaseClock]]:
    """The clocks of every case, worked out step by step."""
    return {life.key: walked(life, RULES).clocks for life in city}


def first(city: list[Life]) -> list[Life]:
    return [life for life in city if life.origin == "first"]


def test_the_same_seed_and_moment_tell_the_same_city():
    assert list(lives(60, 7, NOW, RULES)) == list(lives(60, 7, NOW, RULES))
    assert list(lives(60, 7, NOW, RULES)) != list(lives(60, 8, NOW, RULES))


def test_so_many_first_receipts_as_were_asked_for_over_eighteen_months(city: list[Life]):
    assert len(first(city)) == CASES
    moments = [life.received_at for life in city]
    assert moments == sorted(moments)
    assert moments[-1] <= NOW
    assert timedelta(days=530) < moments[-1] - moments[0] < timedelta(days=560)
    assert len({life.key for life in city}) == len(city)


def test_bodies_are_hardly_ever_the_same(city: list[Life]):
    bodies = Counter(life.letter.body for life in first(city))
    assert len(bodies) >= 0.95 * CASES
    assert max(bodies.values()) <= 3


def test_there_is_something_of_every_channel_nature_and_outcome(city: list[Life]):
    assert {life.nature for life in city} >= {"C", "M", "R"}
    assert {life.channel for life in city} >= {"window", "phone", "hotline", "platform", "portal", "letter"}
    outcomes = Counter(life.outcome for life in city)
    assert set(outcomes) == {None, *(str(outcome) for outcome in Outcome)} - {
        Outcome.JOINED.value,  # builder_groups
        Outcome.TAKEN_BACK.value,  # builder_groups
    }
    assert min(outcomes.values()) >= SEVERAL


def test_cases_stand_at_every_status_and_take_every_step(city: list[Life]):
    """A step that is declared and that nobody in the demo takes is a step that nobody who looks at it will see."""
    standing = Counter(life.state for life in city)
    assert {state for state in CaseState if standing[state] < SOME} == set()
    steps = Counter(act.step for life in city for act in life.acts if not act.rejected)
    assert {name for name in CASE.by_name if steps[name] < SEVERAL} == {*builder_groups.STEPS}


def test_every_ground_is_given(city: list[Life]):
    grounds = Counter(act.facts["ground"] for life in city for act in life.acts if "ground" in act.facts)
    assert set(grounds) == set(lists.shipped("refusal_grounds")) | set(lists.shipped("ending_grounds"))
    assert min(grounds.values()) >= SOME


def test_the_director_approves_rejects_and_has_some_on_the_desk(city: list[Life]):
    drafted = [act for life in city for act in life.acts if act.drafted_by]
    assert {act.step for act in drafted} == {step.name for step in CASE.by_name.values() if step.approval}
    for step in ("refuse", "extend"):
        assert sum(act.step == step and not act.rejected for act in drafted) >= SEVERAL
        assert sum(act.step == step and bool(act.rejected) for act in drafted) >= SEVERAL
        assert sum(life.waiting is not None and life.waiting.step == step for life in city) >= 1


def test_clocks_stop_go_on_and_are_lengthened(city: list[Life], clocks: dict[int, list[CaseClock]]):
    every = [one for ours in clocks.values() for one in ours]
    assert {state for state in ClockState if sum(one.state == state for one in every) < SEVERAL} == set()
    # What stops the decision on a report on which a case file was opened is of the office that punishes.
    ours = [one for one in every if one.code != "case_decision"]
    reasons = {reason for one in ours for reason in RULES.limit(one.profile_code, 1, one.code).pauses}
    over = Counter(pause["reason"] for one in every for pause in one.pauses if "until" in pause)
    assert {reason for reason in reasons | set(SUPPLEMENT) if over[reason] < SEVERAL} == set()
    assert {"testing", "supplement"} <= {one.paused_reason for one in every}
    assert sum(one.extended_by > 0 for one in every) >= SEVERAL
    assert {one.profile_code for one in every} >= {"order-20", "order-121", "hotline-12345", "internal"}


@pytest.mark.parametrize("now", [NOW, AFTER_SPRING_FESTIVAL, NEW_YEAR], ids=["autumn", "spring", "new year"])
def test_every_county_has_work_that_is_late_soon_and_fine(city: list[Life], now: datetime):
    today = clock.on(now)
    told = city if now == NOW else lives(CASES, 7, now, RULES)
    queues: dict[str, list[int]] = {office.slug: [] for office in CITY.centers}
    for life in told:
        dues = [one.due_on for one in walked(life, RULES).clocks if one.state == "running"]
        if dues and CaseState(life.state) in OPEN:
            first = min(dues)
            left = RULES.calendar.working_days_between(today, first)
            queues[life.center].append(-1 if first < today else 0 if left <= deadlines.SOON else 1)
    for county, queue in queues.items():
        assert set(queue) == {-1, 0, 1}, county
        assert queue.count(-1) <= len(queue) / 3, county
        assert queue.count(1) >= 0.3 * len(queue), county


def test_some_last_days_lie_in_a_year_whose_holidays_nobody_knows_yet(clocks: dict[int, list[CaseClock]]):
    ahead = [one for ours in clocks.values() for one in ours if one.is_open and one.due_on.year == 2027]
    assert len(ahead) >= SEVERAL
    assert all(RULES.calendar.unconfirmed(one.started_on, one.due_on) == (2027,) for one in ahead)


def test_work_crosses_the_walls_both_ways(city: list[Life]):
    exchanges = [exchange for life in city for exchange in life.exchanges]
    requests = Counter(exchange.receiver for exchange in exchanges if exchange.kind == "request")
    assert set(requests) == {office.slug for office in CITY.departments}
    referrals = {(exchange.sender, exchange.receiver) for exchange in exchanges if exchange.kind == "referral"}
    assert len(referrals) >= 20


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(days=3), AFTER_SPRING_FESTIVAL, NEW_YEAR])
def test_in_every_county_a_letter_waits_to_be_signed_for_and_in_the_first_several(now: datetime):
    lying = Counter(
        one.receiver
        for life in lives(CASES, 7, now, RULES)
        for one in life.exchanges
        if one.kind == "referral" and one.state == "sent"
    )
    assert set(lying) == {office.slug for office in CITY.centers}
    assert lying[CITY.centers[0].slug] >= SOME


def test_letters_and_exchanges_stand_at_every_status_and_take_every_step(city: list[Life]):
    exchanges = [exchange for life in city for exchange in life.exchanges]
    standing = Counter(exchange.state for exchange in exchanges)
    assert {state for state in (*DraftState, *HandoffState) if not standing[state]} == set()
    for kind, declared in WORKFLOWS.items():
        steps = Counter(move.step for one in exchanges if one.kind == kind for move in one.moves)
        assert {name for name in (*LETTER.by_name, *declared.by_name) if steps[name] < SOME} == set()


def test_a_case_that_was_taken_over_continues_the_one_that_was_referred(city: list[Life]):
    by_key = {life.key: life for life in city}
    children = [life for life in city if life.parent is not None]
    assert children
    for child in children:
        parent = by_key[child.parent]  # type: ignore[index]  # filtered above
        (referral,) = parent.exchanges
        assert (parent.state, parent.outcome, referral.state) == ("closed", "taken_over", "accepted")
        assert referral.receiver == child.center == child.merchant.county
        assert referral.moves[-1].at == child.received_at == parent.closed_at
        assert child.letter == parent.letter


def test_every_life_is_possible(city: list[Life]):
    for life in city:
        moments = [act.at for act in life.acts]
        assert moments == sorted(moments)
        assert all(life.received_at <= moment <= NOW for moment in moments)
        people = {person.login for person in CITY.offices[life.center].people}
        for act in life.acts:
            assert act.by in people or act.step in ("come_back", "taken_over"), act
        assert (life.state == "refused") == (life.outcome == "refused")
        assert (life.closed_at is not None) == (life.state == "closed")
        if life.state in ("mediating", "settled", "ended"):
            assert life.accepted_at
        if life.outcome == "settled":
            assert life.recovered is not None
        for exchange in life.exchanges:
            assert all(a.at <= b.at for a, b in pairwise(exchange.moves))
            for move in exchange.moves:
                assert move.office in (exchange.sender, exchange.receiver)
                assert move.by in {person.login for person in CITY.offices[move.office].people}


def test_offices_work_in_office_hours(city: list[Life]):
    for life in city:
        for act in life.acts:
            assert RULES.calendar.is_working_day(act.at.date()), act
            assert 8.5 <= act.at.hour + act.at.minute / 60 <= 18.4, act  # a session may run on a little


def test_nothing_that_was_written_has_a_hole_in_it(city: list[Life]):
    hole = re.compile(r"[\[\]{}|]|None")
    for life in city:
        texts = [text for act in life.acts for text in (act.text, act.rejected)]
        texts += [move.text for exchange in life.exchanges for move in exchange.moves]
        texts += [exchange.ask for exchange in life.exchanges]
        for text in texts:
            assert not hole.search(text), text
            assert life.consumer.name not in text


def test_a_gym_closes_and_its_members_come_running(city: list[Life]):
    members = [
        life for life in first(city) if life.merchant.chain == OUTBREAK and life.matter.situation.key == "gym_closed"
    ]
    assert 35 <= len(members) <= 55
    assert Counter(life.center for life in members).most_common(1)[0][0] == "linhe"
    assert {life.center for life in members} == {"linhe", "anlan", "pinghu"}
    assert len({life.matter.found_on for life in members}) == 1


def test_march_and_november_bring_more_than_february(city: list[Life]):
    months = Counter(f"{life.received_at:%Y-%m}" for life in city)
    assert months["2026-03"] > 1.3 * months["2026-02"]
    assert months["2025-11"] > 1.2 * months["2025-10"]


def test_some_come_again_and_again(city: list[Life]):
    claimants = Counter(life.consumer.key for life in city if "claimant" in life.matter.tags)
    assert max(claimants.values()) >= 4
    assert sum(life.matter.elderly for life in city) > 100
    assert any("minor" in life.matter.tags for life in city)
