from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.core import clock
from app.ui import text

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "options", "written"),
    [
        (4680, {}, "¥4,680"),
        (Decimal("4680.50"), {}, "¥4,680.50"),
        (4680, {"cents": True}, "¥4,680.00"),
        (0, {}, "¥0"),
        (Decimal("4286000"), {"short": True}, "¥428.6万"),
        (Decimal("123456789012"), {"short": True}, "¥1,234.6亿"),
        (9999, {"short": True}, "¥9,999"),
        (None, {}, "—"),
    ],
)
def test_an_amount_is_written_as_an_office_writes_it(amount, options, written):
    assert text.money(amount, **options) == written


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("138 1234 6027", "tel:13812346027"),
        ("0309-6020315转802", "tel:03096020315;ext=802"),
        ("＋86 13812346027", "tel:+8613812346027"),
        ("12315", "tel:12315"),
        ("138****6027", ""),
        ("110101199003078478", ""),
        ("无", ""),
        (None, ""),
    ],
)
def test_a_number_is_dialled_unless_it_is_masked_or_none(number, address):
    assert text.dial(number) == address


def test_numbers_have_separators_and_only_the_decimals_asked_for():
    assert [text.number(n) for n in (3482, 21.65, None)] == ["3,482", "21.65", "—"]
    assert text.number(21.65, 0) == "22"
    assert text.percent(0.968) == "96.8%"


def test_a_time_is_local_and_names_the_year_only_when_it_is_another():
    with clock.freeze(NOON):
        assert text.when(datetime(2026, 11, 20, 7, 10, tzinfo=UTC)) == "11-20 15:10"
        assert text.when(datetime(2025, 12, 31, 17, 0, tzinfo=UTC)) == "01-01 01:00"
        assert text.when(datetime(2025, 12, 31, 15, 0, tzinfo=UTC)) == "2025-12-31 23:00"
        assert text.day(date(2026, 9, 16)) == "2026-09-16"
        assert text.day(date(2026, 9, 16), short=True) == "09-16"


def test_a_moment_is_exact_for_machines():
    with clock.freeze(NOON):
        assert text.moment(NOON) == (
            '<time datetime="2026-11-20T12:00:00+08:00" title="2026-11-20 12:00:00">11-20 12:00</time>'
        )


def test_a_file_is_never_smaller_than_one_kilobyte():
    assert [text.filesize(n) for n in (1, 312_000, 19_293_798)] == ["1 KB", "305 KB", "18.4 MB"]
