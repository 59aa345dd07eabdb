"""Forty consumers of one gym: a group, one agreement for all, instalments, and payments shared out to the fen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.cases.models import Case, CaseState
from app.cases.queries import by_number
from app.cases.services import lodge
from app.cases.workflow import CASE
from app.core import clock
from app.groups import queries
from app.groups.models import GroupShare
from tenants.database import db
from tests.journeys.conftest import TOLD
from tests.journeys.tab import Tab
from tests.town import EAST, Town

PEOPLE = 40
CLAIMS = [Decimal(1000 + 37 * n) + Decimal("0.01") * (n % 7) for n in range(PEOPLE)]


def accepted(town: Town) -> list[str]:
    """Forty complaints against one merchant, each accepted."""
    numbers = []
    with town.at(EAST):
        director = town.person(EAST, "director")
        for n, claim in enumerate(CLAIMS):
            told = replace(TOLD, name=f"消费者{n}", phone=f"1395678{n:04d}", amount=claim)
            case = lodge(told, director).case
            CASE.take("accept", case, by=director)
            db.session.flush()
            numbers.append(case.number)
        db.session.commit()
    return numbers


def test_forty_are_settled_with_instalments(town: Town, sit: Callable[..., Tab], work: Callable[[], None]) -> None:
    numbers = accepted(town)
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{numbers[-1]}")
    make = tab.main.locator(f'a[href="/{EAST}/groups/new/{numbers[-1]}"]')
    make.wait_for()  # looked for once the case is on the screen
    tab.picture("case-alike")
    make.wait_for()
    tab.follow(make)
    tab.picture("group-new")
    tab.fill("title", "悦动健身闭店群体案")
    tab.send()
    number = tab.path.rpartition("/")[2]

    tab.follow("The same offer to all")
    tab.fill("percent", "80")
    tab.main.locator("#agreed").check()
    tab.send()
    agreed = sum((claim * 80 / 100).quantize(Decimal("0.01")) for claim in CLAIMS)
    tab.reads(f"{agreed:,.2f}")

    tab.follow("Lay down the plan")
    tab.fill("terms", "分三期退还余额的八成。")
    tab.fill("count", "3")
    tab.fill("first", clock.today().isoformat())
    tab.send()

    tab.follow("Settle with those who consent")
    tab.main.locator(f'[name="answer-{numbers[-1]}"][value="no"]').check()
    tab.main.locator("#consented").check()
    tab.picture("group-settle")
    tab.send()
    tab.reads(tab.say("%(settled)s settled, %(refused)s not", settled=PEOPLE - 1, refused=0))
    tab.follow("Back to the group")

    with town.at(EAST):
        dues = queries.dues(queries.ledger(queries.by_number(number)))
        parts = [due.amount for due in dues]
    agreed = sum((claim * 80 / 100).quantize(Decimal("0.01")) for claim in CLAIMS[:-1])
    assert sum(parts) == agreed
    for n, part in enumerate(parts, start=1):
        tab.follow("Note a payment")
        if n < 3:
            tab.fill("amount", str(part))
        else:
            enter_each(tab, town, number)
        tab.fill("evidence", f"第{n}期银行回单")
        tab.send()
        tab.reads(f"{part:,.2f}")
        if n == 1:
            tab.picture("group-payment")
        tab.open(f"/groups/{number}")
        if n == 2:
            tab.picture("group")

    with town.at(EAST):
        lines = queries.ledger(queries.by_number(number))
        assert [(line.paid, line.outstanding) for line in lines[:-1]] == [(line.agreed, 0) for line in lines[:-1]]
        assert (lines[-1].declined, lines[-1].case.status) == (True, "accepted")
        assert db.session.scalar(select(func.sum(GroupShare.amount))) == agreed
        assert set(db.session.scalars(select(Case.status).where(Case.number.in_(numbers[:-1])))) == {"settled"}
        assert by_number(numbers[0]).recovered == lines[0].agreed

    write_for_all(tab, number)
    work()
    tab.open(f"/groups/{number}")
    tab.menu("/groups")
    tab.picture("groups")


def enter_each(tab: Tab, town: Town, number: str) -> None:
    """What each of them got, in the line of their case; first one of them too much."""
    with town.at(EAST):
        open_ = {line.case.number: line.outstanding for line in queries.ledger(queries.by_number(number))}
    owing = {case: amount for case, amount in open_.items() if amount}
    tab.tick("way", "rows")
    for case, amount in owing.items():
        tab.fill(f"amount-{case}", str(amount))
    first = next(iter(owing))
    tab.fill(f"amount-{first}", str(owing[first] + 1))
    tab.fill("evidence", "第3期银行回单")
    with tab.expecting(422):
        tab.send()
    tab.picture("group-payment-lines")
    tab.fill(f"amount-{first}", str(owing[first]))


def write_for_all(tab: Tab, number: str) -> Any:
    """One form for forty, drafted from the facts of each."""
    tab.follow("One form for all")
    tab.follow(tab.main.locator('a[href$="/documents/new/performance"]'))
    for field in tab.main.locator("form.long input.form-control, form.long textarea").all():
        if not field.input_value():
            field.fill(clock.today().isoformat() if field.get_attribute("type") == "date" else "见台账")
    tab.send()
    tab.reads(tab.say("%(done)s of %(all)s through, %(refused)s refused", done=PEOPLE, all=PEOPLE, refused=0))
    tab.picture("group-documents")


def test_what_came_twice_goes_on_in_the_earlier_case(lodged: Callable[..., str], sit: Callable[..., Tab]) -> None:
    first, later = lodged(), lodged()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{later}")
    join = tab.main.locator(f'form[action$="/cases/{later}/steps/join_earlier"] button')
    join.wait_for()  # looked for once the case is on the screen
    tab.follow(join.first)
    tab.stands(CaseState.CLOSED)
    tab.reads(first)
    tab.picture("case-joined")
    tab.take("part")
    tab.fill("text", "不是同一件事")
    tab.send()
    tab.stands(CaseState.LODGED)
    tab.open(f"/cases/{later}/claimant")
    tab.picture("claimant")
    tab.main.locator("[name=verdict][value=doubtful]").check()
    tab.fill("reason", "同日在五家店购买同款商品")
    tab.send()
    tab = sit(EAST, "admin")
    tab.menu("/claimant-signals")
    tab.picture("claimant-signals")
    tab.open("/claimant-signals/LC1")
    tab.picture("claimant-signal")
