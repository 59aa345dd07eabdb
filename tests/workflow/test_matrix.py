"""Every workflow there is: state × role × step. What is declared is possible, and nothing else.

A life that takes more than a center to tell is told where its own fixtures are; `ELSEWHERE` says by which test.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.accounts.permissions import ROLES, roles_of
from app.advocacy.workflow import EXPOSURE, LITIGATION, ask
from app.cases.papers import services as papers
from app.cases.papers.workflow import PAPER
from app.cases.services import lodge
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import NotAllowed, WrongMoment
from app.documents.kinds import kinds
from app.handoffs.workflow import LETTER, REFERRAL, REQUEST
from app.investigations.workflow import INVESTIGATION, propose
from app.mediation.services import register, sessions
from app.mediation.services.sessions import Plan
from app.mediation.workflow import SESSION
from app.merchants import services as merchants
from app.merchants.dealings import services as dealings
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from app.workflow import Approval, Step, Workflow
from tenants.database import db
from tests.cases import test_workflow as of_cases
from tests.cases.conftest import TOLD
from tests.consents import agreed
from tests.handoffs import test_matrix as of_letters
from tests.town import EAST

LOGINS = {"clerk": "clerk", "handler": "handler", "director": "director", "center_admin": "admin"}
ELSEWHERE: list[tuple[Workflow, Callable[..., None]]] = [
    (CASE, of_cases.test_a_step_is_taken_by_whom_and_when_it_is_declared),
    (REFERRAL, of_letters.test_only_the_declared_steps_are_possible),
    (REQUEST, of_letters.test_only_the_declared_steps_are_possible),
    (LETTER, of_letters.test_letters_are_sent_by_who_may_approve),
]
TODAY = clock.today
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Life:
    """A workflow, how one of its kind comes to be in a case, and what its steps are told."""

    of: Workflow
    make: Callable[[Any, Any], Any]  # make(case, director)
    told: Mapping[str, Callable[[Any], dict[str, Any]]]  # step -> told(director)
    refuses: frozenset[str] = frozenset()  # steps that this one cannot take for a reason of its own


def _drafted(kind: str) -> Callable[[Any, Any], Any]:
    def make(case: Any, by: Any) -> Any:
        return papers.draft(case, kinds()[kind], by, filled=_filled(kind))

    return make


def _filled(kind: str) -> dict[str, str]:
    return {one.name: f"{TODAY()}" if one.kind == "date" else one.sample for one in kinds()[kind].fields}


def _arranged(case: Any, by: Any) -> Any:
    """A session that has begun: it may be held by now."""
    agreed(case, by)
    return sessions.arrange(case, by, _session(by, clock.now() - timedelta(hours=1)))


def _session(by: Any, at: Any) -> Plan:
    lawyer = register.enter(by, kind="person", name="秦律师", contract="委2026-3")
    return Plan(starts_at=at, lasts=30, way="phone", mediators=[lawyer])


def _investigated(case: Any, by: Any) -> Any:
    """With something of each kind that a step may be about: a point, a piece of evidence, an order, a letter."""
    one = propose(case, by, scope="complex", text="牵涉多家门店")
    for step in ("plan", "collect", "order", "advise"):
        db.session.flush()
        INVESTIGATION.take(step, one, by=by, **_INVESTIGATED[step](by))
    return one


_INVESTIGATED: dict[str, Callable[[Any], dict[str, Any]]] = {
    "decline": lambda by: {"text": "先调解"},
    "take_up": lambda by: {"text": "商家跨县经营"},
    "plan": lambda by: {"person": str(by.id), "due_on": TODAY(), "text": "查清收款账户"},
    "finish": lambda by: {"point": "1", "text": "流水已调取"},
    "visit": lambda by: {"visited_at": clock.now(), "text": "门店关闭", "said": {"place": "门店", "present": "店长"}},
    "collect": lambda by: {"taken_on": TODAY(), "said": {"title": "收款码照片", "source": "门店前台", "holder": ""}},
    "hand_on": lambda by: {"item": "1", "act": "sealed", "moved_on": TODAY(), "said": {"holder": ""}},
    "order": lambda by: {
        "answer_by": TODAY() + SOON,
        "text": "材质",
        "said": {"laboratory": "质检院", "tested": "地板", "payer": "中心"},
    },
    "receive": lambda by: {"order": "1", "ended_on": TODAY(), "text": "不合格"},
    "call_off": lambda by: {"order": "1", "ended_on": TODAY(), "text": "已和解"},
    "advise": lambda by: {
        "department": "",
        "answer_by": TODAY() + SOON,
        "text": "检查门店",
        "said": {"office": "省局", "findings": "闭店"},
    },
    "answered": lambda by: {"letter": "1", "answered_on": TODAY(), "text": "已检查"},
    "conclude": lambda by: {"conclusion": "confirmed", "text": "属实"},
}


def _merchant(case: Any, by: Any) -> Any:
    return merchants.add(by, name="东县悦动健身有限公司")


def _called(case: Any, by: Any) -> Any:
    told = {"held_at": clock.now() - timedelta(hours=1), "said": {"place": "会议室"}, "text": "说明退款安排"}
    return dealings.call_in(_merchant(case, by), by, **told)


def _exposed(case: Any, by: Any) -> Any:
    """Checked and heard, so that it can be approved."""
    one = ask(case, by, "exposure", text="多家门店闭店", medium="press")
    for step in ("check", "hear"):
        db.session.flush()
        EXPOSURE.take(step, one, by=by, **_EXPOSED[step](by))
    return one


_EXPOSED: dict[str, Callable[[Any], dict[str, Any]]] = {
    "check": lambda by: {"checked_on": TODAY(), "text": "已核对合同"},
    "hear": lambda by: {"heard_on": TODAY(), "text": "未答复"},
    "decline": lambda by: {"text": "先调解"},
    "publish": lambda by: {"published_on": TODAY(), "said": {"published_in": "江州日报"}},
    "retract": lambda by: {"text": "金额有误"},
}
_PAPER: dict[str, Callable[[Any], dict[str, Any]]] = {"send_back": lambda by: {"text": "补充"}}

LIVES = {
    "paper": Life(PAPER, _drafted("minutes"), {**_PAPER, "revise": lambda by: {"filled": _filled("minutes")}}),
    "paper that needs approval": Life(
        PAPER, _drafted("recommendation"), {**_PAPER, "revise": lambda by: {"filled": _filled("recommendation")}}
    ),
    "session": Life(
        SESSION,
        _arranged,
        {
            "hold": lambda by: {"text": "双方到场", "came": ["consumer"]},
            "move": lambda by: {"plan": _session(by, clock.now() + SOON)},
            "cancel": lambda by: {"text": "商家不来"},
        },
    ),
    # What is open has to be finished before the findings: that it has been is for its own tests.
    "investigation": Life(INVESTIGATION, _investigated, _INVESTIGATED, frozenset({"conclude"})),
    "lawsuit": Life(
        LITIGATION,
        lambda case, by: ask(case, by, "litigation", text="闭店不退款", means="letter"),
        {
            "decline": lambda by: {"text": "先调解"},
            "file": lambda by: {"filed_on": TODAY(), "said": {"court": "东县人民法院", "court_number": "123"}},
            "hearing": lambda by: {"hearing_at": clock.now() + SOON},
            "judge": lambda by: {"judgment": "won", "judged_on": TODAY(), "text": "判决退还"},
        },
    ),
    "exposure": Life(EXPOSURE, _exposed, _EXPOSED),
    "interview": Life(
        INTERVIEW,
        _called,
        {
            "hold": lambda by: {"held_at": clock.now(), "said": {"present": "店长"}, "text": "承诺退款"},
            "move": lambda by: {"held_at": clock.now() + SOON, "said": {"place": "门店"}},
            "cancel": lambda by: {"text": "已闭店"},
        },
    ),
    "commitment": Life(
        COMMITMENT,
        lambda case, by: dealings.note(_merchant(case, by), by, due_on=TODAY(), text="退款"),
        dict.fromkeys(("keep", "break"), lambda by: {"checked_on": TODAY(), "text": "已核实"}),
    ),
}
CELLS = [(name, state) for name, life in LIVES.items() for state in life.of.states]


@pytest.mark.parametrize(("name", "state"), CELLS, ids=[f"{name}-{state.value}" for name, state in CELLS])
def test_a_step_is_taken_by_whom_and_when_it_is_declared(town: Any, name: str, state: Any) -> None:
    life, kind, key = LIVES[name], None, None
    with town.at(EAST):
        director = town.person(EAST, "director")
        yesterday = clock.now() - timedelta(days=1)  # for what is arranged was an hour ago, and may be of yesterday too
        case = lodge(replace(TOLD, received_at=yesterday), director).case
        for step in ("accept", "mediate"):
            db.session.flush()
            CASE.take(step, case, by=director)
        db.session.flush()
        one = life.make(case, director)
        db.session.flush()
        one.status = state.value  # put there by hand: how it got there is the business of other tests
        db.session.commit()
        kind, key = type(one), (one.tenant_id, one.id)
    for role, login in LOGINS.items():
        for step in life.of.by_name.values():
            with town.at(EAST):
                one, person = db.session.get_one(kind, key), town.person(EAST, login)
                told = life.told.get(step.name, lambda by: {})(town.person(EAST, "director"))
                db.session.flush()
                _try(life, one, person, step, told, may=step.permission in ROLES[role].can)
                db.session.rollback()


def _try(life: Life, one: Any, person: Any, step: Step, told: dict[str, Any], *, may: bool) -> None:
    fits, before = one.status in step.source and (step.when is None or step.when(one)), one.status
    assert (step in life.of.open_to(person, one)) == (may and fits and not step.hidden), (person.role, step.name)
    if not may:
        with pytest.raises(NotAllowed):
            life.of.take(step.name, one, by=person, **told)
    elif not fits or step.name in life.refuses:
        with pytest.raises(WrongMoment):
            life.of.take(step.name, one, by=person, **told)
    else:
        taken = life.of.take(step.name, one, by=person, **told)
        drafted = step.approval is not None and not person.can(step.approval, one)
        assert isinstance(taken, Approval) == drafted, (person.role, step.name)
        assert one.status == (before if drafted else step.target or before), (person.role, step.name)


# That none is forgotten ----------------------------------------------------------------------------------------------


def declared() -> Iterator[tuple[str, Workflow]]:
    """Every workflow that a module of the application has, by the name it has there."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("app."):
            for called, value in sorted(vars(module).items()):
                for one in value.values() if isinstance(value, dict) else [value]:
                    if isinstance(one, Workflow):
                        yield f"{name}.{called}", one


