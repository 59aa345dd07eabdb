"""What every answer carries, whatever it is (HD1–HD7)."""

from __future__ import annotations

import dataclasses
import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from app import create_app, jobs
from app.cases.models import CaseFile
from app.cases.services import lodge
from app.files.accept import accept
from tenants.database import db
from tenants.registry import registry
from tests.browser import Browser
from tests.cases.conftest import TOLD
from tests.files import specimens
from tests.town import EAST, PASSWORD, Town

# As security demands it, word by word: said here once more, so that a word left out over there is noticed.
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
    "Server": "",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'nonce-{nonce}' 'strict-dynamic'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}


def answers(app: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """One answer of every sort."""
    browser = town.client(EAST, "director")
    anybody = Browser(app)
    file, picture = _files(town)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 10_000)
    return {
        "a page": browser.open("GET", "/cases"),
        "a block": browser.open("GET", "/cases", headers={"HX-Request": "true", "HX-Target": "rows"}),
        "no content": browser.open("POST", "/account/alive", data={"csrf_token": browser.csrf_token()}),
        "a redirect": browser.open("GET", "/"),
        "to sign in": Browser(app, EAST).open("GET", "/cases"),
        "the list of organisations": anybody.open("GET", "/"),
        "without the slash": anybody.open("GET", f"/{EAST}"),
        "health": anybody.open("GET", "/healthz"),
        "a script": anybody.open("GET", _asset(browser, ".js")),
        "a style": anybody.open("GET", _asset(browser, ".css")),
        "a file": browser.open("GET", file),
        "a picture": browser.open("GET", f"{picture}?inline=1"),
        "400": browser.open("POST", "/cases/new", data={"told": "x"}),
        "403": browser.open("GET", "/people"),
        "404": browser.open("GET", "/nowhere"),
        "404 outside": anybody.open("GET", "/nowhere"),
        "405": browser.open("DELETE", "/account"),
        "413": browser.open("POST", "/cases/new", data={"told": "x" * 20_000}),
        "500": _broken(app, browser, monkeypatch),
    }


def _files(town: Town) -> list[str]:
    """Where two files of a case are, a paper and a picture."""
    with town.at(EAST):
        brought = [accept(io.BytesIO(specimens.PDF), "合同.pdf"), accept(io.BytesIO(specimens.picture()), "门店.jpg")]
        case = lodge(TOLD, town.person(EAST, "clerk"), evidence=brought).case
        db.session.commit()
        kept = db.session.scalars(select(CaseFile).where(CaseFile.case_id == case.id).order_by(CaseFile.name))
        return [f"/cases/{case.number}/files/{file.id}" for file in kept]


def _asset(browser: Browser, ending: str) -> str:
    page = Browser.open(browser, "GET", "/account").get_data(as_text=True)
    (found, *_rest) = re.findall(rf'(?:src|href)="([^"]*{re.escape(ending)}[^"]*)"', page)
    return str(found)


def _broken(app: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Any:
    def broken() -> Any:
        raise RuntimeError("nobody is told")

    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.view_functions, "accounts.account", broken)
    return browser.open("GET", "/account")


