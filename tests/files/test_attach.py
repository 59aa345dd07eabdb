from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.http import parse_options_header

from app.cases.models import CaseFile
from app.core import clock
from app.files import jobs, services
from app.files.accept import Accepted, accept
from app.files.refusal import Refused, Unreadable
from app.files.serve import download
from app.files.store import store
from app.handoffs.models import HandoffFile
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.registry import registry
from tests.files import specimens
from tests.town import CITY, EAST, WEST, Town

EAST_ID, WEST_ID = 2, 3


@pytest.fixture(autouse=True)
def empty_store(town: Town, tmp_path: Any) -> Iterator[None]:
    before = store.root
    store.configure(tmp_path / "files")
    yield
    store.configure(before)


@pytest.fixture
def unbound(root: Engine) -> Iterator[None]:
    """Rows may stand without the case they belong to: these tests are about files, not cases."""
    with root.begin() as connection:
        owner = "alter table {} {} trigger all"
        for table in ("case_file", "handoff_file"):
            connection.execute(text(owner.format(table, "disable")))
    yield
    with root.begin() as connection:
        for table in ("case_file", "handoff_file"):
            connection.execute(text(owner.format(table, "enable")))


def evidence(name: str = "合同.pdf", body: bytes = specimens.PDF) -> Accepted:
    return accept(io.BytesIO(body), name)


def of_a_case() -> dict[str, Any]:
    return {"case_id": uuid7(), "added_by": None, "added_at": clock.now()}


def on_disk() -> int:
    return sum(1 for path in store.root.rglob("*") if path.is_file())


def test_files_are_attached_with_all_that_is_known_of_them(town: Town, unbound: None) -> None:
    with town.at(EAST):
        pdf, photo = services.attach(CaseFile, [evidence(), evidence("门店.jpg", specimens.picture())], **of_a_case())
        db.session.commit()
        assert (pdf.name, pdf.media_type, pdf.size, pdf.is_picture) == (
            "合同.pdf", "application/pdf", len(specimens.PDF), False,
        )  # fmt: skip
        assert (photo.width, photo.height, photo.is_picture) == (64, 32, True)
        assert photo.tenant_id == EAST_ID
        assert on_disk() == 2


def test_when_one_cannot_be_stored_none_is(town: Town) -> None:
    broken = SimpleNamespace(name="x", media_type="x", width=None, height=None, content=None)

    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("gone")

    broken.content = Cut()
    with town.at(EAST):
        with pytest.raises(Refused):
            services.attach(CaseFile, [evidence(), broken], **of_a_case())
        assert not db.session.new
        assert on_disk() == 0


def test_a_file_goes_into_a_packet_and_out_of_it_as_bytes_of_its_own(town: Town, unbound: None) -> None:
    packet = SimpleNamespace(id=uuid7(), sender_id=EAST_ID, receiver_id=WEST_ID)
    with town.at(EAST):
        own = services.attach(CaseFile, [evidence()], **of_a_case())
        (sent,) = services.copy(HandoffFile, own, packet=packet, step_id=uuid7())
        db.session.commit()
        db.session.expunge(sent)
    with town.at(WEST):
        (received,) = services.copy(CaseFile, [sent], **of_a_case())
        db.session.commit()
        assert received.tenant_id == WEST_ID
        assert received.name == "合同.pdf"
        with store.open(received) as content:
            assert content.read() == specimens.PDF
    assert on_disk() == 3


def test_the_sweep_agrees_with_the_rows_of_every_table(town: Town, unbound: None) -> None:
    packet = SimpleNamespace(id=uuid7(), sender_id=EAST_ID, receiver_id=WEST_ID)
    with town.at(EAST):
        own = services.attach(CaseFile, [evidence(), evidence()], **of_a_case())
        services.copy(HandoffFile, own[:1], packet=packet, step_id=uuid7())
        db.session.commit()
        services.attach(CaseFile, [evidence()], **of_a_case())
        db.session.rollback()  # its row is gone, its bytes are not
        store.remove(own[1])
        hour_ago = time.time() - 7200
        for path in store.root.rglob("*"):
            os.utime(path, (hour_ago, hour_ago))
        swept = services.sweep()
        assert (swept.removed, swept.missing) == (1, {own[1].stored_as})
        assert on_disk() == 2
        assert services.sweep().removed == 0


def test_the_nightly_sweep_notes_what_it_met(town: Town, unbound: None, root: Engine) -> None:
    with town.at(EAST):
        lost, _kept = services.attach(CaseFile, [evidence(), evidence()], **of_a_case())
        db.session.commit()
        store.remove(lost)
        jobs.sweep.run()
        db.session.commit()
    with root.connect() as connection:
        event, facts = connection.execute(
            text("select event, facts from audit_entry where tenant_id = 2 order by seq desc limit 1")
        ).one()
    assert (event, facts) == ("files.swept", {"removed": 0, "missing": 1})


def test_a_download_is_saved_and_never_taken_for_a_page(town: Town) -> None:
    with town.at(EAST), town.app.test_request_context():
        (row,) = services.attach(CaseFile, [evidence("投诉 材料.pdf")], **of_a_case())
        response = download(row, inline=True)
        kind, options = parse_options_header(response.headers["Content-Disposition"])
        assert (kind, options["filename"]) == ("attachment", "投诉 材料.pdf")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.content_length == len(specimens.PDF)
        assert response.mimetype == "application/pdf"
        response.direct_passthrough = False
        assert response.get_data() == specimens.PDF
        response.close()


def test_only_a_picture_made_anew_is_shown_in_a_page(town: Town) -> None:
    with town.at(EAST), town.app.test_request_context():
        photo, words = services.attach(
            CaseFile, [evidence("门店.png", specimens.picture("PNG")), evidence("说明.txt", b"words")], **of_a_case()
        )
        for row, inline, expected in (
            (photo, True, "inline"),
            (photo, False, "attachment"),
            (words, True, "attachment"),
        ):
            with download(row, inline=inline) as response:
                assert response.headers["Content-Disposition"].startswith(expected)
                assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_damaged_file_says_so_and_is_recorded(town: Town, unbound: None, root: Engine) -> None:
    with town.at(EAST), town.app.test_request_context():
        (row,) = services.attach(CaseFile, [evidence()], **of_a_case())
        db.session.commit()
        (path,) = (path for path in store.root.rglob("*") if path.is_file())
        path.write_bytes(specimens.PDF.replace(b"1.7", b"1.6"))
        with pytest.raises(Unreadable, match=r"damaged|已损坏"):
            download(row, by=town.handler)
    with Session(root) as session:
        recorded = session.execute(
            text("select event, subject_id, actor_name from audit_entry where tenant_id = 2 order by seq desc limit 1")
        ).one()
    assert tuple(recorded) == ("file.unreadable", row.id, "东承办")


def test_under_a_grant_a_damaged_file_is_told_without_a_pen(town: Town) -> None:
    with town.at(EAST) as place:
        (row,) = services.attach(CaseFile, [evidence()], **of_a_case())
        db.session.expunge_all()
        store.remove(row)
    under_a_grant = registry.realm(CITY).looking_into(place)
    with (
        realm.enter(under_a_grant, db.leave),
        town.app.test_request_context(),
        pytest.raises(Unreadable, match=r"no longer|不在存放位置"),
    ):
        download(row)
