"""The city reads figures, lists and cases; a file only after it was called in, and the county sees that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.cases.models import CaseState
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.handoffs import services
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import CITY, EAST, MARKET, Town

SECRET = "女儿小名豆豆，每周二去上课。"
SUMMARY = "健身房闭店，要求退还预付卡余额4680元。"
WHY = "核查闭店退费的办理质量"
PERSONAL = (SECRET, "林晓梅", "13812346027", "柳荫路")


def ask(town: Town, number: str) -> None:
    """East has asked the market department about a case."""
    letter: dict[str, Any] = {"subject": "核查预付卡备案", "ask": "请核查该店单用途预付卡备案。", "fields": {}}
    with town.at(EAST):
        director = town.person(EAST, "director")
        services.send(by_number(number), director, kind="request", receiver=5, **letter)
        db.session.commit()


def knows_nothing_personal(tab: Tab) -> None:
    source = tab.page.content()
    assert [words for words in PERSONAL if words in source] == []


def point_at_charts(tab: Tab) -> None:
    """Rest the pointer on every chart: what it says there comes without a style or a script of its own (HD3)."""
    plots = tab.page.locator(".plot svg")
    plots.first.wait_for()
    assert plots.count() >= 2
    for plot in plots.all():
        plot.scroll_into_view_if_needed()
        before, box = plot.inner_html(), plot.bounding_box()
        assert box is not None
        for across in range(1, 40):  # until it is over something that was drawn
            tab.page.mouse.move(box["x"] + box["width"] * across / 40, box["y"] + box["height"] * 0.6)
            tab.page.wait_for_timeout(20)
            if plot.inner_html() != before:
                break
        tab.page.wait_for_timeout(100)
        assert plot.inner_html() != before, "nothing is said over this chart"
        tab.look()


def test_what_the_content_policy_refuses_is_noticed(sit: Callable[..., Tab]) -> None:
    tab = sit(CITY, "supervisor")
    tab.page.evaluate("document.body.setAttribute('style', 'color: red')")
    with pytest.raises(AssertionError, match="style-src"):
        tab.look()


def test_the_bureau_reads_figures_lists_cases_and_the_exchange_and_a_file_only_when_called_in(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town, work: Callable[[], None]
) -> None:
    number = lodged(facts=SECRET, summary=SUMMARY)
    with town.at(EAST):
        case, handler = by_number(number), town.person(EAST, "handler")
        CASE.take("describe", case, by=handler, title=case.title, summary=SUMMARY, category="S0401", problem="P02")
        db.session.commit()
    ask(town, number)
    work()

    bureau = sit(CITY, "supervisor")
    assert bureau.path.startswith("/overview")
    bureau.reads("东县中心", "市市场监管局")
    point_at_charts(bureau)
    bureau.picture("overview")
    bureau.follow(bureau.main.locator('tbody a[href*="/counties/east"]').first)
    bureau.picture("county")
    bureau.page.go_back()
    bureau.look()
    bureau.follow(bureau.main.locator('a[href*="county=east"][href*="status=open"]').first)
    bureau.reads("健身房闭店拒退预付卡余额", "林")
    knows_nothing_personal(bureau)
    bureau.picture("city-cases")
    bureau.follow(bureau.main.locator("a.ti").first)
    bureau.stands(CaseState.LODGED)
    bureau.reads(SUMMARY)
    knows_nothing_personal(bureau)
    bureau.picture("city-case")
    with bureau.expecting(403):
        bureau.open(f"/counties/east/cases/{number}/file")
        knows_nothing_personal(bureau)

    bureau.open("/exchange")
    bureau.reads("核查预付卡备案", "市市场监管局")
    bureau.picture("city-exchange")
    bureau.follow(bureau.main.locator('[data-row] a[href*="/exchange/"]').first)
    knows_nothing_personal(bureau)

    bureau.open(f"/counties/east/cases/{number}/call-in")
    bureau.fill("reason", WHY)
    bureau.tick("extent", "file")
    bureau.picture("call-in")
    bureau.send()
    if not bureau.path.endswith("/file"):
        bureau.open(f"/counties/east/cases/{number}/file")
    bureau.reads(SECRET, WHY, "138****6027")
    assert "13812346027" not in bureau.page.content()
    bureau.picture("called-in-file")
    bureau.menu("/grants")
    bureau.reads(number, WHY)

    analyst = sit(CITY, "analyst")
    with analyst.expecting(403):
        analyst.open(f"/counties/east/cases/{number}/file")
    knows_nothing_personal(analyst)

    work()
    director = sit(EAST, "director")
    director.open(f"/cases/{number}")
    director.says("The city called in the file", "The city read the file")
    director.reads("市督察", WHY)
    director.open("/notices")
    director.reads(number)
    director.picture("notices")

    bureau.open(f"/counties/east/cases/{number}")
    bureau.follow(bureau.main.locator('form[action$="/give-back"] button').first)
    assert bureau.asked == ["confirm"]
    with bureau.expecting(403):
        bureau.open(f"/counties/east/cases/{number}/file")


def test_a_department_has_no_way_to_the_case_behind_what_it_was_asked(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town
) -> None:
    number = lodged(facts=SECRET, summary=SUMMARY)
    ask(town, number)
    officer = sit(MARKET, "officer")
    officer.follow(officer.main.locator("#tray [data-row] a").first)
    officer.reads("核查预付卡备案")
    knows_nothing_personal(officer)
    with officer.expecting(404):
        officer.open(f"/cases/{number}")
