"""The portal as it is served: processes of their own on the worker's town, and Chromium before them."""

from __future__ import annotations

import os
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, text

from app.cases.services import Complaint, lodge
from app.serve.children import Children
from app.settings import Settings
from tenants.database import db
from tests.chromium import launch
from tests.journeys.tab import DESK, LOCALES, PHONE, WATCH, Tab, pictures
from tests.logs import confided, told_in
from tests.town import EAST, Town

playwright = pytest.importorskip("playwright.sync_api")

JOBS = """select count(*) from jobs.procrastinate_jobs
    where status = 'doing' or (status = 'todo' and (scheduled_at is null or scheduled_at <= now()))"""
LOGS = pytest.StashKey[Path]()
CONFIDED = pytest.StashKey[set[str]]()
SITTING = pytest.StashKey[list[Tab]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser, and comes first: no other test may meet the worker that runs here."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: here not in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """What failed is told with what the portal logged and how the screens looked."""
    report = yield
    if report.when == "call" and report.failed:
        for n, tab in enumerate(item.stash.get(SITTING, [])):
            with suppress(playwright.Error):
                tab.page.screenshot(path=pictures() / f"failed-{item.name}-{n}.png", full_page=True)
        for log in sorted(item.config.stash.get(LOGS, Path("/nowhere")).glob("*.log")):
            lines = [line for line in log.read_text("utf-8", "replace").splitlines() if '"level": "info"' not in line]
            report.sections.append((log.name, "\n".join(lines[-15:])))
    return report


# The portal ----------------------------------------------------------------------------------------------------------


def _environment(settings: Settings, address: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "FIELD_KEYS": settings.field_keys,
        "ENVIRONMENT": "demo",  # faults are answered as people see them
        "INSTANCE": str(settings.instance),
        "BASE_URL": address,
    }


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="package")
def address(settings: Settings, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[str]:
    """Where the portal answers: web server and worker as in the demo, on this worker's database, while it is here."""
    port = _free_port()
    address, logs = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("log")
    pytestconfig.stash[LOGS] = logs
    confided = pytestconfig.stash[CONFIDED] = set()
    with warnings.catch_warnings(), Children(_environment(settings, address), logs) as children:
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads: the child only starts a program
        children.start("worker", "flask", "jobs", "work")
        children.start(
            "web",
            *("granian", "wsgi:app", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"),
        )
        children.wait_until_ready("web", f"{address}/readyz")
        yield address
        children.check()
    assert '"logger": "hengping.web"' in (logs / "web.log").read_text("utf-8")
    assert not (lines := told_in(logs, confided)), "\n".join(lines[:20])


@pytest.fixture(autouse=True)
def note_who_confided(app: Any, root: Engine, pytestconfig: pytest.Config) -> Iterator[None]:
    """Whoever stands in the database when a story is over was typed in it, and must not stand in a log."""
    yield
    pytestconfig.stash.setdefault(CONFIDED, set()).update(confided(root))


@pytest.fixture
def work(root: Engine) -> Callable[[], None]:
    """Wait until the worker has done all that waits."""

    def wait(seconds: float = 60) -> None:
        patience = time.monotonic() + seconds
        while time.monotonic() < patience:
            with root.connect() as connection:
                if not connection.scalar(text(JOBS)):
                    return
            time.sleep(0.1)
        raise AssertionError("the worker does not come to an end")

    return wait


# The browser ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Closed after each file: while it is open, nothing else in this process may run an event loop."""
    yield from launch()


@pytest.fixture
def sit(
    app: Any, address: str, chromium: Any, work: Callable[[], None], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Tab]]:
    """Sit somebody before a screen: `sit(EAST, "handler")`, `sit(EAST, "clerk", phone=True, language="en")`.

    `script=False` is a browser that runs none.
    """
    tabs = request.node.stash[SITTING] = []

    def sat(
        slug: str, login: str | None = None, *, phone: bool = False, language: str = "zh", script: bool = True
    ) -> Tab:
        context = chromium.new_context(
            base_url=address,
            viewport=PHONE if phone else DESK,
            is_mobile=phone,
            has_touch=phone,
            java_script_enabled=script,
            locale=LOCALES[language].replace("_Hans_", "-"),
            timezone_id="Asia/Shanghai",
        )
        context.add_init_script(WATCH)
        if language != "zh":
            context.add_cookies([{"name": "hp-lang", "value": language, "url": address}])
        tab = Tab(context, slug, language=language, script=script)
        tabs.append(tab)
        if login:
            tab.sign_in(login)
        return tab

    yield sat
    for tab in tabs:
        tab.context.close()
    work()  # before the town is put back


# What there is to work on ---------------------------------------------------------------------------------------------

TOLD = Complaint(
    facts="2026年9月10日在悦动健身办卡，10月门店关闭，店长手机13912340000无人接听，卡里还有4680元。",
    demand="退还余额4680元",
    title="健身房闭店拒退预付卡余额",
    name="林晓梅",
    phone="138 1234 6027",
    address="江州市东县城关镇柳荫路12号",
    merchant_name="悦动健身",
    category="S0401",
    problem="P02",
    amount=Decimal(4680),
    prepaid=True,
)


@pytest.fixture
def lodged(town: Town) -> Callable[..., str]:
    """A complaint lies in a county; its number."""

    def make(place: str = EAST, login: str = "clerk", **facts: Any) -> str:
        with town.at(place):
            case = lodge(replace(TOLD, **facts), town.person(place, login)).case
            db.session.commit()
            return str(case.number)

    return make


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture that a consumer brings along."""
    path = tmp_path / "收据 照片.jpg"
    Image.new("RGB", (640, 480), (196, 180, 150)).save(path, "JPEG")
    return path