def without_a_matrix() -> list[str]:
    tried = [*(life.of for life in LIVES.values()), *(of for of, _test in ELSEWHERE)]
    return [called for called, one in declared() if not any(one is known for known in tried)]


def test_every_workflow_has_its_matrix(whole_app: Any) -> None:
    assert without_a_matrix() == []
    assert len({id(one) for _called, one in declared()}) == len({id(life.of) for life in LIVES.values()}) + len(
        ELSEWHERE
    )


def test_a_workflow_that_is_declared_without_a_matrix_is_noticed(
    whole_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray = SimpleNamespace(FORGOTTEN=Workflow("stray", COMMITMENT.states, first=COMMITMENT.first, steps=[]))
    monkeypatch.setitem(sys.modules, "app.strays", stray)  # type: ignore[arg-type]
    assert without_a_matrix() == ["app.strays.FORGOTTEN"]


def test_the_matrix_is_of_every_role_and_its_papers_are_of_both_kinds() -> None:
    assert [kinds()[kind].approval for kind in ("minutes", "recommendation")] == [False, True]
    assert {role.code for role in roles_of("center")} == set(LOGINS)
    for name, life in LIVES.items():
        assert not set(life.told) - set(life.of.by_name), name
        reached = {step.target for step in life.of.by_name.values()} | {life.of.first}
        assert reached >= set(life.of.states), name
