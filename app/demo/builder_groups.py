"""Groups in every county: the merchant with most open complaints, its ledger, a payment; matters that came twice; and
in two of them a joint complaint that was settled.

So few that the services themselves write them, when all the cases are there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial

from sqlalchemy import func, select

from app.cases.claimants import services as claimants
from app.cases.links import services as links
from app.cases.models import MIXED, Case, CaseState
from app.cases.queries import by_number
from app.cases.reuniting import reunite
from app.cases.services import Complaint, lodge
from app.cases.services.dividing import divide
from app.cases.workflow import CASE
from app.demo.builder_desk import ON_PAPER, PHONES, ROADS
from app.demo.builder_papers import paper
from app.demo.builder_together import together
from app.demo.builder_town import counties, one_by_one, staff, workday
from app.demo.people import phone
from app.documents.kinds import kinds
from app.groups import queries, services
from tenants import realm
from tenants.database import db

STEPS = ("join_earlier", "part", "taken_back")  # of cases, taken here and nowhere else in the city
MOST = 17
FACT = {  # by whether all was paid ahead
    True: "门店停业，张贴停业告示；消费者均为办卡后未用完余额，合同文本和收款账户相同。",
    False: "消费者反映同一经营者对同类问题处理方式不一，交易凭证齐全，收款账户相同。",
}
FINDING = "经营者提出统一方案：按主张金额八成分三期支付。"
SIGNED = ("顾南乔", "沈既白")
OWN = "购买后发现商品与宣传不符，商家拒绝退款。"
REPORTED = "该店店内张贴的宣传内容涉嫌虚假，请依法核查。"
TERMS = "经营者按主张金额八成支付，分三期支付；逾期一期未付的，余款一并到期。"


def gather(now: datetime) -> None:
    """In every county, as of this moment."""
    for place in counties(now):
        deeds: list[Callable[[], object]] = [_group, _join, _relate, _assess, _divide]
        if place.slug in ON_PAPER:
            deeds.append(partial(together, place, PHONES + place.id * 100 + 20, staff("clerk")[0], staff("handler")[0]))
        one_by_one(*deeds)


def _group() -> None:
    """Agreed with all; all but one consent. Of the first of three instalments one of them got nothing yet."""
    mediated = (CaseState.ACCEPTED.value, CaseState.MEDIATING.value)
    open_ = (Case.status.in_(mediated), Case.nature == "C", Case.merchant_id.is_not(None))
    query = select(Case.merchant_id).where(*open_).group_by(Case.merchant_id).having(func.count() > 1)
    busiest = db.session.scalars(query.order_by(func.count().desc(), Case.merchant_id).limit(1)).first()
    if busiest is None:
        return
    numbers = select(Case.number).where(*open_, Case.merchant_id == busiest).order_by(Case.received_at).limit(MOST)
    cases = [by_number(number) for number in db.session.scalars(numbers).all()]
    handler = staff("handler")[0]
    group = services.open_group(handler, title=f"{cases[0].merchant_name}群体投诉"[:40], cases=cases)
    services.note(group, handler, kind="fact", text=FACT[all(case.prepaid for case in cases)])
    services.note(group, handler, kind="finding", text=FINDING)
    services.attach(group, handler, [paper("收款码照片.jpg")])
    lines = queries.ledger(group)
    claims = {line.member.id: {"claimed": line.member.claimed or Decimal(1280)} for line in lines}
    services.enter(group, handler, claims)
    services.offer(group, handler, percent=Decimal(80), agreed=True)
    services.plan(group, handler, terms=TERMS, count=3, first=workday(-1))
    answers = {line.member.id: line is not lines[-1] for line in lines}
    signed = workday(-3)
    done = services.settle(group, handler, answers, on=signed, effective_on=signed, consented=True)
    settled = [row.line for row in done if not row.why and not row.declined]
    paid = settled[:-1] or settled
    parts = {line.member.id: line.parts for line in queries.ledger(group)}
    got = {line.member.id: parts[line.member.id][0].amount or Decimal() for line in paid}
    if len(settled) == 1:  # of two consumers, of whom one declined: half of it came
        got = {member: (amount / 2).quantize(Decimal("0.01")) for member, amount in got.items()}
    if got:
        statement = [paper("银行流水.jpg")]
        services.pay(group, handler, got, on=workday(-2), evidence="首期转账", proofs=statement)
    services.write(group, handler, kinds()["performance"], filled={}, issue=False)


def _join() -> None:
    """One that came twice goes on in the earlier case; another was joined by mistake and taken out again."""
    director = staff("director")[0]
    lodged = select(Case.number).where(Case.status == CaseState.LODGED.value, Case.nature == "C")
    numbers = db.session.scalars(lodged.order_by(Case.received_at.desc(), Case.id.desc()).limit(3)).all()
    if len(numbers) < 3:
        return
    for later, undone in zip(numbers[:2], (False, True), strict=True):
        case = by_number(later)
        CASE.take("join_earlier", case, by=director, into=numbers[2], text="同一消费者就同一件事再次投诉。")
        db.session.flush()
        if undone:
            CASE.take("part", case, by=director, text="经核对不是同一件事。")
            db.session.flush()


def _assess() -> None:
    """What somebody judged about a claimant."""
    number = db.session.scalars(
        select(Case.number).where(Case.status == CaseState.LODGED.value, Case.nature == "C").order_by(Case.id).limit(1)
    ).first()
    if number:
        reason = "购买数量与日常消费相符，照常办理。"
        claimants.judge(by_number(number), staff("handler")[0], verdict="consumer", reason=reason)


def _relate() -> None:
    """Cases against one merchant that have to do with each other; of one it turned out that it has not."""
    handler, open_ = staff("handler")[0], (Case.open, Case.nature == "C", Case.merchant_id.is_not(None))
    busy = select(Case.merchant_id).where(*open_).group_by(Case.merchant_id).having(func.count() > 2)
    merchant = db.session.scalars(busy.order_by(func.count(), Case.merchant_id).limit(1)).first()
    if merchant is None:
        return
    query = select(Case.number).where(*open_, Case.merchant_id == merchant).order_by(Case.received_at.desc(), Case.id)
    latest, before, first = (by_number(number) for number in db.session.scalars(query.limit(3)).all())
    links.relate(latest, handler, related=before.number, tie="merchant", why="同一门店，反映的问题相近，一并了解。")
    link = links.relate(latest, handler, related=first.number, tie="follows", why="此前调解未履行，再次投诉。")
    db.session.flush()
    links.sever(link, latest, handler, reason="经核对为另一笔消费。")


def _divide() -> None:
    """A mixed letter that became a complaint and a report; another one was divided by mistake, and is whole again."""
    place = realm.home()
    for n, undone in enumerate((False, True)):
        shop = f"（{place.short_name.removesuffix('中心')}{ROADS[(place.id + n) % len(ROADS)]}路店）"
        complaint, report = f"{OWN}{shop}", f"{REPORTED}{shop}"
        told = Complaint(
            facts=f"{complaint}{report}", demand="退还货款", title="商品与宣传不符，另反映虚假宣传",
            name=SIGNED[n], phone=phone(PHONES + place.id * 100 + 60 + n), nature=MIXED, channel="letter",
            category="G0501", problem="P05", merchant_name="晴川家居馆",
        )  # fmt: skip
        handler = staff("handler")[0]
        letter = lodge(told, handler).case
        db.session.flush()
        divide(letter, handler, complaint=complaint, report=report, demand="退还货款", problem="R07")
        db.session.flush()
        if undone:
            reunite(letter, handler, reason="来信只反映一件事，按投诉一并办理。")
