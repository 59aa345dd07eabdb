"""At the window: an agent, several who complain together, a card, and what is missing on paper."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.tab import Tab
from tests.town import CITY, EAST


def test_a_joint_complaint_with_an_agent_and_a_card(sit: Callable[..., Tab]) -> None:
    tab = sit(EAST, "handler")
    tab.open("/cases/new")
    tab.picture("intake-folded")
    tab.fill("name", "王建国")
    tab.fill("told", "2026年11月2日健身房闭店，卡内余额不退。")
    for title, said in (
        ("An agent acts for the consumer", {"agent_name": "赵律师", "powers": "代为投诉、参加调解"}),
        ("Several complain together", {"others": "林晓兰\t13800001235\t100\t是\n林晓竹\t13800001236\t200\t否"}),
    ):
        tab.main.locator("summary", has_text=tab.say(title)).press("Enter")
        for name, value in said.items():
            tab.fill(name, value)
    tab.main.locator("#prepaid").check()
    tab.main.locator("summary", has_text=tab.say("About the card")).press("Enter")
    tab.fill("paid", "5,000")
    tab.fill("used", "320")
    tab.main.locator("summary", has_text=tab.say("Checklist of evidence")).press("Enter")
    tab.main.locator("#checklist input[value=card]").check()
    tab.picture("intake-unfolded")
    tab.follow("Register and print the slip")
    tab.follow(tab.main.locator("a.btn-primary"))
    tab.reads("4,680.00", "赵")
    tab.picture("case-joint")
    tab.follow("All who complain")
    tab.picture("complainants")
    tab.page.go_back()
    tab.follow("Print what is missing")
    tab.picture("missing")
    tab.page.go_back()
    tab.follow("Ledger")
    tab.says("has not answered")
    tab.follow("Write the ledger")
    tab.select("answer-2", "yes")
    tab.fill("agreed-2", "80")
    tab.fill("table", "林晓竹\t13800001236\t\t不同意")
    tab.picture("shares-written")
    tab.follow("Save")
    tab.reads("80.00")
    tab.says("Into a case of their own")
    tab.picture("shares")


def test_the_lists_of_the_city_and_of_a_center(sit: Callable[..., Tab]) -> None:
    tab = sit(CITY, "admin")
    tab.menu("/lists")
    tab.picture("lists")
    tab.open("/lists/categories")
    tab.picture("list-categories")
    tab = sit(EAST, "admin")
    tab.open("/lists/categories/S0401")
    tab.picture("list-entry")
