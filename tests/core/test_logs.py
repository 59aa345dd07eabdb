"""Log lines: one line of JSON each, with keys and codes, and never with what people said (LG1, LG2)."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core import logs
from app.core.logs import EXTRAS
from app.jobs import drain
from tests.browser import IDENTITY, PHONE
from tests.core.test_faults import raising
from tests.logs import Listener, told_in
from tests.town import EAST, PASSWORD, Town

SECRETS = ("林晓梅", "13812346027", "110101199003078478", "柳荫路12号", "店长跑路", "退还余额", "东承办", PASSWORD)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the process writes, as it does when it serves."""
    stream, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level)
    logs.configure("DEBUG", stream)
    logging.getLogger("sqlalchemy.engine").setLevel("INFO")
    yield stream
    logging.getLogger("sqlalchemy.engine").setLevel("NOTSET")
    root.handlers[:], root.level = before


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def journey(town: Town) -> None:
    """Sign in wrongly and rightly, take a complaint in, find it, look at a number, break something."""
    browser = town.client(EAST, "director")
    browser.post("/sign-out")
    browser.post("/sign-in", {"login": "director", "password": "东承办-13812346027"})
    browser.sign_in("director", PASSWORD)
    told = {
        "told": "店长跑路，我的电话13812346027。",
        "demand": "退还余额",
        "name": "林晓梅",
        "phone": "13812346027",
        "id_number": "110101199003078478",
        "address": "柳荫路12号",
        "nature": "C",
        "channel": "window",
        "submission_key": "journey",
    }
    number = browser.post("/cases/new", told).headers["Location"].split("/")[-2]
    browser.get(f"/cases/{number}/slip")
    for said in ("林晓梅", "13812346027"):
        browser.get(browser.post("/search", {"q": said}).location)
    assert number in browser.page.words
    browser.get("/search?q=13812346027")
    browser.post(f"/cases/{number}/reveal/phone", {"text": "回访林晓梅"}, may_show=("13812346027",))
    browser.post(f"/cases/{number}/notes", {"text": "林晓梅来电，店长跑路。"}, may_show=("13812346027",))
    browser.get("/cases/13812346027")
    browser.post("/cases/new", {**told, "told": "另一件事"}, may_show=("13812346027", "110101199003078478"))
    drain()


def test_after_a_journey_the_log_holds_nobodys_words(
    serving: Any, town: Town, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with every statement logged, and with a fault whose message quotes what somebody typed."""
    journey(town)
    raising(serving, monkeypatch, "accounts.account", ValueError("林晓梅 13812346027 could not be read"))
    assert town.client(EAST, "handler").get("/account").status_code == 500
    said = written.getvalue()
    unescaped = said.encode().decode("unicode_escape", "replace")
    assert len(said.splitlines()) > 100
    for secret in SECRETS:
        assert secret not in unescaped, secret
    for pattern in (PHONE, IDENTITY):
        assert not pattern.search(said)


def test_a_line_is_json_with_keys_that_are_listed(town: Town, written: io.StringIO) -> None:
    town.client(EAST, "handler").get("/cases")
    ours = [line for line in lines(written) if line["logger"] == "hengping.web"]
    always = {"at", "level", "logger", "message", "request"}
    assert ours
    for line in ours:
        assert always <= line.keys() <= always | set(EXTRAS)
        assert re.fullmatch(r"[0-9a-f]{16}", line["request"])
    last = ours[-1]
    assert (last["tenant"], last["route"], last["status"]) == (EAST, "/cases", 200)
    assert re.fullmatch(r"[0-9a-f-]{36}", last["person"])  # a key, not a name


def test_the_number_of_a_request_goes_with_its_answer_its_entries_and_its_jobs(
    town: Town, written: io.StringIO, root: Any
) -> None:
    browser = town.client(EAST, "handler")
    said = {"told": "健身房闭店", "nature": "C", "channel": "window", "submission_key": "one"}
    answer = browser.post("/cases/new", said)
    number = answer.headers["X-Request-ID"]
    with root.connect() as connection:
        entries = connection.exec_driver_sql("select request_id from audit_entry where event = 'case.lodge'").scalars()
        jobs = connection.exec_driver_sql("select args ->> 'request' from jobs.procrastinate_jobs").scalars()
        assert set(entries) == {number}
        assert number in set(jobs)
    assert number in {line["request"] for line in lines(written)}


def test_nothing_that_is_typed_breaks_out_of_its_line(app: Any, written: io.StringIO) -> None:
    """Line feeds and terminal codes stay inside of the JSON."""
    logging.getLogger("hengping.web").warning('one\n{"level": "forged"}\r\n\x1b[31mred\u2028', extra={"route": "a\nb"})
    assert len(written.getvalue().splitlines()) == 1
    assert written.getvalue().isascii()
    assert "\x1b" not in written.getvalue()
    assert lines(written)[0]["route"] == "a\nb"


def test_an_extra_that_nobody_listed_is_not_written(app: Any, written: io.StringIO) -> None:
    logging.getLogger("hengping.web").warning("said", extra={"phone": "13812346027", "status": 200})
    assert lines(written)[0]["status"] == 200
    assert "phone" not in lines(written)[0]


# The whole run --------------------------------------------------------------------------------------------------------


def test_whatever_gets_into_a_log_is_found_at_the_end_of_the_run(tmp_path: Path) -> None:
    """Plain, escaped as JSON does, or as in an address; in any file, among lines that are well."""
    well = '{"at": "2026-11-22T04:01:47.123+00:00", "ms": 12.5, "request": "0138123460271234", "person": "019f1381-23"}'
    planted = {
        "web.log": ["called 13812346027", "called 138 1234-6027", '{"message": "\\u6797\\u6653\\u6885"}'],
        "worker.log": ["GET /search?q=%E6%9E%97%E6%99%93%E6%A2%85", "id 11010119900307847x", "to 柳荫路12号"],
    }
    for name, lines_ in planted.items():
        (tmp_path / name).write_text("\n".join([well, *lines_, well]), "utf-8")
    found = told_in(tmp_path, {"林晓梅", "柳荫路12号"})
    assert found == [f"{name}: {line}" for name, lines_ in planted.items() for line in lines_]


def test_a_line_of_any_test_is_heard() -> None:
    """What every session of tests listens with: a message is, a fault is only named."""
    log, listener = logging.getLogger("planted"), Listener()
    log.addHandler(listener)
    log.error("nobody's", exc_info=ValueError("13812346027"))
    assert listener.told == []
    log.error("the phone is 13812346027")
    log.removeHandler(listener)
    assert len(listener.told) == 1
