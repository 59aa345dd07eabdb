"""Mediation in every county: its register, sessions in the two weeks around now, offers, an agreement in instalments.

So few that the services themselves write them, when all the cases are there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select

from app.accounts.models import Person
from app.cases.models import REPORT, Case, CaseState
from app.cases.queries import by_number
from app.cases.services import consents
from app.cases.workflow import CASE
from app.core import clock
from app.demo.builder_papers import paper
from app.demo.builder_town import counties, one_by_one, staff, workday
from app.mediation import queries
from app.mediation.models import MediationRoom, Mediator
from app.mediation.services import offers, performance, register, sessions
from app.mediation.services.sessions import Plan
from app.mediation.workflow import SESSION
from tenants.database import db

ROOMS = (("调解室一", "一楼东侧", 8), ("调解室二", "一楼西侧", 6))
ENTRUSTED = (
    ("person", "秦若谷", "预付式消费", "江州正衡律师事务所", "委聘〔2026〕3号"),
    ("person", "韩立群", "家用电器、汽车", "退休法官", "委聘〔2026〕5号"),
    ("body", "美容美发行业协会", "美容美发", "", "委托〔2026〕2号"),
)
MINUTES = {  # by whether it was paid ahead
    True: "双方到场。消费者要求退还余额，经营者承认收款，表示资金紧张，愿意分期退还；双方对期数有分歧，约定再次调解。",
    False: "双方到场，核对交易凭证。经营者承认交易属实，对责任和金额有异议；双方对金额未达成一致，约定再次调解。",
}
OFFERS = {
    True: (
        ("consumer", 100, "全额退还余额"),
        ("merchant", 40, "资金紧张，只能退四成"),
        ("consumer", 90, "愿意扣除已经使用的部分"),
        ("merchant", 65, "分三期退还"),
        ("mediator", 80, "建议退还八成，首期在签字当日支付"),
    ),
    False: (
        ("consumer", 100, "按主张的金额全额支付"),
        ("merchant", 40, "认为责任不全在己方，只承担四成"),
        ("consumer", 90, "可以让一成，要求一次付清"),
        ("merchant", 65, "分三期支付"),
        ("mediator", 80, "建议支付八成，首期在签字当日支付"),
    ),
}
SLOTS = (time(15, 30), time(14), time(10, 30), time(9))  # of an hour each, the latest first
KIN = "消费者提出，该调解员与经营者的法定代表人系近亲属。"
TERMS = "经营者按约定金额退还消费者价款，分三期支付；逾期一期未付的，余款一并到期。双方再无其他争议。"


def mediate(now: datetime) -> None:
    """In every county, as of this moment."""
    for _place in counties(now):
        _at_work()


def _at_work() -> None:
    director, handlers = staff("director")[0], staff("handler")
    rooms = [register.add_room(director, name=name, place=where, seats=seats) for name, where, seats in ROOMS]
    inside = [register.enter(director, kind="inside", person=str(one.id)) for one in handlers]
    asked = [
        register.enter(
            director, kind=kind, name=name, speciality=speciality, office=office, contract=contract, until=_in(400)
        )
        for kind, name, speciality, office, contract in ENTRUSTED
    ]
    db.session.flush()
    cases = [by_number(number) for number in db.session.scalars(_mediating().limit(3))]
    todo: list[Callable[[], object]] = []
    for turn, case in enumerate(cases):
        sits = partial(_sit, case, handlers[0], rooms, (inside[0], asked[turn % 2]), turn)
        todo.append(sits)
    if cases:
        kept_out = partial(sessions.recuse, cases[-1], asked[-1], director)
        todo.append(partial(_bargain, cases[0], handlers[0]))
        todo.append(partial(kept_out, asked_by="consumer", reason=KIN, granted=True))
    settles = _mediating().where(Case.prepaid.is_(False), Case.id.not_in([case.id for case in cases]))
    if number := db.session.scalars(settles.limit(1)).first():
        todo.append(partial(_agree, by_number(number), handlers[0]))
    one_by_one(*todo)


def _mediating() -> Any:
    """What is being mediated and came in before the rooms were last open: complaints about money."""
    query = select(Case.number).where(
        Case.received_at < _last_slot(),
        Case.status == CaseState.MEDIATING.value,
        Case.nature != REPORT,
        Case.amount.between(300, 90_000),
    )
    return query.order_by(Case.received_at, Case.number)


def _sit(case: Case, by: Person, rooms: list[MediationRoom], sit: Sequence[Mediator], turn: int) -> None:
    """The first was held lately and is to go on; the others are to come, two of them at one time in two rooms."""
    for side in ("consumer", "merchant"):
        heard = {"said_on": clock.on(case.received_at), "evidence": "电话告知后口头同意，有通话记录"}
        said: dict[str, Any] = {"given": True, **heard}
        consents.note(case, by, matter=consents.ENTRUST, side=side, **said)
    facts: dict[str, Any] = {"recorder": None, "consumers": "消费者本人", "merchants": "经营者委托代理人"}
    if turn == 0:
        held = sessions.arrange(case, by, Plan(_last_slot(), 60, "room", sit, rooms[0], **facts))
        db.session.flush()
        SESSION.take("hold", held, by=by, came=["consumer", "merchant"], text=MINUTES[case.prepaid])
        db.session.flush()
    at = clock.at(workday((4, 1, 1)[turn]), 14, 30)
    mediators = sit[turn > 0 :] if turn < 2 else sit[:1]  # nobody sits in two rooms at once
    sessions.arrange(case, by, Plan(at, 90, "room", mediators, rooms[turn % 2], **facts))


def _last_slot() -> datetime:
    """The latest hour of a working day that is over."""
    over = clock.now() - timedelta(hours=1)
    slots = (clock.at(workday(back), at.hour, at.minute) for back in (0, -1) for at in SLOTS)
    return next(starts_at for starts_at in slots if starts_at <= over)


def _bargain(case: Case, by: Person) -> None:
    """What was offered in that session."""
    amount, on = case.amount or Decimal(1000), clock.on(_last_slot())
    for side, share, words in OFFERS[case.prepaid]:
        said = (amount * share / 100).quantize(Decimal("0.01"))
        offers.note(case, by, side=side, said_on=on, amount=said, words=words)
        db.session.flush()


def _agree(case: Case, by: Person) -> None:
    """Agreed today in three parts, the first paid at once; both may still ask the court to confirm it."""
    today, amount = clock.today(), (case.amount or Decimal(900)).quantize(Decimal("0.01"))
    part = (amount / 3).quantize(Decimal("0.01"))
    parts = ((0, part, "首期，签字当日支付"), (30, part, "二期"), (60, amount - 2 * part, "尾款"))
    said = "\n".join(f"{today + timedelta(days=days)} {much} {words}" for days, much, words in parts)
    CASE.take("settle", case, by=by, on=today, terms=TERMS, amount=amount, instalments=said, effective_on=today)
    db.session.flush()
    first = queries.agreement_of(case).parts[0]
    proofs = [paper("转账凭证.jpg")]
    performance.note(first, case, by, status="done", on=today, remark="当场转账，消费者确认收到。", proofs=proofs)


def _in(days: int) -> date:
    return clock.today() + timedelta(days=days)
