"""What two organisations hand to each other, and what a third one sees of it: nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.cases.models import CaseState
from app.handoffs.models import HandoffState
from tests.journeys.tab import Tab
from tests.town import CITY, EAST, MARKET, NORTH, WEST

SUBJECT = "健身房闭店拒退预付卡余额"


def reference(tab: Tab) -> str:
    """The number of the handoff that the tab shows, as it stands in the address."""
    assert tab.path.startswith("/handoffs/"), tab.page.url
    return tab.path.split("/")[2]


def received(tab: Tab) -> None:
    """Open the first one in the in-tray."""
    tab.menu("/inbox")
    tab.follow(tab.main.locator("#tray [data-row] a").first)
    assert tab.heading == SUBJECT


def the_city_reads(sit: Callable[..., Tab], number: str, sent: str, *told: str) -> Tab:
    """The bureau follows both to their ends, and learns nobody's name."""
    city = sit(CITY, "supervisor")
    city.open(f"/counties/east/cases/{number}")
    city.reads(SUBJECT, *told)
    city.menu("/exchange")
    city.follow(city.main.locator(f'[data-row] a[href*="{sent}"]').first)
    city.reads(*told)
    city.stands(HandoffState.CLOSED if "市市场监管局" in told else HandoffState.ACCEPTED)
    for page in (f"/counties/east/cases/{number}", city.path):
        city.open(page)
        assert not any(secret in city.page.content() for secret in ("13812346027", "林晓梅"))
    return city


def test_east_refers_a_case_which_west_takes_over_and_closes_and_north_sees_nothing(
    sit: Callable[..., Tab], lodged: Callable[..., str], work: Callable[[], None]
) -> None:
    number = lodged()
    handler = sit(EAST, "handler")
    handler.open(f"/cases/{number}")
    handler.follow("Refer to another county")
    handler.select("receiver", "3")
    handler.fill("ask", "经营者在贵县，请接手办理。")
    with handler.expecting(422):
        handler.send()  # whole numbers leave the house for a reason only
    handler.fill("need", "需联系消费者核实")
    handler.picture("letter-form")
    handler.send()
    handler.reads("林", "需联系消费者核实")
    handler.picture("letter")
    handler.take("submit")

    director = sit(EAST, "director")
    director.menu("/outbox")
    director.follow("Letters not sent yet")
    director.follow(director.main.get_by_role("link", name=SUBJECT))
    director.take("send")
    sent = reference(director)
    director.picture("sent")

    west = sit(WEST, "handler")
    received(west)
    assert reference(west) == sent
    assert "13812346027" not in west.text
    west.picture("received")
    west.take("sign")
    west.take("accept")
    west.follow(west.main.locator('a[href^="/west/cases/"]').first)
    west.reads("东县中心")
    west.take("accept")
    west.send()
    west.take("mediate")
    west.send()
    west.take("settle")
    west.fill("terms", "退还余额。")
    west.fill("amount", "4680")
    west.send()
    west.take("close")
    west.send()
    west.stands(CaseState.CLOSED)

    work()
    handler.open(f"/cases/{number}")
    handler.stands(CaseState.CLOSED)
    handler.reads("西县中心")
    handler.picture("case-taken-over")

    city = the_city_reads(sit, number, sent, "西县中心")
    city.open("/counties/cases?county=west")
    city.follow(city.main.locator("a.ti", has_text=SUBJECT).first)
    city.stands(CaseState.CLOSED)
    city.reads("东县中心")

    north = sit(NORTH, "director")
    for tray in ("/inbox", "/outbox", "/cases"):
        north.menu(tray)
        assert SUBJECT not in north.text
    with north.expecting(404):
        north.open(f"/handoffs/{sent}")
        assert SUBJECT not in north.text
        north.open(f"/cases/{number}")
    north.picture("not-found")
    north.open("/search?q=健身房")
    assert SUBJECT not in north.text


def test_east_asks_the_market_department_which_returns_it_once_and_then_answers_with_a_file(
    sit: Callable[..., Tab], lodged: Callable[..., str], photo: Path, work: Callable[[], None]
) -> None:
    number = lodged()
    director = sit(EAST, "director")
    director.open(f"/cases/{number}")
    director.follow("Ask a department")
    director.select("receiver", "5")
    director.fill("ask", "请核查该店单用途预付卡备案。")
    director.send()
    director.take("send")
    sent = reference(director)

    officer = sit(MARKET, "officer")
    received(officer)
    assert reference(officer) == sent
    officer.reads("请核查该店单用途预付卡备案。")
    assert "林晓梅" not in officer.text
    officer.picture("department-tray")
    officer.take("return")
    officer.tick("reason", "incomplete")
    officer.fill("text", "请补充经营者的营业执照号码。")
    officer.send()
    officer.stands(HandoffState.RETURNED)

    work()
    director.menu("/outbox")
    director.follow(director.main.locator("#tray [data-row] a").first)
    director.reads("请补充经营者的营业执照号码。")
    director.take("resend")
    director.fill("text", "统一社会信用代码见附件。")
    director.attach("files", photo)
    director.send()

    received(officer)
    officer.take("sign")
    officer.take("accept")
    officer.take("answer")
    officer.fill("text", "已查实，未备案，责令整改。")
    officer.attach("files", photo)
    officer.reads(photo.name)
    officer.send()
    officer.menu("/answered")
    officer.reads(SUBJECT)

    director.menu("/outbox")
    director.follow(director.main.locator("#tray [data-row] a").first)
    director.reads("已查实，未备案，责令整改。")
    director.picture("answered")
    files = director.main.locator(".attachments a").filter(has_text=photo.name)
    assert director.download(files.last).read_bytes()[:2] == b"\xff\xd8"
    director.take("close")
    director.send()
    director.stands(HandoffState.CLOSED)
    director.open(f"/cases/{number}")
    director.reads("市市场监管局")

    work()
    the_city_reads(sit, number, sent, "市市场监管局").picture("city-reads-the-answer")
