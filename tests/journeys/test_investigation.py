"""A handler looks into a case: approved, planned, with evidence in hand, tested while the clock stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.investigations.models import InvestigationState
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import EAST, Town


@pytest.fixture
def mediating(town: Town, lodged: Callable[..., str]) -> str:
    number = lodged()
    with town.at(EAST):
        for step in ("accept", "mediate"):
            CASE.take(step, by_number(number), by=town.person(EAST, "director"))
            db.session.flush()
        db.session.commit()
    return number


def test_a_case_is_looked_into_and_tested(sit: Callable[..., Tab], town: Town, mediating: str, photo: Path) -> None:
    handler, page = sit(EAST, "handler"), f"/cases/{mediating}/investigation"
    handler.open(f"/cases/{mediating}")
    handler.follow("Open an investigation")
    handler.tick("scope", "complex")
    handler.fill("text", "多家门店收款账户不一，需要查清。")
    handler.picture("investigation-new")
    handler.send()
    handler.stands(InvestigationState.OPEN)

    director = sit(EAST, "director")
    director.open(page)
    director.follow(director.main.locator('a[href$="/steps/begin"]'))
    director.send()
    director.stands(InvestigationState.UNDER_WAY)

    def step(name: str) -> None:
        handler.open(f"{page}/steps/{name}")

    step("plan")
    handler.fill("text", "查清收款账户归谁所有")
    handler.select("person", str(town.handler.id))
    handler.fill("due_on", f"{clock.today() + timedelta(days=3)}")
    handler.send()
    step("visit")
    handler.fill("visited_at", f"{clock.today() - timedelta(days=1)}T10:30")
    handler.fill("place", "河滨路8号门店")
    handler.fill("present", "东承办、何云；店员李某")
    handler.fill("text", "门店关闭，前台张贴收款码。")
    handler.picture("investigation-visit")
    handler.send()
    step("collect")
    handler.fill("title", "前台收款码")
    handler.fill("source", "河滨路8号门店前台")
    handler.attach("evidence", photo)
    handler.send()
    handler.reads("SHA-256", "收据 照片")
    step("hand_on")
    handler.select("item", "1")
    handler.select("act", "sealed")
    handler.fill("text", "封条0017")
    handler.send()
    handler.reads(handler.say("under seal"), "封条0017")
    step("order")
    for name, said in (("laboratory", "江州市产品质量检验院"), ("tested", "跑步机一台"), ("payer", "商家垫付")):
        handler.fill(name, said)
    handler.fill("text", "是否存在安全缺陷")
    handler.fill("answer_by", f"{clock.today() + timedelta(days=20)}")
    handler.picture("investigation-order")
    handler.send()
    number = f"东消检委〔{clock.today().year}〕第1号"
    handler.reads(number)
    handler.picture("investigation")
    with town.at(EAST):
        limit = by_number(mediating).clock("mediation")
        assert (limit.state, limit.spans[-1]["evidence"]) == ("paused", number)

    step("receive")
    handler.select("order", "1")
    handler.fill("text", "不存在安全缺陷")
    handler.send()
    step("finish")
    handler.select("point", "1")
    handler.fill("text", "账户为店长个人所有")
    handler.send()
    step("conclude")
    handler.tick("conclusion", "partly")
    handler.fill("text", "预付款进入个人账户属实，设备缺陷不属实。")
    handler.send()
    handler.stands(InvestigationState.CONCLUDED)
    with town.at(EAST):
        assert by_number(mediating).clock("mediation").state == "running"
    handler.open(f"/cases/{mediating}")
    handler.picture("case-investigated")

    handler.open(f"/cases/{mediating}/advocacy/exposure/new")
    handler.fill("text", "某健身机构预付款进入个人账户。")
    handler.send()
    handler.picture("exposure")
