"""Nothing typed is lost without a script either: the session ends over a form, and the words come back into it."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.asking import MOST
from app.cases.services import lodge
from app.core import clock
from tenants.database import db
from tests.accounts.test_sessions import NEW
from tests.browser import Browser
from tests.cases.conftest import TOLD
from tests.forms import Shown, forms_of
from tests.town import EAST, PASSWORD, Town

WORDS = "店长说没有钱可退，\n让我等到明年再来问。"
PHONE = "13812346027"
HIDDEN = re.compile(r"""<input type="hidden" name="([^"]+)" value="([^"]*)\"""")
OURS = {"Origin": "http://127.0.0.1"}


@pytest.fixture
def path(town: Town) -> str:
    """The form of a step of a case."""
    with town.at(EAST):
        case = lodge(TOLD, town.person(EAST, "clerk")).case
        db.session.commit()
        return f"/east/cases/{case.number}/steps/supplement"


@pytest.fixture
def over(root: Any) -> Callable[[], None]:
    """Every session ends, as of half an hour of silence."""

    def end() -> None:
        with root.begin() as connection:
            connection.execute(text("update sign_in set seen_at = seen_at - interval '31 minutes'"))

    return end


@pytest.fixture
def remarks(root: Any) -> Callable[[], int]:
    def count() -> int:
        with root.connect() as connection:
            said = text("select count(*) from audit_remark where text like '%店长说没有钱可退%'")
            return int(connection.scalar(said) or 0)

    return count


def form(answer: Any, action: str) -> Shown:
    """The one form of a page that goes there."""
    (found,) = [one for one in forms_of(answer.get_data(as_text=True)) if one.action.partition("?")[0] in (action, "")]
    return found


def filled(shown: Shown, **said: Any) -> dict[str, Any]:
    return {name: one.value for name, one in shown.controls.items() if one.kind != "file"} | said


def carried(answer: Any) -> dict[str, list[str]]:
    """What the one button of a page sends: all of it is hidden."""
    sent: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(answer.get_data(as_text=True)):
        sent.setdefault(name, []).append(html.unescape(value))
    assert len(sent["csrf_token"]) == 1
    return sent


def signed_in(browser: Browser, asked: Any, login: str = "handler", password: str = PASSWORD) -> Any:
    """At the sign-in page that came instead of the next one."""
    shown = form(asked, "/east/sign-in")
    return browser.post(shown.action, filled(shown, login=login, password=password))


def test_what_was_typed_comes_back_into_its_form_and_goes_through_once(
    town: Town, path: str, over: Any, remarks: Any
) -> None:
    browser = town.client(EAST, "handler")
    typed = filled(form(browser.get(path), path), text=WORDS)
    over()
    asked = browser.post(path, typed, headers={"Referer": f"http://127.0.0.1{path}"})
    assert asked.status_code == 401
    assert "店长" not in asked.get_data(as_text=True)  # sealed: who passes by reads nothing
    again = signed_in(browser, asked)
    assert again.status_code == 200
    assert path in browser.page.links  # or go on without it
    shown = browser.post(path, carried(again))
    assert shown.status_code == 200
    back = form(shown, path)
    assert back.controls["text"].value == WORDS
    assert back.controls["version"].value == typed["version"]
    assert remarks() == 0
    assert browser.post(path, filled(back)).status_code == 303
    assert remarks() == 1


def test_a_whole_intake_comes_back_all_but_its_files(town: Town, over: Any) -> None:
    browser, there = town.client(EAST, "clerk"), "/east/cases/new"
    shown = form(browser.get(f"{there}?lang=en", follow_redirects=True), there)
    claims = shown.controls["claims"].choices[:2]
    typed = filled(shown, told=WORDS, name="林晓梅", phone=PHONE, claims=claims)
    over()
    asked = browser.post(there, {**typed, "evidence": (io.BytesIO("收据".encode()), "收据.txt")})
    assert asked.status_code == 401
    assert PHONE not in asked.get_data(as_text=True)
    again = signed_in(browser, asked, "clerk")
    assert "choose them once more" in browser.page.words
    page = browser.post(there, carried(again))
    back = form(page, there)
    assert [back.controls[name].value for name in ("name", "phone", "told")] == ["林晓梅", PHONE, WORDS]
    assert back.controls["submission_key"].value == typed["submission_key"]
    boxes = re.findall(r"<input[^>]*name=\"claims\"[^>]*>", page.get_data(as_text=True))
    assert [re.findall(r'value="(\w+)"', box)[0] for box in boxes if "checked" in box] == claims


def test_a_note_comes_back_onto_its_case(town: Town, path: str, over: Any, remarks: Any) -> None:
    browser, case = town.client(EAST, "handler"), path.removesuffix("/steps/supplement")
    typed = filled(form(browser.get(case), f"{case}/notes"), text=WORDS)
    over()
    shown = browser.post(f"{case}/notes", carried(signed_in(browser, browser.post(f"{case}/notes", typed))))
    assert form(shown, f"{case}/notes").controls["text"].value == WORDS
    assert remarks() == 0


def test_a_wrong_password_loses_nothing(town: Town, path: str, over: Any) -> None:
    browser = town.client(EAST, "handler")
    typed = filled(form(browser.get(path), path), text=WORDS)
    over()
    asked = signed_in(browser, browser.post(path, typed), password="not this one")
    assert asked.status_code == 422
    assert carried(signed_in(browser, asked))["text"] == [WORDS]


@pytest.mark.parametrize("login", ["second", "clerk"])
def test_somebody_else_who_signs_in_is_shown_none_of_it(town: Town, path: str, over: Any, login: str) -> None:
    browser = town.client(EAST, "handler")
    typed = filled(form(browser.get(path), path), text=WORDS)
    over()
    assert signed_in(browser, browser.post(path, typed), login).status_code == 303


def test_after_half_an_hour_it_is_gone(town: Town, path: str, over: Any) -> None:
    browser = town.client(EAST, "handler")
    typed = filled(form(browser.get(path), path), text=WORDS)
    over()
    asked = browser.post(path, typed)
    with clock.freeze(clock.now() + timedelta(minutes=31)):
        assert signed_in(browser, asked).status_code == 303


def test_of_a_stranger_nothing_is_carried(town: Town, path: str) -> None:
    answer = town.client(EAST).post(path, {"text": WORDS})
    assert answer.status_code == 303
    assert "/east/sign-in" in answer.location


def test_no_password_is_carried(town: Town, over: Any) -> None:
    browser = town.client(EAST, "handler")
    typed = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    token = browser.csrf_token()
    over()
    assert browser.post("/account/password", {**typed, "csrf_token": token}).status_code == 303


def test_what_is_too_long_to_be_carried_is_shown(town: Town, path: str, over: Any) -> None:
    browser = town.client(EAST, "handler")
    typed = filled(form(browser.get(path), path))
    over()
    most = "x" * (MOST - 2000)
    assert carried(signed_in(browser, browser.post(path, {**typed, "text": most})))["text"] == [most]
    over()
    token = browser.csrf_token()
    answer = browser.post(path, {**typed, "text": WORDS + most + "x" * 2000, "csrf_token": token})
    assert answer.status_code == 401
    assert WORDS in html.unescape(answer.get_data(as_text=True))


# Signed in again in another tab --------------------------------------------------------------------------------------


def test_a_form_from_before_a_new_sign_in_is_offered_again(town: Town, path: str, over: Any, remarks: Any) -> None:
    browser = town.client(EAST, "handler")
    typed = filled(form(browser.get(path), path), text=WORDS)
    over()
    browser.sign_in("handler", PASSWORD)
    answer = browser.post(path, typed, headers=OURS)
    assert answer.status_code == 400
    shown = browser.post(path, carried(answer))
    assert form(shown, path).controls["text"].value == WORDS
    assert remarks() == 0


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1.evil.example"])
def test_a_form_of_another_site_is_not(town: Town, path: str, origin: str | None) -> None:
    """It has no token, and none is made for it."""
    browser = town.client(EAST, "handler")
    answer = browser.post(path, {"text": WORDS}, token=False, headers={"Origin": origin} if origin else {})
    assert answer.status_code == 400
    assert 'name="csrf_token"' not in answer.get_data(as_text=True)


def test_a_sign_in_page_left_behind_brings_back_what_it_carries(town: Town, path: str, over: Any) -> None:
    browser = town.client(EAST, "handler")
    typed = filled(form(browser.get(path), path), text=WORDS)
    over()
    left = form(browser.post(path, typed), "/east/sign-in")
    browser.sign_in("handler", PASSWORD)
    answer = browser.post(left.action, filled(left, login="handler", password=PASSWORD), headers=OURS)
    assert answer.status_code == 400
    assert PASSWORD not in answer.get_data(as_text=True)
    assert carried(browser.post("/sign-in", carried(answer)))["text"] == [WORDS]
