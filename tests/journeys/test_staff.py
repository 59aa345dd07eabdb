"""Colleagues: called in a note, given a task, away and handed over for, calling back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from app.cases.queries import by_number
from app.cases.settings import services as settings
from app.cases.workflow import CASE
from app.core import clock
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import EAST, Town


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_who_is_called_in_a_note_is_led_to_it_and_does_what_is_to_be_done(
    sit: Callable[..., Tab], lodged: Callable[..., str], work: Callable[[], None], script: bool
) -> None:
    number = lodged()
    handler = sit(EAST, "handler", script=script)
    handler.open(f"/cases/{number}")
    if script:
        handler.field("text").press_sequentially("请@东")
        names = handler.main.get_by_role("listbox").get_by_role("option")
        expect(names).to_have_count(4)
        handler.page.keyboard.press("Escape")
        expect(names).to_have_count(0)
        handler.field("text").press_sequentially("同")
        expect(names).to_have_count(1)
        handler.page.keyboard.press("Enter")
        assert handler.field("text").input_value() == "请@东同事 "
        handler.field("text").press_sequentially("给消费者回电。")
    else:
        handler.fill("text", "请@东同事 给消费者回电。")
    handler.send()
    work()

    second = sit(EAST, "second", script=script)
    second.open("/notices")
    second.follow(second.main.locator("tr", has_text=number).get_by_role("button"))
    assert "#e" in second.page.url
    expect(second.main.locator("li:target")).to_contain_text("给消费者回电")
    second.follow("Give a task")
    second.fill("text", "给消费者回电")
    second.send()
    second.reads("给消费者回电")
    if script:
        second.picture("case-with-task")
    second.open("/desk/today")
    second.says("My tasks")
    second.follow(second.main.locator('a[href*="/tasks/"]', has_text="给消费者回电"))
    if script:
        second.picture("task")
    second.follow(second.main.locator('form[action$="/done"] button'))
    second.open("/tasks?show=done")
    second.reads("给消费者回电")


def test_the_cases_of_an_absent_colleague_are_handed_over_in_one_go(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town, work: Callable[[], None]
) -> None:
    numbers = [lodged(phone=f"1381234{n:04d}") for n in range(4)]
    with town.at(EAST):
        handler, director = town.person(EAST, "handler"), town.person(EAST, "director")
        for number in numbers:
            CASE.take("assign", by_number(number), by=director, assignee=str(handler.id))
        db.session.commit()
        keys = {login: str(town.person(EAST, login).id) for login in ("handler", "second", "director")}
    tab = sit(EAST, "director")
    tab.menu("/absences")
    tab.select("person", keys["handler"])
    tab.fill("last_on", (clock.today() + timedelta(days=9)).isoformat())
    tab.select("deputy", keys["second"])
    tab.send()
    tab.reads("东承办", "东同事")
    tab.picture("absences")
    tab.follow(tab.main.locator(f'a[href*="{keys["handler"]}"]'))
    tab.main.locator(f'input[name="chosen"][value="{numbers[3]}"]').uncheck()
    tab.tick("to", keys["second"])
    tab.tick("to", keys["director"])
    tab.fill("text", "休产假")
    tab.picture("hand-over")
    tab.send()
    tab.says("changes hands")
    tab.picture("hand-over-preview")
    tab.follow(tab.main.locator('button[name="go"]'))
    tab.says("has changed hands")
    tab.picture("hand-over-done")
    work()
    second = sit(EAST, "second", phone=True)
    second.open("/cases?who=me")
    second.reads(numbers[3])  # the deputy sees what stayed
    with town.at(EAST):
        held = [by_number(number).assignee.login for number in numbers]  # type: ignore[union-attr]  # all are held
    assert held[3] == "handler"
    assert set(held[:3]) == {"director", "second"}


def test_a_closed_case_is_called_back_and_what_they_say_stands_in_the_picture(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town, work: Callable[[], None]
) -> None:
    steps: dict[str, dict[str, Any]] = {
        "accept": {},
        "mediate": {},
        "settle": {"on": clock.today(), "terms": "退还余额", "amount": "4680"},
    }
    number = lodged()
    with town.at(EAST):
        director = town.person(EAST, "director")
        settings.change(director, call_backs="all")
        for step, said in steps.items():
            CASE.take(step, by_number(number), by=director, **said)
            db.session.flush()
        db.session.commit()
    tab = sit(EAST, "director")
    tab.open("/case-settings")
    tab.picture("case-settings")
    tab.open(f"/cases/{number}")
    tab.says("Before it is closed")
    tab.picture("closing-list")
    tab.take("close")
    tab.send()
    work()
    tab.menu("/call-backs")
    tab.picture("call-backs")
    tab.follow(tab.main.locator("tbody a.ti"))
    tab.tick("result", "answered")
    tab.tick("satisfaction", "2")
    tab.fill("reason", "商家没有按约退款")
    tab.picture("call-back")
    tab.send()
    tab.reads("商家没有按约退款")
    tab.open("/call-backs/satisfaction")
    expect(tab.main.locator(".plot canvas, .plot svg").first).to_be_visible()
    tab.picture("satisfaction")
    tab.open("/tasks")
    tab.reads("商家没有按约退款")
