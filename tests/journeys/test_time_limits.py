"""An extension that the director approves, and a holiday that changes everybody's last days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from app import deadlines
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.deadlines.profiles import Regime
from app.deadlines.services import set_regime
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import CITY, EAST, Town

WHY = "双方已同意继续调解，经营者正在核对账目"


@pytest.fixture(autouse=True)
def read_afresh() -> Iterator[None]:
    deadlines.forget()
    yield
    deadlines.forget()


@pytest.fixture
def accepted(town: Town, lodged: Callable[..., str]) -> str:
    """A case that East mediates by Shanghai's limits: sixty days, and thirty more if both agree."""
    with town.at(CITY):
        regime = Regime(2, date(2020, 1, 1), "shanghai", reason="市局会议纪要")
        set_regime(regime, town.person(CITY, "admin"))
        db.session.commit()
    deadlines.forget()
    number = lodged()
    with town.at(EAST):
        CASE.take("accept", by_number(number), by=town.person(EAST, "handler"))
        db.session.commit()
    return number


def due(town: Town, number: str) -> date:
    with town.at(EAST):
        found = by_number(number).due_on
        assert found is not None
        return found


def to_its_clock(tab: Tab) -> None:
    tab.follow(tab.page.locator("aside .clock a, .side .clock a, .clocks .clock a").first)


def test_a_handler_asks_for_more_days_and_the_director_grants_them(
    sit: Callable[..., Tab], accepted: str, town: Town
) -> None:
    with town.at(EAST):
        calendar = deadlines.load_calendar()
    today = clock.today()
    assert due(town, accepted) == calendar.add_calendar_days(today, 60)

    handler = sit(EAST, "handler", language="en")
    handler.open(f"/cases/{accepted}")
    handler.take("extend")
    handler.fill("amount", "30")
    handler.fill("evidence", "TY-2026-8")
    handler.fill("text", WHY)
    with handler.expecting(422):
        handler.send()  # nobody has agreed yet
    handler.says("Tick this once it is so, and give the number of the paper that shows it.")
    handler.field("needs_met").check()
    handler.picture("extension-asked")
    handler.send()
    assert due(town, accepted) == calendar.add_calendar_days(today, 60)

    director = sit(EAST, "director", language="en")
    director.open(f"/cases/{accepted}")
    director.reads(WHY, "TY-2026-8", "+30")
    director.follow("Approve")
    extended = due(town, accepted)
    assert extended == calendar.add_calendar_days(today, 90)
    to_its_clock(director)
    director.reads("TY-2026-8", "东主任", str(extended), "《上海市消费者权益保护条例》第五十六条")
    director.main.locator("details summary").last.click()
    director.picture("time-limit")


def test_a_day_off_moves_what_ends_on_it_and_every_center_sees_what_moved(
    sit: Callable[..., Tab], accepted: str, town: Town, work: Callable[[], None]
) -> None:
    before = due(town, accepted)
    admin: Any = sit(CITY, "admin", language="en")
    admin.menu("/deadlines")
    admin.follow("Change days of the calendar")
    for name, value in (("first", str(before)), ("last", str(before)), ("name", "停工一天"), ("name_en", "Day off")):
        admin.fill(name, value)
    admin.tick("kind", "holiday")
    admin.fill("source", "江政办发〔2026〕7号")
    admin.fill("reason", "台风停工")
    admin.picture("calendar-amended")
    admin.send()
    work()
    expect(admin.main.locator("#progress-area progress")).to_have_attribute("value", "100", timeout=30_000)
    admin.picture("calendar-counted")

    handler = sit(EAST, "handler", language="en")
    handler.open("/deadlines")
    handler.follow("Changes of the calendar")
    handler.follow(handler.main.locator("a.ti").first)
    handler.reads(accepted, str(before), "台风停工")
    handler.picture("calendar-moved")
    handler.follow(handler.main.get_by_role("link", name=accepted))
    after = due(town, accepted)
    assert before < after <= before + timedelta(days=4)
    handler.reads(str(after), f"{before} → {after}")
