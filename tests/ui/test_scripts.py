"""What the scripts add, in a real Chromium under the strict content policy."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect, request
from werkzeug.serving import make_server

from app import ui
from app.core.forms import Form, Prose
from app.core.headers import CSP
from app.ui.charts import Chart, Flow, Series
from tests.chromium import launch

playwright = pytest.importorskip("playwright.sync_api")

AXE = Path(__file__).parents[1] / "vendor/axe.min.js"
RUN = "axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target)}`))"
PATHS = ("/list", "/note", "/charts", "/signed-out")
WATCH = "window.refused = []; addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective));"

pytestmark = pytest.mark.browser

FIGURES = [
    Chart("bar", "Received", ["Jan", "Feb"], [Series("goods", [3, 5]), Series("services", [1, 2])], stacked=True),
    Chart("line", "On time", ["Jan", "Feb"], [Series("city", [94, 97])]),
    Chart("pie", "Origin", ["window", "phone"], [Series("cases", [3, 4])]),
    Chart("heatmap", "Where", ["goods", "services"], [Series("East", [1, 2]), Series("West", [3, 4])]),
    Chart("sankey", "Flows", flows=[Flow("East", "West", 4), Flow("West", "East", 2)]),
]


class Note(Form):
    text = Prose("Note")


@pytest.fixture
def posted() -> list[str]:
    return []


@pytest.fixture
def address(face: Flask, posted: list[str]) -> Iterator[str]:
    """The bare application, served on loopback with the portal's content policy."""

    def note() -> Any:
        form = Note()
        if request.method == "POST":
            time.sleep(0.3)
            posted.append(form.text.data)
            return redirect("/list")
        return ui.render("note.html", form=form)

    face.add_url_rule("/list", "list", lambda: ui.render("list.html"))
    face.add_url_rule("/note", "note", note, methods=["GET", "POST"])
    face.add_url_rule("/charts", "charts", lambda: ui.render("charts.html", figures=FIGURES))
    face.add_url_rule("/signed-out", "signed-out", lambda: ui.render("signed-out.html"))
    face.add_url_rule("/broken", "broken", lambda: ("", 500))
    face.add_url_rule("/part", "part", lambda: "New")
    face.after_request(lambda r: (r.headers.setdefault("Content-Security-Policy", CSP.format(nonce="n0nce")), r)[1])
    server = make_server("127.0.0.1", 0, face, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    yield from launch()


@pytest.fixture
def tab(chromium: Any, address: str) -> Iterator[Any]:
    context = chromium.new_context(base_url=address, viewport={"width": 1360, "height": 900})
    context.add_cookies([{"name": "hp-lang", "value": "en", "url": address}])
    context.add_init_script(WATCH)
    page = context.new_page()
    yield page
    assert page.evaluate("window.refused ?? []") == []
    context.close()


def at(tab: Any) -> str:
    return tab.evaluate("document.activeElement.textContent.trim()")


def test_j_and_k_walk_x_chooses_and_enter_opens(tab):
    tab.goto("/list")
    for key in ("j", "j", "k", "j"):
        tab.keyboard.press(key)
    assert at(tab) == "Case 1"
    tab.keyboard.press("x")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("Shift+X")
    assert tab.locator("tbody input:checked").count() == 3
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/note?case=3")


def test_keys_are_silent_while_somebody_types_or_composes(tab):
    tab.goto("/list")
    tab.keyboard.press("/")
    tab.keyboard.type("jrx?")
    assert tab.input_value("#search") == "jrx?"
    assert tab.locator("dialog[open]").count() == 0
    tab.evaluate("""() => { document.activeElement.blur(); document.body.dispatchEvent(
        new KeyboardEvent('keydown', {key: 'r', isComposing: true, bubbles: true})); }""")
    assert tab.locator("dialog[open]").count() == 0
    tab.keyboard.press("r")
    assert tab.locator("dialog#refer[open]").count() == 1


def test_the_help_lists_what_the_page_answers_to_and_can_switch_the_keys_off_for_good(tab):
    tab.goto("/list")
    tab.keyboard.press("?")
    assert "Refer" in tab.locator("dialog#keys .keys").inner_text()
    tab.locator("[data-keys-switch]").uncheck()
    tab.keyboard.press("Escape")
    tab.reload()
    tab.keyboard.press("r")
    assert tab.locator("dialog[open]").count() == 0


def test_a_sign_in_page_never_lands_inside_a_panel(tab):
    tab.goto("/list")
    tab.click("#whole")
    tab.wait_for_selector("#live [role=alert]")
    assert "signed out" in tab.inner_text("#live")
    assert tab.inner_text("#part") == "Old"


def test_a_fault_says_so_and_offers_another_try(tab):
    tab.goto("/list")
    tab.click("#broken")
    tab.wait_for_selector("[role=alert] button")
    assert tab.inner_text("#part") == "Old"
    tab.click("#good")
    tab.wait_for_selector("#part:text-is('New')")


def test_two_clicks_send_once_and_the_draft_goes_when_the_words_have_arrived(tab, posted):
    tab.goto("/note")
    tab.fill("#text", "Called the shop")
    tab.wait_for_timeout(600)
    assert tab.evaluate("Object.keys(localStorage).filter(k => k.startsWith('hp:east:draft:')).length") == 1
    tab.dblclick("main button[type=submit]")
    tab.wait_for_url("**/list")
    assert posted == ["Called the shop"]
    assert tab.evaluate("Object.keys(localStorage).filter(k => k.startsWith('hp:east:draft:')).length") == 0


def test_unsaved_words_ask_before_leaving_and_come_back_afterwards(tab):
    asked = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.goto("/note")
    tab.locator("#text").press_sequentially("Half a thought")
    tab.wait_for_timeout(600)
    tab.goto("/list")
    assert asked == ["beforeunload"]
    tab.goto("/note")
    assert tab.input_value("#text") == "Half a thought"
    tab.click("#live button")
    assert tab.input_value("#text") == ""


def test_the_counter_is_soft_it_says_too_many_and_cuts_nothing(tab):
    tab.goto("/note")
    tab.fill("#text", "x" * 25)
    assert tab.inner_text(".counter") == "5 characters too many"
    assert len(tab.input_value("#text")) == 25


def test_large_text_acts_at_once_and_is_remembered_by_the_server(tab):
    tab.goto("/list")
    tab.click("[data-prefer=size]")
    assert tab.get_attribute("html", "data-size") == "large"
    assert tab.inner_text("[data-prefer=size]") == "Normal text"
    tab.goto("/note")
    assert tab.get_attribute("html", "data-size") == "large"


def test_every_kind_of_chart_is_drawn_and_its_table_is_one_click_away(tab):
    tab.goto("/charts")
    tab.wait_for_selector(".plot svg >> nth=4", state="attached")
    assert tab.locator(".plot svg").count() == len(FIGURES)
    assert tab.locator("details.twin[open]").count() == 0
    tab.locator("details.twin summary").first.click()
    assert re.search(r"Feb\s+5\s+2", tab.locator("details.twin table").first.inner_text())
    tab.hover(".plot >> nth=0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(tab, scheme):
    tab.emulate_media(color_scheme=scheme)
    for path in PATHS:
        tab.goto(path)
        tools = tab.context.new_cdp_session(tab)  # not bound by the page's content policy
        tools.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
        found = tools.send("Runtime.evaluate", {"expression": RUN, "awaitPromise": True, "returnByValue": True})
        assert found["result"]["value"] == [], path


@pytest.mark.parametrize("size", ["normal", "large"])
def test_at_320_px_nothing_needs_sideways_scrolling(tab, size, address):
    tab.context.add_cookies([{"name": "hp-size", "value": size, "url": address}])
    tab.set_viewport_size({"width": 320, "height": 700})
    for path in PATHS:
        tab.goto(path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_on_a_phone_the_menu_opens_without_a_script(chromium, address):
    context = chromium.new_context(base_url=address, viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/list")
    assert not page.locator("nav#menu").is_visible()
    page.locator("label.menu-button").click()
    assert page.locator(".who").is_visible()
    context.close()
