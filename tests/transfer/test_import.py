"""Importing: each message once, in batches that can be stopped, with a report of what was not taken."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, text

from app.audit.models import Entry, Remark
from app.cases.models import Case, CaseStatement
from app.cases.services import Complaint
from app.cases.workflow import CASE
from app.core.errors import Invalid
from app.files.accept import EVIDENCE, accept
from app.jobs import drain
from app.transfer import services
from app.transfer.models import Import, ImportFault, ImportState
from app.transfer.views import plain
from tenants.database import db
from tests.town import EAST, WEST, Town
from tests.transfer.test_sheet import HEAD, TOO_MUCH, book

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


def test_a_merchant_cell_with_a_number_in_it_keeps_no_row_out(town: Town) -> None:
    """What is masked is taken; the city reads who the merchant is, and no number of anybody's."""
    told = [
        [*row, said] for row, said in zip(rows(3), ("张记餐馆 8888 1234", "老王（5888-1234）", "好又多"), strict=True)
    ]
    with town.at(EAST):
        batch = begun(book(*told, head=[*HEAD, "被投诉人"]), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        again = db.session.get_one(Import, (2, batch.id))
        assert (again.status, again.imported, again.rejected) == ("done", 3, 0)
        names = db.session.scalars(select(Case.merchant_name).order_by(Case.number)).all()
        assert names == ["张记餐馆 88****34", "老王（58****34）", "好又多"]


def test_one_row_that_cannot_be_taken_is_a_line_of_the_report(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a rule of intake refuses keeps no other row out, and the import ends."""
    check = Complaint.check

    def refuse_the_second(self: Complaint, **rest: Any) -> None:
        if self.reference == "2":
            raise Invalid("facts", "no")
        check(self, **rest)

    monkeypatch.setattr(Complaint, "check", refuse_the_second)
    with town.at(EAST):
        batch = begun(book(*rows(3)), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        again = db.session.get_one(Import, (2, batch.id))
        assert (again.status, again.imported, again.rejected) == ("done", 2, 1)
        assert [(one.line, one.reason) for one in db.session.scalars(select(ImportFault))] == [(3, "other")]


def test_a_command_that_breaks_off_leaves_an_import_that_can_be_gone_on_with(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "来件.xlsx"
    file.write_bytes(book(*rows(3)).getvalue())
    with monkeypatch.context() as broken:
        broken.setattr(services, "_take", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        done = town.app.test_cli_runner().invoke(args=["import", "messages", str(file), "--center", EAST])
    assert done.exit_code != 0
    with town.at(EAST):
        (batch,) = db.session.scalars(select(Import))
        assert batch.status == "failed"
        services.start(batch, batch.columns, town.person(EAST, "clerk"))
        db.session.commit()
    drain()
    with town.at(EAST):
        assert db.session.get_one(Import, (2, batch.id)).imported == 3


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


def chosen(browser: Any, content: io.BytesIO) -> str:
    """Choose a file; the address of the import that waits for its columns."""
    sent = browser.post("/transfer", {"channel": "hotline", "file": (content, "来件.xlsx")})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return str(sent.headers["Location"])


def upload(browser: Any, content: io.BytesIO, **columns: str) -> str:
    """Choose a file, then its columns; the address of the import."""
    address = chosen(browser, content)
    assert browser.post(f"{address}/start", {**COLUMNS, **columns}).status_code == 303
    return address


COLUMNS = {"reference": "0", "name": "1", "title": "2", "told_at": "3", "facts": "4"}


def test_pages_of_an_import(town: Town) -> None:
    browser = town.client(EAST, "clerk")
    browser.get("/transfer")
    sent = browser.post("/transfer", {"channel": "hotline", "file": (book(*rows(3)), "来件.xlsx")})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    address = sent.headers["Location"]
    browser.get(address)
    assert "第3件：商家不退款" in browser.page.words
    missing = browser.post(f"{address}/start", {"reference": "0", "facts": ""})
    assert missing.status_code == 422
    assert browser.post(f"{address}/start", COLUMNS).status_code == 303
    browser.get(address)
    assert "已处理 0 行，共 3 行" in browser.page.words
    drain()
    browser.get(address)
    assert "已处理 3 行，共 3 行" in browser.page.words
    assert figures(browser) == {"已导入": "3", "已存在": "0", "未导入": "0"}
    assert town.client(EAST, "handler").get("/transfer").status_code == 403
    assert town.client(WEST, "clerk").get(address.replace(EAST, WEST)).status_code == 404


def figures(browser: Any) -> dict[str, str]:
    """What the strip of an import says, by the words beneath each number."""
    words = browser.page.text
    return {name: words[words.index(name) - 1] for name in ("已导入", "已存在", "未导入")}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: io.BytesIO(b"no"), r"内容与扩展名"),
        (TOO_MUCH["a value in the last corner"], "内存"),
        (TOO_MUCH["a text of 96 kB in 2,000 cells"], "内存"),
        (book, r"没有"),
    ],
)
def test_what_cannot_be_read_is_told_beside_the_field_and_leaves_nothing(
    town: Town, settings: Any, content: Any, said: str
) -> None:
    browser = town.client(EAST, "clerk")
    before = {path for path in settings.instance.rglob("*") if path.is_file()}
    sent = browser.post("/transfer", {"channel": "hotline", "file": (content(), "来件.xlsx")})
    assert sent.status_code == 422
    beside = sent.get_data(as_text=True).partition('id="file-wrong"')[2].partition("</p>")[0]
    assert re.search(said, beside)
    assert {path for path in settings.instance.rglob("*") if path.is_file()} == before
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(Import)) == 0


@pytest.mark.parametrize(
    "start", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠SUM(A1)"]
)
def test_no_cell_of_a_report_is_a_formula_when_a_spreadsheet_program_has_taken_it_in(start: str) -> None:
    sheet = openpyxl.Workbook().active
    assert sheet is not None
    typed = start.translate({0: None})  # which no spreadsheet can hold
    assert sheet.cell(1, 1, typed).data_type == ("f" if typed[0] == "=" else "s")
    assert plain(start) == f"'{start}"
    assert sheet.cell(2, 1, plain(start).translate({0: None})).data_type == "s"


@pytest.mark.parametrize("start", ["", "1", "A=1", "'=1", "投诉-1"])
def test_other_cells_of_a_report_stay_as_they_are(start: str) -> None:
    assert plain(start) == start


def test_the_report_names_the_rows_that_were_not_taken_and_holds_no_formula(town: Town) -> None:
    bad = rows(6)
    references = ["=1+1", "+2", "-3", "@SUM(A1)", "＝HYPERLINK(1)", '"x",\n=1']
    for row, reference in zip(bad, references, strict=True):
        row[0], row[3] = reference, "不详"
    browser = town.client(EAST, "clerk")
    address = upload(browser, book(*bad, rows(1, 7)[0]))
    drain()
    browser.get(address)
    assert figures(browser) == {"已导入": "1", "已存在": "0", "未导入": "6"}
    sent = browser.get(f"{address}/report.csv")
    assert (sent.mimetype, sent.headers["Content-Disposition"].partition(";")[0]) == ("text/csv", "attachment")
    table = list(csv.reader(io.StringIO(sent.get_data().decode("utf-8-sig"))))
    assert [line for line, _reference, _reason in table] == ["行号", "2", "3", "4", "5", "6", "7"]
    sheet = openpyxl.load_workbook(book(*table[1:], head=table[0])).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert len(cells) == 21
    assert "f" not in {cell.data_type for cell in cells}
    assert not any(cell.hyperlink for cell in cells)


def command(app: Any, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["import", "messages", *arguments])


def test_the_command_says_what_became_of_the_rows(app: Any, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "来件.xlsx"
    file.write_bytes(book(*rows(2)).getvalue())
    first = command(app, str(file), "--center", EAST)
    assert first.exit_code == 0, first.output
    assert first.output.splitlines()[-1] == "imported 2, already there 0, rejected 0"
    assert command(app, str(file), "--center", "nowhere").exit_code == 1
    with town.at(EAST):
        batch = db.session.scalars(select(Import)).one()
        assert (batch.status, batch.ended_at is None) == ("done", False)
        events = db.session.scalars(select(Entry.event).where(Entry.subject_id == batch.id).order_by(Entry.seq))
        assert list(events) == ["import.begin", "import.start", "import.done"]


def test_the_command_can_be_told_what_a_column_is(app: Any, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "来件.xlsx"
    file.write_bytes(book(["1", "不退款。"], ["2", "不发货。"], head=["甲", "乙"]).getvalue())
    untold = command(app, str(file), "--center", EAST)
    assert untold.exit_code == 1
    wrong = command(app, str(file), "--center", EAST, "--column", "reference=丙")
    assert "丙" in wrong.output
    told = command(app, str(file), "--center", EAST, "--column", "reference=甲", "--column", "facts=乙")
    assert told.output.splitlines()[-1] == "imported 2, already there 0, rejected 0", told.output


def test_another_text_under_a_known_number_is_not_swallowed(town: Town) -> None:
    """It is told apart from what came again, and from what was added to that since."""
    with town.at(EAST):
        begun(book(*rows(2)), town.person(EAST, "clerk"))
    drain()
    other = rows(2)
    other[0][4] = "说的是另一件事：电梯坏了。"
    with town.at(EAST):
        case = db.session.scalars(select(Case).where(Case.reference == "2")).one()
        CASE.take("supplement", case, by=town.person(EAST, "clerk"), text="又补充了一张收据")
        db.session.commit()
        second = begun(book(*other), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        again = db.session.get_one(Import, (2, second.id))
        assert (again.imported, again.already, again.rejected) == (0, 1, 1)
        assert list(services.report(again))[1] == ["2", "1", "此编号的来件已存在，但内容不同"]


def test_numbers_of_another_channel_are_others(town: Town) -> None:
    with town.at(EAST):
        for channel in ("hotline", "letter"):
            by, file = (
                town.person(EAST, "clerk"),
                accept(book(*rows(2)), "来件.xlsx", kinds={".xlsx": EVIDENCE[".xlsx"]}),
            )
            batch = services.begin(file, by, channel=channel)
            services.start(batch, batch.columns, by)
            db.session.commit()
    drain()
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(Case)) == 4


def test_a_message_from_tomorrow_is_not_taken(town: Town) -> None:
    ahead = rows(1)
    ahead[0][3] = "2099/1/1"
    with town.at(EAST):
        batch = begun(book(*ahead), town.person(EAST, "clerk"))
    drain()
    with town.at(EAST):
        report = list(services.report(db.session.get_one(Import, (2, batch.id))))
        assert report[1] == ["2", "1", "时间晚于当前"]


def test_the_preview_shows_columns_and_nobodys_numbers(town: Town) -> None:
    """Who keeps the center's people sees it too, and may unmask nobody."""
    head = ["留言编号", "姓名", "联系电话", "地址", "留言详情"]
    told = ["7", "林晓梅", "13812346027", "江州市临河县城关镇柳荫路12号", "我的身份证110101199003078478，请退款。"]
    address = chosen(town.client(EAST, "clerk"), book(told, head=head))
    browser = town.client(EAST, "admin")
    browser.get(address)
    for secret in ("林晓梅", "13812346027", "柳荫路", "110101199003078478"):
        assert secret not in browser.page.words, secret
    assert "请退款" in browser.page.words


def test_what_must_be_chosen_is_marked_and_what_need_not_be_says_so_once(town: Town) -> None:
    browser = town.client(EAST, "clerk")
    browser.get(chosen(browser, book(*rows(1))))
    assert browser.page.words.count("（选填）") == 7
    assert "来源编号 （选填）" not in browser.page.words
    assert "（选填） （选填）" not in browser.page.words


@real_input
def test_the_real_messages_are_all_taken_once(app: Any, town: Town, statements: Callable[..., Any]) -> None:
    name = str(SHARED / "messages.xlsx")
    with statements() as sent:
        first = command(app, name, "--center", EAST)
    assert len(sent) < 4326 * 0.1  # many rows at a time: what makes it a matter of seconds
    assert first.output.splitlines()[-1] == "imported 4326, already there 0, rejected 0", first.output[-2000:]
    again = command(app, name, "--center", EAST)
    assert again.output.splitlines()[-1] == "imported 0, already there 4326, rejected 0"


@real_input
def test_the_labelled_sample_has_one_message_twice(app: Any, town: Town) -> None:
    done = command(app, str(SHARED / "messages_labelled_sample.xlsx"), "--center", EAST)
    assert done.output.splitlines()[-1] == "imported 494, already there 1, rejected 0", done.output[-2000:]
