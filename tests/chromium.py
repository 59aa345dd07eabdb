"""The browser of the tests: Debian's Chromium, else Playwright's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# The first is the same engine without windows of its own, and an eighth faster.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(**options: Any) -> Iterator[Any]:
    """One browser, closed afterwards; without one it is a failure when CI=true, and a visible skip otherwise."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as play:
        found = next(filter(None, map(shutil.which, NAMES)), play.chromium.executable_path)
        if not Path(found).exists():
            missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            missing("no Chromium here: `make browser` gets one")
        browser = play.chromium.launch(executable_path=found, args=list(FLAGS), **options)
        yield browser
        browser.close()
