"""The web process is killed in the middle of a request: what was not committed never was, what was is there once."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.races.conftest import Process, ready, until
from tests.town import EAST, PASSWORD

FORM = {"told": "健身房闭店，不退卡。", "nature": "C", "channel": "window"}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')


class Visitor:
    """A browser on a real connection; it lives longer than the server."""

    def __init__(self, port: int) -> None:
        self.port, self.cookie = port, ""

    def send(self, method: str, path: str, said: dict[str, str] | None = None) -> http.client.HTTPConnection:
        """Send, and do not wait for the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, f"/{EAST}{path}", urlencode(said or {}), headers)
        return connection

    def ask(self, method: str, path: str, said: dict[str, str] | None = None) -> tuple[int, str, str]:
        connection = self.send(method, path, said)
        answer = connection.getresponse()
        body = answer.read().decode()
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        connection.close()
        return answer.status, answer.getheader("Location") or "", body

    def token(self, path: str) -> str:
        found = TOKEN.search(self.ask("GET", path)[2])
        assert found
        return found.group(1) or found.group(2)

    def sign_in(self) -> None:
        said = {"login": "clerk", "password": PASSWORD, "csrf_token": self.token("/sign-in")}
        assert self.ask("POST", "/sign-in", said)[0] == 303


@pytest.fixture
def serve(start: Callable[..., Process], port: int) -> Callable[[], Process]:
    """The server as it runs in life, on a port of its own; started again after every kill."""

    def go() -> Process:
        process = start(
            *("granian", "wsgi:app", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"),
        )
        until(lambda: ready(f"http://127.0.0.1:{port}"), "the server answers")
        return process

    return go


ROUNDS = 5


@pytest.mark.long
def test_killed_before_the_commit_nothing_is_stored_and_the_form_can_be_sent_again(
    app: Any, serve: Callable[[], Process], port: int, held: Any, look: Any, rounds: Callable[[str], None]
) -> None:
    """After the INSERT, before the COMMIT (F9): held at the head of the trail, which is written last."""
    visitor = Visitor(port)
    server = serve()
    visitor.sign_in()
    for number in range(ROUNDS):
        said = {**FORM, "submission_key": f"before-{number}", "csrf_token": visitor.token("/account/password")}
        with held("select 1 from audit_head where tenant_id = 2 for update") as blocked:
            lost = visitor.send("POST", "/cases/new", said)
            until(blocked, "the request is held before its commit")
            server.kill()
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            lost.getresponse()
        lost.close()
        server = serve()
        assert len(look("select 1 from case_record")) == number
        assert visitor.ask("POST", "/cases/new", said)[0] == 303
        assert len(look("select 1 from case_record")) == number + 1
    rounds(f"kill -9 web before commit {ROUNDS}, stored by the lost request 0, by the repeated one {ROUNDS}")


@pytest.mark.long
def test_killed_after_the_commit_it_is_stored_once_and_sending_again_shows_it(
    app: Any, serve: Callable[[], Process], port: int, look: Any, rounds: Callable[[str], None]
) -> None:
    """After the COMMIT, before anybody read the answer (F10)."""
    visitor = Visitor(port)
    server = serve()
    visitor.sign_in()
    for number in range(ROUNDS):
        key = f"after-{number}"
        said = {**FORM, "submission_key": key, "csrf_token": visitor.token("/account/password")}
        lost = visitor.send("POST", "/cases/new", said)
        stored = until(
            lambda: look("select number from case_record where submission_key = :key", key=key),  # noqa: B023
            "it is committed",
        )
        server.kill()
        lost.close()
        server = serve()
        status, goal, _body = visitor.ask("POST", "/cases/new", said)
        assert (status, goal) == (303, f"/{EAST}/cases/{stored[0].number}/slip")
        assert len(look("select 1 from case_record")) == number + 1
    rounds(f"kill -9 web after commit {ROUNDS}, stored once {ROUNDS}")


def test_on_a_real_connection_no_server_is_named_and_what_is_too_large_gets_its_page(
    app: Any, serve: Callable[[], Process], port: int
) -> None:
    """No answer says what software gave it (HD7); what is too large gets its page on a real connection too (IN10)."""
    serve()
    visitor = Visitor(port)
    for path in ("sign-in", "cases", "nowhere", "static/hengping.css", "sign-in\t/no/HTTP"):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
            wire.sendall(f"GET /{EAST}/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            head = wire.makefile("rb").read().partition(b"\r\n\r\n")[0].decode()
        assert head.startswith("HTTP/1.1 ")
        assert not re.search(r"granian|werkzeug|flask|python|hyper", head, re.IGNORECASE), head
    begun = time.monotonic()
    status, _goal, body = visitor.ask("POST", "/sign-in", {"login": "x" * 3_000_000})
    assert status == 413
    assert "413" in body
    assert time.monotonic() - begun < 10
