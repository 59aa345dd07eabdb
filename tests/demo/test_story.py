"""The lives of the demo's cases: deterministic, in order, possible, and with something of everything."""

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from app.core.clock import SHANGHAI
from app.deadlines.services import shipped_rules
from app.demo.city import CITY
from app.demo.records import Life
from app.demo.story import OUTBREAK, lives

NOW = datetime(2026, 11, 22, 9, 40, tzinfo=SHANGHAI)
RULES = shipped_rules()
CASES = 3000
STATES = {"lodged", "accepted", "mediating", "settled", "ended", "refused", "referred", "closed"}


@pytest.fixture(scope="module")
def city() -> list[Life]:
    return list(lives(CASES, 7, NOW, RULES))


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


def test_there_is_something_of_every_state_channel_and_ground(city: list[Life]):
    assert {life.state for life in city} == STATES
    assert {life.nature for life in city} >= {"C", "M", "R"}
    assert {life.channel for life in city} >= {"window", "phone", "hotline", "platform", "portal", "letter"}
    assert {life.outcome for life in city} == {None, "settled", "ended", "refused", "withdrawn", "taken_over"}
    grounds = {life.ground for life in city}
    assert grounds >= {f"NA{n}" for n in range(1, 8)} | {f"T{n}" for n in range(1, 8)}
    assert any(life.waiting for life in city)
    assert any(act.step == "reopen" for life in city for act in life.acts)


def test_running_clocks_are_late_soon_and_fine(city: list[Life]):
    today = NOW.date()
    running = [limit for life in city for limit in life.limits if limit.ended_on is None and life.state != "closed"]
    left = [(limit.due_on - today).days for limit in running]
    assert sum(days < 0 for days in left) >= 10
    assert sum(0 <= days <= 4 for days in left) >= 10
    assert sum(days > 10 for days in left) >= 50


def test_work_crosses_the_walls_both_ways(city: list[Life]):
    exchanges = [exchange for life in city for exchange in life.exchanges]
    requests = Counter(exchange.receiver for exchange in exchanges if exchange.kind == "request")
    assert set(requests) == {office.slug for office in CITY.departments}
    referrals = {(exchange.sender, exchange.receiver) for exchange in exchanges if exchange.kind == "referral"}
    assert len(referrals) >= 20
    assert {exchange.state for exchange in exchanges} >= {"sent", "accepted", "returned", "answered", "closed"}
    assert any(move.step == "resend" for exchange in exchanges for move in exchange.moves)


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


def test_limits_follow_the_law_of_the_day_of_receipt(city: list[Life]):
    for life in city:
        profile = RULES.in_force(life.received_at.date())
        for limit in life.limits:
            assert limit.due_on == profile.limit(limit.code).due_on(limit.started_on, RULES.calendar)


def test_nothing_that_was_written_has_a_hole_in_it(city: list[Life]):
    hole = re.compile(r"[\[\]{}|]|None")
    for life in city:
        texts = [act.text for act in life.acts]
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
