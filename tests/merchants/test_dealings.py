"""Interviews and commitments: called, held, undertaken, kept or not; and what has come against a merchant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.merchants.dealings import queries, services
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW, dealt_with
from app.merchants.history import history
from tenants.database import db
from tests.merchants.conftest import row
from tests.town import EAST

PLACE = {"place": "中心二楼会议室"}


@pytest.fixture
def gym(town, entered):
    """A merchant with two cases against it, inside East."""
    number = entered("东县悦动健身有限公司", cases=2)
    with town.at(EAST):
        yield row(number)


@pytest.fixture
def handler(town, gym) -> Any:
    return town.person(EAST, "handler")


def called(gym, handler, **told: Any) -> Any:
    facts = {"held_at": clock.now() - timedelta(hours=1), "said": PLACE, "text": "连续闭店，要求说明退款安排", **told}
    one = services.call_in(gym, handler, **facts)
    db.session.flush()
    return one


def test_an_interview_is_called_held_and_its_papers_lie_in_a_case(gym, handler):
    case = queries.cases_against(gym)[0]
    one = called(gym, handler, case=case.number)
    assert one.case is case
    INTERVIEW.take("hold", one, by=handler, held_at=one.held_at, said={"present": "法定代表人"}, text="承诺退款")
    assert (one.status, one.present, one.minutes) == ("held", "法定代表人", "承诺退款")
    for step in INTERVIEW.by_name:
        with pytest.raises(WrongMoment):
            INTERVIEW.require(INTERVIEW[step], one)


def test_what_has_not_been_held_yet_cannot_be_recorded(gym, handler):
    ahead = clock.now() + timedelta(days=1)
    one = called(gym, handler, held_at=ahead)
    with pytest.raises(Invalid) as refusal:
        INTERVIEW.take("hold", one, by=handler, held_at=ahead, said={"present": "店长"}, text="x")
    assert refusal.value.field == "held_at"
    INTERVIEW.take("move", one, by=handler, held_at=ahead + timedelta(days=1), said={"place": "门店"})
    db.session.flush()
    assert (one.status, one.place) == ("called", "门店")
    INTERVIEW.take("cancel", one, by=handler, text="已闭店")
    assert one.status == "cancelled"


@pytest.mark.parametrize(
    ("told", "field"), [({"text": " "}, "text"), ({"said": {"place": ""}}, "place"), ({"case": "2026-999999"}, "case")]
)
def test_an_interview_without_what_it_needs_is_refused_beside_its_field(gym, handler, told, field):
    with pytest.raises(Invalid) as refusal:
        called(gym, handler, **told)
    assert refusal.value.field == field


def test_a_commitment_is_due_on_the_desk_of_who_sees_to_it_until_it_is_judged(town, gym, handler):
    talk = called(gym, handler)
    INTERVIEW.take("hold", talk, by=handler, held_at=talk.held_at, said={"present": "店长"}, text="承诺")
    db.session.flush()
    one = services.note(gym, handler, due_on=clock.today(), text="三日内退款", interview=str(talk.id))
    far = services.note(gym, handler, due_on=clock.today() + timedelta(days=60), text="年底前整改")
    db.session.flush()
    assert queries.due(handler) == [(one, gym)]
    assert queries.due(town.person(EAST, "second")) == []
    assert queries.due(town.person(EAST, "director")) == [(one, gym)]
    COMMITMENT.take("break", one, by=handler, checked_on=clock.today(), text="电话核实，未退款")
    db.session.flush()
    assert queries.due(handler) == []
    assert [(each.promise, each.status) for each, _steps in dealt_with(gym, handler).commitments] == [
        ("年底前整改", "open"),
        ("三日内退款", "broken"),
    ]
    assert dealt_with(gym, handler).broken == 1
    assert far.status == "open"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"text": ""}, "text"),
        ({"due_on": clock.today() - timedelta(days=1)}, "due_on"),
        ({"watcher": "00000000-0000-7000-8000-000000000000"}, "watcher"),
        ({"interview": "00000000-0000-7000-8000-000000000000"}, "interview"),
    ],
)
def test_a_commitment_without_what_it_needs_is_refused_beside_its_field(gym, handler, told, field):
    with pytest.raises(Invalid) as refusal:
        services.note(gym, handler, **{"due_on": clock.today(), "text": "退款", **told})
    assert refusal.value.field == field


def test_a_check_ahead_of_time_is_refused(gym, handler):
    one = services.note(gym, handler, due_on=clock.today(), text="退款")
    db.session.flush()
    with pytest.raises(Invalid):
        COMMITMENT.take("keep", one, by=handler, checked_on=clock.today() + timedelta(days=1), text="看过")
    COMMITMENT.take("keep", one, by=handler, checked_on=clock.today(), text="回访确认")
    assert (one.status, one.result) == ("kept", "回访确认")


@pytest.mark.parametrize("login", ["clerk", "admin"])
def test_who_does_not_handle_cases_calls_nobody_in(town, gym, login):
    person = town.person(EAST, login)
    with pytest.raises(NotAllowed):
        called(gym, person)
    with pytest.raises(NotAllowed):
        services.note(gym, person, due_on=clock.today(), text="退款")


def test_the_history_counts_by_outcome_and_month(gym, handler):
    one, other = queries.cases_against(gym)
    for case, outcome, status in ((one, "settled", "closed"), (other, "ended", "ended")):
        db.session.get_one(Case, (case.tenant_id, case.id)).outcome = outcome
        case.status = status
    one.recovered = 320
    db.session.flush()
    told = history(gym)
    assert (told.cases, told.last_year, told.open, told.settled, told.mediated, told.recovered) == (2, 2, 1, 1, 2, 320)
    assert told.chart is not None
    assert told.chart.labels[-1] == f"{clock.today():%Y-%m}"
    assert [sum(series.values) for series in told.chart.series] == [1, 1]  # type: ignore[arg-type]


def test_the_pages_call_hold_note_and_judge(town, entered):
    number = entered("东县悦动健身有限公司", cases=1)
    browser, base = town.client(EAST, "handler"), f"/merchants/{number}"
    browser.get(f"{base}/interviews/new")
    assert browser.post(f"{base}/interviews/new", {"held_at": "", "place": "", "text": ""}).status_code == 422
    facts = {"held_at": "2026-01-05T09:30", "place": "会议室", "text": "说明退款安排", "case": ""}
    assert browser.post(f"{base}/interviews/new", facts).status_code == 303
    browser.get(base)
    assert "说明退款安排" in browser.page.words
    step = next(link for link in browser.page.links if "/interviews/" in link and link.endswith("/hold"))
    browser.get(step.removeprefix("/east"))
    hold = {"version": "1", "held_at": "2026-01-05T09:30", "present": "店长", "text": "同意退款"}
    assert browser.post(step.removeprefix("/east"), hold).status_code == 303
    assert browser.get(step.removeprefix("/east")).status_code == 409
    commit = {"text": "七日内退款", "due_on": clock.today().isoformat(), "watcher": "", "interview": ""}
    assert browser.post(f"{base}/commitments/new", commit).status_code == 303
    browser.get(base)
    assert "同意退款" in browser.page.words
    browser.get("/desk/today")
    assert "七日内退款" in browser.page.words
