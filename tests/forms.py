"""The forms of a page as a browser knows them, filled in as somebody in a hurry would."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from typing import Any

from app.core import clock
from tests.transfer.test_sheet import book


@dataclass
class Control:
    name: str
    kind: str  # text | hidden | select | radio | checkbox | textarea | date | number | file …
    value: str = ""
    choices: list[str] = field(default_factory=list)
    accept: str = ""


@dataclass
class Shown:
    """One form: where it goes and what can be filled in."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)

    def filled(self, **said: Any) -> dict[str, Any]:
        """What would be sent: what stands there, the first choice where nothing is chosen, and a word elsewhere."""
        return {name: self._fill(one) for name, one in self.controls.items() if one.kind != "submit"} | said

    def untouched(self, **said: Any) -> dict[str, Any]:
        """What would be sent by whoever leaves every choice as it stands."""
        return {name: value for name, value in self.filled().items() if not self._left_empty(name)} | said

    def _left_empty(self, name: str) -> bool:
        one = self.controls[name]
        return one.kind == "select" and not one.value and "" in one.choices

    @staticmethod
    def _fill(control: Control) -> Any:
        if control.kind == "file":
            if control.name == "sheet":
                people = book(["林晓菊", "13800001237", "100", "是"], head=["姓名", "电话", "金额", "同意"])
                return (people, "名单.xlsx")
            if control.accept == ".xlsx":
                return (book(["1", "用户", "商家不退款", "2019/1/4", "不退款。", 0, 0]), "表.xlsx")
            return (io.BytesIO("收据".encode()), "收据.txt")
        if control.value:
            return control.value
        if control.name == "login":
            return f"someone.{next(_LOGINS)}"
        if control.choices:
            return next((choice for choice in control.choices if choice), "")
        return {
            "date": clock.today().isoformat(),
            "datetime-local": f"{clock.today()}T00:00",
            "number": "1",
            "password": "",
            "hidden": "",
            "checkbox": "",
        }.get(control.kind, _WORDS.get(control.name.partition("-")[0], "已核对材料"))


_LOGINS = count(1)
# What a field of that name takes, where a few Chinese words will not do.
_WORDS = {
    "amount": "12.50",
    "claimed": "12.50",
    "offered": "12.50",
    "agreed": "12.50",
    "percent": "50",
    "phone": "13800001234",
    "agent_phone": "13800001235",
    "name": "林晓菊",
    "address": "柳荫路12号",
    "contact_phone": "13800001234",
    "merchant_phone": "0309-6110888",
    "credit_code": "",
    "id_number": "",
    "region_code": "",
    "slug": "newplace",
    "merchant_number": "",
    "need": "需要联系消费者",
    "paid": "300",
    "used": "100",
    "others": "林晓兰，13800001235，100，是",
    "table": "林晓竹，13800001236，100，是",
    "reason": "核查办理质量",
    "evidence": "JC-2026-17",
    "telephone": "0309-6110315",
    "hours": "周一至周五 9:00—17:00",
    "instalments": "",
    "related": f"{clock.today().year}-000001",
    "shares": "",
}


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Shown] = []
        self._open: Shown | None = None
        self._select: Control | None = None
        self._area: Control | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in pairs}
        if tag == "form":
            self._open = Shown(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and tag == "option" and self._select is not None:
            self._select.choices.append(said.get("value", ""))
            if "selected" in said:
                self._select.value = said.get("value", "")
        elif self._open is not None and tag in ("input", "select", "textarea") and said.get("name"):
            self._note(tag, said)

    def _note(self, tag: str, said: dict[str, str]) -> None:
        assert self._open is not None
        kind = said.get("type", "text") if tag == "input" else tag
        one = self._open.controls.setdefault(said["name"], Control(said["name"], kind, accept=said.get("accept", "")))
        if kind in ("radio", "checkbox"):
            one.choices.append(said.get("value", "y"))
            if "checked" in said:
                one.value = said.get("value", "y")
        elif kind not in ("file", "submit"):
            one.value = said.get("value", "")
        self._select = one if tag == "select" else self._select
        self._area = one if tag == "textarea" else None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value = (self._area.value + data).strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


def forms_of(page: str) -> list[Shown]:
    return _Reader(page).forms
