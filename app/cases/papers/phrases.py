"""How a document says days, hours and amounts: in Chinese, and where a form asks for it in English."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import cn2an
from babel.dates import get_month_names

from app.core import clock


def day(moment: date | datetime | None) -> str:
    """2026年11月8日"""
    if moment is None:
        return ""
    on = clock.on(moment) if isinstance(moment, datetime) else moment
    return f"{on.year}年{on.month}月{on.day}日"


def hour(moment: datetime) -> str:
    """2026年12月3日9时30分"""
    return f"{day(moment)}{_of_clock(moment)}"


def hours(begins: datetime, ends: datetime) -> str:
    """2026年12月3日9时30分至11时"""
    return f"{hour(begins)}至{_of_clock(ends) if clock.on(begins) == clock.on(ends) else hour(ends)}"


def _of_clock(moment: datetime) -> str:
    at = clock.local(moment)
    return f"{at.hour}时{at.minute}分" if at.minute else f"{at.hour}时"


def english_day(moment: date | datetime | None) -> str:
    """8 November 2026"""
    if moment is None:
        return ""
    on = clock.on(moment) if isinstance(moment, datetime) else moment
    return f"{on.day} {get_month_names('wide', locale='en')[on.month]} {on.year}"


def english_hour(moment: datetime) -> str:
    """3 December 2026, 9:30"""
    at = clock.local(moment)
    return f"{english_day(moment)}, {at.hour}:{at.minute:02}"


def money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def capital(amount: Decimal | None) -> str:
    """人民币肆仟陆佰捌拾元整, as amounts are written where nobody may add to them."""
    return "" if amount is None else f"人民币{cn2an.an2cn(str(amount.normalize().__format__('f')), 'rmb')}"


def sentence(said: str) -> str:
    """With its full stop, whether or not whoever wrote it put one."""
    said = said.strip()
    return said if not said or said[-1] in "。！？；" else f"{said}。"
