"""Evidence looked at on its page: pictures by mouse and keys, recordings that are heard from the middle on."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from app.cases.queries import by_number
from app.cases.services import attach
from app.files.accept import accept
from tenants.database import db
from tests.files import specimens
from tests.journeys.tab import Tab
from tests.town import EAST, Town

BOX = "document.querySelector('.stage img').getBoundingClientRect()"
WIDTH = f"{BOX}.width"


@pytest.fixture
def number(lodged: Callable[..., str], town: Town) -> str:
    """A case with two pictures, a recording, a PDF and a text."""
    number = lodged()
    brought = {
        "门店.jpg": specimens.picture(size=(1200, 800)),
        "收据.png": specimens.picture("PNG", size=(300, 500)),
        "通话.wav": specimens.wav(3),
        "合同.pdf": specimens.PDF,
        "说明.txt": "多次交涉没有结果".encode(),
    }
    with town.at(EAST):
        files = [accept(io.BytesIO(body), name) for name, body in brought.items()]
        attach(by_number(number), town.person(EAST, "handler"), files)
        db.session.commit()
    return number


def test_evidence_is_looked_at_by_keys_and_by_mouse(sit: Callable[..., Tab], number: str) -> None:
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}")
    tab.press("v", leads=True)
    assert tab.heading == "门店.jpg"
    assert tab.page.get_by_role("button", name=tab.say("Previous file")).is_disabled()

    # Larger and turned, by keys and by the buttons; the whole of it again.
    tab.page.wait_for_function(f"() => {WIDTH} > 400")
    whole = tab.page.evaluate(WIDTH)
    tab.press("+")
    assert tab.page.evaluate(WIDTH) == pytest.approx(whole * 1.5, abs=2)
    tab.page.get_by_role("button", name=tab.say("Larger")).click()
    assert tab.page.evaluate(WIDTH) == pytest.approx(whole * 2.25, abs=2)
    tab.press("-")
    tab.press("0")
    assert tab.page.evaluate(WIDTH) == pytest.approx(whole, abs=2)
    tab.press("r")
    assert tab.page.evaluate(f"{BOX}.height > {BOX}.width")
    tab.picture("evidence-picture")

    # The arrows go on; where a large picture has the focus they move it instead.
    tab.press("+")
    tab.page.locator(".stage").focus()
    tab.press("ArrowRight")
    assert tab.heading == "门店.jpg"
    tab.page.evaluate("document.activeElement.blur()")
    tab.press("ArrowRight", leads=True)
    assert tab.heading == "收据.png"
    tab.press("ArrowLeft", leads=True)
    assert tab.heading == "门店.jpg"
    tab.press("?")
    listed = {one.strip() for one in tab.page.locator("dialog#keys dt").all_inner_texts()}
    assert listed >= {"→", "+", "-", "0", "R", "Esc"}
    tab.press("Escape")
    assert tab.heading == "门店.jpg"

    # A recording is moved on in: the browser asks for parts.
    for _n in range(2):
        tab.press("ArrowRight", leads=True)
    assert tab.heading == "通话.wav"
    tab.page.wait_for_function("() => document.querySelector('audio').duration > 2.9")
    tab.page.evaluate("document.querySelector('audio').currentTime = 2.5")
    tab.page.wait_for_function("() => !document.querySelector('audio').seeking")
    assert tab.page.evaluate("document.querySelector('audio').currentTime") == pytest.approx(2.5)
    tab.press("ArrowRight", leads=True)
    tab.picture("evidence-pdf")
    tab.press("ArrowRight", leads=True)
    assert tab.page.get_by_role("button", name=tab.say("Next file")).is_disabled()
    tab.press("Escape", leads=True)
    assert tab.path == f"/cases/{number}"


def test_evidence_is_looked_at_on_a_phone_without_a_script(sit: Callable[..., Tab], number: str) -> None:
    tab = sit(EAST, "clerk", phone=True, script=False)
    tab.open(f"/cases/{number}")
    tab.follow(tab.main.locator(".attachments a").first)
    assert tab.page.locator(".stage img").evaluate("one => one.complete && one.naturalWidth") == 1200
    tab.follow("Next file")
    assert tab.heading == "收据.png"
    tab.follow("Back")
    assert tab.path == f"/cases/{number}"
