"""Importing: each message once, in batches that can be stopped, with a report of what was not taken."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.audit.models import Remark
from app.cases.models import Case, CaseStatement
from app.files.accept import EVIDENCE, accept
from app.jobs import drain
from app.transfer import services
from app.transfer.models import Import, ImportFault, ImportState
from tenants.database import db
from tests.town import EAST, WEST, Town
from tests.transfer.test_sheet import book

SHARED = Path(os.environ.get("HENGPING_SHARED", "/nowhere")) / "data" / "hotline"
real_input = pytest.mark.skipif(not SHARED.is_dir(), reason="HENGPING_SHARED names no folder with the real messages")


def rows(count: int, start: int = 1) -> list[list[Any]]:
    return [
        [
            str(n),
            f"A{n}",
            f"第{n}件：商家不退款",
            "2019/1/4 11:25:05",
            f"\n\t\t我在第{n}家店买了东西，商家不退款。",
            0,
            0,
        ]
        for n in range(start, start + count)
    ]


def begun(content: io.BytesIO, by: Any) -> Import:
    batch = services.begin(accept(content, "来件.xlsx", kinds={".xlsx": EVIDENCE[".xlsx"]}), by)
    services.start(batch, batch.columns, by)
    db.session.commit()
    return batch


def test_messages_become_cases_that_wait_for_triage(town: Town) -> None:
    with town.at(EAST):
        batch = begun(book(*rows(3)), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        cases = db.session.scalars(select(Case).order_by(Case.number)).all()
        assert [case.status for case in cases] == ["lodged"] * 3
        assert {case.category for case in cases} == {None}  # no guesses
        assert [case.reference for case in cases] == ["1", "2", "3"]
        assert {case.due_code for case in cases} == {"acceptance"}
        statement = db.session.scalars(select(CaseStatement)).first()
        assert statement.told_at.isoformat() == "2019-01-04T03:25:05+00:00"
        again = db.session.get_one(Import, (2, batch.id))
        assert (again.status, again.imported, again.already, again.rejected) == ("done", 3, 0, 0)


def test_the_same_file_again_adds_nothing_and_says_so(town: Town) -> None:
    for _ in range(2):
        with town.at(EAST):
            batch = begun(book(*rows(3)), town.person(EAST, "clerk"))
        drain()
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(Case)) == 3
        second = db.session.get_one(Import, (2, batch.id))
        assert (second.imported, second.already, second.rejected) == (0, 3, 0)


def test_another_county_takes_the_same_numbers_for_its_own(town: Town) -> None:
    for slug in (EAST, WEST):
        with town.at(slug):
            begun(book(*rows(2)), town.person(slug, "clerk"))
        drain()
        with town.at(slug):
            assert db.session.scalar(select(func.count()).select_from(Case)) == 2


def test_a_mended_file_adds_only_what_was_missing(town: Town) -> None:
    bad = rows(3)
    bad[1][3] = "不详"
    with town.at(EAST):
        batch = begun(book(*bad), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        report = list(services.report(db.session.get_one(Import, (2, batch.id))))
        assert report[1][:2] == ["3", "2"]
        assert db.session.scalar(select(func.count()).select_from(ImportFault)) == 1
        mended = begun(book(*rows(3)), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        again = db.session.get_one(Import, (2, mended.id))
        assert (again.imported, again.already, again.rejected) == (1, 2, 0)


def test_a_repeated_number_with_another_label_leaves_a_note(town: Town) -> None:
    head = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类"]
    message = ["7", "A7", "商家不退款", "2019/1/4", "不退款。"]
    with town.at(EAST):
        batch = begun(book([*message, "商贸旅游"], [*message, "城乡建设"], head=head), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        again = db.session.get_one(Import, (2, batch.id))
        assert (again.imported, again.already) == (1, 1)
        notes = db.session.scalars(select(Remark.text)).all()
        assert any("商贸旅游" in note for note in notes)
        assert any("城乡建设" in note for note in notes)
        third = begun(book([*message, "城乡建设"], head=head), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        assert db.session.get_one(Import, (2, third.id)).already == 1
        assert sum("城乡建设" in note for note in db.session.scalars(select(Remark.text))) == 1


def test_it_stops_at_the_edge_of_a_batch_and_goes_on_from_there(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "BATCH", 4)
    with town.at(EAST):
        clerk = town.person(EAST, "clerk")
        batch = begun(book(*rows(10)), clerk)

        def stop_after_first(now: Import) -> None:
            if now.position == 4:
                db.session.execute(text("update import_file set status = 'stopped'"))
                db.session.commit()

        services.run(batch.id, tell=stop_after_first)
        db.session.commit()
        assert db.session.scalar(select(func.count()).select_from(Case)) == 4
        batch = db.session.get_one(Import, (2, batch.id))
        assert (batch.status, batch.position) == (ImportState.STOPPED, 4)
        services.start(batch, batch.columns, clerk)
        db.session.commit()
    drain()
    with town.at(EAST):
        batch = db.session.get_one(Import, (2, batch.id))
        assert (batch.status, batch.imported, batch.already) == ("done", 10, 0)


def test_pages_of_an_import(town: Town) -> None:
    browser = town.client(EAST, "clerk")
    browser.get("/transfer")
    sent = browser.post("/transfer", {"channel": "hotline", "file": (book(*rows(2)), "来件.xlsx")})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    address = sent.headers["Location"]
    browser.get(address)
    assert "商家不退款" in browser.page.words
    missing = browser.post(f"{address}/start", {"reference": "0", "facts": ""})
    assert missing.status_code == 422
    columns = {"reference": "0", "name": "1", "title": "2", "told_at": "3", "facts": "4"}
    assert browser.post(f"{address}/start", columns).status_code == 303
    browser.get(address)
    drain()
    browser.get(address)
    assert re.search(r"2 ?/ ?2|2 ", browser.page.words)
    assert browser.get(f"{address}/report.csv").mimetype == "text/csv"
    wrong = browser.post("/transfer", {"channel": "hotline", "file": (io.BytesIO(b"no"), "来件.xlsx")})
    assert wrong.status_code == 422
    assert town.client(EAST, "handler").get("/transfer").status_code == 403
    assert town.client(WEST, "clerk").get(address.replace(EAST, WEST)).status_code == 404


def command(app: Any, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["import", "messages", *arguments])


def test_the_command_says_what_became_of_the_rows(app: Any, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "来件.xlsx"
    file.write_bytes(book(*rows(2)).getvalue())
    first = command(app, str(file), "--center", EAST)
    assert first.exit_code == 0, first.output
    assert first.output.splitlines()[-1] == "imported 2, already there 0, rejected 0"
    assert command(app, str(file), "--center", "nowhere").exit_code == 1


@real_input
def test_the_real_messages_are_all_taken_once(app: Any, town: Town) -> None:
    name = str(SHARED / "messages.xlsx")
    first = command(app, name, "--center", EAST)
    assert first.output.splitlines()[-1] == "imported 4326, already there 0, rejected 0", first.output[-2000:]
    again = command(app, name, "--center", EAST)
    assert again.output.splitlines()[-1] == "imported 0, already there 4326, rejected 0"


@real_input
def test_the_labelled_sample_has_one_message_twice(app: Any, town: Town) -> None:
    done = command(app, str(SHARED / "messages_labelled_sample.xlsx"), "--center", EAST)
    assert done.output.splitlines()[-1] == "imported 494, already there 1, rejected 0", done.output[-2000:]
