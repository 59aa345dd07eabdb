"""The same form many times at once, and two counties at once: one case for one form, and every number once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from app.cases.services import lodge
from tenants.database import db
from tests.handoffs.conftest import TOLD
from tests.town import EAST, WEST, Town

COPIES = 20
EACH = 500
FORM = {"told": "健身房闭店，不退卡。", "name": "林晓梅", "phone": "13812346027", "nature": "C", "channel": "window"}


def all_at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What became of each of them, begun in the same moment."""
    gate = threading.Barrier(count)

    def one(place: int) -> Any:
        gate.wait(30)
        return act(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.parametrize("copies", [4, pytest.param(COPIES, marks=pytest.mark.long)])
def test_one_form_sent_many_times_at_once_is_one_case(
    app: Any, town: Town, root: Any, rounds: Callable[[str], None], copies: int
) -> None:
    """Each in a connection of its own; all get the same answer (F2)."""
    browser = town.client(EAST, "clerk")
    said = {**FORM, "submission_key": "one-form", "csrf_token": browser.csrf_token()}
    cookie = browser.client.get_cookie(f"__Host-hp-{EAST}", domain="127.0.0.1")
    assert cookie is not None

    def send(_place: int) -> tuple[int, str]:
        one = town.client(EAST)
        one.client.set_cookie(cookie.key, cookie.value, domain="127.0.0.1")
        answer = one.open("POST", "/cases/new", data=said)
        return answer.status_code, answer.headers.get("Location", "")

    answers = all_at_once(copies, send)
    with root.connect() as connection:
        cases = connection.exec_driver_sql("select number from case_record").scalars().all()
        entries = connection.exec_driver_sql("select 1 from audit_entry where event = 'case.lodge'").all()
    assert Counter(answers) == {(303, f"/{EAST}/cases/{cases[0]}/slip"): copies}
    assert len(cases) == len(entries) == 1
    if copies == COPIES:
        rounds(f"one form sent at once {copies}, cases {len(cases)}, same answers {copies}")


@pytest.mark.parametrize("each", [10, pytest.param(EACH, marks=pytest.mark.long)])
def test_two_counties_at_once_number_their_cases_each_for_itself(
    app: Any, town: Town, root: Any, rounds: Callable[[str], None], each: int
) -> None:
    """Two clerks in each of them: every number once, none of the other's, and nobody waits for ever (F8)."""
    people = {slug: town.person(slug, "clerk") for slug in (EAST, WEST)}

    def lodge_all(place: int) -> None:
        slug = (EAST, WEST)[place % 2]
        for number in range(each // 2):
            with app.app_context(), town.at(slug):
                lodge(replace(TOLD, order_number=f"{place}-{number}"), people[slug])
                db.session.commit()

    all_at_once(4, lodge_all)
    with root.connect() as connection:
        found = connection.exec_driver_sql("select tenant_id, number from case_record").all()
    for tenant in (2, 3):
        numbers = sorted(number for owner, number in found if owner == tenant)
        assert len(set(numbers)) == each
        assert [int(number[5:]) for number in numbers] == list(range(1, each + 1))
    if each == EACH:
        rounds(f"two counties numbering {2 * each}, numbers given twice 0")