def test_every_answer_carries_the_headers(app: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, blocks, files, redirects and refusals alike (HD4)."""
    for what, answer in answers(app, town, monkeypatch).items():
        missing = {name: value for name, value in FIXED.items() if answer.headers.get(name) != value}
        assert not missing, (what, missing)
        assert answer.status_code == (int(what[:3]) if what[0].isdigit() else min(answer.status_code, 399)), what
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], what
        assert "X-Powered-By" not in answer.headers, what
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"]), what
        if what not in ("a script", "a style"):
            assert "no-store" in answer.headers["Cache-Control"], what
            assert "Cookie" in answer.headers.get("Vary", ""), what


def test_a_policy_that_runs_nothing_but_our_own(town: Town) -> None:
    """Word by word (HD1); the nonce is another one every time, and the page's scripts carry it."""
    browser = town.client(EAST, "handler")
    nonces = set()
    for _ in range(3):
        answer = browser.get("/cases")
        policy = answer.headers["Content-Security-Policy"]
        (nonce,) = re.findall(r"'nonce-([\w-]+)'", policy)
        said = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert said == {name: sources.format(nonce=nonce) for name, sources in POLICY.items()}
        assert set(re.findall(r'nonce="([^"]+)"', answer.get_data(as_text=True))) == {nonce}
        nonces.add(nonce)
    assert len(nonces) == 3
    for forbidden in ("unsafe", "http:", "*"):
        assert forbidden not in policy


def test_htmx_is_tied_down(town: Town) -> None:
    """No eval, no scripts in answers, no styles of its own, no other host (HD2)."""
    page = town.client(EAST, "handler").get("/cases").get_data(as_text=True)
    for said in (
        '"allowEval": false',
        '"allowScriptTags": false',
        '"includeIndicatorStyles": false',
        '"selfRequestsOnly": true',
    ):
        assert said in page


def test_styles_and_scripts_are_kept_for_ever_by_their_version(town: Town) -> None:
    browser = town.client(EAST, "handler")
    for ending in (".js", ".css"):
        address = _asset(browser, ending)
        assert "immutable" in Browser(town.app).open("GET", address).headers["Cache-Control"]
        assert Browser(town.app).open("GET", address.partition("?")[0]).headers["Cache-Control"] == "no-cache"


def test_one_persons_page_is_not_anothers(town: Town) -> None:
    """The same address for two people: two answers, neither of which anything may keep (HD5)."""
    one, other = (town.client(EAST, login).get("/account") for login in ("handler", "director"))
    assert one.get_data() != other.get_data()
    assert {answer.headers["Cache-Control"] for answer in (one, other)} == {"no-store"}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "127.0.0.1@evil.example"]
)
@pytest.mark.parametrize("path", ["/", f"/{EAST}/sign-in", "/healthz"])
def test_another_hosts_name_is_400(app: Any, town: Town, host: str, path: str) -> None:
    """HD6; and the answer does not send anybody there."""
    answer = Browser(app).client.open(path, base_url="http://127.0.0.1", headers={"Host": host}, buffered=True)
    assert answer.status_code == 400
    assert host not in answer.get_data(as_text=True)
    assert "Location" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_another_hosts_name_is_400_for_somebody_signed_in_too(town: Town) -> None:
    browser = town.client(EAST, "director")
    for path in ("/cases", "/nowhere"):
        answer = browser.open("GET", path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_what_a_proxy_would_say_is_not_believed_from_anybody(app: Any, town: Town) -> None:
    """Without a proxy before us, its headers are a visitor's own words: not in links, notes or cookies."""
    spoofed = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=6.6.6.6;host=evil.example",
    }
    browser = Browser(app, EAST)
    token = browser.csrf_token()
    said = {"login": "handler", "password": PASSWORD, "csrf_token": token}
    answer = browser.open("POST", "/sign-in", data=said, headers=spoofed, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert answer.status_code == 303
    assert "evil" not in answer.headers["Location"]
    assert "Strict-Transport-Security" not in answer.headers
    with town.at(EAST):
        addresses = set(db.session.connection().exec_driver_sql("select address from sign_in").scalars())
    assert addresses == {"10.0.0.9"}


def test_behind_a_proxy_only_what_the_last_one_said_is_believed(settings: Any, app: Any, town: Town) -> None:
    """`PROXIES=1`: the one before us appends to what a visitor made up, and of that nothing counts (HD6)."""
    behind = create_app(dataclasses.replace(settings, proxies=1))
    told = {
        "X-Forwarded-For": "6.6.6.6, 7.7.7.7, 198.51.100.4",
        "X-Forwarded-Host": "evil.example, 127.0.0.1",
        "X-Forwarded-Proto": "http, https",
        "X-Forwarded-Prefix": "/evil",
        "Referer": f"https://127.0.0.1/{EAST}/sign-in",
    }
    try:
        browser = Browser(behind, EAST)
        said = {"login": "handler", "password": PASSWORD, "csrf_token": browser.csrf_token()}
        answer = browser.open("POST", "/sign-in", data=said, headers=told, environ_base={"REMOTE_ADDR": "10.0.0.9"})
        foreign = browser.open("GET", "/sign-in", headers={**told, "X-Forwarded-Host": "127.0.0.1, evil.example"})
    finally:
        with behind.app_context():
            db.engine.dispose()
        registry.use(db.engine)
        jobs.use(app)
    assert answer.status_code == 303
    assert "evil" not in answer.headers["Location"]
    assert "Strict-Transport-Security" in answer.headers
    assert foreign.status_code == 400
    with town.at(EAST):
        addresses = set(db.session.connection().exec_driver_sql("select address from sign_in").scalars())
    assert addresses == {"198.51.100.4"}


def test_the_debugger_is_not_there(app: Any) -> None:
    for path in ("/console", "/?__debugger__=yes&cmd=resource&f=debugger.js"):
        answer = Browser(app).open("GET", path)
        assert b"Werkzeug" not in answer.get_data()
    assert app.debug is False
