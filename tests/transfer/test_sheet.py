"""Spreadsheets as they really come."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest

from app.transfer import sheet
from app.transfer.sheet import Fault, Message, Unreadable, messages, read, suggest, when

HEAD = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数"]


def book(*rows: list[Any], head: list[str] = HEAD) -> io.BytesIO:
    workbook = openpyxl.Workbook()
    active = workbook.active
    assert active is not None
    for row in (head, *rows):
        active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    content.seek(0)
    return content


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2019/2/28 11:25:05", datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)),
        ("2019-04-28 17:32", datetime(2019, 4, 28, 9, 32, tzinfo=UTC)),
        ("2019年4月8日", datetime(2019, 4, 7, 16, 0, tzinfo=UTC)),
        ("２０１９/１/２ ８:００:００", datetime(2019, 1, 2, 0, 0, tzinfo=UTC)),
        (datetime(2019, 11, 13, 11, 20, 21), datetime(2019, 11, 13, 3, 20, 21, tzinfo=UTC)),
        (date(2019, 8, 1), datetime(2019, 7, 31, 16, 0, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_read_in_every_shape_it_comes_in(typed: Any, moment: datetime | None) -> None:
    assert when(typed) == moment


@pytest.mark.parametrize("typed", ["昨天", "2019/13/40 8:00", "11:25", 43524.5])
def test_what_is_no_time_is_refused(typed: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        when(typed)


def test_columns_are_found_by_their_headings() -> None:
    assert suggest(HEAD) == {"reference": 0, "facts": 4, "title": 2, "told_at": 3, "name": 1}
    assert suggest(["序号", "工单编号", "来电时间", "联系电话", "工单内容"]) == {
        "reference": 1, "told_at": 2, "phone": 3, "facts": 4,
    }  # fmt: skip
    assert suggest(["a", "b"]) == {}


def test_empty_rows_are_no_messages_and_bodies_lose_their_tabs() -> None:
    found = read(book(["1", "u", "t", "2019/1/1", "\n\t\t\n\t房东 不退押金\n\n  请处理", 0, 0], [None] * 7, [" "] * 7))
    assert len(found.rows) == 1
    (message,) = messages(found, suggest(found.head))
    assert isinstance(message, Message)
    assert message.facts == "房东 不退押金\n请处理"
    assert message.line == 2


def test_a_number_is_a_number_and_not_a_fraction() -> None:
    found = read(book([188006.0, "u", "t", "2019/1/1", "正文", 0, 0]))
    (message,) = messages(found, suggest(found.head))
    assert message.reference == "188006"


def test_every_bad_row_says_why() -> None:
    found = read(
        book(
            ["", "u", "t", "2019/1/1", "没有编号", 0, 0],
            ["2", "u", "t", "2019/1/1", " ", 0, 0],
            ["3", "u", "t", "改天", "时间不对", 0, 0],
            ["4", "u", "t", "2019/1/1", "长" * 20_001, 0, 0],
            ["5", "u", "t", None, "没有时间也可以", 0, 0],
        )
    )
    rows = list(messages(found, suggest(found.head)))
    assert [row.reason for row in rows if isinstance(row, Fault)] == ["reference", "facts", "told_at", "length"]
    assert [row.line for row in rows if isinstance(row, Fault)] == [2, 3, 4, 5]
    assert set(sheet.REASONS) >= {"reference", "facts", "told_at", "length"}


def test_a_file_that_is_no_spreadsheet_is_refused() -> None:
    with pytest.raises(Unreadable):
        read(io.BytesIO(b"PK\x03\x04 nothing"))
    with pytest.raises(Unreadable):
        read(book())


def test_a_tiny_file_that_reaches_to_the_last_corner_is_refused() -> None:
    """The reader would keep seventeen billion cells for it, and take the whole process down (IN6)."""
    workbook = openpyxl.load_workbook(book(["1", "u", "t", "2019/1/1", "正文", 0, 0]))
    active = workbook.active
    assert active is not None
    active["XFD1048576"] = "x"
    content = io.BytesIO()
    workbook.save(content)
    content.seek(0)
    with pytest.raises(Unreadable, match=r"reaches too far out|超出范围"):
        read(content)


def test_empty_cells_far_out_are_no_reason_to_refuse() -> None:
    workbook = openpyxl.load_workbook(book(["1", "u", "t", "2019/1/1", "正文", 0, 0]))
    active = workbook.active
    assert active is not None
    active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    content = io.BytesIO()
    workbook.save(content)
    content.seek(0)
    assert len(read(content).rows) == 1
