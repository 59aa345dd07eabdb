"""What goes wrong is said in a page: with a way on, the number of the request, and what was typed."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError

from app.accounts.models import Person
from app.core.forms import mark
from app.core.schema import revisions
from tenants.database import db
from tenants.registry import registry
from tests.browser import Browser, check
from tests.town import EAST, Town

TYPED = "店长说没有钱可退，让我等到明年再来问。"


def raising(app: Any, monkeypatch: pytest.MonkeyPatch, endpoint: str, fault: BaseException) -> None:
    """Let a page meet a fault after it has done its work, and before that is committed."""
    view = app.view_functions[endpoint].__wrapped__

    def broken(**arguments: Any) -> Any:
        view(**arguments)
        db.session.flush()
        raise fault

    monkeypatch.setitem(app.view_functions, endpoint, broken)


def test_a_fault_of_ours_is_a_page_with_the_number_of_the_request(
    serving: Any, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And with nothing of what went wrong (HD7)."""
    raising(serving, monkeypatch, "accounts.account", RuntimeError("the phone 13812345678 could not be read"))
    browser = town.client(EAST, "handler")
    answer = browser.get("/account")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in said
    assert "13812345678" not in said
    assert "RuntimeError" not in said
    assert "Traceback" not in said


def test_a_fault_leaves_nothing_half_stored(serving: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(serving, monkeypatch, "accounts.new_person", RuntimeError("after all was written"))
    browser = town.client(EAST, "admin")
    answer = browser.post("/people/new", {"login": "new.one", "name": "新人", "role": "clerk"})
    assert answer.status_code == 500
    with town.at(EAST):
        assert not db.session.scalars(select(Person).where(Person.login == "new.one")).all()


@pytest.mark.parametrize("path", ["/nowhere", "/cases/2026-999999", "/people/not-a-key"])
def test_what_is_not_there_is_404(town: Town, path: str) -> None:
    assert town.client(EAST, "director").get(path).status_code == 404


def test_outside_of_every_organisation_there_is_a_page_too(app: Any) -> None:
    assert Browser(app).get("/no-such-place/cases").status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "FETCH"])
def test_an_unknown_method_is_405(town: Town, method: str) -> None:
    answer = town.client(EAST, "handler").open(method, "/account")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    check(answer)


def test_a_form_without_its_token_is_400_and_keeps_what_was_typed(town: Town) -> None:
    answer = town.client(EAST, "handler").post("/cases/new", {"told": TYPED}, token=False)
    assert answer.status_code == 400
    assert TYPED in answer.get_data(as_text=True)


def test_a_step_that_comes_too_late_is_409_and_keeps_what_was_typed(town: Town) -> None:
    browser = town.client(EAST, "director")
    answer = browser.post("/transfer/2026-000001/stop", {"text": TYPED})
    assert answer.status_code == 404
    assert TYPED in answer.get_data(as_text=True)
    assert "password" not in answer.get_data(as_text=True)


def test_only_what_somebody_changed_is_repeated(town: Town) -> None:
    stood = "这段话在打开表单时就在里面，\n没有人动过。"
    sent = {"text": TYPED, "story": stood.replace("\n", "\r\n"), "loaded": f"text:{mark('')} story:{mark(stood)}"}
    answer = town.client(EAST, "director").post("/transfer/2026-000001/stop", sent)
    assert TYPED in answer.get_data(as_text=True)
    assert "没有人动过" not in answer.get_data(as_text=True)
    assert mark("") not in answer.get_data(as_text=True)


def multipart(*fields: tuple[str, str], file: bytes = b"") -> dict[str, Any]:
    """A body as a browser sends it: the fields in the order of the page, the file last."""
    edge = "----a-browser"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n' for name, said in fields]
    body = "".join(parts).encode()
    if file:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="evidence"; filename="a.txt"\r\n\r\n'
        body += head.encode() + file + b"\r\n"
    return {"data": body + f"--{edge}--\r\n".encode(), "content_type": f"multipart/form-data; boundary={edge}"}


