"""At the window: on a phone, with large text, in English, and with a hasty finger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.journeys.tab import Tab
from tests.town import EAST


def tell(tab: Tab, story: str = "2026年11月2日在百货商场买的电饭煲漏电，商场拒绝退货。") -> None:
    tab.fill("name", "王建国")
    tab.fill("phone", "１３９ １２３４ ５６７８")
    tab.fill("told", story)


def count(root: Engine) -> int:
    with root.connect() as connection:
        return int(connection.scalar(text("select count(*) from case_record")) or 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_complaint_is_taken_in_on_a_phone_with_evidence_and_a_slip(
    sit: Callable[..., Tab], photo: Path, language: str
) -> None:
    tab = sit(EAST, "clerk", phone=True, language=language)
    tab.page.get_by_role("link", name=tab.say("Large text")).click()
    assert tab.page.locator("html").get_attribute("data-size") == "large"
    tab.follow(tab.page.get_by_role("link", name=tab.say("Register a complaint")).first)
    tell(tab)
    tab.fill("amount", "399")
    tab.attach("evidence", photo)
    tab.reads(photo.name)
    tab.picture(f"intake-{language}")
    tab.follow("Register and print the slip")
    tab.says("Receipt of a complaint", "Tracking code")
    code = tab.main.locator(".code").inner_text()
    tab.picture(f"slip-{language}")
    tab.page.reload()
    assert code not in tab.text
    tab.follow(tab.main.locator("a.btn-primary"))
    tab.reads("399", photo.name)
    assert "13912345678" not in tab.text
    tab.menu("/cases")
    tab.picture(f"queue-large-{language}")


def test_two_clicks_make_one_case(sit: Callable[..., Tab], root: Engine) -> None:
    tab = sit(EAST, "clerk")
    tab.open("/cases/new")
    tell(tab)
    with tab.page.expect_navigation(url="**/slip"):
        tab.control("Register and print the slip").dblclick()
    tab.look()
    assert count(root) == 1


def test_the_same_form_sent_again_from_the_history_makes_no_second_case(sit: Callable[..., Tab], root: Engine) -> None:
    """Scripts off: only the key of the submission guards."""
    tab = sit(EAST, "clerk")
    tab.open("/cases/new")
    tell(tab)
    key = tab.main.locator("input[name=submission_key]").first.input_value()
    tab.follow("Register and print the slip")
    tab.open("/cases/new")
    tell(tab)
    tab.main.locator("input[name=submission_key]").first.evaluate("(field, key) => { field.value = key }", key)
    tab.follow("Register and print the slip")
    assert tab.path.endswith("/slip")
    assert count(root) == 1
