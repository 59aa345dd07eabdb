"""How the main pages hold: in the dark, in large letters, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.cases.queries import by_number
from app.handoffs import services as letters
from tenants.database import db
from tests.journeys.tab import Tab
from tests.town import CITY, EAST, MARKET, Town

MAIN = {
    (EAST, "director"): ("/desk/today", "/cases", "/cases/{number}", "/cases/new", "/outbox", "/deadlines"),
    (MARKET, "officer"): ("/inbox",),
    (CITY, "supervisor"): ("/overview", "/counties/cases"),
}
LINES = """rows => rows.map(row => Math.max(...[...row.cells].map(cell => {
    const style = getComputedStyle(cell), range = document.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect().height / parseFloat(style.lineHeight);
})))"""
BLANK = """() => {
    const panel = document.querySelector("[aria-labelledby=trend-title]");
    const last = panel.querySelector(".chart").lastElementChild.getBoundingClientRect();
    return (panel.getBoundingClientRect().bottom - last.bottom) / panel.getBoundingClientRect().height;
}"""


@pytest.fixture
def number(lodged: Callable[..., str], town: Town) -> str:
    """A case with a long title and a long category, and a letter to a department."""
    said = lodged(
        title="网络购买的智能电动床垫多次维修后仍然漏气要求退还全部货款及安装费用", elderly=True, channel="hotline"
    )
    with town.at(EAST):
        letters.send(
            by_number(said), town.person(EAST, "director"), kind="request", receiver=5, subject="核查", ask="请核查。"
        )
        db.session.commit()
    return said


@pytest.mark.parametrize(("name", "value"), [("theme", "dark"), ("size", "large")])
@pytest.mark.parametrize(("slug", "login"), MAIN)
def test_the_main_pages_are_accessible_in_the_dark_and_in_large_letters(
    sit: Callable[..., Tab], number: str, slug: str, login: str, name: str, value: str
) -> None:
    tab = sit(slug, login)
    tab.open(f"{MAIN[slug, login][0]}?{name}={value}")
    assert tab.page.locator("html").get_attribute(f"data-{name}") == value
    for path in MAIN[slug, login]:
        tab.open(path.format(number=number))  # axe looks at every page that is opened


def test_rows_heads_and_forms_keep_their_shape(sit: Callable[..., Tab], number: str) -> None:
    desk = sit(EAST, "director")
    desk.open("/cases")
    lines = desk.page.locator("#rows tbody tr").evaluate_all(LINES)
    assert lines
    assert max(lines) < 2.5, "no more than two lines"
    desk.open(f"/cases/{number}")
    shown = desk.main.locator(".head .actions > *")
    assert shown.count() <= 4, "the next step, two more, and what is under “More”"
    desk.open("/cases/new")
    tops = [desk.field(name).bounding_box()["y"] for name in ("name", "phone")]
    assert tops[0] == tops[1], "the help of one box does not push it out of line"
    city = sit(CITY, "supervisor")
    city.open("/overview")
    assert city.page.evaluate(BLANK) < 0.1


def test_a_phone_shows_the_next_step_first_and_the_present_year(sit: Callable[..., Tab], number: str) -> None:
    phone = sit(EAST, "director", phone=True)
    phone.open(f"/cases/{number}")
    boxes = [one.bounding_box() for one in phone.main.locator(".head .actions > *").all()]
    primary = phone.main.locator(".head .actions .btn-primary").bounding_box()
    assert (primary["y"], primary["x"]) == min((box["y"], box["x"]) for box in boxes)
    phone.open("/deadlines")
    year = phone.main.locator(".tabs a[aria-current]").bounding_box()
    assert year["x"] >= 0
    assert year["x"] + year["width"] <= 390
