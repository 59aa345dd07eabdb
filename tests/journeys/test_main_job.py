"""From the hotline's spreadsheet to a closed case, and to one that was refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from app.cases.models import CaseState
from app.transfer.models import ImportState
from tests.journeys.tab import Tab
from tests.town import CITY, EAST

REAL = Path(os.environ.get("HENGPING_SHARED", "/nowhere")) / "data/hotline/messages.xlsx"
HEAD = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情"]
MINUTE = 60_000


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """The real file where there is one, else a workbook of the same shape."""
    if REAL.exists():
        return REAL
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEAD)
    for n in range(1, 301):
        story = f"\n\t我在第{n}家店办卡，\n\n店关了门不退款。"
        sheet.append([188000 + n, f"A{n:06}", f"第{n}家店不退款", "2019/2/28 11:25:05", story])
    path = tmp_path / "messages.xlsx"
    workbook.save(path)
    return path


def rows_of(path: Path) -> int:
    workbook = openpyxl.load_workbook(path, read_only=True)
    count = sum(1 for row in workbook.worksheets[0].iter_rows(min_row=2, values_only=True) if any(row))
    workbook.close()
    return count


def bring_in(clerk: Tab, messages: Path) -> list[int]:
    """Through the pages of the import; what it says at the end: imported, already there, rejected."""
    clerk.menu("/transfer")
    clerk.attach("file", messages)
    clerk.follow("Upload and choose columns")
    assert clerk.field("facts").input_value() == "4"
    clerk.picture("import-columns")
    clerk.follow("Start the import")
    done = clerk.control("To the cases that wait for triage")
    expect(done).to_be_visible(timeout=4 * MINUTE)
    assert clerk.main.locator("progress").get_attribute("value") == "100"
    clerk.stands(ImportState.DONE)
    counts = clerk.main.locator(".strip .n").all_inner_texts()
    return [int(count.replace(",", "")) for count in counts]


def test_messages_come_in_once_and_one_of_them_is_worked_off(
    sit: Callable[..., Tab], messages: Path, work: Callable[[], None]
) -> None:
    count = rows_of(messages)
    clerk = sit(EAST, "clerk")
    assert bring_in(clerk, messages) == [count, 0, 0]
    clerk.picture("import-done")
    assert bring_in(clerk, messages) == [0, count, 0]
    clerk.follow("To the cases that wait for triage")
    clerk.picture("queue")

    handler = sit(EAST, "handler")
    handler.menu("/cases")
    handler.follow(handler.page.locator("tbody tr[data-row] a.ti").first)
    title = handler.heading
    handler.stands(CaseState.LODGED)
    handler.take("accept")
    handler.fill("summary", "消费者称经营者不退款，要求退还余额。")
    handler.select("category", "S0401")
    handler.select("problem", "P02")
    handler.picture("accept")
    handler.send()
    handler.stands(CaseState.ACCEPTED)
    handler.take("mediate")
    handler.send()
    handler.stands(CaseState.MEDIATING)
    handler.picture("case")
    handler.take("settle")
    handler.fill("terms", "经营者分三期退还余额。")
    handler.fill("amount", "４,６８０元")
    handler.send()
    handler.stands(CaseState.SETTLED)
    handler.take("close")
    handler.send()
    handler.stands(CaseState.CLOSED)
    assert handler.heading == title
    handler.reads("4,680")

    work()
    city = sit(CITY, "supervisor")
    city.open("/counties/cases?county=east&status=closed")
    city.follow(city.main.locator("a.ti", has_text=title).first)
    city.stands(CaseState.CLOSED)
    city.reads("消费者称经营者不退款，要求退还余额。", "4,680")


def test_a_refusal_is_drafted_by_a_handler_and_approved_by_the_director(
    sit: Callable[..., Tab], lodged: Callable[..., str]
) -> None:
    number = lodged()
    handler = sit(EAST, "handler")
    handler.open(f"/cases/{number}")
    handler.take("refuse")
    with handler.expecting(422):
        handler.send()
    handler.says("Please check the following")
    handler.tick("ground", "NA3")
    handler.fill("text", "不是为生活消费需要购买。")
    handler.send()
    handler.stands(CaseState.LODGED)
    assert handler.control("Approve").count() == 0
    assert handler.main.locator('a[href$="/steps/accept"]').count() == 0

    director = sit(EAST, "director")
    director.picture("today")
    director.follow(director.main.get_by_role("link").filter(has_text="健身房闭店拒退预付卡余额").first)
    director.reads("NA3", "不是为生活消费需要购买。")
    director.picture("approval")
    director.follow("Approve")
    director.stands(CaseState.REFUSED)
    handler.open(f"/cases/{number}")
    handler.stands(CaseState.REFUSED)
