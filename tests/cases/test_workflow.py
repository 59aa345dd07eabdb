"""The life of a case: every step in every status by every role, as declared."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from app.accounts.permissions import ROLES, Can, roles_of
from app.cases import lists
from app.cases.models import OPEN, CaseState
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Changed, Invalid, NotAllowed, WrongMoment
from app.workflow import Approval
from tenants.database import db
from tests.cases.conftest import TELLING
from tests.town import EAST

LOGINS = {"clerk": "clerk", "handler": "handler", "director": "director", "center_admin": "admin"}


@pytest.mark.parametrize(("status", "role"), list(product([state.value for state in CaseState], LOGINS)))
def test_a_step_is_taken_by_whom_and_when_it_is_declared(town, lodged, standing, status, role):
    earlier = lodged()
    number = standing(status)
    for step in CASE.by_name.values():
        with town.at(EAST):
            case, person = by_number(number), town.person(EAST, LOGINS[role])
            may = step.permission in ROLES[role].can
            fits = status in step.source and (step.when is None or step.when(case))
            told = {**TELLING.get(step.name, {}), "assignee": str(person.id), "into": earlier}
            told = {**told, "on": clock.on(case.received_at)} if "on" in told else told
            assert (step in CASE.open_to(person, case)) == (may and fits and not step.hidden)
            if not may:
                with pytest.raises(NotAllowed):
                    CASE.take(step.name, case, by=person, **told)
            elif not fits:
                with pytest.raises(WrongMoment):
                    CASE.take(step.name, case, by=person, **told)
            elif step.approval and step.approval not in ROLES[role].can:
                assert isinstance(CASE.take(step.name, case, by=person, **told), Approval)
                assert case.status == status
            elif step.name != "assign" or Can.CASE_HANDLE in ROLES[role].can:
                if step.name == "close" and status == "ended":
                    with pytest.raises(WrongMoment):
                        CASE.take(step.name, case, by=person, **told)
                else:
                    CASE.take(step.name, case, by=person, **told)
                    if step.name != "come_back":
                        assert case.status == (step.target or status)
            db.session.rollback()


def test_the_declaration_covers_every_status():
    reached = {step.target for step in CASE.by_name.values()} | {CASE.first}
    assert reached >= set(CaseState)
    for status in OPEN:
        assert any(status in step.source and not step.hidden for step in CASE.by_name.values()), status
    assert {role.code for role in roles_of("center")} == set(LOGINS)


_ENDING = {"settle", "end", "retract"}
# What decides on a case, by its nature and its status; worked out from Order 121, not from the declaration.
COMPLAINT = {"lodged": {"accept", "refuse"}, "accepted": {"mediate", *_ENDING}, "mediating": {"session", *_ENDING}}
REPORTED = {"lodged": {"file", "not_file", "guide"}, "accepted": {"dealt_with"}, "mediating": COMPLAINT["mediating"]}
BOTH = {**COMPLAINT, "lodged": {"accept"}}  # which says that it is divided first
NEITHER = {"lodged": {"guide"}, "accepted": {"guide"}, "mediating": COMPLAINT["mediating"]}
BY_NATURE = {"C": COMPLAINT, "M": BOTH, "R": REPORTED, **dict.fromkeys("QSXGAJN", NEITHER)}
DECIDING = {step for by_status in BY_NATURE.values() for steps in by_status.values() for step in steps}


@pytest.mark.parametrize("status", ["lodged", "accepted", "mediating"])
def test_what_decides_on_a_case_goes_by_its_nature(town, standing, status):
    number = standing(status)
    for nature, by_status in BY_NATURE.items():
        for name in DECIDING:
            with town.at(EAST):
                case, director = by_number(number), town.person(EAST, "director")
                case.nature = nature
                db.session.flush()
                told = {**TELLING.get(name, {}), "on": clock.today()}
                open_ = {step.name for step in CASE.open_to(director, case)} & DECIDING
                assert open_ == by_status[status], nature
                if name not in open_:
                    with pytest.raises(WrongMoment):
                        CASE.take(name, case, by=director, **told)
                elif name == "accept" and nature == "M":  # is divided first
                    with pytest.raises(Invalid):
                        CASE.take(name, case, by=director, **told)
                else:
                    CASE.take(name, case, by=director, **told)
                    assert case.status == (CASE[name].target or status)
                db.session.rollback()


def test_every_nature_has_steps_that_decide_on_it():
    assert set(BY_NATURE) == set(lists.shipped("natures"))


@pytest.mark.parametrize("ground", [f"NA{n}" for n in range(1, 8)])
def test_a_refused_case_says_why(town, lodged, take, look, ground):
    number = lodged()
    take(number, "refuse", ground=ground)
    case = look(number)
    assert (case.status, case.ground, case.outcome) == ("refused", ground, "refused")
    assert not case.is_open
    with town.at(EAST):
        from app import audit

        line = next(line for line in audit.trail(case.id) if line.entry.event == "case.refuse")
        assert line.entry.facts["ground"] == ground
        assert line.words == TELLING["refuse"]["text"]


@pytest.mark.parametrize("ground", [f"T{n}" for n in range(1, 9)])
def test_an_ended_mediation_says_why(standing, take, look, ground):
    number = standing("mediating")
    with clock.freeze(clock.at(clock.today() + timedelta(days=90 if ground == "T5" else 0), 10)):
        take(number, "end", ground=ground)
    case = look(number)
    assert (case.status, case.ground, case.outcome) == ("ended", ground, "ended")


@pytest.mark.parametrize(
    ("step", "status", "facts", "field"),
    [
        ("refuse", "lodged", {"ground": "NA8"}, "ground"),
        ("refuse", "lodged", {"ground": ""}, "ground"),
        ("refuse", "lodged", {"text": ""}, "text"),
        ("end", "mediating", {"ground": "NA1"}, "ground"),
        ("accept", "lodged", {"category": "X9"}, "category"),
        ("accept", "lodged", {"category": None}, "category"),
        ("accept", "lodged", {"title": "长" * 41}, "title"),
        ("accept", "lodged", {"summary": "长" * 2001}, "summary"),
        ("assign", "lodged", {"assignee": "nobody"}, "assignee"),
        ("settle", "mediating", {"terms": ""}, "terms"),
        ("supplement", "mediating", {"text": ""}, "text"),
        ("pause", "mediating", {"evidence": ""}, "evidence"),
        ("pause", "mediating", {"reason": "holiday"}, "reason"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(standing, take, look, step, status, facts, field):
    number = standing(status)
    with pytest.raises(Invalid) as refusal:
        take(number, step, **facts)
    assert refusal.value.field == field
    assert look(number).status == status


def test_the_lists_have_seven_grounds_to_refuse_and_eight_to_end():
    assert len(lists.shipped("refusal_grounds")) == 7
    assert len(lists.shipped("ending_grounds")) == 8


# Approval ------------------------------------------------------------------------------------------------------------


def test_a_handlers_refusal_waits_for_the_director(town, lodged, take, look):
    number = lodged()
    assert isinstance(take(number, "refuse", login="handler"), Approval)
    assert look(number).status == "lodged"
    with town.at(EAST):
        case, director = by_number(number), town.person(EAST, "director")
        draft = CASE.waiting(case)
        CASE.approve(draft, case, by=director)
        db.session.commit()
        assert (case.status, case.ground, draft.status) == ("refused", "NA3", "approved")
        assert case.clocks[0].state == "met"


def test_a_draft_that_goes_back_leaves_the_case_where_it_was(town, lodged, take):
    number = lodged()
    take(number, "refuse", login="handler")
    with town.at(EAST):
        case, director = by_number(number), town.person(EAST, "director")
        CASE.reject(CASE.waiting(case), case, by=director, text="理由不足")
        db.session.commit()
        assert case.status == "lodged"
        assert CASE.waiting(case) is None
    take(number, "accept", login="handler")


def test_nobody_approves_their_own_draft_without_the_right(town, lodged, take):
    number = lodged()
    take(number, "refuse", login="handler")
    with town.at(EAST):
        case = by_number(number)
        with pytest.raises(NotAllowed):
            CASE.approve(CASE.waiting(case), case, by=town.person(EAST, "second"))


def test_a_second_draft_waits_until_the_first_is_decided(lodged, take):
    number = lodged()
    take(number, "refuse", login="handler")
    with pytest.raises(WrongMoment):
        take(number, "refuse", login="second")


# Two at once ---------------------------------------------------------------------------------------------------------


def test_who_saw_an_older_version_is_told(lodged, take, look):
    number = lodged()
    seen = look(number).version
    take(number, "claim", login="second", seen=seen)
    with pytest.raises(Changed):
        take(number, "accept", login="handler", seen=seen)
    assert look(number).status == "lodged"


# Between counties ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["lodged", "accepted", "mediating"])
def test_a_referred_case_comes_back_to_where_it_was(standing, take, look, status):
    number = standing(status)
    take(number, "refer", login="handler")
    referred = look(number)
    assert (referred.status, referred.is_open) == ("referred", True)
    assert [clock.state for clock in referred.clocks if clock.is_open] == ["running"]
    take(number, "come_back", login="handler")
    assert look(number).status == status


def test_a_case_that_was_taken_over_is_closed_and_its_clocks_end(standing, take, look):
    number = standing("referred")
    take(number, "taken_over", login="handler")
    case = look(number)
    assert (case.status, case.outcome, case.due_on) == ("closed", "taken_over", None)
    assert {clock.state for clock in case.clocks} == {"void"}
