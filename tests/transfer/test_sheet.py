"""Spreadsheets as they really come, and as they should not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from app.transfer import sheet
from app.transfer.sheet import Fault, Message, Sheet, Unreadable, messages, suggest, when
from tests.files import specimens
from tests.weight import at_most

HEAD = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数"]
ROW = ["1", "u", "t", "2019/1/1", "正文", 0, 0]


def book(*rows: list[Any], head: list[str] = HEAD) -> io.BytesIO:
    workbook = openpyxl.Workbook()
    active = workbook.active
    assert active is not None
    for row in (head, *rows):
        active.append(row)
    return saved(workbook)


def saved(workbook: openpyxl.Workbook) -> io.BytesIO:
    content = io.BytesIO()
    workbook.save(content)
    content.seek(0)
    return content


@pytest.fixture
def read(app: Any) -> Iterator[Any]:
    """A sheet that stays open until the test ends."""
    with ExitStack() as stack:
        yield lambda content: stack.enter_context(sheet.read(content))


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2019/2/28 11:25:05", datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)),
        ("2019-04-28 17:32", datetime(2019, 4, 28, 9, 32, tzinfo=UTC)),
        ("2019年4月8日", datetime(2019, 4, 7, 16, 0, tzinfo=UTC)),
        ("２０１９/１/２ ８:００:００", datetime(2019, 1, 2, 0, 0, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_time_is_read_in_every_shape_it_is_typed_in(typed: str, moment: datetime | None) -> None:
    assert when(typed) == moment


@pytest.mark.parametrize("typed", ["昨天", "2019/13/40 8:00", "11:25", "43524.5"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        when(typed)


def test_cells_that_hold_a_date_a_time_or_nothing_are_read_like_typed_ones(read: Any) -> None:
    cells = [datetime(2019, 11, 13, 11, 20, 21), datetime(2019, 11, 13, 11, 20, 21, 600_000), date(2019, 8, 1), None]
    found = read(book(*([n, "u", "t", cell, "正文", 0, 0] for n, cell in enumerate(cells, start=1))))
    told = [row.told_at for row in messages(found, suggest(found.head)) if isinstance(row, Message)]
    assert told[0] == datetime(2019, 11, 13, 3, 20, 21, tzinfo=UTC)
    assert told[1] is not None
    assert told[1].replace(second=0) == datetime(2019, 11, 13, 3, 20, tzinfo=UTC)
    assert told[2:] == [datetime(2019, 7, 31, 16, 0, tzinfo=UTC), None]


def test_columns_are_found_by_their_headings() -> None:
    assert suggest(HEAD) == {"reference": 0, "facts": 4, "title": 2, "told_at": 3, "name": 1}
    assert suggest(["序号", "工单编号", "来电时间", "联系电话", "工单内容"]) == {
        "reference": 1, "told_at": 2, "phone": 3, "facts": 4,
    }  # fmt: skip
    assert suggest(["a", "b"]) == {}


def test_empty_rows_are_no_messages_and_bodies_lose_their_tabs(read: Any) -> None:
    found = read(book(["1", "u", "t", "2019/1/1", "\n\t\t\n\t房东 不退押金\n\n  请处理", 0, 0], [None] * 7, [" "] * 7))
    assert len(found) == 1
    (message,) = messages(found, suggest(found.head))
    assert isinstance(message, Message)
    assert message.facts == "房东 不退押金\n请处理"
    assert message.line == 2


def test_a_number_is_a_number_and_not_a_fraction(read: Any) -> None:
    found = read(book([188006.0, "u", "t", "2019/1/1", "正文", 0, 0]))
    (message,) = messages(found, suggest(found.head))
    assert message.reference == "188006"


def test_every_bad_row_says_why(read: Any) -> None:
    found = read(
        book(
            ["", "u", "t", "2019/1/1", "没有编号", 0, 0],
            ["2", "u", "t", "2019/1/1", " ", 0, 0],
            ["3", "u", "t", "改天", "时间不对", 0, 0],
            ["4", "u", "t", "2019/1/1", "长" * 20_001, 0, 0],
            ["5", "u", "t", None, "没有时间也可以", 0, 0],
            ["13812346027", "u", "t", None, "号码一栏选错了", 0, 0],
            ["110101199003078478", "u", "t", None, "又选错了", 0, 0],
            ["202606010013812", "u", "t", None, "工单号再长也是工单号", 0, 0],
        )
    )
    rows = list(messages(found, suggest(found.head)))
    faults = [row for row in rows if isinstance(row, Fault)]
    assert [row.reason for row in faults] == ["reference", "facts", "told_at", "length", "personal", "personal"]
    assert [row.line for row in faults] == [2, 3, 4, 5, 7, 8]
    assert set(sheet.REASONS) >= {row.reason for row in faults}
    assert faults[-1].reference == ""  # nor does the report keep it


def test_rows_are_read_from_wherever_one_goes_on(read: Any) -> None:
    found = read(book(*([n, "u", "t", "2019/1/1", f"第{n}件", 0, 0] for n in range(1, 8))))
    assert [cells[0] for _line, cells in found.rows(5)] == ["6", "7"]
    assert [cells[0] for _line, cells in found.rows(2)] == ["3", "4", "5", "6", "7"]
    assert list(found.rows(7)) == []
    assert [line for line, _cells in found.sample({})] == [2, 3, 4, 5, 6]


# What should not be opened in the server -----------------------------------------------------------------------------


def made(body: str, *, before: str = "", strings: str = "") -> io.BytesIO:
    """A workbook whose sheet, or whose list of strings, is written by hand."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts = {"xl/worksheets/sheet1.xml": f"<worksheet {space}>{before}<sheetData>{body}</sheetData></worksheet>"}
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst {space}>{strings}</sst>"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(specimens.xlsx())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    out.seek(0)
    return out


