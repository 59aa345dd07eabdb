"""A case to begin with, as the window would take it in; and the statements that a page sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.cases.models import Case
from app.cases.queries import by_number
from app.cases.services import Complaint, lodge
from app.cases.workflow import CASE
from app.core import clock
from tenants.database import db
from tests.town import EAST

TOLD = Complaint(
    facts="2026年9月10日健身房闭店，店长手机13912340000无人接听，卡里还有4680元。",
    demand="退还余额",
    title="健身房闭店拒退预付卡余额",
    name="林晓梅",
    phone="138 1234 6027",
    merchant_name="悦动健身",
    category="S0401",
    problem="P02",
    prepaid=True,
)

# What each step is told; days are filled in when it is taken.
TELLING: dict[str, dict[str, Any]] = {
    "refuse": {"ground": "NA3", "text": "不是为生活消费需要"},
    "guide": {"text": "请向信访工作机构提出。"},
    "not_file": {"text": "线索查无实据"},
    "dealt_with": {"text": "已责令改正"},
    "withdraw": {"text": "电话撤回"},
    "session": {"on": None, "text": "双方到场"},
    "settle": {"on": None, "terms": "分三期退还", "amount": "4680.00"},
    "end": {"ground": "T3", "text": "商家拒绝退款"},
    "retract": {"on": None, "text": "来电撤回，已收到退款"},
    "notify": {"on": None, "mode": "post"},
    "pause": {"on": None, "reason": "testing", "evidence": "JC-2026-17"},
    "resume": {"on": None},
    "reopen": {"text": "商家没有履行"},
    "reconsider": {"text": "补充了材料"},
    "supplement": {"text": "又补充了一张收据"},
    "rule": {"profile": "order-20/1", "text": "四月十五日前已经移交过材料"},
    "add_limit": {"limit": "hotline-12345/1/hotline_answer", "on": None},
    "meet_limit": {"on": None},
    "join_earlier": {"text": "同一消费者就同一件事再次投诉"},
    "part": {"text": "不是同一件事"},
    "extend": {"amount": 30, "evidence": "YQ-1", "text": "案情复杂"},
}
# How a case comes to a status: (who, step).
WAYS: dict[str, tuple[str, ...]] = {
    "lodged": (),
    "accepted": ("accept",),
    "mediating": ("accept", "mediate"),
    "settled": ("accept", "mediate", "settle"),
    "ended": ("accept", "mediate", "end"),
    "refused": ("refuse",),
    "referred": ("refer",),
    "closed": ("accept", "mediate", "settle", "close"),
}


@pytest.fixture
def lodged(town: Any) -> Callable[..., str]:
    """Lodge a complaint in a county and say its number: `lodged()`, `lodged(WEST, elderly=True)`."""

    def make(place: str = EAST, **facts: Any) -> str:
        with town.at(place):
            case = lodge(replace(TOLD, **facts), town.person(place, "handler")).case
            db.session.commit()
            return case.number

    return make


@pytest.fixture
def take(town: Any) -> Callable[..., Any]:
    """Take a step in East in a transaction of its own: `take(number, "accept")`."""

    def go(number: str, step: str, *, login: str = "director", place: str = EAST, **facts: Any) -> Any:
        with town.at(place):
            told = {**TELLING.get(step, {}), **facts}
            told = {name: clock.today() if name == "on" and value is None else value for name, value in told.items()}
            taken = CASE.take(step, by_number(number), by=town.person(place, login), **told)
            db.session.commit()
            return taken

    return go


@pytest.fixture
def standing(lodged: Any, take: Any) -> Callable[..., str]:
    """A case of East in a status: `standing("mediating")`."""

    def make(status: str, **facts: Any) -> str:
        number = lodged(**facts)
        for step in WAYS[status]:
            take(number, step)
        return number

    return make


@pytest.fixture
def look(town: Any) -> Callable[[str], Case]:
    """A case of East as it is now, with its clocks, outside any transaction."""

    def at(number: str) -> Case:
        with town.at(EAST):
            case = by_number(number)
            assert case.clocks is not None
            db.session.expunge_all()
            return case

    return at
