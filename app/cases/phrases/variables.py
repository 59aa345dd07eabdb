"""The variables that a phrase may have in it, a closed list: a name in braces, and the text that takes its place.

There is no template engine: what stands in braces is looked up once, and what takes its place is not looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.cases.models import Case
from app.cases.papers.phrases import day, money
from app.core import clock
from app.documents import letterhead
from tenants import realm


@dataclass(frozen=True)
class Variable:
    """What it is called, and what it might say."""

    label: Any
    sample: str


# In Chinese, as whoever writes a phrase types them; {案件编号} and ｛案件编号｝ are the same.
VARIABLES: dict[str, Variable] = {
    "案件编号": Variable(_l("Case number"), "2026-000123"),
    "收到日期": Variable(_l("Day of receipt"), "2026年11月2日"),
    "期限日": Variable(_l("Last day of the nearest time limit"), "2026年12月31日"),
    "争议金额": Variable(_l("Amount in dispute, yuan"), "4,680.00"),
    "经营者名称": Variable(_l("Merchant's name"), "悦动健身有限公司"),
    "承办人": Variable(_l("Handler's name"), "周岚"),
    "中心名称": Variable(_l("Name of the center"), "消费者权益保护中心"),
    "中心电话": Variable(_l("Telephone of the center"), "0309-6020315"),
    "中心地址": Variable(_l("Address of the center"), "政通路1号"),
    "办公时间": Variable(_l("Office hours"), "周一至周五 9:00—17:00"),
    "今天": Variable(_l("Today's date"), "2026年11月30日"),
}
_BRACED = re.compile(r"[{｛]([^{}｛｝]*)[}｝]|[{}｛｝]")


def unknown(words: str) -> list[str]:
    """What stands in braces and is none of them, and braces that stand alone."""
    return [found.group() for found in _BRACED.finditer(words) if _name(found) not in VARIABLES]


def fill(words: str, facts: Mapping[str, str]) -> str:
    """With the facts in their places; what is not known is left open under its name, 【期限日】, to be filled in."""
    return _BRACED.sub(lambda found: _text(found, facts), words)


def _text(found: re.Match[str], facts: Mapping[str, str]) -> str:
    name = _name(found)
    return (facts.get(name) or f"【{name}】") if name in VARIABLES else found.group()


def _name(found: re.Match[str]) -> str:
    return (found.group(1) or "").strip()


def facts_of(case: Case) -> dict[str, str]:
    """What each variable says of a case, in Chinese whoever asks; empty where nothing is known."""
    return {
        "案件编号": case.number,
        "收到日期": day(case.received_at),
        "期限日": day(case.due_on),
        "争议金额": money(case.amount),
        "经营者名称": case.merchant.name if case.merchant else case.merchant_name,
        "承办人": case.assignee.name if case.assignee else "",
        **_of_center(),
    }


def samples() -> dict[str, str]:
    """The same of a case that there might be, in this center today."""
    here = {name: said for name, said in _of_center().items() if said}
    return {name: variable.sample for name, variable in VARIABLES.items()} | here


def _of_center() -> dict[str, str]:
    found = letterhead.present()
    return {
        "中心名称": realm.home().name,
        "中心电话": found.telephone,
        "中心地址": found.address,
        "办公时间": found.hours,
        "今天": day(clock.today()),
    }