def test_what_is_too_large_is_413_and_keeps_what_was_typed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts stand before the files in a form; they are read, the files are not (IN10)."""
    browser = town.client(EAST, "handler")
    monkeypatch.setitem(town.app.config, "MAX_CONTENT_LENGTH", 300_000)
    said = (("csrf_token", "x" * 40), ("told", TYPED), ("demand", "全部退还余额，并书面道歉。"))
    answer = browser.open("POST", "/cases/new", **multipart(*said, file=b"x" * 400_000))
    page = check(answer)
    assert answer.status_code == 413
    assert TYPED in page.words
    assert "书面道歉" in page.words
    assert "x" * 40 not in page.words


@pytest.mark.parametrize(
    "fields",
    [[("told", "字" * 1_500_000)], [(f"field{n}", "1") for n in range(600)]],
    ids=["a text of 4 MB", "600 fields"],
)
def test_a_flood_of_text_or_of_fields_is_413(town: Town, fields: list[tuple[str, str]]) -> None:
    answer = town.client(EAST, "handler").open("POST", "/cases/new", **multipart(*fields))
    assert answer.status_code == 413
    check(answer)


def test_a_form_without_files_is_no_longer_than_texts_are(town: Town) -> None:
    """A urlencoded body is read into memory whole, so the limit for texts is its limit."""
    browser = town.client(EAST, "handler")
    said = {"csrf_token": browser.csrf_token(), "told": TYPED}
    assert browser.open("POST", "/cases/new", data={**said, "demand": "x" * 3_000_000}).status_code == 413
    assert browser.open("POST", "/cases/new", data=b"x" * 3_000_000, content_type="application/json").status_code == 413
    assert browser.open("POST", "/cases/new", data={**said, "demand": "x" * 1_000_000}).status_code == 422


# The database goes away -----------------------------------------------------------------------------------------------

Away = Callable[[], AbstractContextManager[None]]


def test_while_the_database_is_away_pages_say_so_at_once(serving: Any, town: Town, away: Away) -> None:
    """503 with a page of ours (F16), for who is signed in and who is not; also when the cache has grown old."""
    browser = town.client(EAST, "handler")
    stranger = town.client(EAST)
    for cold in (False, True):
        with away():
            if cold:
                registry.forget()
            for one, path, expected in (
                (browser, "/cases", 503),
                (browser, "/account", 503),
                (browser, "/sign-in", 503),
                (stranger, "/sign-in", 200),
                (Browser(serving), "/", 200),
            ):
                begun = time.monotonic()
                answer = one.open("GET", path)
                assert answer.status_code == expected, path
                assert time.monotonic() - begun < 3
                check(answer)
                if answer.status_code == 503:
                    assert answer.headers["Retry-After"] == "5"
        assert browser.get("/cases").status_code == 200


def test_health_is_of_the_process_and_readiness_of_the_database(serving: Any, away: Away) -> None:
    anybody = Browser(serving)
    assert anybody.open("GET", "/healthz").json == {"status": "ok"}
    assert anybody.open("GET", "/readyz").status_code == 200
    with away():
        assert anybody.open("GET", "/healthz").status_code == 200
        assert anybody.open("GET", "/readyz").status_code == 503
    assert anybody.open("GET", "/readyz").json["status"] == "ready"


def test_a_schema_that_lacks_a_migration_is_not_ready(serving: Any, root: Engine) -> None:
    """An upgrade that forgot them; a revision that is not known here is a newer one, of an upgrade under way."""
    anybody, (newest, before, *_older) = Browser(serving), revisions()

    def said(revision: str) -> tuple[int, Any]:
        with root.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :one"), {"one": revision})
        answer = anybody.open("GET", "/readyz")
        return answer.status_code, answer.json

    try:
        assert said(before) == (503, {"status": "behind", "schema": before, "needs": newest})
        assert said("9999") == (200, {"status": "ready", "schema": "9999"})
    finally:
        assert said(newest) == (200, {"status": "ready", "schema": newest})


def test_connections_that_were_cut_cost_one_answer_at_most(serving: Any, town: Town, cut: Callable[[], int]) -> None:
    """No connection of the pool stays poisoned (F17)."""
    browser = town.client(EAST, "handler")
    for _round in range(5):
        assert cut() > 0
        answers = [browser.open("GET", "/cases").status_code for _ in range(3)]
        assert answers[0] in (200, 503)
        assert answers[1:] == [200, 200]


def test_a_server_that_says_it_ends_the_connection_is_believed(serving: Any) -> None:
    """The line may still be up when the word comes: nothing that was connected before is used again."""
    ending = "do $$ begin raise exception 'terminating connection' using errcode = '57P01'; end $$"
    with db.engine.connect() as connection, pytest.raises(OperationalError) as fault:
        connection.exec_driver_sql(ending)
    assert fault.value.connection_invalidated


def test_a_post_that_met_a_503_can_be_sent_again(serving: Any, town: Town, away: Away) -> None:
    browser = town.client(EAST, "handler")
    said = {"told": TYPED, "csrf_token": browser.csrf_token(), "submission_key": "one-and-the-same"}
    said |= {"nature": "C", "channel": "window"}
    with away():
        refused = browser.post("/cases/new", said)
        assert refused.status_code == 503
        assert TYPED in refused.get_data(as_text=True)
    assert browser.post("/cases/new", said).status_code == 303
