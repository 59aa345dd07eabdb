"""A tab of a real Chromium, used as people use it; every page that it opens is looked over before the story goes on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask_babel import force_locale, gettext
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.core.states import State
from tests.town import PASSWORD

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "tests/vendor/axe.min.js").read_text("utf-8")
FIND = """axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join("  ")}`))"""
# A page as axe-core sees it: which element bears what, not what it says. Numbers and keys are one like the other.
SHAPE = """() => {
    const kept = new RegExp("^(class|role|type|lang|dir|scope|tabindex|aria-[a-z]+|hidden|open|for|id|name|"
        + "autocomplete|data-(size|theme|density))$");
    const alike = (value) => value.replace(/[0-9a-f-]*[0-9][0-9a-f-]*/g, "0");
    const told = (one) => [...one.attributes].map(({name, value}) =>
        kept.test(name) ? `${name}=${alike(value)}` : value.trim() ? name : `${name}=`);
    const words = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) ? "w" : "";
    const walk = (one) =>
        `<${one.localName} ${told(one).join(" ")}>${words(one)}${[...one.children].map(walk).join("")}</>`;
    return `${innerWidth}${document.title ? "w" : ""}${walk(document.documentElement)}`;
}"""
LOOK = """() => ({
    title: document.title, language: document.documentElement.lang,
    heading: document.querySelector("h1")?.innerText ?? "", headings: document.querySelectorAll("h1").length,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    clipped: [...document.querySelectorAll("a.btn, button")]
        .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1).map(one => one.innerText),
})"""
WATCH = """addEventListener("securitypolicyviolation",
    event => console.error(`refused: ${event.violatedDirective} ${event.blockedURI}`))"""
DESK, PHONE = {"width": 1360, "height": 980}, {"width": 390, "height": 844}
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
SOON = 15_000  # ms; two cores may be busy with other tests


def passed(shape: str) -> Path:
    """Is there once axe-core has found nothing in a page of this shape, in whichever worker of this run."""
    return Path(os.environ["HENGPING_TEST_SHAPES"]) / hashlib.sha256(shape.encode()).hexdigest()


def pictures() -> Path:
    """Where screenshots go."""
    folder = Path(os.environ.get("HENGPING_SCREENSHOTS") or ROOT / "instance" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Tab:
    """One person before one screen. Words are given in English and looked for in the language of the page."""

    def __init__(
        self, context: BrowserContext, slug: str, *, language: str = "zh", script: bool = True, page: Page | None = None
    ) -> None:
        self.slug, self.language, self.script = slug, language, script
        self.page: Page = page or context.new_page()
        self.page.set_default_timeout(SOON)
        self.context = context
        self.faults: list[str] = []
        self.asked: list[str] = []
        self._fresh = False
        self._expected: tuple[int, ...] = ()
        self._offline = False
        self._listen()

    # What is noticed while the story goes on --------------------------------------------------------------------------

    def _listen(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"a script failed: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("framenavigated", self._moved)
        self.page.on("dialog", self._asked)

    def _heard(self, message: Any) -> None:
        # A failed request is told as one, below, with its address; htmx repeats what belongs to the story.
        told = ("Failed to load resource", *(f"Response Status Error Code {code}" for code in self._expected))
        if message.type == "error" and not message.text.startswith(told):
            self.faults.append(f"the console says: {message.text}")

    def _failed(self, request: Any) -> None:
        # What the browser gave up by itself: a page that became a download, a poll when the page was left.
        if not self._offline and request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.method} {request.url} failed: {request.failure}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.faults.append(f"{response.request.method} {response.url} answered {response.status}")

    def _moved(self, frame: Any) -> None:
        self._fresh = self._fresh or frame == self.page.main_frame

    def _asked(self, dialog: Any) -> None:
        self.asked.append(dialog.type)
        dialog.accept()

    @contextmanager
    def expecting(self, *codes: int) -> Iterator[None]:
        """Inside, answers with these codes belong to the story."""
        self._expected = codes
        yield
        self._expected = ()

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Inside, the line is down."""
        self._offline = True
        self.context.set_offline(True)
        yield
        self.context.set_offline(False)
        self.page.wait_for_timeout(50)
        self._offline = False

    # Every page is looked over ----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Raises AssertionError with everything that is wrong with the page that has just been opened."""
        if self._fresh and self.page.url.startswith("http"):
            self._fresh = False
            self._inspect()
        faults, self.faults = self.faults, []
        assert not faults, f"{self.page.url}: " + "\n".join(faults)

    def _inspect(self) -> None:
        seen = self.page.evaluate(LOOK)
        title, heading = (" ".join(seen[name].split()) for name in ("title", "heading"))
        opening = self.say("Error:")
        if seen["headings"] != 1 or not heading:
            self.faults.append(f"{seen['headings']} headings of the first order")
        if not title.removeprefix(opening).strip().startswith(heading):
            self.faults.append(f"the title {title!r} does not begin with the heading {heading!r}")
        if seen["language"].partition("-")[0] != self.language:
            self.faults.append(f"the language is said to be {seen['language']}")
        if seen["sideways"] > 0:
            self.faults.append(f"{seen['sideways']} px stand out on the right")
        self.faults += [f"the button {words!r} is cut off" for words in seen["clipped"]]
        if self.script:  # without one, axe waits for itself
            self.faults += self._axe()

    def _axe(self) -> list[str]:
        """What axe-core finds, run in a world of its own, so that the page's policy stays as it is for the page."""
        if (known := passed(self.page.evaluate(SHAPE))).exists():
            return []
        tools = self.context.new_cdp_session(self.page)
        frame = tools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = tools.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
        tools.send("Runtime.evaluate", {"expression": AXE, "contextId": world})
        found = tools.send(
            "Runtime.evaluate",
            {"expression": FIND, "contextId": world, "awaitPromise": True, "returnByValue": True},
        )
        tools.detach()
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        if not found["result"]["value"]:
            known.touch()
        return [f"axe: {one}" for one in found["result"]["value"]]

    # Words ------------------------------------------------------------------------------------------------------------

    def say(self, english: str, **values: Any) -> str:
        """What stands on the page for an English text."""
        with force_locale(LOCALES[self.language]):
            return gettext(english, **values)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def text(self) -> str:
        return " ".join(self.main.inner_text().split())

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().strip()

    @property
    def path(self) -> str:
        return self.page.url.partition(f"/{self.slug}")[2]

    def reads(self, *texts: str) -> None:
        """Wait until all of it stands on the page."""
        for text in texts:
            expect(self.main).to_contain_text(text, timeout=SOON)

    def says(self, *english: str) -> None:
        self.reads(*(self.say(text) for text in english))

    def stands(self, state: State) -> None:
        """Wait until the thing on this page is said to be in a state."""
        with force_locale(LOCALES[self.language]):
            label = str(state.label)
        tag = self.main.locator(".sub .tag, .panel > header .tag, #progress-area .tag").first
        expect(tag).to_have_text(label, timeout=SOON)

    # Moving about -----------------------------------------------------------------------------------------------------

    def open(self, path: str = "/") -> None:
        """Type an address."""
        self.page.goto(f"/{self.slug}{path}")
        self.look()

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        if not self.path.startswith("/sign-in"):
            self.open("/sign-in")
        self.fill("login", login)
        self.fill("password", password)
        self.send()

    def control(self, english: str) -> Locator:
        """A link or button by its words."""
        name = self.say(english)
        link = self.main.get_by_role("link", name=name, exact=True)
        return link.or_(self.main.get_by_role("button", name=name, exact=True))

    def follow(self, english: str | Locator) -> None:
        """Click something that leads to another page, and look at that."""
        control = english if isinstance(english, Locator) else self._reachable(self.control(english))
        with self.page.expect_navigation(timeout=SOON):
            control.click()
        self.look()

    def take(self, step: str) -> None:
        """Click what leads to a step of a workflow, or takes it at once."""
        way = f'main a[href$="/steps/{step}"], main form[action$="/steps/{step}"] button'
        self.follow(self._reachable(self.page.locator(way)))

    def send(self) -> None:
        """Click the button under the form."""
        self.follow(self.main.locator(".formfoot button[type=submit]:visible"))

    def _reachable(self, control: Locator) -> Locator:
        """What is folded away under “More” is unfolded first."""
        if control.count() == 0 or not control.first.is_visible():
            folded = self.main.locator("details.menu > summary", has_text=self.say("More"))
            if folded.count():
                folded.first.click()
        return control

    def menu(self, path: str) -> None:
        """Choose from the main menu what leads to `path`; on a phone it is opened first."""
        menu = self.page.locator("nav#menu")
        if not menu.is_visible():
            self.page.locator("label.menu-button").click()
        self.follow(menu.locator(f'a[href="/{self.slug}{path}"]'))

    def press(self, key: str, *, leads: bool = False) -> None:
        """One key; `leads` says that another page comes of it."""
        if leads:
            with self.page.expect_navigation(timeout=SOON):
                self.page.keyboard.press(key)
        else:
            self.page.keyboard.press(key)
        self.look()

    # Filling in -------------------------------------------------------------------------------------------------------

    def field(self, name: str) -> Locator:
        return self.main.locator(f'[name="{name}"]:visible')

    def fill(self, name: str, value: str) -> None:
        self.field(name).fill(value)

    def select(self, name: str, value: str) -> None:
        self.field(name).select_option(value)

    def tick(self, name: str, value: str) -> None:
        self.main.locator(f'[name="{name}"][value="{value}"]').check()

    def attach(self, name: str, *files: Path) -> None:
        self.field(name).set_input_files(list(files))

    def download(self, control: Locator) -> Path:
        with self.page.expect_download() as coming:
            control.click()
        return Path(coming.value.path())

    # Pictures ---------------------------------------------------------------------------------------------------------

    def picture(self, name: str) -> None:
        """Keep this page as it looks on a desk and on a phone; on both it has to hold."""
        own = self.page.viewport_size or DESK
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]  # a width and a height
            self.page.wait_for_timeout(100)
            self.page.screenshot(path=pictures() / f"{name}-{size['width']}.png", full_page=True)
            self._fresh = size != own
            self.look()
        self.page.set_viewport_size(own)
