"""The pages of cases, through the front door."""

from __future__ import annotations

import pytest

from tests.town import EAST, WEST


def test_the_queue_shows_what_is_open(town, lodged):
    number = lodged()
    browser = town.client(EAST, "director")
    browser.get("/cases")
    assert number in browser.page.words
    assert "林晓梅" not in browser.page.words


def test_a_case_page_masks_the_consumer_and_the_numbers_in_the_text(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert browser.get(f"/cases/{number}").status_code == 200
    assert "138****6027" in browser.page.words
    assert "13912340000" not in browser.page.words


def test_another_countys_case_is_not_there(town, lodged):
    number = lodged()
    browser = town.client(WEST, "handler")
    assert browser.get(f"/cases/{number}").status_code == 404
    missing = browser.get("/cases/2026-999999")
    assert missing.status_code == 404


def test_intake_leads_to_a_slip_that_shows_the_code_once(town):
    browser = town.client(EAST, "clerk")
    browser.get("/cases/new")
    fields = browser.page.forms[-1]["fields"]
    answer = browser.post("/cases/new", {"submission_key": fields["submission_key"], "told": "买到坏的电饭锅", "channel": "window", "nature": "C"})
    assert answer.status_code == 303, browser.page and browser.page.words
    browser.get(answer.location)
    assert "Tracking code" in browser.page.words or "查询码" in browser.page.words
    first = browser.page.words
    browser.get(answer.location)
    assert browser.page.words != first


@pytest.mark.parametrize("step", ["accept", "refuse", "withdraw", "supplement", "describe", "assign"])
def test_every_form_of_a_step_opens(town, lodged, step):
    number = lodged()
    browser = town.client(EAST, "director")
    assert browser.get(f"/cases/{number}/steps/{step}").status_code == 200


def test_the_way_from_acceptance_to_closing(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    steps = [
        ("accept", {"title": "健身卡退费", "summary": "闭店不退余额", "nature": "C", "category": "S0401", "problem": "P02"}),
        ("mediate", {}),
        ("session", {"on": "TODAY", "text": "双方到场"}),
        ("settle", {"on": "TODAY", "terms": "分三期退还", "amount": "4,680"}),
        ("close", {}),
    ]
    from app.core import clock

    for version, (step, facts) in enumerate(steps, start=1):
        facts = {name: str(clock.today()) if value == "TODAY" else value for name, value in facts.items()}
        answer = browser.post(f"/cases/{number}/steps/{step}", {"version": str(version), **facts})
        assert answer.status_code == 303, (step, browser.page.words)
        browser.get(f"/cases/{number}")


def test_other_pages_open(town, lodged):
    number = lodged()
    browser = town.client(EAST, "director")
    for path in ("/desk/today", "/search?q=健身", "/search?q=13812346027", f"/search?q={number}", "/merchants/", "/merchants/new",
                 f"/cases/{number}/files", f"/cases/{number}/reveal/phone", f"/cases/{number}/slip", "/cases?due=late", "/cases?scope=all&sort=newest"):
        assert browser.get(path).status_code == 200, path