def cell(place: str, string: int = 0) -> str:
    return f'<c r="{place}" t="s"><v>{string}</v></c>'


def rows(count: int, string: int) -> str:
    return "".join(f'<row r="{n}">{cell(f"A{n}", string)}</row>' for n in range(1, count))


LONG = "<si><t>短</t></si><si><t>" + "长" * 32_767 + "</t></si>"
TOO_MUCH = {
    "a value in the last corner": lambda: made(f'<row r="1">{cell("A1")}</row><row r="2">{cell("XFD1048576")}</row>'),
    "a value in row one billion": lambda: made(f'<row r="1">{cell("A1")}</row><row r="9">{cell("B1000000000")}</row>'),
    "a text of 96 kB in 60,000 cells": lambda: made(rows(60_000, 1), strings=LONG),
    "a text of 96 kB in 2,000 cells": lambda: made(rows(2_000, 1), strings=LONG),
    "a row that would be kept whole": lambda: made(
        f'<row r="1">{cell("A1")}</row><row r="2">{"".join(cell(f"{c}2", 1) for c in "ABCDEFGHIJKL")}</row>',
        strings=LONG,
    ),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_small_file_that_unpacks_to_gigabytes_is_refused_and_leaves_the_server_small(app: Any, what: str) -> None:
    content = TOO_MUCH[what]()
    assert len(content.getvalue()) < 2**20
    with app.test_request_context(), at_most(32), pytest.raises(Unreadable, match="内存"), sheet.read(content):
        pass


def test_a_sheet_that_only_claims_to_be_large_is_read(read: Any) -> None:
    claims = '<dimension ref="A1:XFD1048576"/>'
    found = read(made(f'<row r="1">{cell("A1")}</row><row r="2">{cell("A2")}</row>', before=claims))
    assert isinstance(found, Sheet)
    assert len(found) == 1


def test_elements_nested_a_million_deep_take_no_memory_of_the_server(app: Any) -> None:
    content = made(f'<row r="1">{cell("A1")}</row><row r="2">{cell("A2")}</row>' + "<a>" * 10**6 + "</a>" * 10**6)
    with app.test_request_context(), at_most(32), sheet.read(content) as found:
        assert len(found) == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"", b"<html>"])
def test_a_file_that_is_no_spreadsheet_is_refused(app: Any, content: bytes) -> None:
    with app.test_request_context(), pytest.raises(Unreadable), sheet.read(io.BytesIO(content)):
        pass


@pytest.mark.parametrize("content", [book, lambda: made(""), lambda: made(rows(2, 0))])
def test_a_sheet_without_a_message_is_refused(app: Any, content: Any) -> None:
    with app.test_request_context(), pytest.raises(Unreadable), sheet.read(content()):
        pass


def test_a_sheet_of_more_columns_than_can_be_chosen_from_is_refused(app: Any) -> None:
    content = book(["x"] * 201, head=["题"] * 201)
    with app.test_request_context(), pytest.raises(Unreadable, match="超出"), sheet.read(content):
        pass


def test_empty_cells_far_out_are_no_reason_to_refuse(read: Any) -> None:
    workbook = openpyxl.load_workbook(book(ROW))
    active = workbook.active
    assert active is not None
    active["XFD1048576"].font = Font(bold=True)
    assert len(read(saved(workbook))) == 1
