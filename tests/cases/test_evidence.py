"""Evidence looked at without being saved: its pages, what the browser may do on them, and parts of recordings."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.audit.models import Entry
from app.cases import queries
from app.cases.services import lodge
from app.cases.worklist.models import Presence
from app.files.accept import accept
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.files import specimens
from tests.town import EAST, WEST

TONE = specimens.wav()
BROUGHT = {
    "门店.jpg": specimens.picture(),
    "合同.pdf": specimens.PDF,
    "通话.wav": TONE,
    "录像.mp4": specimens.MP4,
    "说明.txt": "小票 1236 元".encode(),
}


@pytest.fixture
def kept(town: Any) -> dict[str, str]:
    """A case with one file of each sort: its name, and where its bytes are."""
    with town.at(EAST):
        brought = [accept(io.BytesIO(body), name) for name, body in BROUGHT.items()]
        case = lodge(TOLD, town.person(EAST, "clerk"), evidence=brought).case
        db.session.commit()
        return {file.name: f"/cases/{case.number}/files/{file.id}" for file in queries.files_of(case)}


def test_the_files_of_a_case_follow_each_other_and_lead_back_to_it(town: Any, kept: dict[str, str]) -> None:
    browser = town.client(EAST, "handler")
    (first, *_rest) = kept.values()
    browser.get(first.partition("/files")[0])
    way: str | None = next(link for link in browser.page.links if link.endswith("/view"))
    seen = []
    while way:
        html = browser.get(way).get_data(as_text=True)
        seen.append(browser.page.heading)
        assert f"/east{first.partition('/files')[0]}" in browser.page.links
        assert all(hashlib.sha256(body).hexdigest() in html for name, body in BROUGHT.items() if name != "门店.jpg")
        following = html.partition('rel="next" href="')[2]
        way = following.partition('"')[0] or None
    assert seen == list(kept)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("门店.jpg", "<img"), ("合同.pdf", "<object"), ("通话.wav", "<audio"), ("录像.mp4", "<video"), ("说明.txt", "")],
)
def test_each_sort_is_shown_as_what_it_is_and_only_a_pdf_stands_inside(
    town: Any, kept: dict[str, str], name: str, shown: str
) -> None:
    answer = town.client(EAST, "handler").get(f"{kept[name]}/view")
    html, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
    assert {sort for sort in ("<img", "<object", "<audio", "<video") if sort in html} == {shown} - {""}
    assert ("object-src 'self'; " in policy, "frame-src 'self'" in policy) == ((name == "合同.pdf",) * 2)
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_only_the_bytes_of_a_pdf_may_stand_in_a_page_and_only_in_ours(town: Any, kept: dict[str, str]) -> None:
    browser = town.client(EAST, "handler")
    for name, address in kept.items():
        for asked in ("", "?inline=1"):
            said = browser.open("GET", address + asked).headers
            shown = bool(asked) and name != "说明.txt"
            assert said["Content-Disposition"].startswith("inline" if shown else "attachment"), (name, asked)
            inside = shown and name == "合同.pdf"
            assert said["X-Frame-Options"] == ("SAMEORIGIN" if inside else "DENY"), (name, asked)
            assert said["Content-Security-Policy"] == (
                "default-src 'none'; frame-ancestors 'self'" if inside else "sandbox; default-src 'none'"
            )
            assert said["X-Content-Type-Options"] == "nosniff"
            assert said["Cache-Control"] == "private, no-store"


def test_of_a_recording_a_part_can_be_asked_for(town: Any, kept: dict[str, str]) -> None:
    browser, tone = town.client(EAST, "handler"), f"{kept['通话.wav']}?inline=1"

    def asked(said: str, address: str = tone, **more: str) -> Any:
        return browser.open("GET", address, headers={"Range": said, **more})

    whole = browser.open("GET", tone)
    assert (whole.status_code, whole.headers["Accept-Ranges"], whole.data) == (200, "bytes", TONE)
    part = asked("bytes=10-19")
    assert (part.status_code, part.data) == (206, TONE[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(TONE)}"
    assert part.content_length == 10
    assert asked("bytes=-5").data == TONE[-5:]
    assert asked("bytes=100-").data == TONE[100:]
    assert asked("bytes=10-19", **{"If-Range": '"another"'}).data == TONE
    assert asked("bytes=10-19", **{"If-Range": whole.headers["ETag"]}).data == TONE[10:20]
    assert asked(f"bytes={len(TONE)}-").status_code == 416
    assert asked("bytes=0-3", kept["说明.txt"]).data == BROUGHT["说明.txt"]


def test_whoever_may_not_read_the_case_sees_no_file_of_it(
    town: Any, kept: dict[str, str], lodged: Callable[..., str]
) -> None:
    address = kept["门店.jpg"]
    _case, _files, key = address.rpartition("/files/")
    for path in (f"{address}/view", f"{address}?inline=1"):
        assert town.client(WEST, "handler").get(path).status_code == 404
        assert town.client(EAST, "admin").get(path).status_code == 403
    other = lodged(phone="13900000003")
    assert town.client(EAST, "handler").get(f"/cases/{other}/files/{key}/view").status_code == 404


def test_a_quick_view_that_was_only_fetched_ahead_marks_nothing(town: Any, kept: dict[str, str]) -> None:
    """The list fetches the next one before anybody looks at it."""

    def written() -> list[Any]:
        with town.at(EAST):
            return [db.session.scalar(select(func.count()).select_from(table)) for table in (Entry, Presence)]

    browser = town.client(EAST, "second")
    before = written()
    case = kept["门店.jpg"].partition("/files")[0]
    assert browser.get(f"{case}/glance", checked=False, headers={"HX-Request": "true"}).status_code == 200
    assert written() == before
